"""The tables of an archive's database, of this format and of those before it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

FORMAT = 3

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
ALL = _TABLES + _SECOND
# What turns a format into the next one.
STEPS = {1: _TO_SECOND, 2: _TO_THIRD}

_COLUMNS = """
SELECT t.name, c.name, c.type, c."notnull", c.pk
FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
"""
_REFERENCES = """
SELECT t.name, r."from", r."table", r."to", r.on_delete
FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) r WHERE t.type = 'table'
"""
_INDEXES = """
SELECT t.name, i.name, i."unique", i.partial, c.name, c."desc", c.coll
FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) c
WHERE t.type = 'table'
"""


def run(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements in the transaction that a connection is in."""
    # Not `executescript`, which would commit it.
    for statement in statements.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def lacking(connection: sqlite3.Connection) -> list[str]:
    """Return what a database of this format lacks of its columns, references and indexes.

    A flipped bit in a name of its schema leaves a file that SQLite finds in order.
    """
    lost = _sound() - _shape(connection)
    return sorted({f"{table}.{part}" for table, part, *_ in lost})


@cache
def _sound() -> frozenset[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as fresh:
        run(fresh, ALL)
        return _shape(fresh)


def _shape(connection: sqlite3.Connection) -> frozenset[tuple[object, ...]]:
    queries = (_COLUMNS, _REFERENCES, _INDEXES)
    return frozenset(row for query in queries for row in connection.execute(query))
