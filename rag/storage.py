"""An archive's folder: the database and its derived indexes, kept in step."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import filelock

from rag.derived import Indexes
from rag.errors import ArchiveError
from rag.store import Change, EmbedderIdentity, Prepared, Store

log = logging.getLogger(__name__)

_DATABASE = "archive.sqlite"
_LOCK = "ingest.lock"
# Seconds that a writer waits for another one: long enough for most rebuilds of indexes.
_PATIENCE = 2.0


class Storage:
    """The open files of one archive.

    Hold `lock` while using `store` or `indexes`; `refresh` first, so that writes of
    other processes are seen. The methods that write take the lock themselves. The
    files of the indexes belong to the process that is in `exclusive`.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.lock = RLock()
        # Held by a thread, which may take it again.
        self._writing = filelock.FileLock(folder / _LOCK, timeout=0)
        self.indexes = self._current() or Indexes.rebuild(None, store)

    @classmethod
    def open(cls, folder: Path, *, create: bool) -> Storage:
        """Open the files in `folder`; with `create`, make them where there are none.

        Raises `ArchiveError` when the database is missing or damaged.
        """
        database = folder / _DATABASE
        if not create and not cls.is_at(folder):
            raise ArchiveError(
                f"there is no archive at {folder}; make one with "
                f"`rag ingest --archive {folder} FILES`"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(
                f"cannot make an archive at {folder} ({error.strerror}); choose another folder"
            ) from error
        store = Store.open(database) if database.exists() else Store.create(database)
        return cls(folder, store)

    @staticmethod
    def is_at(folder: Path) -> bool:
        """Tell whether `folder` holds an archive."""
        return (folder / _DATABASE).is_file()

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self.store.close()

    def refresh(self) -> None:
        """Load the indexes again when another process has written to the archive.

        While it is still writing, they stay as they were.
        """
        if self.indexes.generation != self.store.generation:
            self.indexes = self._current() or self.indexes

    def _current(self) -> Indexes | None:
        """Load the indexes, or rebuild them when they do not fit the database.

        None when they do not fit because another process is writing.
        """
        if self.store.embedder is None:
            return Indexes.rebuild(None, self.store)
        if found := Indexes.load(self.folder, self.store):
            return found
        try:
            with self._writing:
                # The other process may have ended a moment ago.
                found = Indexes.load(self.folder, self.store)
                if found is None:
                    log.warning("rebuilding the indexes in %s", self.folder)
                return found or Indexes.rebuild(self.folder, self.store)
        except filelock.Timeout:
            return None

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
        try:
            self._writing.acquire(timeout=_PATIENCE)
        except filelock.Timeout:
            raise ArchiveError(
                f"another process is writing to {self.folder}; wait until it ends"
            ) from None
        try:
            yield
        finally:
            self._writing.release()
