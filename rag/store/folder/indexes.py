"""The indexes derived from the database, kept beside it and rebuilt when in doubt.

They follow it: what they lack is what the database removed after the generation they are
of, and what has ids above the last ones they hold. So the large file of the vectors is
written only now and then, and a crash at any point leaves nothing but a little to catch
up on.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rag.index.faults import IndexFault, faults
from rag.index.full_text import LexicalIndex
from rag.index.vectors import DenseIndex
from rag.settings import IndexSettings
from rag.store.folder.changes import Mark
from rag.store.folder.manifest import Manifest, VectorFile, expect
from rag.store.folder.store import Store
from rag.store.folder.texts import Texts
from rag.store.folder.tuning import build

log = logging.getLogger(__name__)


class Indexes:
    """The three indexes of one archive: vectors, passages and whole articles.

    `dense` is keyed by chunk id; `texts` has the other two. `mark` is the state of the
    database that they are of.
    """

    def __init__(
        self,
        dense: DenseIndex,
        texts: Texts,
        *,
        mark: Mark,
        file: VectorFile | None = None,
    ) -> None:
        self.dense = dense
        self.texts = texts
        self.mark = mark
        self._file = file
        # The vectors come from the database and may be ahead of the texts, which come
        # from files.
        self._vectors_mark = file.mark if file else Mark()

    @classmethod
    def load(cls, folder: Path, store: Store, *, behind: bool = False) -> Indexes | None:
        """Load the indexes in `folder`; None when they do not fit the store.

        With `behind` they may be of an older generation; `follow` brings them up to date.
        """
        try:
            return cls._read(folder, store, behind=behind)
        except IndexFault as error:
            log.info("the indexes in %s do not fit: %s", folder, error)
            return None

    @classmethod
    def _read(cls, folder: Path, store: Store, *, behind: bool) -> Indexes:
        """Load the indexes; `IndexFault` says how they differ from the store."""
        manifest = Manifest.load(folder)
        identity = store.embedder
        expect("embedder", manifest.checksum, identity and identity.checksum)
        generation, present = manifest.mark.generation, store.generation
        if generation > present or not behind:
            expect("generation", generation, present)
        file = manifest.vectors
        dense = (
            file.load(folder, dimension=manifest.dimension)
            if file
            else DenseIndex(manifest.dimension)
        )
        texts = Texts.load(folder)
        indexes = cls(dense, texts, mark=manifest.mark, file=file)
        if generation == present or texts.commits < manifest.commits:
            # When a writer crashed it may be ahead of the manifest, and is caught up.
            expect("commits of the texts", texts.commits, manifest.commits)
        indexes._take_vectors(store)
        return indexes

    @classmethod
    def rebuild(cls, folder: Path | None, store: Store, *, settings: IndexSettings) -> Indexes:
        """Rebuild the indexes from the database, without embedding anything.

        They replace those in `folder`; when it is None they stay in memory. `NoRoomFault`
        when there is no room for them, which leaves no half of one behind.
        """
        try:
            return cls._rebuild(folder, store, settings=settings)
        except IndexFault:
            Texts.discard(folder)
            raise

    @classmethod
    def _rebuild(cls, folder: Path | None, store: Store, *, settings: IndexSettings) -> Indexes:
        identity = store.embedder
        with store.snapshot():
            mark = store.feed.mark()
            texts = Texts.build(folder, store)
            indexes = cls(DenseIndex(identity.dimension if identity else 1), texts, mark=mark)
            if folder and identity:
                indexes.texts = Texts.put_in_place(folder)
                indexes.adopt(indexes.renewed(folder, store, settings=settings), folder, store)
            else:
                indexes._take_vectors(store)
        return indexes

    @property
    def generation(self) -> int:
        """The database's generation that the indexes are of."""
        return self.mark.generation

    @property
    def in_memory(self) -> bool:
        """Whether the full-text indexes have no folder."""
        return self.passages.in_memory

    @property
    def passages(self) -> LexicalIndex:
        """The words of the chunks."""
        return self.texts.passages

    @property
    def headlines(self) -> LexicalIndex:
        """The words of whole articles."""
        return self.texts.headlines

    def matches(self, store: Store) -> bool:
        """Tell whether as many articles and chunks are indexed as the store has."""
        articles, chunks, _ = store.catalog.counts()
        found = (len(self.headlines), len(self.passages), len(self.dense))
        return found == (articles, chunks, chunks)

    def follow(
        self, store: Store, folder: Path, *, lock: AbstractContextManager[object] | None = None
    ) -> None:
        """Take in what has been written to the database, in memory and in `folder`.

        Only for who may write to `folder`. Taking something in twice does no harm, so
        that a crash between two of these steps is made good by doing them again. `lock` is
        held only for the moment in which searches begin to see it.
        """
        with store.snapshot():
            now = store.feed.mark()
            self.texts.update(store, since=self.mark, now=now)
            with lock or nullcontext():
                self._take_vectors(store)
                self.texts.reload()
                self.mark = now
        self._save(folder, store)

    def reload(self, store: Store, folder: Path) -> bool:
        """Take in what another process has written to the database and to `folder`.

        False when it has not finished, or has written files that must be loaded again.
        """
        try:
            manifest = Manifest.load(folder)
        except IndexFault:
            return False
        if (manifest.vectors, manifest.dimension) != (self._file, self.dense.dimension):
            return False
        with store.snapshot():
            if manifest.mark.generation != store.generation:
                return False
            self.texts.reload()
            self._take_vectors(store)
        self.mark = manifest.mark
        return True

    def overdue(self, settings: IndexSettings) -> bool:
        """Tell whether so many vectors are in memory alone that their file should be renewed."""
        share = settings.pending_share * len(self.dense)
        return self.dense.pending > max(settings.pending, share)

    def renewed(self, folder: Path, store: Store, *, settings: IndexSettings) -> VectorFile | None:
        """Write all vectors to a new file; None when they are so few that none is needed.

        The index in use stays as it is. Its file is copied with what has changed since,
        or a new one is fitted when the archive has outgrown it.
        """
        count = store.catalog.counts()[1]
        if count <= settings.pending:
            return None
        if self._file and self._file.tuning.suits(count, settings):
            index, tuning = self.dense.merged(folder / self._file.name), self._file.tuning
            mark = self._vectors_mark
        else:
            mark = store.feed.mark()
            dimension = self.dense.dimension
            index, tuning = build(store.feed, count=count, dimension=dimension, settings=settings)
        return VectorFile.save(index, folder, mark=mark, tuning=tuning)

    def adopt(self, file: VectorFile | None, folder: Path, store: Store) -> None:
        """Use what `renewed` wrote, and remove the file before it."""
        dimension = self.dense.dimension
        self.dense = file.load(folder, dimension=dimension) if file else DenseIndex(dimension)
        self._file = file
        self._vectors_mark = file.mark if file else Mark()
        self._take_vectors(store)
        self._save(folder, store)
        for path in (*folder.glob("vectors-*"), *folder.glob("dense.faiss*")):
            if file is None or path.name != file.name:
                with faults():
                    _remove(path)

    def check(self, folder: Path) -> None:
        """Read all files in `folder`; `IndexFault` when one is not as it was written."""
        self.texts.check()
        if self._file:
            self._file.check(folder)

    def finish_merging(self) -> None:
        """Let other processes write to the full-text folders."""
        self.texts.finish_merging()

    def _take_vectors(self, store: Store) -> None:
        """Take in what the database has removed and added since the vectors' mark."""
        with store.snapshot():
            now = store.feed.mark()
            for removal in store.feed.removals(since=self._vectors_mark.generation):
                self.dense.remove(removal.chunks)
            for ids, vectors in store.feed.vectors(after=self._vectors_mark.chunk):
                self.dense.add(ids, vectors)
        self._vectors_mark = now

    def _save(self, folder: Path, store: Store) -> None:
        identity = store.embedder
        assert identity is not None, "an archive with vectors has an embedder"  # noqa: S101
        manifest = Manifest(
            format=2,
            embedder=identity.id,
            checksum=identity.checksum,
            dimension=identity.dimension,
            chunk_tokens=identity.chunk_tokens,
            articles=len(self.headlines),
            chunks=len(self.dense),
            mark=self.mark,
            commits=self.texts.commits,
            vectors=self._file,
        )
        manifest.save(folder)


def _remove(path: Path) -> None:
    """Remove a file of before; one that Windows holds for another process goes the next time."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError as error:
        log.info("%s is still in use: %s", path, error)
