"""An archive's folder: the database and its derived indexes, kept in step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeVar

from rag.embedding.embedder import Vectors
from rag.errors import ArchiveError
from rag.index.faults import IndexFault
from rag.settings import DATABASE, IndexSettings
from rag.store import moves
from rag.store.folder import care, examination
from rag.store.folder.candidates import gather
from rag.store.folder.connection import is_read_only
from rag.store.folder.indexes import Indexes
from rag.store.folder.store import Store
from rag.store.folder.upkeep import Upkeep
from rag.store.locking import held, writing_lock
from rag.store.types import Candidate, Change, EmbedderIdentity, Examination, Prepared
from rag.types import Article, Filter

Found = TypeVar("Found")


class FolderStorage:
    """The open files of one archive in a folder: a database, and the indexes derived from it.

    Hold `lock` while using `store`, by way of `reading`; searches go by way of `search`,
    which sees the writes of other processes and repairs the indexes when they fail. The
    methods that write take the lock themselves, and hold it only for the moment in which
    searches begin to see what was written. The files of the indexes belong to the process that
    is in `exclusive`.
    """

    def __init__(self, folder: Path, store: Store, *, settings: IndexSettings) -> None:
        self.folder = folder
        self.store = store
        self.lock = RLock()
        self.read_only = is_read_only(folder / DATABASE)
        self._inode = (folder / DATABASE).stat().st_ino
        store.catalog.mentioning = self._mentioning
        # Of the thread that writes.
        self._writer: Store | None = None
        self._writing = writing_lock(folder)
        self._upkeep = Upkeep(
            folder, store, settings=settings, lock=self.lock, writing=self._writing
        )

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

    @property
    def indexes(self) -> Indexes:
        """The indexes in use."""
        return self._upkeep.indexes

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
        """Provide the database; `ArchiveError` when its file was deleted or replaced."""
        with self.lock:
            self._check_present()
            yield self.store

    def search(self, work: Callable[[Store, Indexes], Found]) -> Found:
        """Return what `work` finds; an index that fails is rebuilt and asked again."""
        with self.reading() as store:
            self._upkeep.refresh()
            try:
                return work(store, self.indexes)
            except IndexFault as fault:
                self._upkeep.renew(fault)
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
        """Read everything and check all of it; a damaged index is rebuilt."""
        found = examination.examine(self.store.path)
        fault = self.check_indexes()
        return dataclasses.replace(found, mended=(fault,) if fault else ())

    def backup(self, file: Path) -> Examination:
        """Copy the archive into `file`; as `rag.store.folder.care.backup`."""
        return care.backup(self.store.path, to=file)

    def destroy(self) -> None:
        """Do nothing: all that the archive holds lies in its folder."""

    def check_indexes(self) -> str | None:
        """Read all files of the indexes; rebuild them if one is damaged, and say which."""
        with self.reading():
            return self._upkeep.check()

    def _mentioning(self, names: Sequence[str]) -> Sequence[int]:
        """Return the keys of the articles that mention all of `names`."""
        return self.search(lambda _, indexes: indexes.headlines.mentioning(names))

    def _check_present(self) -> None:
        try:
            found = (self.folder / DATABASE).stat().st_ino
        except OSError:
            found = None
        if found != self._inode:
            done = "deleted" if found is None else "replaced by another"
            raise ArchiveError(f"the archive at {self.folder} was {done} meanwhile; open it again")

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what vectors will be made with, and make indexes of that dimension."""
        with self.lock:
            self.store.set_embedder(identity)
            self._upkeep.rebuild()

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles to the database and the indexes; searches go on meanwhile."""
        with self._changing() as store:
            change = store.write(batch)
            self._upkeep.follow(store)
        self._upkeep.save()
        return change

    def delete(self, article_id: str) -> bool:
        """Delete an article everywhere; False when there is none of that id."""
        with self._changing() as store:
            change = store.delete(article_id)
            if change is None:
                return False
            self._upkeep.follow(store)
        self._upkeep.save()
        return True

    @contextmanager
    def _changing(self) -> Iterator[Store]:
        """Provide a connection for writing, beside the one that searches read with.

        Only in `exclusive`, so by one thread at a time. Until the indexes have followed,
        searches use them as they were, as they do while another process writes.
        """
        with self.lock:
            self._check_present()
            self._upkeep.own()
            if self._writer is None:
                self._writer = Store.open(self.folder / DATABASE)
            self._upkeep.paused = True
        try:
            yield self._writer
        finally:
            self._upkeep.paused = False

    def save(self) -> None:
        """Write the vectors to a new file when many have changed; searches go on meanwhile."""
        self._upkeep.save()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other processes from writing; `LockedError` when one already does."""
        with held(self._writing, self.folder):
            try:
                self._check_present()
                yield
            finally:
                self.indexes.finish_merging()
