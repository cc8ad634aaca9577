"""A database that several processes share: PostgreSQL, or a SQLite file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from rag.errors import SettingsError, SharedError, extra
from rag.settings import SHARED_FILE
from rag.shared.tables import INSTALLATION, META, OF_ARCHIVES, VERSION

# Seconds in which the server must take a connection, and in which one must become free.
_PATIENCE = 10
# Any number, the same in all programs that make these tables.
_MAKING = 7_430_117


class Shared:
    """The tables of `rag.shared.tables` in one database. Safe for several threads and processes.

    `archive` is what rows call the archive that this was opened for.
    """

    def __init__(self, place: Path | URL, *, archive: str = "") -> None:
        self._place = place
        self.archive = archive

    @classmethod
    def beside(cls, folder: Path, *, url: str = "") -> Shared:
        """Return the database of the archives in a folder: the one at `url`, else a file there.

        Raises `SettingsError` for a `url` that is none of PostgreSQL.
        """
        from rag.shared.takeover import take_over_users

        shared = cls(_server_url(url) if url else folder / SHARED_FILE)
        take_over_users(folder, shared)
        return shared

    @classmethod
    def of_archive(cls, folder: Path, *, url: str = "") -> Shared:
        """Return the database of one archive: the one at `url`, else a file in its folder.

        The file goes where the folder goes, so that its rows need no name of the archive.
        """
        from rag.shared.takeover import take_over_archive

        shared = cls(_server_url(url), archive=folder.name) if url else cls(folder / SHARED_FILE)
        take_over_archive(folder, shared)
        return shared

    @property
    def begun(self) -> bool:
        """Whether anything may have been written yet."""
        # A file is empty until the tables are in it.
        place = self._place
        return isinstance(place, URL) or (place.exists() and place.stat().st_size > 0)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with. Raises `SharedError` when that cannot be done."""
        with self._told(), self._engine().connect() as connection:
            yield connection

    @contextmanager
    def writing(self, table: Table) -> Iterator[Connection]:
        """Give a connection whose changes hold once the block ends, and none if it fails.

        Nobody else changes `table` meanwhile, so that what is read in the block still holds.
        Raises `SharedError` when that cannot be done.
        """
        with self._told(), self._engine(to_write=True).connect() as opened:
            connection = opened.execution_options(writing=True)
            with connection.begin():
                _lock(connection, table)
                yield connection

    def _engine(self, *, to_write: bool = False) -> Engine:
        if isinstance(self._place, URL):
            return _server(self._place)
        if not self.begun:
            if not to_write:
                return _nothing()
            _make_file(self._place)
        return _checked(self._place)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._fault(getattr(error, "orig", None) or error) from error
        except OSError as error:
            raise self._fault(error.strerror or error) from error

    def _fault(self, why: object) -> SharedError:
        place = self._place
        said = " ".join(str(why).split())
        if isinstance(place, URL):
            shown = place.set(drivername="postgresql").render_as_string()
            return SharedError(f"the database {shown} cannot be used: {said}; is it running?")
        return SharedError(f"{place} cannot be used: {said}; see to the file and its folder")


def forget_archive(folder: Path, *, url: str = "") -> None:
    """Delete what is kept of an archive outside its folder, which is deleted too."""
    shared = Shared.beside(folder.parent, url=url)
    for table in OF_ARCHIVES if shared.begun else ():
        with shared.writing(table) as connection:
            connection.execute(table.delete().where(table.c.archive == folder.name))


def rename_archive(folder: Path, *, to: Path, url: str = "") -> None:
    """Call an archive otherwise in what is kept of it outside its folder."""
    shared = Shared.beside(folder.parent, url=url)
    for table in OF_ARCHIVES if shared.begun else ():
        with shared.writing(table) as connection:
            renamed = table.update().where(table.c.archive == folder.name).values(archive=to.name)
            connection.execute(renamed)


def put(connection: Connection, table: Table, *, where: dict[str, str], **values: Any) -> None:
    """Change the row that `where` names, or add it; the table is locked by `Shared.writing`."""
    changed = table.update().values(**values)
    for column, value in where.items():
        changed = changed.where(table.c[column] == value)
    if not connection.execute(changed).rowcount:
        connection.execute(insert(table).values(**where, **values))


def _server_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        # Without the address, which may hold a password.
        raise SettingsError(
            "the setting `database` is no address of PostgreSQL; write it as in "
            "postgresql://user:password@host:5432/name, or leave it out"
        )
    return url.set(drivername="postgresql+psycopg")


@lru_cache(maxsize=8)
def _server(url: URL) -> Engine:
    """Return the connections to a server, whose tables are made if they are not there."""
    with extra("postgres", error=SharedError):
        import psycopg  # noqa: F401
    engine = create_engine(
        url,
        # The server may have been started anew since a connection was last used.
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
def _checked(path: Path) -> Engine:
    """Return the connections to a file whose tables are those of this program."""
    engine = _file(path)
    with engine.connect() as connection:
        _check_version(engine, connection.scalar(select(INSTALLATION.c.version)))
    return engine


@lru_cache(maxsize=1)
def _nothing() -> Engine:
    """Return empty tables, for what reads where nothing was written yet."""
    engine = create_engine("sqlite://", poolclass=NullPool)
    made = ";".join(str(CreateTable(table).compile(engine)) for table in META.sorted_tables)
    event.listen(engine, "connect", lambda connection, _: connection.executescript(made))
    return engine


def _make_file(path: Path) -> None:
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


def _lock(connection: Connection, table: Table) -> None:
    # SQLite has locked the whole file at the beginning.
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
