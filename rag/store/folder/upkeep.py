"""The indexes of an archive's folder, brought up to date, and rebuilt when they fail."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from pathlib import Path
from threading import RLock

import filelock

from rag.errors import ArchiveError
from rag.index.faults import IndexFault, NoRoomFault
from rag.settings import DATABASE, IndexSettings
from rag.store import locking
from rag.store.folder.indexes import Indexes
from rag.store.folder.store import Store

log = logging.getLogger(__name__)

# Seconds after which indexes that could not be written are tried again.
_TRY_AGAIN = 10.0


class Upkeep:
    """Keeps the indexes in use, `indexes`, in step with the database `store`.

    `lock` is the storage's, and `writing` the one of those who may write to the folder. While
    `paused`, the database is ahead of the indexes on purpose, and `refresh` does nothing.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        *,
        settings: IndexSettings,
        lock: RLock,
        writing: filelock.FileLock,
    ) -> None:
        self._folder = folder
        self._store = store
        self._settings = settings
        self._lock = lock
        self._writing = writing
        self._try_again_at = 0.0
        self.paused = False
        self.indexes = self._first()

    def refresh(self) -> None:
        """Take in what another process has written to the archive.

        While it is in the middle of a batch, the indexes stay as they were.
        """
        if self.paused or self.indexes.generation == self._store.generation:
            return
        try:
            fresh = self.indexes.reload(self._store, self._folder)
        except IndexFault as error:
            log.info("the indexes in %s are reloaded: %s", self._folder, error)
            fresh = False
        if not fresh:
            self.indexes = self._current() or self.indexes

    def check(self) -> str | None:
        """Read all files of the indexes; rebuild them if one is damaged, and say which."""
        self.refresh()
        try:
            self.indexes.check(self._folder)
        except IndexFault as fault:
            self.renew(fault)
            return str(fault)
        return None

    def renew(self, fault: IndexFault) -> None:
        """Rebuild the indexes, in memory if the folder cannot be written."""
        self._say_rebuilding(fault)
        try:
            with self._writing:
                self.indexes = self._rebuilt(self._folder)
        except (filelock.Timeout, NoRoomFault, OSError):
            self.indexes = self._rebuilt(None)

    def own(self) -> None:
        """Bring the indexes up to date before a write, and out of memory into the folder."""
        self.refresh()
        if self.indexes.in_memory:
            self.indexes = self._current() or self.indexes

    def follow(self, store: Store) -> None:
        """Take in what was just written through `store`; a fault makes new indexes, once."""
        try:
            self.indexes.follow(store, self._folder, lock=self._lock)
        except NoRoomFault as error:
            raise self._no_room(error) from error
        except IndexFault as fault:
            self._say_rebuilding(fault)
            self.rebuild()

    def rebuild(self) -> None:
        """Build new indexes in the folder."""
        try:
            with self._lock:
                self.indexes = self._rebuilt(self._folder)
        except IndexFault as error:
            raise self._no_room(error) from error

    def save(self) -> None:
        """Write the vectors to a new file when many have changed; searches go on meanwhile."""
        if self._stuck or not self.indexes.overdue(self._settings):
            return
        # A connection of its own, so that the lock is free while it reads. Nothing is
        # written in between, because this process alone may write.
        try:
            with closing(Store.open(self._folder / DATABASE)) as store:
                file = self.indexes.renewed(self._folder, store, settings=self._settings)
            with self._lock:
                self.indexes.adopt(file, self._folder, self._store)
        except IndexFault as error:
            # The vectors are in the database, and in memory for this process.
            self._give_up(error)

    def _first(self) -> Indexes:
        """Load the indexes; those of a while ago, or some in memory, while another one writes."""
        deadline = time.monotonic() + locking.PATIENCE
        while (found := self._current()) is None and time.monotonic() < deadline:
            if self._stuck:
                break
            time.sleep(0.1)
        behind = found or Indexes.load(self._folder, self._store, behind=True)
        return behind or self._rebuilt(None)

    @property
    def _stuck(self) -> bool:
        """Whether the indexes could not be written a moment ago."""
        return time.monotonic() < self._try_again_at

    def _current(self) -> Indexes | None:
        """Load the indexes, bring them up to date or build new ones, whichever is needed.

        None when the folder must be written for that, and another process is writing or the
        folder cannot be written.
        """
        if self._store.embedder is None:
            return self._rebuilt(None)
        found = Indexes.load(self._folder, self._store)
        if found and found.matches(self._store):
            return found
        if self._stuck:
            return None
        try:
            with self._writing:
                # The other process may have ended a moment ago.
                return self._repaired(Indexes.load(self._folder, self._store, behind=True))
        except filelock.Timeout:
            return None
        except (NoRoomFault, OSError) as error:
            self._give_up(error)
            return None

    def _repaired(self, found: Indexes | None) -> Indexes:
        """Bring indexes up to date in the folder; build new ones where that is not enough."""
        fault: IndexFault | None = None
        if found and found.generation != self._store.generation:
            try:
                found.follow(self._store, self._folder)
                found.finish_merging()
            except NoRoomFault:
                raise
            except IndexFault as error:
                found, fault = None, error
        if found and found.matches(self._store):
            return found
        self._say_rebuilding(fault)
        return self._rebuilt(self._folder)

    def _rebuilt(self, folder: Path | None) -> Indexes:
        return Indexes.rebuild(folder, self._store, settings=self._settings)

    def _give_up(self, error: Exception) -> None:
        self._try_again_at = time.monotonic() + _TRY_AGAIN
        log.warning(
            "the indexes in %s cannot be written (%s); searches use those there are, or some "
            "in memory",
            self._folder,
            error,
        )

    def _say_rebuilding(self, fault: IndexFault | None) -> None:
        if fault:
            log.warning("rebuilding the indexes in %s (%s)", self._folder, fault)
        else:
            log.warning("rebuilding the indexes in %s", self._folder)

    def _no_room(self, error: IndexFault) -> ArchiveError:
        return ArchiveError(
            f"the indexes in {self._folder} cannot be written ({error}). The articles written so "
            "far are kept, and searches go on with the previous indexes; make room, and run "
            "this again"
        )
