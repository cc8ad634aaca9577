"""An archive's folder: the database and its derived indexes, kept in step."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock

import filelock

from rag.errors import ArchiveError
from rag.settings import IndexSettings
from rag.store.indexes import Indexes
from rag.store.store import Change, EmbedderIdentity, Prepared, Store

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

    def __init__(self, folder: Path, store: Store, *, settings: IndexSettings) -> None:
        self.folder = folder
        self.store = store
        self.lock = RLock()
        self._settings = settings
        # Held by a thread, which may take it again.
        self._writing = filelock.FileLock(folder / _LOCK, timeout=0)
        self.indexes = self._first()

    @classmethod
    def open(cls, folder: Path, *, create: bool, settings: IndexSettings | None = None) -> Storage:
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
        return cls(folder, store, settings=settings or IndexSettings())

    @staticmethod
    def is_at(folder: Path) -> bool:
        """Tell whether `folder` holds an archive."""
        return (folder / _DATABASE).is_file()

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self.store.close()

    def refresh(self) -> None:
        """Take in what another process has written to the archive.

        While it is in the middle of a batch, the indexes stay as they were.
        """
        if self.indexes.generation == self.store.generation:
            return
        if not self.indexes.reload(self.store, self.folder):
            self.indexes = self._current() or self.indexes

    def _first(self) -> Indexes:
        """Load the indexes; those of a while ago, or some in memory, while another one writes."""
        deadline = time.monotonic() + _PATIENCE
        while (found := self._current()) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        return found or Indexes.load(self.folder, self.store, behind=True) or self._rebuilt(None)

    def _current(self) -> Indexes | None:
        """Load the indexes, bring them up to date or build new ones, as it needs.

        None when it needs one of the latter and another process is writing.
        """
        if self.store.embedder is None:
            return self._rebuilt(None)
        found = Indexes.load(self.folder, self.store)
        if found and found.fit(self.store):
            return found
        try:
            with self._writing:
                # The other process may have ended a moment ago.
                return self._repaired(Indexes.load(self.folder, self.store, behind=True))
        except filelock.Timeout:
            return None

    def _repaired(self, found: Indexes | None) -> Indexes:
        """Bring indexes up to date in the folder; build new ones where that does not do."""
        if found and found.generation != self.store.generation:
            found.follow(self.store, self.folder)
            found.settle()
        if found and found.fit(self.store):
            return found
        log.warning("rebuilding the indexes in %s", self.folder)
        return self._rebuilt(self.folder)

    def _rebuilt(self, folder: Path | None) -> Indexes:
        return Indexes.rebuild(folder, self.store, settings=self._settings)

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what vectors will be made with, and make indexes of that dimension."""
        with self.lock:
            self.store.set_embedder(identity)
            self.indexes = self._rebuilt(self.folder)

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles to the database and the indexes."""
        with self.lock:
            self._own()
            change = self.store.write(batch)
            self.indexes.follow(self.store, self.folder)
        self.save()
        return change

    def delete(self, article_id: str) -> bool:
        """Delete an article everywhere; False when there is none of that id."""
        with self.lock:
            self._own()
            change = self.store.delete(article_id)
            if change is None:
                return False
            self.indexes.follow(self.store, self.folder)
        self.save()
        return True

    def _own(self) -> None:
        """Bring the indexes up to date before a write, and out of memory into the folder."""
        self.refresh()
        if self.indexes.in_memory:
            self.indexes = self._current() or self.indexes

    def save(self) -> None:
        """Write the vectors to a new file when many have changed; searches go on meanwhile."""
        if not self.indexes.overdue(self._settings):
            return
        # A connection of its own, so that the lock is free while it reads. Nothing is
        # written in between, because this process alone may write.
        with closing(Store.open(self.folder / _DATABASE)) as store:
            file = self.indexes.renewed(self.folder, store, settings=self._settings)
        with self.lock:
            self.indexes.adopt(file, self.folder, self.store)

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
            try:
                self.indexes.settle()
            finally:
                self._writing.release()
