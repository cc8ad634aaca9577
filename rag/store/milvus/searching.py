"""Searches of an archive on Milvus: by vector, and by words with its own BM25."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.embedding.embedder import Vectors
from rag.index.terms import terms_of_question
from rag.store.milvus.client import Client, Row
from rag.store.milvus.place import Place
from rag.store.milvus.records import MilvusRecords, Stored
from rag.store.milvus.rows import condition, day_of, partition_of
from rag.store.milvus.values import DAY, LANGUAGE, Values
from rag.store.types import Candidate, StoredChunk
from rag.text.sentences import is_english
from rag.types import Article, Filter

_PLACE = ("key", "version", "position", "start", "end", "vector")
# Bits of an article's key, and enough for the number of a chunk.
_KEY_BITS, _POSITION_BITS = 128, 32
# An article of several rows is found once for each.
_ROWS = 2


def candidates(
    question: str,
    vector: Vectors,
    *,
    client: Client,
    place: Place,
    records: MilvusRecords,
    k: int,
    where: Filter,
) -> list[Candidate]:
    """Return what the `k` best of each search come to, in order of ingest."""
    search = _Search(client, place, records, where)
    if search.nothing:
        return []
    words = search.words(question)
    dense = search.chunks(vector, k=k)
    lexical = search.chunks(words, k=k)
    headline = search.articles(words, k=k)
    rows = client.get(place.chunks, list(dense | lexical), ("pk", *_PLACE))
    stored = records.stored(row["key"] for row in rows)
    found = [
        Candidate(
            _chunk(row, each),
            each.article,
            # Exact, also where the server keeps rounded vectors, or only the words were found.
            float(np.dot(np.asarray(row["vector"], np.float32), vector)),
            lexical.get(row["pk"]),
            headline.get(row["key"]),
        )
        for row in rows
        # Another process may have deleted or rewritten some since they were found.
        if (each := stored.get(row["key"])) and each.head.version == row["version"]
    ]
    return sorted(found, key=lambda each: each.chunk.id)


def find(
    words: str, *, client: Client, place: Place, records: MilvusRecords, k: int, where: Filter
) -> list[Article]:
    """Return the `k` articles whose title and text fit `words` best by BM25, best first."""
    search = _Search(client, place, records, where)
    if search.nothing:
        return []
    return records.articles(list(search.articles(search.words(words), k=k)))


class _Search:
    """What the searches of one question have in common."""

    def __init__(self, client: Client, place: Place, records: MilvusRecords, where: Filter) -> None:
        self._client = client
        self._place = place
        self._records = records
        self._condition = condition(where, mentioning=records.catalog.mentioning)
        self._partitions = _partitions(where, records.values)

    @property
    def nothing(self) -> bool:
        """Whether the filter lets nothing pass, or there is nothing yet."""
        return self._partitions == [] or self._records.embedder is None

    def words(self, question: str) -> str:
        """Return the terms of a question, in all languages of the archive."""
        others = sorted(each for each in self._records.values.of(LANGUAGE) if not is_english(each))
        return " ".join(terms_of_question(question, languages=others))

    def chunks(self, asked: str | Vectors, *, k: int) -> dict[str, float]:
        """Return the `k` best chunks with their scores, best first."""
        field = "bm25" if isinstance(asked, str) else "vector"
        found = self._search(self._place.chunks, asked, field=field, k=k, name="pk")
        return dict(found)

    def articles(self, words: str, *, k: int) -> dict[str, float]:
        """Return the keys of the `k` best articles with their scores, best first."""
        found = self._search(self._place.articles, words, field="bm25", k=k * _ROWS, name="key")
        best: dict[str, float] = {}
        for key, score in found:
            # The first is the best of its rows.
            best.setdefault(key, score)
        return dict(list(best.items())[:k])

    def _search(
        self, collection: str, asked: str | Vectors, *, field: str, k: int, name: str
    ) -> list[tuple[str, float]]:
        if isinstance(asked, str) and not asked:
            return []
        found = self._client.search(
            collection,
            asked,
            field=field,
            k=k,
            where=self._condition,
            partitions=self._partitions,
            fields=[name],
        )
        return [(row[name], score) for row, score in found]


def _partitions(where: Filter, values: Values) -> Sequence[str] | None:
    """Return the partitions of the years that a filter lets pass; None when it is all of them."""
    if not (where.since or where.until):
        return None
    first, last = where.since or "", where.until or "9999-12-31"
    days = values.of(DAY)
    return sorted({partition_of(day_of(day)) for day in days if first <= day <= last})


def _chunk(row: Row, stored: Stored) -> StoredChunk:
    """Return a chunk with numbers of our own, which stand in the order of ingest."""
    key = int(stored.head.key, 16)
    article = stored.head.added << _KEY_BITS | key
    root = int(stored.head.root, 16) if stored.head.root else key
    chunk = article << _POSITION_BITS | row["position"]
    return StoredChunk(chunk, article, root, row["start"], row["end"])
