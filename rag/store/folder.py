"""An archive's folder: the database and its derived indexes, kept in step."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeVar

import filelock

from rag.embedding.embedder import Vectors
from rag.errors import ArchiveError
from rag.index.faults import IndexFault, NoRoomFault
from rag.settings import DATABASE, IndexSettings
from rag.store import care, locking, moves
from rag.store.base import Candidate
from rag.store.candidates import gather
from rag.store.care import Examination
from rag.store.connection import is_read_only
from rag.store.indexes import Indexes
from rag.store.locking import held, writing_lock
from rag.store.store import Change, EmbedderIdentity, Prepared, Store
from rag.types import Article, Filter

log = logging.getLogger(__name__)

# Seconds after which indexes that could not be written are tried again.
_TRY_AGAIN = 10.0

Found = TypeVar("Found")


class FolderStorage:
    """The open files of one archive in a folder: a database, and the indexes derived from it.

    Hold `lock` while using `store`, by way of `reading`; searches go by way of `search`,
    which sees the writes of other processes and mends the indexes where they fail. The
    methods that write take the lock themselves, and hold it only for the moment in which
    searches begin to see what was written. The files of the indexes belong to the process that
    is in `exclusive`.
    """

    def __init__(self, folder: Path, store: Store, *, settings: IndexSettings) -> None:
        self.folder = folder
        self.store = store
        self.lock = RLock()
        self._settings = settings
        self.read_only = is_read_only(folder / DATABASE)
        self._inode = (folder / DATABASE).stat().st_ino
        self._try_again_at = 0.0
        # Of the thread that writes, and whether it is between the database and the indexes.
        self._writer: Store | None = None
        self._in_change = False
        self._writing = writing_lock(folder)
        self.indexes = self._first()

    @classmethod
    def open(
        cls, folder: Path, *, create: bool, settings: IndexSettings | None = None
    ) -> FolderStorage:
        """Open the files in `folder`; with `create`, make them where there are none.

        Raises `ArchiveError` when the database is missing or damaged.
        """
        database = folder / DATABASE
        moves.finish_take_over(folder)
        if not create and not cls.is_at(folder):
            raise ArchiveError(
                f"there is no archive at {folder}; make one with "
                f"`rag ingest --archive {folder} FILES`"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            there = database.exists()
        except OSError as error:
            raise ArchiveError(
                f"cannot open an archive at {folder} ({error.strerror}); check the rights of "
                "the folder, or choose another one"
            ) from error
        store = Store.open(database) if there else Store.create(database)
        try:
            return cls(folder, store, settings=settings or IndexSettings())
        except BaseException:
            store.close()
            raise

    @staticmethod
    def database_in(folder: Path) -> Path:
        """Return where the database of the archive in `folder` lies."""
        return folder / DATABASE

    @staticmethod
    def is_at(folder: Path) -> bool:
        """Tell whether `folder` holds an archive."""
        return (folder / DATABASE).is_file()

    def begin_again(self) -> Path:
        """Return an empty place for an archive that is to take over from this one."""
        return moves.begin_again(self.folder)

    def take_over(self) -> None:
        """Close this archive and put the one made at `begin_again` in its place."""
        moves.take_over(self)

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self.store.close()
            if self._writer is not None:
                self._writer.close()

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """Lend the database; `ArchiveError` when its file was deleted or replaced."""
        with self.lock:
            self._check_present()
            yield self.store

    def search(self, work: Callable[[Store, Indexes], Found]) -> Found:
        """Return what `work` finds; an index that fails is built anew, and asked again."""
        with self.reading() as store:
            self.refresh()
            try:
                return work(store, self.indexes)
            except IndexFault as fault:
                self.indexes = self._renewed(fault)
            try:
                return work(store, self.indexes)
            except IndexFault as error:
                raise ArchiveError(
                    f"the indexes in {self.folder} fail although they are new ({error}); check "
                    f"the disk, and run `rag doctor --archive {self.folder}`"
                ) from error

    def candidates(
        self, question: str, vector: Vectors, *, k: int, where: Filter
    ) -> list[Candidate]:
        """Return the `k` nearest passages and the `k` whose words fit best, in order of ingest."""
        return self.search(
            lambda store, indexes: gather(
                question, vector, store=store, indexes=indexes, k=k, where=where
            )
        )

    def find(self, words: str, *, k: int, where: Filter) -> list[Article]:
        """Return the `k` articles whose title and text fit `words` best by BM25, best first."""

        def look(store: Store, indexes: Indexes) -> list[Article]:
            found = indexes.headlines.search(words, k=k, where=where)
            articles = store.articles_by_key(list(found))
            return [articles[key] for key in found if key in articles]

        return self.search(look)

    def texts_near(self, word: str, *, k: int) -> list[str]:
        """Return `k` texts that have a word one letter from `word`, none where one has it."""

        def look(store: Store, indexes: Indexes) -> list[str]:
            chunks = store.chunks(indexes.passages.near(word, k=k))
            articles = store.articles_by_key([*{chunk.article for chunk in chunks.values()}])
            return [
                f"{article.title} {article.text[chunk.start : chunk.end]}"
                for chunk in chunks.values()
                if (article := articles.get(chunk.article))
            ]

        return self.search(look)

    def everything(self) -> Iterator[Prepared]:
        """Yield what the archive holds in the order of its ingest; raises as `Store.prepared`."""
        # A connection of its own, so that searches go on.
        with closing(Store.open(self.folder / DATABASE)) as store, store.snapshot():
            yield from store.prepared()

    def whole_articles(self) -> Iterator[Article]:
        """Yield all articles in the order of their ingest; raises as `Store.whole_articles`."""
        return self.store.whole_articles()

    def examine(self) -> Examination:
        """Read everything and check all of it; a damaged index is built anew."""
        found = care.examine(self.store.path)
        fault = self.check_indexes()
        return dataclasses.replace(found, mended=(fault,) if fault else ())

    def backup(self, file: Path) -> Examination:
        """Copy the archive into `file`; as `rag.store.care.backup`."""
        return care.backup(self.store.path, to=file)

    def destroy(self) -> None:
        """Do nothing: all that the archive holds lies in its folder."""

    def check_indexes(self) -> str | None:
        """Read all files of the indexes; build them anew if one is damaged, and say which."""
        with self.reading():
            self.refresh()
            try:
                self.indexes.check(self.folder)
            except IndexFault as fault:
                self.indexes = self._renewed(fault)
                return str(fault)
        return None

    def refresh(self) -> None:
        """Take in what another process has written to the archive.

        While it is in the middle of a batch, the indexes stay as they were.
        """
        if self._in_change or self.indexes.generation == self.store.generation:
            return
        try:
            fresh = self.indexes.reload(self.store, self.folder)
        except IndexFault as error:
            log.info("the indexes in %s are loaded anew: %s", self.folder, error)
            fresh = False
        if not fresh:
            self.indexes = self._current() or self.indexes

    def _check_present(self) -> None:
        try:
            found = (self.folder / DATABASE).stat().st_ino
        except OSError:
            found = None
        if found != self._inode:
            done = "deleted" if found is None else "replaced by another"
            raise ArchiveError(f"the archive at {self.folder} was {done} meanwhile; open it again")

    def _first(self) -> Indexes:
        """Load the indexes; those of a while ago, or some in memory, while another one writes."""
        deadline = time.monotonic() + locking.PATIENCE
        while (found := self._current()) is None and time.monotonic() < deadline:
            if self._stuck:
                break
            time.sleep(0.1)
        return found or Indexes.load(self.folder, self.store, behind=True) or self._rebuilt(None)

    @property
    def _stuck(self) -> bool:
        """Whether the indexes could not be written a moment ago."""
        return time.monotonic() < self._try_again_at

    def _current(self) -> Indexes | None:
        """Load the indexes, bring them up to date or build new ones, as it needs.

        None when it needs one of the latter, and another process is writing or the folder
        cannot be written.
        """
        if self.store.embedder is None:
            return self._rebuilt(None)
        found = Indexes.load(self.folder, self.store)
        if found and found.matches(self.store):
            return found
        if self._stuck:
            return None
        try:
            with self._writing:
                # The other process may have ended a moment ago.
                return self._repaired(Indexes.load(self.folder, self.store, behind=True))
        except filelock.Timeout:
            return None
        except (NoRoomFault, OSError) as error:
            self._give_up(error)
            return None

    def _repaired(self, found: Indexes | None) -> Indexes:
        """Bring indexes up to date in the folder; build new ones where that does not do."""
        fault: IndexFault | None = None
        if found and found.generation != self.store.generation:
            try:
                found.follow(self.store, self.folder)
                found.finish_merging()
            except NoRoomFault:
                raise
            except IndexFault as error:
                found, fault = None, error
        if found and found.matches(self.store):
            return found
        _say_rebuilding(self.folder, fault)
        return self._rebuilt(self.folder)

    def _renewed(self, fault: IndexFault) -> Indexes:
        """Build the indexes anew, in memory where the folder is not ours to write."""
        _say_rebuilding(self.folder, fault)
        try:
            with self._writing:
                return self._rebuilt(self.folder)
        except (filelock.Timeout, NoRoomFault, OSError):
            return self._rebuilt(None)

    def _give_up(self, error: Exception) -> None:
        self._try_again_at = time.monotonic() + _TRY_AGAIN
        log.warning(
            "the indexes in %s cannot be written (%s); searches use those there are, or some "
            "in memory",
            self.folder,
            error,
        )

    def _rebuilt(self, folder: Path | None) -> Indexes:
        return Indexes.rebuild(folder, self.store, settings=self._settings)

    def _follow(self, store: Store) -> None:
        """Bring the indexes up to what was just written; a fault makes new ones, once."""
        try:
            self.indexes.follow(store, self.folder, lock=self.lock)
        except NoRoomFault as error:
            raise _no_room(self.folder, error) from error
        except IndexFault as fault:
            _say_rebuilding(self.folder, fault)
            self._rebuild_in_folder()

    def _rebuild_in_folder(self) -> None:
        try:
            with self.lock:
                self.indexes = self._rebuilt(self.folder)
        except IndexFault as error:
            raise _no_room(self.folder, error) from error

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what vectors will be made with, and make indexes of that dimension."""
        with self.lock:
            self.store.set_embedder(identity)
            self._rebuild_in_folder()

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles to the database and the indexes; searches go on meanwhile."""
        with self._changing() as store:
            change = store.write(batch)
            self._follow(store)
        self.save()
        return change

    def delete(self, article_id: str) -> bool:
        """Delete an article everywhere; False when there is none of that id."""
        with self._changing() as store:
            change = store.delete(article_id)
            if change is None:
                return False
            self._follow(store)
        self.save()
        return True

    @contextmanager
    def _changing(self) -> Iterator[Store]:
        """Lend a connection for writing, beside the one that searches read by.

        Only in `exclusive`, so by one thread at a time. Until the indexes have followed,
        searches use them as they were, as they do while another process writes.
        """
        with self.lock:
            self._check_present()
            self._own()
            if self._writer is None:
                self._writer = Store.open(self.folder / DATABASE)
            self._in_change = True
        try:
            yield self._writer
        finally:
            self._in_change = False

    def _own(self) -> None:
        """Bring the indexes up to date before a write, and out of memory into the folder."""
        self.refresh()
        if self.indexes.in_memory:
            self.indexes = self._current() or self.indexes

    def save(self) -> None:
        """Write the vectors to a new file when many have changed; searches go on meanwhile."""
        if self._stuck or not self.indexes.overdue(self._settings):
            return
        # A connection of its own, so that the lock is free while it reads. Nothing is
        # written in between, because this process alone may write.
        try:
            with closing(Store.open(self.folder / DATABASE)) as store:
                file = self.indexes.renewed(self.folder, store, settings=self._settings)
            with self.lock:
                self.indexes.adopt(file, self.folder, self.store)
        except IndexFault as error:
            # The vectors are in the database, and in memory for this process.
            self._give_up(error)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other processes from writing; `LockedError` when one already does."""
        with held(self._writing, self.folder):
            try:
                self._check_present()
                yield
            finally:
                self.indexes.finish_merging()


def _say_rebuilding(folder: Path, fault: IndexFault | None) -> None:
    if fault:
        log.warning("rebuilding the indexes in %s (%s)", folder, fault)
    else:
        log.warning("rebuilding the indexes in %s", folder)


def _no_room(folder: Path, error: IndexFault) -> ArchiveError:
    return ArchiveError(
        f"the indexes in {folder} cannot be written ({error}). The articles written so far are "
        "kept, and searches go on with the indexes of before; make room, and run this again"
    )
