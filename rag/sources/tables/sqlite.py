"""Read SQLite databases, in which programs that collect news keep it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.sources.tables.columns import match_columns
from rag.sources.tables.rows import Account, read_rows
from rag.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found


def read_sqlite(file: File, *, columns: Columns) -> Found:
    """Yield the articles of every table that has a column of text; views are not looked at."""
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(_without_log(file.whole()))
            database.execute("pragma trusted_schema = off")
            yield from _in_tables(database, columns=columns, name=file.name)
        except sqlite3.Error as error:
            raise SourceError(
                f"is not a readable SQLite database ({error}); save it again"
            ) from error


def _in_tables(database: sqlite3.Connection, *, columns: Columns, name: str) -> Found:
    # Virtual tables, which have no page of their own, may need a module that is not there.
    found = database.execute("select name from sqlite_master where type = 'table' and rootpage")
    tables = [str(row[0]) for row in found]
    read, objections = 0, list[SourceError]()
    for table in tables:
        try:
            inner = f"{name}!{table}"
            yield from read_rows(
                _rows(database, table, columns=columns), columns=columns, account=Account(inner)
            )
            read += 1
        except SourceError as error:
            objections.append(error)
    if not read:
        raise objections[0] if objections else SourceError("is a database without tables")
    if objections:
        yield Note(name, f"has {len(objections)} tables without articles")


def _without_log(data: bytes) -> bytes:
    """Return a database as one that keeps no log of its own, as none can be in memory."""
    return data[:18] + b"\1\1" + data[20:] if data[18:20] == b"\2\2" else data


def _rows(
    database: sqlite3.Connection, table: str, *, columns: Columns
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table; raises `SourceError` if it has no column of text."""
    quoted = table.replace('"', '""')
    found = database.execute(f'select * from "{quoted}"')  # noqa: S608 - its own tables' names
    names = [column[0] for column in found.description]
    match_columns(names, columns=columns)
    for row in found:
        yield dict(zip(names, row, strict=True))
