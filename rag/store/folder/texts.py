"""The two full-text indexes of an archive's folder: passages, and whole articles."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.index.faults import IndexFault, faults
from rag.index.full_text import Document, LexicalIndex
from rag.store.folder.changes import Indexable, Mark
from rag.store.folder.store import Store

log = logging.getLogger(__name__)

_PASSAGES = "passages"
_HEADLINES = "headlines"


@dataclass(frozen=True, slots=True)
class Texts:
    """The full-text indexes.

    `passages` is keyed by chunk id, `headlines` by article key. The latter holds whole articles
    with their titles: its BM25 score says what an article is about, where a single passage only
    mentions it.
    """

    passages: LexicalIndex
    headlines: LexicalIndex

    @classmethod
    def load(cls, folder: Path) -> Texts:
        """Load the indexes in `folder`; `IndexFault` when one is missing or damaged."""
        return cls(LexicalIndex.load(folder / _PASSAGES), LexicalIndex.load(folder / _HEADLINES))

    @classmethod
    def build(cls, folder: Path | None, store: Store) -> Texts:
        """Build both from the database: beside those in `folder`, or in memory without one."""
        passages = LexicalIndex.build(_fresh(folder, _PASSAGES))
        passages.fill(_passages(store, after=0))
        headlines = LexicalIndex.build(_fresh(folder, _HEADLINES))
        headlines.fill(_headlines(store, after=0))
        return cls(passages, headlines)

    @classmethod
    def put_in_place(cls, folder: Path) -> Texts:
        """Replace the indexes in `folder` by those just built beside them, and load these."""
        for name in (_PASSAGES, _HEADLINES):
            _replace(folder / f"{name}.new", folder / name)
        return cls.load(folder)

    @staticmethod
    def discard(folder: Path | None) -> None:
        """Remove what was built in `folder` and not put in place."""
        for name in (_PASSAGES, _HEADLINES):
            _fresh(folder, name)

    @property
    def commits(self) -> tuple[int, int]:
        """The numbers of their last commits, by which the manifest knows them."""
        return self.passages.commit, self.headlines.commit

    def update(self, store: Store, *, since: Mark, now: Mark) -> None:
        """Take in what the database removed and added between two marks.

        Searches do not see it before `reload`.
        """
        removed = store.feed.removals(since=since.generation)
        chunks = [id_ for removal in removed for id_ in removal.chunks]
        self.passages.update(
            remove=[*chunks, *range(since.chunk + 1, now.chunk + 1)],
            add=_passages(store, after=since.article),
            seen=False,
        )
        articles = [removal.article for removal in removed]
        self.headlines.update(
            remove=[*articles, *range(since.article + 1, now.article + 1)],
            add=_headlines(store, after=since.article),
            seen=False,
        )

    def reload(self) -> None:
        """Let searches see what was written last, also by other processes."""
        self.passages.reload()
        self.headlines.reload()

    def check(self) -> None:
        """Read all files; `IndexFault` when one is not as it was written."""
        self.passages.check()
        self.headlines.check()

    def finish_merging(self) -> None:
        """Let other processes write to the folders.

        Parts that could not be joined stay as they are; what is wrong with one is found,
        and repaired, when it is next read.
        """
        for index in (self.passages, self.headlines):
            try:
                index.finish_merging()
            except IndexFault as error:
                log.info("parts of an index were not joined: %s", error)


def _passages(store: Store, *, after: int) -> Iterator[Document]:
    """Yield the passages of the articles with a key above `after`."""
    for item in store.feed.indexable(after=after):
        for id_, text in zip(item.chunk_ids, item.texts, strict=True):
            yield _document(item, id_, text)


def _headlines(store: Store, *, after: int) -> Iterator[Document]:
    """Yield the whole articles with a key above `after`."""
    for item in store.feed.indexable(after=after):
        yield _document(item, item.key, item.article.text)


def _document(item: Indexable, id_: int, text: str) -> Document:
    article = item.article
    told = f"{article.title}\n{text}"
    return Document(id_, told, article.date, article.publisher, article.language)


def _fresh(folder: Path | None, name: str) -> Path | None:
    """Return where the full-text index `name` is to be built, with nothing there yet."""
    if folder is None:
        return None
    fresh = folder / f"{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    return fresh


def _replace(fresh: Path, folder: Path) -> None:
    """Put folder `fresh` in the place of `folder`."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    with faults():
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
