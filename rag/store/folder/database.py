"""The archive's database file: its tables, and how an older one is brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import ArchiveError
from rag.index import Ids
from rag.store.folder import checksums
from rag.store.folder.connection import Connection, damage, is_read_only, open_file

FORMAT = 3
# What SQLite keeps of the file in memory. Its own 2 MB hold few of the 200 passages and their
# articles that one search reads.
_CACHE_KB = 64_000
# Parameters of one SQL statement; older builds of SQLite allow 999.
_SLICE = 900


# The chunks of an article have consecutive ids, from `first_chunk` to `last_chunk` (NULL
# when it has none). The two indexes over dates and publishers hold them, so that a filter
# is turned into chunk ids without reading an article.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    date TEXT,
    url TEXT,
    publisher TEXT,
    author TEXT,
    language TEXT,
    source TEXT,
    content_hash TEXT NOT NULL,
    signature BLOB NOT NULL,
    duplicate_of INTEGER REFERENCES articles(key),
    first_chunk INTEGER,
    last_chunk INTEGER,
    checksum INTEGER
);
CREATE INDEX articles_by_root ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL,
    checksum INTEGER,
    UNIQUE (article, position)
);
CREATE TABLE bands (
    band BLOB NOT NULL,
    article INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    PRIMARY KEY (band, article)
) WITHOUT ROWID;
CREATE INDEX bands_by_article ON bands(article);
"""
# What format 2 has beyond format 1. `removals` tells indexes of an older generation what is
# gone since; a row takes 20 bytes and is kept.
_SECOND = """
CREATE TABLE removals (
    generation INTEGER NOT NULL,
    article INTEGER NOT NULL,
    first_chunk INTEGER,
    last_chunk INTEGER
);
CREATE INDEX removals_by_generation ON removals(generation);
CREATE INDEX articles_by_date ON articles(date, first_chunk, last_chunk);
CREATE INDEX articles_by_publisher ON articles(publisher, date, first_chunk, last_chunk);
"""
_TO_SECOND = f"""
ALTER TABLE articles ADD COLUMN first_chunk INTEGER;
ALTER TABLE articles ADD COLUMN last_chunk INTEGER;
UPDATE articles SET
    first_chunk = (SELECT min(id) FROM chunks WHERE article = key),
    last_chunk = (SELECT max(id) FROM chunks WHERE article = key);
DROP INDEX articles_by_date;
{_SECOND.strip()}
"""


# What format 3 has beyond format 2: `rag.store.folder.checksums` has the functions.
_TO_THIRD = """
ALTER TABLE articles ADD COLUMN checksum INTEGER;
ALTER TABLE chunks ADD COLUMN checksum INTEGER;
UPDATE articles SET checksum =
    of_article(id, title, text, date, url, publisher, author, language, source);
UPDATE chunks SET checksum = of_chunk(article, position, start, "end", vector);
"""
_STEPS = {1: _TO_SECOND, 2: _TO_THIRD}


def create(path: Path) -> sqlite3.Connection:
    """Create an empty database at `path`, which must not exist."""
    connection = _connect(path)
    with transaction(connection):
        _run(connection, _TABLES + _SECOND)
        for key, value in (("format", str(FORMAT)), ("generation", "0")):
            connection.execute("INSERT INTO meta VALUES (?, ?)", (key, value))
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """Open the database at `path`, bringing one of an older format up to date in place.

    Raises `ArchiveError` when it is not an archive, or has a newer format. A file that cannot be
    written is opened for reading.
    """
    try:
        connection = _connect(path)
        found = _format(connection)
        if found in _STEPS:
            found = _brought_up_to_date(connection, path)
    except (sqlite3.Error, ValueError) as error:
        # Our table is missing, or a number is none: the file is whole, but not ours.
        raise damage(path, str(error)) from error
    if found != FORMAT:
        raise ArchiveError(
            f"{path} has archive format {found}, this version reads {FORMAT}; "
            "install the version of dateline-rag that wrote it, or ingest again"
        )
    return connection


def _brought_up_to_date(connection: sqlite3.Connection, path: Path) -> int:
    if is_read_only(path):
        raise ArchiveError(
            f"{path} is in an older format and cannot be written; copy the folder to a place "
            "where it can, and open it there once"
        )
    with transaction(connection):
        # Another process may have done so while this one waited.
        while (found := _format(connection)) in _STEPS:
            _run(connection, _STEPS[found])
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


def _format(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    return int(row[0]) if row else 0


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # Not `executescript`, which would commit the transaction it is in.
    for statement in statements.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _casefold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def _plain(value: int | bytes) -> int | bytes:
    # NumPy integers would be stored as blobs.
    return value if isinstance(value, bytes) else int(value)
