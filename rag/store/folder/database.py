"""The archive's database file: made, opened, and brought up to date from an older format."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import ArchiveError
from rag.index import Ids
from rag.store.folder import checksums, schema
from rag.store.folder.connection import Connection, damage, is_read_only, open_file

# What SQLite keeps of the file in memory. Its own 2 MB hold few of the 200 passages and their
# articles that one search reads.
_CACHE_KB = 64_000
# Parameters of one SQL statement; older builds of SQLite allow 999.
_SLICE = 900


def create(path: Path) -> Connection:
    """Create an empty database at `path`, which must not exist."""
    connection = _connect(path)
    with transaction(connection):
        schema.run(connection, schema.ALL)
        for key, value in (("format", str(schema.FORMAT)), ("generation", "0")):
            connection.execute("INSERT INTO meta VALUES (?, ?)", (key, value))
    return connection


def connect(path: Path) -> Connection:
    """Open the database at `path`, bringing one of an older format up to date in place.

    Raises `ArchiveError` when it is not an archive, or has a newer format. A file that cannot be
    written is opened for reading.
    """
    try:
        connection = _connect(path)
        found = _format(connection)
        if found in schema.STEPS:
            found = _brought_up_to_date(connection, path)
    except sqlite3.Error as error:
        # Our table is missing: the file is whole, but not ours.
        raise damage(path, str(error)) from error
    if found != schema.FORMAT:
        raise ArchiveError(
            f"{path} has archive format {found}, this version reads {schema.FORMAT}; "
            "install the version of dateline-rag that wrote it, or ingest again"
        )
    return connection


def _brought_up_to_date(connection: Connection, path: Path) -> int:
    if is_read_only(path):
        raise ArchiveError(
            f"{path} is in an older format and cannot be written; copy the folder to a place "
            "where it can, and open it there once"
        )
    with transaction(connection):
        # Another process may have done so while this one waited.
        while (found := _format(connection)) in schema.STEPS:
            schema.run(connection, schema.STEPS[found])
            connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(found + 1),))
    return found


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything that is done inside, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        # Within, since a full disk may show only now.
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has done so itself after some errors.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Read everything inside from one state of the database; may be nested."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def select_in(
    connection: sqlite3.Connection, query: str, values: Sequence[int | bytes] | Ids
) -> list[Any]:
    """Return the rows of a query with ``IN ({})`` in it, by as many values as SQLite takes."""
    found = []
    for start in range(0, len(values), _SLICE):
        part = [_plain(value) for value in values[start : start + _SLICE]]
        found += connection.execute(query.format(", ".join("?" * len(part))), part).fetchall()
    return found


def note(connection: Connection, key: str) -> str | None:
    """Return what table `meta` says under `key`."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def number(connection: Connection, key: str) -> int | None:
    """Return the number that table `meta` has under `key`. Raises `DamageError` if it is none."""
    value = note(connection, key)
    try:
        return int(value) if value else None
    except ValueError as error:
        raise damage(connection.path, f"its {key} is {value!r}, which is no number") from error


def _connect(path: Path) -> Connection:
    connection = open_file(path)
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    connection.create_function("of_article", 9, checksums.of_article, deterministic=True)
    connection.create_function("of_chunk", 5, checksums.of_chunk, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    if not is_read_only(path):
        # Readers go on while an ingest writes, in this process and in others.
        connection.execute("PRAGMA journal_mode = WAL")
    return connection


def _format(connection: Connection) -> int:
    return number(connection, "format") or 0


def _casefold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def _plain(value: int | bytes) -> int | bytes:
    # NumPy integers would be stored as blobs.
    return value if isinstance(value, bytes) else int(value)
