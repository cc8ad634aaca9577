"""One process of a machine writes to an archive at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from rag.errors import ArchiveError, LockedError

LOCK = "ingest.lock"
# Seconds that a writer waits for another one: long enough for most rebuilds of indexes.
PATIENCE = 2.0


def writing_lock(folder: Path) -> filelock.FileLock:
    """Return the lock of those who write to the archive in `folder`; it does not wait.

    It is held by a thread, which may take it again.
    """
    return filelock.FileLock(folder / LOCK, timeout=0)


@contextmanager
def held(lock: filelock.FileLock, folder: Path) -> Iterator[None]:
    """Hold the lock of an archive, after waiting up to `PATIENCE` seconds for it.

    Raises `LockedError` when another process goes on writing, and `ArchiveError` for a folder that
    cannot be written.
    """
    try:
        lock.acquire(timeout=PATIENCE)
    except filelock.Timeout:
        raise LockedError(f"another process is writing to {folder}; wait until it ends") from None
    except OSError as error:
        raise ArchiveError(
            f"{folder} cannot be written ({error.strerror}); it can be searched where it is, and "
            "changed in a copy at a place that can be written"
        ) from error
    try:
        yield
    finally:
        lock.release()
