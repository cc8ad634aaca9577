"""An archive's folder moved, deleted, and replaced by a new one."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ArchiveError
from rag.settings import DATABASE
from rag.store.locking import LOCK

if TYPE_CHECKING:
    from rag.store.base import Storage

log = logging.getLogger(__name__)

# How the names begin of what is made again in an archive's folder; the rest is the user's. The
# socket belongs to the process that listens there.
_OURS = (
    *(DATABASE, LOCK, "warm.sock", "manifest.json"),
    *("vectors-", "dense.faiss", "passages", "headlines"),
)


def size_on_disk(folder: Path) -> int:
    """Return the bytes that a folder takes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def destroy(storage: Storage) -> None:
    """Close an archive and delete its folder with everything in it.

    Raises `ArchiveError` while another process writes to it.
    """
    with storage.exclusive():
        storage.destroy()
        storage.close()
    shutil.rmtree(storage.folder)


def move(storage: Storage, target: Path) -> None:
    """Close an archive and move it to another folder, which must not exist.

    Raises `ArchiveError` while another process writes to it, and when it cannot be moved.
    """
    if target.exists():
        raise ArchiveError(f"there is something at {target} already; choose another name")
    with storage.exclusive():
        storage.close()
    try:
        storage.folder.rename(target)
    except OSError as error:
        raise ArchiveError(
            f"{storage.folder} cannot be moved to {target} ({error.strerror}); end what uses "
            "it, and check the rights of the folder"
        ) from error


def begin_again(folder: Path) -> Path:
    """Return an empty place for an archive that is to take over from the one in `folder`."""
    for leftover in (_fresh(folder), _retired(folder)):
        shutil.rmtree(leftover, ignore_errors=True)
    return _fresh(folder)


def take_over(storage: Storage) -> None:
    """Close an archive and put the one made at `begin_again` in its place.

    A crash on the way is made good by the next one to open it.
    """
    folder = storage.folder
    fresh, retired = _fresh(folder), _retired(folder)
    for path in folder.iterdir():
        if not path.name.startswith(_OURS):
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, fresh / path.name)
    storage.close()
    folder.rename(retired)
    fresh.rename(folder)
    shutil.rmtree(retired)


def finish_take_over(folder: Path) -> None:
    """Put a folder back that a process killed between two renamings has left without a name.

    By then the new archive is complete.
    """
    if folder.exists() or not (_retired(folder) / DATABASE).is_file():
        return
    made = (_fresh(folder) / DATABASE).is_file()
    (_fresh(folder) if made else _retired(folder)).rename(folder)
    log.warning("%s is put in place, because a process was killed before it could do so", folder)


def _fresh(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.new")


def _retired(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.old")
