"""Connections to the database that several processes share, whose tables they make."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from rag.errors import SettingsError, SharedError, extra
from rag.store.shared.tables import INSTALLATION, META, VERSION

# Seconds in which the server must take a connection, and in which one must become free.
_PATIENCE = 10
# Any number, the same in all programs that make these tables.
_MAKING = 7_430_117


def server_url(text: str) -> URL:
    """Return an address of PostgreSQL as its driver takes it; `SettingsError` for another."""
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        # Without the address, which may hold a password.
        raise SettingsError(
            "the setting `database` is not an address of PostgreSQL; write it as in "
            "postgresql://user:password@host:5432/name, or leave it out"
        )
    return url.set(drivername="postgresql+psycopg")


@lru_cache(maxsize=8)
def of_server(url: URL) -> Engine:
    """Return the connections to a server, whose tables are made if they are not there."""
    with extra("postgres", error=SharedError):
        import psycopg  # noqa: F401
    engine = create_engine(
        url,
        # The server may have been restarted since a connection was last used.
        pool_pre_ping=True,
        pool_timeout=_PATIENCE,
        connect_args={"connect_timeout": _PATIENCE},
    )
    _make_tables(engine)
    return engine


@lru_cache(maxsize=256)
def _file(path: Path) -> Engine:
    # No connection is kept: a file may be moved or deleted.
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    return engine


@lru_cache(maxsize=256)
def of_file(path: Path) -> Engine:
    """Return the connections to a file whose tables are those of this program."""
    engine = _file(path)
    with engine.connect() as connection:
        _check_version(engine, connection.scalar(select(INSTALLATION.c.version)))
    return engine


@lru_cache(maxsize=1)
def of_nothing() -> Engine:
    """Return empty tables, for what reads where nothing was written yet."""
    engine = create_engine("sqlite://", poolclass=NullPool)
    made = ";".join(str(CreateTable(table).compile(engine)) for table in META.sorted_tables)
    event.listen(engine, "connect", lambda connection, _: connection.executescript(made))
    return engine


def make_file(path: Path) -> None:
    """Make the file and its tables, also when another process does so at this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # It has hashes of passwords: for its owner alone.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    _make_tables(_file(path))


def _make_tables(engine: Engine) -> None:
    with engine.connect() as opened:
        connection = opened.execution_options(writing=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                # Two servers that start at once would make the same table twice.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MAKING})
            META.create_all(connection)
            found = connection.scalar(select(INSTALLATION.c.version))
            if found is None:
                connection.execute(insert(INSTALLATION).values(version=VERSION))
            else:
                _check_version(engine, found)


def _check_version(engine: Engine, found: int | None) -> None:
    if found != VERSION:
        raise SharedError(
            f"the tables of {engine.url.render_as_string()} are of version {found}, and this "
            f"program knows version {VERSION}; use the program that made them"
        )


def lock(connection: Connection, table: Table) -> None:
    """Let nobody else change a table until the transaction ends."""
    # SQLite has locked the whole file at the beginning.
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
