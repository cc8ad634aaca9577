"""The systems that Dateline is compared with, and their environments."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from rag.errors import BenchError

log = logging.getLogger(__name__)

_SCRIPTS = Path(__file__).parent / "peers"
# A file in each complete environment: the checksum of what was installed.
_MARK = "requirements.sha256"
# The same for every system. Nothing is fetched or reported, and no bars are drawn.
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}

DATELINE, PARTS = "dateline", "parts"


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to compare with; `packages` are those whose versions are reported.

    `requirements` is a file beside the script; without it, the system runs in this Python.
    """

    name: str
    script: str
    packages: tuple[str, ...]
    requirements: str | None = None


PEERS = {
    peer.name: peer
    for peer in (
        Peer("floor", "floor.py", ("sentence-transformers", "faiss-cpu", "transformers", "torch")),
        Peer(
            "haystack",
            "with_haystack.py",
            ("haystack-ai", "sentence-transformers", "transformers", "torch"),
            "haystack.txt",
        ),
        Peer(
            "llamaindex",
            "with_llamaindex.py",
            ("llama-index-core", "sentence-transformers", "transformers", "torch"),
            "llamaindex.txt",
        ),
        Peer("txtai", "with_txtai.py", ("txtai", "transformers", "torch"), "txtai.txt"),
    )
}
_OWN_PACKAGES = ("dateline-rag", "torch", "transformers", "faiss-cpu", "tantivy")


def packages_of(system: str) -> tuple[str, ...]:
    """Return the packages whose versions are reported for a system."""
    return PEERS[system].packages if system in PEERS else _OWN_PACKAGES


def command_of(system: str, *, folder: Path) -> list[str]:
    """Return the command that runs `system`; append the job to it.

    The environment of a peer is made in `folder` if it is missing. Raises `BenchError` if that
    fails.
    """
    if system not in PEERS:
        return [sys.executable, "-m", f"eval.bench.{system}"]
    peer = PEERS[system]
    return [str(_python(peer, folder)), str(_SCRIPTS / peer.script)]


def variables_of(system: str) -> dict[str, str]:
    """Return the environment variables for a process of `system`."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**(os.environ if system not in PEERS else kept), **_QUIET}


def _python(peer: Peer, folder: Path) -> Path:
    """Return the peer's Python, installing what it needs at the first call."""
    if peer.requirements is None:
        return Path(sys.executable)
    wanted = _SCRIPTS / peer.requirements
    checksum = hashlib.sha256(wanted.read_bytes()).hexdigest()
    home = folder / peer.name
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    mark = home / _MARK
    if mark.is_file() and mark.read_text(encoding="utf-8") == checksum:
        return python
    log.warning("installing %s into %s; this takes minutes", peer.name, home)
    venv.create(home, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(wanted)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BenchError(
            f"{peer.name} could not be installed into {home}: {done.stderr.strip()[-500:]}; leave "
            f"it out of --peers, or install {wanted} there by hand and run again"
        )
    mark.write_text(checksum, encoding="utf-8")
    return python
