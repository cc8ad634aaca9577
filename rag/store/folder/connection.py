"""A connection to a database file whose errors are told in words."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import ArchiveError

Result = TypeVar("Result")

# Seconds that a statement waits for the writes of another process.
_PATIENCE = 30

_EFFECTIVE = os.access in os.supports_effective_ids

_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_CLOSED_TO_US = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
)
# Python does not read a message that quotes damaged letters.
_FAILURES = (sqlite3.Error, UnicodeDecodeError)
# The statements are fixed, so that what does not fit them is an altered schema.
_NOT_OURS = re.compile(r"no such (?:table|column)|foreign key mismatch|.* has no column named")
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class DamageError(ArchiveError):
    """Something in an archive's database is not as it was written."""


def damage(path: Path, what: str) -> DamageError:
    """Return the error for a database that is not as it was written."""
    folder = path.parent
    return DamageError(
        f"{path} is damaged ({what}). Make a copy of {folder} before anything else; "
        f"`rag doctor --archive {folder}` shows what is intact. Once the folder is moved away, "
        f"`rag restore FILE --archive {folder}` puts a backup in its place"
    )


class _Cursor(sqlite3.Cursor):
    """Tells errors in words, also those that come up as rows are read."""

    def execute(self, *args: Any) -> _Cursor:
        return self._told(partial(super().execute, *args))

    def executemany(self, *args: Any) -> _Cursor:
        return self._told(partial(super().executemany, *args))

    def fetchone(self) -> Any:
        return self._told(super().fetchone)

    def fetchall(self) -> list[Any]:
        return self._told(super().fetchall)

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except _FAILURES as error:
            raise self._words(error) from error

    def _told(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except _FAILURES as error:
            raise self._words(error) from error

    def _words(self, error: sqlite3.Error | UnicodeDecodeError) -> Exception:
        return in_words(error, path=self.connection.path)  # type: ignore[attr-defined]


class Connection(sqlite3.Connection):
    """A connection whose errors are `ArchiveError`s that say what to do."""

    path: Path

    def cursor(self, factory: Any = _Cursor) -> Any:
        """Return a cursor that tells errors in words."""
        return super().cursor(factory)

    def execute(self, *args: Any) -> Any:
        """Run one statement and return its cursor."""
        return self.cursor().execute(*args)

    def executemany(self, *args: Any) -> Any:
        """Run one statement for each row of parameters."""
        return self.cursor().executemany(*args)


def open_file(path: Path) -> Connection:
    """Connect to the file at `path`, made when it is missing; for reading where it must be.

    Raises `ArchiveError`.
    """
    if not path.exists() or _writable(path):
        return _connect(f"{path.absolute().as_uri()}?mode=rwc", path)
    return _connect(f"{path.absolute().as_uri()}?{_reading(path)}", path)


def is_read_only(path: Path) -> bool:
    """Tell whether the file at `path` can be read but not written."""
    return path.exists() and not _writable(path)


def in_words(error: sqlite3.Error | UnicodeDecodeError, *, path: Path) -> Exception:
    """Return an error of SQLite's as one for the user; a mistake in this program as it is."""
    if isinstance(error, UnicodeDecodeError):
        return damage(path, error.object.decode("utf-8", "replace"))
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(
        error, sqlite3.ProgrammingError | sqlite3.IntegrityError
    ):
        return error
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in _DAMAGED or _NOT_OURS.match(str(error)):
        return damage(path, str(error))
    if code in _NO_ROOM:
        return ArchiveError(
            f"{path} cannot be written ({error}): the disk is full, or a limit of file sizes is "
            "reached. What was there before is kept; make room, and run this again"
        )
    if code in _CLOSED_TO_US:
        return ArchiveError(f"{path} cannot be written ({error}); check the rights of its folder")
    if code in _BUSY:
        return ArchiveError(f"another process is writing to {path}; wait until it ends")
    return error


def _writable(path: Path) -> bool:
    return all(os.access(place, os.W_OK, effective_ids=_EFFECTIVE) for place in (path, path.parent))


def _reading(path: Path) -> str:
    """Return how to open a file that cannot be written."""
    log = path.with_name(f"{path.name}-wal")
    if not (log.exists() and log.stat().st_size):
        # Nobody can write beside it, so that SQLite needs no lock and no journal.
        return "mode=ro&immutable=1"
    if not path.with_name(f"{path.name}-shm").exists():
        raise ArchiveError(
            f"{path} was not closed by its last writer, and what that wrote can only be read "
            f"where {path.parent} can be written; copy the folder to such a place and open it there"
        )
    return "mode=ro"


def _connect(address: str, path: Path) -> Connection:
    try:
        connection = sqlite3.connect(
            address,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=_PATIENCE,
            factory=Connection,
        )
    except _FAILURES as error:
        raise in_words(error, path=path) from error
    connection.path = path
    # Letters that damage has made unreadable are found by their article's checksum.
    connection.text_factory = _text
    return connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
