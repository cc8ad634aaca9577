"""Do the steps of the Dockerfile in clean roots, on a machine that has no container engine.

As root on Debian, with 20 GB of disk::

    apt-get install debootstrap iproute2 && pip install dockerfile-parse typer
    debootstrap --include=python3-venv,python-is-python3,ca-certificates bookworm /var/tmp/base
    unshare --mount python .ci/container/clean_root.py build /var/tmp/base /var/tmp/stages
    unshare --mount --net python .ci/container/clean_root.py start /var/tmp/stages/last

Each ``FROM`` becomes a copy of the base, and each other step is done there as an engine does it.
``build --mount PATH`` shows a file or folder of this machine to the steps, such as the
configuration of pip. ``start`` starts what the image starts, without a network, and asks it a
question; see docs/how-to/deploy.md for what came of it.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer
from dockerfile_parse import DockerfileParser

FOLDER = Path(__file__).parent
CONTEXT = FOLDER.parents[1]
_NOT_COPIED = shutil.ignore_patterns("__pycache__")
# What asks from within, with the password of the user that `start` adds.
_USER, _PASSWORD = "ann", "only for this trial"
_QUESTION = "How many people did the explosion at the port of Beirut kill?"
_ASK = """
import base64, json, sys, urllib.request
user, password, question = sys.argv[1:]
pair = base64.b64encode(f"{user}:{password}".encode()).decode()
headers = {"authorization": f"Basic {pair}", "content-type": "application/json"}
body = json.dumps({"question": question}).encode()
request = urllib.request.Request("http://127.0.0.1:7860/v1/answer", body, headers)
print(json.load(urllib.request.urlopen(request, timeout=300))["text"])
"""
# Seconds on a busy machine: for the sample archive and the models, for an answer, for the end.
_LOADED, _ANSWERED, _ENDED = 900, 300, 60

app = typer.Typer(add_completion=False)


@dataclass(slots=True)
class Stage:
    """A root, and what later steps in it start from."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def words(self, *words: str) -> list[str]:
        """Return the command line that runs words in the root, as the stage's user."""
        variables = [f"{name}={value}" for name, value in self.env.items()]
        inside = ["/bin/sh", "-c", f'cd {shlex.quote(self.folder)} && exec "$@"', "sh", *words]
        chroot = ["chroot", f"--userspec={self.user}", str(self.root)]
        return [*chroot, "/usr/bin/env", "-i", *variables, *inside]

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run words in the root; `subprocess.CalledProcessError` when they fail."""
        return subprocess.run(self.words(*words), check=True, text=True, **options)

    def within(self, path: str) -> Path:
        """Return where a path of the root lies on this machine."""
        return self.root / str(Path(self.folder, path)).lstrip("/")


def take(
    step: str, value: str, stage: Stage, *, stages: dict[str, Stage], given: dict[str, str]
) -> None:
    """Do one step; one that only an engine heeds is passed over."""
    if step == "ENV":
        stage.env |= dict(_pairs(value, stage.env))
    elif step == "ARG":
        stage.env |= {name: given.get(name, text) for name, text in _pairs(value, {})}
    elif step == "WORKDIR":
        stage.folder = value
        stage.within(".").mkdir(parents=True, exist_ok=True)
    elif step == "COPY":
        _copy(value.split(), stage, stages)
    elif step == "RUN":
        stage.run("/bin/sh", "-c", value)
    elif step == "USER":
        stage.user = value
    elif step in ("ENTRYPOINT", "CMD"):
        setattr(stage, "entry" if step == "ENTRYPOINT" else "command", json.loads(value))
    elif step == "HEALTHCHECK":
        stage.health = json.loads(value.partition("CMD ")[2])
    elif step not in ("VOLUME", "EXPOSE"):
        raise typer.BadParameter(f"{step} is a step that is not known here")


def _pairs(value: str, env: dict[str, str]) -> Iterator[tuple[str, str]]:
    for pair in shlex.split(Template(value).safe_substitute(env)):
        name, _, text = pair.partition("=")
        yield name, text


def _copy(words: list[str], stage: Stage, stages: dict[str, Stage]) -> None:
    origin = CONTEXT
    if words[0].startswith("--from="):
        origin = stages[words.pop(0).partition("=")[2]].root
    *names, to = words
    for name in names:
        source, target = origin / name.lstrip("/"), stage.within(to)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=_NOT_COPIED, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)


def _steps() -> Iterator[tuple[str, str]]:
    for item in DockerfileParser(path=str(FOLDER / "Dockerfile")).structure:
        if item["instruction"] != "COMMENT":
            yield item["instruction"], item["value"]


def _mount(root: Path, shown: list[Path]) -> None:
    """Show the root what every container has, and further paths of this machine."""
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    for path in (Path("/dev"), Path("/etc/resolv.conf"), *shown):
        target = root / str(path).lstrip("/")
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        subprocess.run(["mount", "--rbind", path, target], check=True)


def _megabytes(root: Path, *, shown: Sequence[Path] = ()) -> int:
    words = ["du", "--summarize", "--one-file-system", "--block-size=1M", str(root)]
    words += [f"--exclude={root}{path}" for path in shown]
    return int(subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[0])


@app.command()
def build(
    base: Path,
    stages_folder: Path,
    mount: Annotated[list[Path] | None, typer.Option(help="A path that the steps see.")] = None,
    arg: Annotated[list[str] | None, typer.Option(help="A build argument, NAME=VALUE.")] = None,
) -> None:
    """Do all steps; the root of the last stage is STAGES_FOLDER/last."""
    given = dict(pair.split("=", 1) for pair in arg or [])
    stages: dict[str, Stage] = {}
    for step, value in _steps():
        begun = time.monotonic()
        if step == "FROM":
            name = value.partition(" AS ")[2] or "last"
            root = stages_folder / name
            subprocess.run(["cp", "--archive", base, root], check=True)
            _mount(root, mount or [])
            stages[name] = stage = Stage(root)
            stage.env["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        else:
            take(step, value, stage, stages=stages, given=given)
        print(f"{time.monotonic() - begun:7.1f} s  {step} {value[:80]}", flush=True)
    before = _megabytes(base)
    more = _megabytes(stages["last"].root, shown=mount or []) - before
    print(f"{more:,} MB more than the base of {before:,} MB")


@app.command()
def start(root: Path) -> None:
    """Start what the image starts, add a user, ask a question and end it, without a network."""
    stage = _described(root)
    _mount(root, [])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    stage.run(*stage.entry, "users", "add", _USER, "--password", _PASSWORD)
    begun = time.monotonic()
    server = subprocess.Popen(stage.words(*stage.entry, *stage.command))
    try:
        _until_healthy(stage, server)
        print(f"{time.monotonic() - begun:7.1f} s  healthy", flush=True)
        begun = time.monotonic()
        stage.run("python", "-c", _ASK, _USER, _PASSWORD, _QUESTION, timeout=_ANSWERED)
        print(f"{time.monotonic() - begun:7.1f} s  answered", flush=True)
    finally:
        begun = time.monotonic()
        server.terminate()
        status = server.wait(_ENDED)
    print(f"{time.monotonic() - begun:7.1f} s  ended with {status}")


def _described(root: Path) -> Stage:
    """Return the last stage as its steps describe it, without doing anything."""
    stage = Stage(root)
    for step, value in _steps():
        if step == "FROM":
            stage = Stage(root, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        elif step not in ("COPY", "RUN", "WORKDIR"):
            take(step, value, stage, stages={}, given={})
    return stage


def _until_healthy(stage: Stage, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _LOADED
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    while subprocess.run(stage.words(*stage.health), check=False, **quiet).returncode:  # type: ignore[call-overload]
        if server.poll() is not None or time.monotonic() > end:
            raise typer.Exit(1)
        time.sleep(1)


if __name__ == "__main__":
    app()
