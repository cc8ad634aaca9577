"""An archive's folder: the database and its derived indexes, kept in step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import filelock

from rag.derived import Indexes
from rag.errors import ArchiveError
from rag.store import Change, EmbedderIdentity, Prepared, Store

_DATABASE = "archive.sqlite"
_LOCK = "ingest.lock"


class Storage:
    """The open files of one archive.

    Hold `lock` while using `store` or `indexes`; `refresh` first, so that writes of
    other processes are seen. The methods that write take the lock themselves.
    """

    def __init__(self, folder: Path, store: Store, indexes: Indexes) -> None:
        self.folder = folder
        self.store = store
        self.indexes = indexes
        self.lock = RLock()

    @classmethod
    def open(cls, folder: Path, *, create: bool) -> Storage:
        """Open the files in `folder`; with `create`, make them where there are none.

        Raises `ArchiveError` when the database is missing or damaged.
        """
        database = folder / _DATABASE
        if not database.exists() and not create:
            raise ArchiveError(
                f"there is no archive at {folder}; make one with "
                f"`rag ingest --archive {folder} FILES`"
            )
        folder.mkdir(parents=True, exist_ok=True)
        store = Store.open(database) if database.exists() else Store.create(database)
        return cls(folder, store, Indexes.open(folder, store))

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self.store.close()

    def refresh(self) -> None:
        """Load the indexes again when another process has written to the archive."""
        if self.indexes.generation != self.store.generation:
            self.indexes = Indexes.open(self.folder, self.store)

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what vectors will be made with, and make indexes of that dimension."""
        with self.lock:
            self.store.set_embedder(identity)
            self.indexes = Indexes.rebuild(self.folder, self.store)

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles to the database and the indexes in memory."""
        with self.lock:
            self.refresh()
            change = self.store.write(batch)
            self.indexes.apply(change, self.store)
        return change

    def delete(self, article_id: str) -> bool:
        """Delete an article everywhere; False when there is none of that id."""
        with self.lock:
            self.refresh()
            change = self.store.delete(article_id)
            if change is None:
                return False
            self.indexes.apply(change, self.store)
            self.save()
        return True

    def save(self) -> None:
        """Bring the files of the indexes up to date."""
        with self.lock:
            self.indexes.save(self.folder, self.store)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other processes from writing; `ArchiveError` when one already does."""
        lock = filelock.FileLock(self.folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise ArchiveError(
                f"another ingest is writing to {self.folder}; wait until it ends"
            ) from None
        try:
            yield
        finally:
            lock.release()
