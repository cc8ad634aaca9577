"""A database that several processes share: PostgreSQL, or a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, insert
from sqlalchemy.exc import SQLAlchemyError

from rag.errors import SharedError
from rag.settings import SHARED_FILE
from rag.store.shared import engines
from rag.store.shared.tables import OF_ARCHIVES


class Shared:
    """The tables of `tables` in one database. Safe for several threads and processes.

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
        from rag.store.shared.takeover import take_over_users

        shared = cls(engines.server_url(url) if url else folder / SHARED_FILE)
        take_over_users(folder, shared)
        return shared

    @classmethod
    def of_archive(cls, folder: Path, *, url: str = "") -> Shared:
        """Return the database of one archive: the one at `url`, else a file in its folder.

        The file goes where the folder goes, so that its rows need no name of the archive.
        """
        from rag.store.shared.takeover import take_over_archive

        shared = (
            cls(engines.server_url(url), archive=folder.name) if url else cls(folder / SHARED_FILE)
        )
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
                engines.lock(connection, table)
                yield connection

    def _engine(self, *, to_write: bool = False) -> Engine:
        if isinstance(self._place, URL):
            return engines.of_server(self._place)
        if not self.begun:
            if not to_write:
                return engines.of_nothing()
            engines.make_file(self._place)
        return engines.of_file(self._place)

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
        return SharedError(f"{place} cannot be used: {said}; check the file and its folder")


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
