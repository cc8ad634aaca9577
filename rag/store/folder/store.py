"""The archive's contents: articles, chunks and vectors, the only source of truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from rag.embedding.embedder import Vectors
from rag.index import Ids
from rag.store.folder import checksums, database
from rag.store.folder.catalog import ARTICLE, Catalog, article_of
from rag.store.folder.changes import VECTOR, Feed, Indexable, matrix
from rag.store.folder.connection import Connection, damage
from rag.store.folder.database import select_in
from rag.store.folder.rows import articles_by_key, insert, leader, remove, whole_signature
from rag.store.identity import content_hash, signature
from rag.store.types import Change, EmbedderIdentity, Known, Prepared, StoredChunk
from rag.types import Article, Chunk, Filter

# What table `meta` says of the embedder, in the order of `EmbedderIdentity`.
EMBEDDER = ("embedder.id", "embedder.checksum", "embedder.dimension", "chunk_tokens")
# Where the checksum of these four is, in archives that were made since there is one.
EMBEDDER_CHECKSUM = "embedder.crc32"
# Filters whose chunk ids are kept. One that lets a million chunks pass takes 1.5 MB.
_FILTERS = 16


class Store:
    """An open archive database. Not safe for use by several threads at once."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self._db = connection
        self.path = path
        self.catalog = Catalog(connection)
        self.feed = Feed(connection)
        self._ranges: tuple[int, dict[Filter, Ids]] = (-1, {})

    @classmethod
    def create(cls, path: Path) -> Store:
        """Create an empty database at `path`, which must not exist."""
        return cls(database.create(path), path)

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the database at `path`.

        Raises `ArchiveError` when it is not an archive, or has a newer format.
        """
        return cls(database.connect(path), path)

    def close(self) -> None:
        """Close the database; it must not be used afterwards."""
        self._db.close()

    @property
    def generation(self) -> int:
        """Number of writes so far; indexes of another generation are stale."""
        return database.number(self._db, "generation") or 0

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything inside from one state, whatever other processes write."""
        return database.snapshot(self._db)

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """What the vectors were made with; None in an archive that has none yet."""
        id_, checksum = (database.note(self._db, key) for key in EMBEDDER[:2])
        dimension, tokens = (database.number(self._db, key) for key in EMBEDDER[2:])
        if not (id_ and checksum and dimension and tokens):
            return None
        return EmbedderIdentity(id_, checksum, dimension, tokens)

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what the vectors are made with, before the first is written."""
        with database.transaction(self._db):
            values = [str(value) for value in dataclasses.astuple(identity)]
            for key, value in zip(EMBEDDER, values, strict=True):
                self._set(key, value)
            self._set(EMBEDDER_CHECKSUM, str(checksums.of_article(*values)))
            # Indexes that others opened while there was no embedder have no dimension.
            self._bump()

    def known(self, article_id: str) -> Known | None:
        """Return what is stored of the article with that id."""
        row = self._db.execute(
            f"SELECT key, content_hash, signature, {ARTICLE} FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            return None
        key, digest, sketch, *article, checksum = row
        whole = (
            checksums.is_whole(article, checksum)
            and not self._damaged_chunks(key)
            and whole_signature(self._db, key, sketch) is not None
        )
        return Known(digest if whole else "")

    def _key(self, article_id: str) -> int | None:
        row = self._db.execute("SELECT key FROM articles WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else int(row[0])

    def _damaged_chunks(self, key: int) -> bool:
        """Tell whether a chunk of the article with that key is not as it was written."""
        rows = self._db.execute(
            'SELECT article, position, start, "end", vector, checksum FROM chunks '
            "WHERE article = ?",
            (key,),
        )
        return any(checksums.of_chunk(*row[:-1]) != row[-1] for row in rows)

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles in one transaction, replacing those of the same id."""
        removed = written = linked = 0
        with database.transaction(self._db):
            generation = self._bump()
            for prepared in batch:
                if (old := self._key(prepared.article.id or "")) is not None:
                    remove(self._db, old, generation=generation)
                    removed += 1
                root = leader(self._db, prepared)
                linked += root is not None
                insert(self._db, prepared, root=root, first=self.feed.mark().chunk + 1)
                written += 1
        return Change(removed, written, linked)

    def delete(self, article_id: str) -> Change | None:
        """Delete one article with its chunks; None when there is no such article."""
        key = self._key(article_id)
        if key is None:
            return None
        with database.transaction(self._db):
            remove(self._db, key, generation=self._bump())
        return Change(removed=1)

    def article(self, article_id: str) -> Article | None:
        """Return the article with that id, or None. Raises `DamageError` for a damaged one."""
        row = self._db.execute(
            f"SELECT {ARTICLE} FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        if row is not None and not checksums.is_whole(row[:-1], row[-1]):
            raise damage(self.path, f"the checksum of article {article_id!r} is wrong")
        return None if row is None else article_of(row)

    def linked_to(self, article_id: str) -> list[Article]:
        """Return the other articles of the same group of near-duplicates, the newest first."""
        rows = self._db.execute(
            "WITH root(key) AS (SELECT coalesce(duplicate_of, key) FROM articles WHERE id = ?1) "
            f"SELECT {ARTICLE} FROM articles, root WHERE id != ?1 "
            "AND (articles.key = root.key OR duplicate_of = root.key) "
            "ORDER BY articles.date DESC NULLS LAST, articles.key",
            (article_id,),
        )
        return [article_of(row) for row in rows if checksums.is_whole(row[:-1], row[-1])]

    def prepared(self) -> Iterator[Prepared]:
        """Yield all articles in the order of their ingest, as `write` takes them.

        Raises `DamageError` at one that is not as it was written.
        """
        for item in self.feed.indexable():
            self._check(item)
            if self._damaged_chunks(item.key):
                raise damage(self.path, f"a passage of article {item.article.id!r} is damaged")
            [stored] = self._db.execute(
                "SELECT signature FROM articles WHERE key = ?", (item.key,)
            ).fetchone()
            sketch = whole_signature(self._db, item.key, stored)
            if sketch is None:
                sketch = signature(item.article.text)
            rows = self._db.execute(
                f'SELECT position, start, "end", id, vector, checksum & {checksums.VECTOR_MASK} '
                "FROM chunks WHERE article = ? ORDER BY position",
                (item.key,),
            ).fetchall()
            id_ = item.article.id or ""
            chunks = [
                Chunk(id_, position, start, end, text)
                for (position, start, end, *_), text in zip(rows, item.texts, strict=True)
            ]
            vectors = matrix([row[3:] for row in rows])[1]
            yield Prepared(item.article, content_hash(item.article), sketch, chunks, vectors)

    def whole_articles(self) -> Iterator[Article]:
        """Yield all articles in the order of their ingest; as `prepared`, without the chunks."""
        for item in self.feed.indexable():
            self._check(item)
            yield item.article

    def _check(self, item: Indexable) -> None:
        if not item.whole:
            raise damage(self.path, f"the checksum of article {item.article.id!r} is wrong")

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """Return the chunks with those ids; damaged ones are left out."""
        rows = select_in(
            self._db,
            'SELECT c.id, c.article, coalesce(a.duplicate_of, a.key), c.start, c."end", '
            "c.position, (c.checksum >> 32) & 4294967295 "
            "FROM chunks c JOIN articles a ON a.key = c.article WHERE c.id IN ({})",
            ids,
        )
        return {
            id_: StoredChunk(id_, article, root, start, end)
            for id_, article, root, start, end, position, checksum in rows
            if checksums.of_place(article, position, start, end) == checksum
        }

    def cosines(self, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """Return the cosine of a unit vector, shape (dimension,), with each of the chunks."""
        found, vectors = matrix(select_in(self._db, f"{VECTOR} WHERE id IN ({{}})", ids))
        # Row by row, so that equal vectors have equal cosines wherever they stand.
        scores = (vectors * vector).sum(axis=1) if len(found) else np.empty(0)
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def articles_by_key(self, keys: Sequence[int]) -> dict[int, Article]:
        """Return the articles with those internal keys; damaged ones are left out."""
        return articles_by_key(self._db, keys)

    def chunk_ranges(self, where: Filter) -> Ids:
        """Return the chunk ids of the articles that pass a filter, shape (articles, 2).

        Each row holds the first and the last id of an article. They are kept until the
        next write, but for those of names: the index that finds these may follow a write later.
        """
        if where.names:
            return self.catalog.chunk_ranges(where)
        generation = self.generation
        if self._ranges[0] != generation:
            self._ranges = (generation, {})
        known = self._ranges[1]
        if where not in known:
            if len(known) >= _FILTERS:
                known.clear()
            known[where] = self.catalog.chunk_ranges(where)
        return known[where]

    def _set(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _bump(self) -> int:
        fresh = self.generation + 1
        self._set("generation", str(fresh))
        return fresh
