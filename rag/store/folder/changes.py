"""What the indexes are made of: what the database has gained and lost since a state of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.embedding.embedder import Vectors
from rag.index import Ids
from rag.store.folder.catalog import ARTICLE, article_of
from rag.store.folder.checksums import VECTOR_MASK, is_whole, of_vector
from rag.store.folder.connection import Connection
from rag.store.folder.database import number, select_in
from rag.types import Article

# Articles, and vectors, read at a time.
_ARTICLES, _VECTORS = 500, 20_000
VECTOR = f"SELECT id, vector, checksum & {VECTOR_MASK} FROM chunks"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Indexable:
    """What the full-text indexes need of one article; `whole` unless it is damaged."""

    key: int
    article: Article
    chunk_ids: Sequence[int]
    texts: Sequence[str]
    whole: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A state of the database: its generation, and the last ids given until then.

    Ids only grow and are never given twice, so that what has been added since is what
    lies beyond them.
    """

    generation: int = 0
    article: int = 0
    chunk: int = 0


@dataclass(frozen=True, slots=True)
class Removal:
    """An article that is gone, with the ids of its chunks."""

    article: int
    chunks: range


class Feed:
    """Reads one archive database in the order of its ids."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def mark(self) -> Mark:
        """Return the present state."""
        last = dict(self._db.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        generation = number(self._db, "generation") or 0
        return Mark(generation, last.get("articles", 0), last.get("chunks", 0))

    def removals(self, *, since: int) -> list[Removal]:
        """Return the articles removed after generation `since`."""
        rows = self._db.execute(
            "SELECT article, first_chunk, last_chunk FROM removals WHERE generation > ?", (since,)
        )
        return [Removal(row[0], range(row[1] or 0, (row[2] or -1) + 1)) for row in rows]

    def vectors(self, *, after: int = 0) -> Iterator[tuple[Ids, Vectors]]:
        """Yield the vectors of the chunks with an id above `after`, by thousands."""
        while True:
            rows = self._db.execute(
                f"{VECTOR} WHERE id > ? ORDER BY id LIMIT ?", (after, _VECTORS)
            ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield matrix(rows)

    def sample(self, size: int) -> Vectors:
        """Return the vectors of `size` chunks drawn at random, of all when they are fewer."""
        ids = np.array(self._db.execute("SELECT id FROM chunks").fetchall(), np.int64).ravel()
        drawn = np.random.default_rng(0).permutation(ids)[:size]
        return matrix(select_in(self._db, f"{VECTOR} WHERE id IN ({{}})", np.sort(drawn)))[1]

    def indexable(self, *, after: int = 0) -> Iterator[Indexable]:
        """Yield what the full-text indexes need of the articles with a key above `after`."""
        while True:
            articles = self._db.execute(
                f"SELECT key, first_chunk, last_chunk, {ARTICLE} FROM articles "
                "WHERE key > ? ORDER BY key LIMIT ?",
                (after, _ARTICLES),
            ).fetchall()
            if not articles:
                return
            after = articles[-1][0]
            spans = self._spans([row[1] for row in articles], [row[2] for row in articles])
            for row in articles:
                article, whole = _readable(row[3:])
                own = spans.get(row[0], [])
                texts = [article.text[start:end] for _, start, end in own]
                yield Indexable(row[0], article, [id_ for id_, _, _ in own], texts, whole)

    def _spans(
        self, firsts: list[int | None], lasts: list[int | None]
    ) -> dict[int, list[tuple[int, int, int]]]:
        """Return id, start and end of the chunks of neighbouring articles, by article."""
        rows = self._db.execute(
            'SELECT article, id, start, "end" FROM chunks WHERE id BETWEEN ? AND ? ORDER BY id',
            (min(filter(None, firsts), default=0), max(filter(None, lasts), default=-1)),
        )
        spans: dict[int, list[tuple[int, int, int]]] = {}
        for article, id_, start, end in rows:
            spans.setdefault(article, []).append((id_, start, end))
        return spans


def _readable(row: tuple[str | None, ...]) -> tuple[Article, bool]:
    """Return an article and whether it is whole; a damaged one counts, so it is indexed too."""
    if is_whole(row[:-1], row[-1]):
        return article_of(row), True
    id_, title, text, _, *others = row
    # A damaged date may be none.
    return article_of((id_, title, text, None, *others)), False


def matrix(rows: Sequence[tuple[int, bytes, int]]) -> tuple[Ids, Vectors]:
    """Return the ids and vectors of some chunks, shapes (rows,) and (rows, dimension).

    A damaged vector is all zeros, which no search prefers.
    """
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    vectors = np.frombuffer(b"".join(_whole(*row) for row in rows), np.float32)
    return ids, vectors.reshape(len(rows), -1) if rows else vectors.reshape(0, 0)


def _whole(id_: int, vector: bytes, checksum: int) -> bytes:
    if of_vector(vector) == checksum:
        return vector
    log.warning("the vector of chunk %s is damaged; `rag doctor --archive` lists all", id_)
    return bytes(len(vector))
