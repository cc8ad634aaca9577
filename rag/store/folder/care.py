"""An archive copied into one file while it is in use, and put back from a copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import ArchiveError
from rag.settings import SHARED_FILE
from rag.store.folder.connection import in_words, open_file
from rag.store.folder.examination import examine
from rag.store.types import Examination

# What lies beside the database and is nowhere else: it goes into a backup too.
KEPT_FILES = (SHARED_FILE, "feedback.jsonl")
_FILES = "CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL)"


def backup(database: Path, *, to: Path) -> Examination:
    """Copy an archive into file `to`, as it is at one moment, while others read and write it.

    The copy is examined before it gets its name. Raises `ArchiveError` when `to` exists or
    cannot be written, or when the copy is not whole.
    """
    if to.exists():
        raise ArchiveError(f"{to} exists; choose another name, or move it away first")
    if not to.parent.is_dir():
        raise ArchiveError(f"{to} cannot be written: there is no folder {to.parent}; make it first")
    fresh = to.with_name(f"{to.name}.partial")
    try:
        with _told(to):
            fresh.unlink(missing_ok=True)
            _copy(database, fresh)
            _keep_files(database.parent, fresh)
            found = examine(fresh)
            if found.faults:
                raise ArchiveError(
                    f"{database} is damaged, so that {to} was not written ({found.faults[0]}); "
                    f"`rag doctor --archive {database.parent}` shows the rest"
                )
            _to_disk(fresh)
            fresh.replace(to)
    finally:
        for left in to.parent.glob(f"{fresh.name}*"):
            left.unlink()
    return found


def restore(file: Path, *, database: Path) -> Examination:
    """Put the archive of a backup in the place of `database`, whose folder has none.

    Raises `ArchiveError` when there is an archive already, when `file` is not a complete backup,
    or when there is no room.
    """
    if not file.is_file():
        raise ArchiveError(f"there is no backup at {file}; check the spelling")
    if database.exists():
        raise ArchiveError(
            f"there is an archive at {database.parent}; give another name, or move that folder "
            "away first"
        )
    _check_is_backup(file)
    fresh = database.with_name(f"{database.name}.restoring")
    try:
        with _told(database):
            database.parent.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            _copy(file, fresh)
            found = examine(fresh)
            if found.faults:
                raise ArchiveError(f"{file} is damaged ({found.faults[0]}); try an earlier backup")
            _give_files(fresh, database.parent)
            _to_disk(fresh)
            fresh.replace(database)
    finally:
        for left in database.parent.glob(f"{fresh.name}*"):
            left.unlink()
    return found


def _check_is_backup(file: Path) -> None:
    """Raise `ArchiveError` for a file without an archive's articles."""
    try:
        with closing(open_file(file)) as connection:
            connection.execute("SELECT 1 FROM articles LIMIT 1")
    except (ArchiveError, sqlite3.OperationalError) as error:
        raise ArchiveError(
            f"{file} is not what `rag backup` has written, or is damaged "
            f"({error.__cause__ or error}); give another file"
        ) from error


def _copy(source: Path, target: Path) -> None:
    with closing(open_file(source)) as given, closing(open_file(target)) as taken:
        # In one step, which sees one state and keeps no other process from writing.
        given.backup(taken)
        # One file, with nothing beside it.
        taken.execute("PRAGMA journal_mode = DELETE")


def _keep_files(folder: Path, copy: Path) -> None:
    """Take into a copy what an archive keeps beside its database."""
    with closing(open_file(copy)) as connection:
        connection.execute(_FILES)
        for name in KEPT_FILES:
            if (folder / name).is_file():
                content = read_kept(folder / name)
                connection.execute("INSERT INTO backup_files VALUES (?, ?)", (name, content))


def read_kept(file: Path) -> bytes:
    """Return what is in one of `KEPT_FILES`, as it is at one moment."""
    if file.name != SHARED_FILE:
        return file.read_bytes()
    with closing(open_file(file)) as connection:
        # Through SQLite, since others may be writing to it.
        return connection.serialize()


def _give_files(copy: Path, folder: Path) -> None:
    """Put into a folder what its archive had beside the database, and out of the copy."""
    with closing(open_file(copy)) as connection:
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'backup_files'"
        ).fetchone():
            return
        for name, content in connection.execute("SELECT name, content FROM backup_files"):
            # Only names of ours: the file may come from anywhere.
            if name in KEPT_FILES:
                (folder / name).write_bytes(content)
        connection.execute("DROP TABLE backup_files")
        connection.execute("VACUUM")


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error, path=path) from error
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be written ({error.strerror}); make room, or choose another place"
        ) from error
