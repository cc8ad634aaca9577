"""What an archive on Milvus holds, read by id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.store.milvus.catalog import MilvusCatalog
from rag.store.milvus.client import Client, Row, listed
from rag.store.milvus.place import Place
from rag.store.milvus.rows import HEAD, Head, article_in, key_of
from rag.store.milvus.values import Values
from rag.store.types import EmbedderIdentity, Known, Prepared
from rag.types import Article, Chunk

# Articles read at a time.
_ARTICLES = 100
_PARTS = (*HEAD, "part", "article")


@dataclass(frozen=True, slots=True)
class Stored:
    """An article with what is stored beside its text."""

    head: Head
    article: Article


class MilvusRecords:
    """Reads the collections of one archive."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client = client
        self._place = place
        self.values = Values(client, place)
        self._embedder: EmbedderIdentity | None = None
        self.catalog = MilvusCatalog(client, place, self.values, self)

    @property
    def generation(self) -> int:
        """When the archive was last written to, in nanoseconds since 1970; 0 when never."""
        return int(self.values.note("generation") or 0)

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """What the vectors were made with; None in an archive that has none yet."""
        if self._embedder is None and (found := self.values.note("embedder")):
            # It never changes.
            self._embedder = EmbedderIdentity(**json.loads(found))
        return self._embedder

    def known(self, article_id: str) -> Known | None:
        """Return what is stored of the article with that id."""
        rows = self._client.get(self._place.articles, [f"{key_of(article_id)}-0"], ["version"])
        if not rows:
            return None
        return Known(rows[0]["version"])

    def article(self, article_id: str) -> Article | None:
        """Return the article with that id, or None."""
        key = key_of(article_id)
        found = self.stored([key]).get(key)
        return found.article if found else None

    def linked_to(self, article_id: str) -> list[Article]:
        """Return the other articles of the same group of near-duplicates, the newest first."""
        key = key_of(article_id)
        found = self.stored([key]).get(key)
        if found is None:
            return []
        leader = found.head.root or key
        where = f"part == 0 and (key == {leader!r} or root == {leader!r})"
        keys = [row["key"] for row in self._client.select(self._place.articles, where, ["key"])]
        group = [each for each in self.stored(keys).values() if each.head.key != key]
        # Sorting keeps the order of what is equal.
        group.sort(key=lambda each: each.head.added)
        group.sort(key=lambda each: each.head.day, reverse=True)
        return [each.article for each in group]

    def articles(self, keys: Sequence[str]) -> list[Article]:
        """Return the articles with those keys, in their order; those that are gone are left out."""
        found = self.stored(keys)
        return [found[key].article for key in keys if key in found]

    def stored(self, keys: Iterable[str]) -> dict[str, Stored]:
        """Return the articles with those keys; one that is being written is left out."""
        wanted = list(dict.fromkeys(keys))
        parts: dict[str, list[Row]] = {}
        for start in range(0, len(wanted), _ARTICLES):
            where = f"key in {listed(wanted[start : start + _ARTICLES])}"
            for row in self._client.select(self._place.articles, where, _PARTS):
                parts.setdefault(row["key"], []).append(row)
        found = ((key, _stored(rows)) for key, rows in parts.items())
        return {key: each for key, each in found if each}

    def heads(self) -> Iterator[Head]:
        """Yield the heads of all articles."""
        for row in self._client.scan(self._place.articles, "part == 0", HEAD):
            yield Head.of(row)

    def prepared(self) -> Iterator[Prepared]:
        """Yield everything in the order of its ingest."""
        fields = ["key", "added"]
        rows = self._client.scan(self._place.articles, "part == 0", fields)
        keys = [row["key"] for row in sorted(rows, key=lambda row: int(row["added"]))]
        for start in range(0, len(keys), _ARTICLES):
            yield from self._prepared(keys[start : start + _ARTICLES])

    def _prepared(self, keys: Sequence[str]) -> Iterator[Prepared]:
        where = f"key in {listed(keys)}"
        chunks: dict[str, list[Row]] = {}
        fields = ["key", "version", "position", "start", "end", "vector"]
        for row in self._client.scan(self._place.chunks, where, fields):
            chunks.setdefault(row["key"], []).append(row)
        firsts = self._client.get(
            self._place.articles, [f"{key}-0" for key in keys], ["key", "signature"]
        )
        signatures = {row["key"]: np.array(row["signature"], np.uint64) for row in firsts}
        for key, each in sorted(self.stored(keys).items(), key=lambda pair: pair[1].head.added):
            own = [row for row in chunks.get(key, []) if row["version"] == each.head.version]
            own.sort(key=lambda row: int(row["position"]))
            yield Prepared(
                each.article,
                each.head.version,
                signatures[key],
                [_chunk(each.article, row) for row in own],
                np.array([row["vector"] for row in own], np.float32),
            )


def _stored(parts: list[Row]) -> Stored | None:
    """Return the article of some rows; None while they are not all of one version."""
    [first, *_] = sorted(parts, key=lambda row: int(row["part"]))
    if first["part"] != 0 or any(row["version"] != first["version"] for row in parts):
        return None
    return Stored(Head.of(first), article_in(parts))


def _chunk(article: Article, row: Row) -> Chunk:
    start, end = row["start"], row["end"]
    return Chunk(article.id or "", row["position"], start, end, article.text[start:end])
