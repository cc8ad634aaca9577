"""The files of models on this machine: the cache, checksums, and what is safe to load."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from rag.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Data only: weights, settings, vocabularies and (sandboxed) chat templates. Pickles and
# Python files, which run when they are loaded, are never fetched.
SAFE_SUFFIXES = (".safetensors", ".json", ".txt", ".model", ".jinja")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
# Pieces of a model stay here until all of them are there.
DOWNLOADS = "downloads"
# How each line begins that tells of bytes that are fetched, and not of another step.
FETCHING = "Fetching"
_PARTIAL = ".partial-"
_PARTIAL_LIFETIME = 24 * 3600.0

log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Return the folder for fetched models, ``$DATELINE_CACHE`` or the user's cache."""
    if chosen := os.environ.get("DATELINE_CACHE"):
        return Path(chosen).expanduser()
    return Path(platformdirs.user_cache_dir("dateline")) / "models"


def fetched() -> int:
    """Return the bytes of models that are being fetched, and not in their place yet."""
    cache = cache_folder()
    folders = [cache / DOWNLOADS, *cache.glob(f"{_PARTIAL}*")]
    total = 0
    for file in (file for folder in folders for file in folder.rglob("*")):
        # What is fetched comes and goes meanwhile.
        with contextlib.suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total


@contextlib.contextmanager
def staging() -> Iterator[Path]:
    """Provide an empty folder in the cache, which is removed afterwards whatever happens.

    A model is prepared here and moved into place when it is whole, so that an
    interruption never leaves half a model under its final name. Raises `ModelError`
    when the cache cannot be written.
    """
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _sweep(cache)
        folder = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=cache))
    except OSError as error:
        raise ModelError(
            f"cannot write the model cache {cache}: {error.strerror}; "
            "set DATELINE_CACHE to a folder you can write to"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, *, to: Path) -> Path:
    """Move a finished `folder` to its final name in one step and return that name.

    If another process was faster, its copy is kept.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(to)
    except OSError:
        if not to.is_dir():
            raise
    return to


def _sweep(cache: Path) -> None:
    """Remove what a killed process left behind at least a day ago."""
    for left in cache.glob(f"{_PARTIAL}*"):
        # Another process may remove it between the listing and the look.
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _PARTIAL_LIFETIME:
                shutil.rmtree(left, ignore_errors=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Hashing 270 MB takes 0.2 s with SHA instructions and about 1 s without, on every
    start; the digest is therefore kept under the file's path, size and time of change,
    and computed again when one of them differs. This guards against damaged downloads
    and changed files, not against someone who can write to the cache.
    """
    path = path.resolve()
    seen = path.stat()
    key = hashlib.sha256(f"{path}\n{seen.st_size}\n{seen.st_mtime_ns}".encode()).hexdigest()
    stamp = cache_folder() / "checksums" / key
    if stamp.is_file() and len(known := stamp.read_text(encoding="ascii")) == 64:
        return known
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_stamp(stamp, digest)
    return digest


def _write_stamp(stamp: Path, digest: str) -> None:
    own = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(digest, encoding="ascii")
        own.replace(stamp)
    except OSError as error:
        # A cache that cannot be written costs time but does no harm.
        log.info("checksum not remembered in %s: %s", stamp.parent, error)


def verify(path: Path, *, expected: str) -> None:
    """Raise `ModelError` unless the file's SHA-256 is `expected`."""
    if not path.is_file():
        raise ModelError(f"{path} is missing; delete {path.parent} and fetch it again")
    if (actual := sha256(path)) != expected:
        raise ModelError(
            f"{path} is damaged or was changed: its SHA-256 is {actual}, expected {expected}; "
            f"delete {path.parent} and fetch or install it again"
        )


def weights(folder: Path) -> tuple[Path, ...]:
    """Return the safetensors files of a model folder, in order of their names."""
    return tuple(sorted(folder.rglob("*.safetensors")))


def checksum(folder: Path) -> str:
    """Return one SHA-256 for the weights of a model folder.

    With one file it is that file's digest, otherwise the digest of the lines ``path:digest``.
    """
    files = weights(folder)
    if len(files) == 1:
        return sha256(files[0])
    lines = "".join(f"{file.relative_to(folder).as_posix()}:{sha256(file)}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def missing(folder: Path) -> tuple[str, ...]:
    """Return the files that `folder` would need to be a loadable model."""
    lacks = [] if (folder / "config.json").is_file() else ["config.json"]
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        shards = sorted(set(_read_json(index).get("weight_map", {}).values()))
        lacks += [shard for shard in shards if not (folder / shard).is_file()]
    elif not weights(folder):
        lacks.append("model.safetensors")
    return tuple(lacks)


def check_folder(folder: Path) -> None:
    """Raise `ModelError` unless `folder` holds a whole model that loads without running code."""
    if not folder.is_dir():
        raise ModelError(f"{folder} is not a folder; give the folder that holds config.json")
    for settings in ("config.json", "tokenizer_config.json"):
        if (folder / settings).is_file() and "auto_map" in _read_json(folder / settings):
            raise ModelError(
                f"{folder} is refused: {settings} has an auto_map, so loading it would run "
                "Python code from the model; choose a model that transformers supports itself"
            )
    lacks = missing(folder)
    pickles = sorted(file.name for file in folder.iterdir() if file.suffix in _PICKLES)
    if pickles and "model.safetensors" in lacks:
        raise ModelError(
            f"{folder} is refused: its weights ({', '.join(pickles)}) are pickles, which can run "
            "code when loaded; convert them to model.safetensors or choose another model"
        )
    if lacks:
        raise ModelError(f"{folder} is not a complete model: it lacks {', '.join(lacks)}")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is not readable JSON ({error}); fetch the model again") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} is not a JSON object; fetch the model again")
    return content
