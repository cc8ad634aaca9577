"""Articles written to Milvus and deleted, so that doing it again makes good what broke off.

There are no transactions: the chunks come first and the article's first row last, and a chunk
counts only beside the article of its version.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rag.store.milvus.client import Client, Row, listed, quoted
from rag.store.milvus.groups import Groups
from rag.store.milvus.place import Place
from rag.store.milvus.records import MilvusRecords, Stored
from rag.store.milvus.rows import (
    day_of,
    key_of,
    partition_of,
    rows_of_article,
    rows_of_chunks,
)
from rag.store.milvus.values import DAY, LANGUAGE, values_of
from rag.store.types import Change, Prepared
from rag.types import Article


class Writer:
    """Writes to the collections of one archive."""

    def __init__(self, client: Client, place: Place, records: MilvusRecords) -> None:
        self._client = client
        self._place = place
        self._records = records
        self._groups = Groups(client, place, records)
        self._partitions: dict[str, set[str]] = {}

    def write(self, batch: Sequence[Prepared]) -> Change:
        """Write articles, replacing those of the same id."""
        if not batch:
            return Change()
        keys = [key_of(each.article.id or "") for each in batch]
        old = self._records.stored(keys)
        self._groups.leave(old.values())
        roots = self._groups.roots(batch)
        added = time.time_ns()
        articles = [
            rows_of_article(each, root=root, added=added + place)
            for place, (each, root) in enumerate(zip(batch, roots, strict=True))
        ]
        chunks = [rows_of_chunks(each) for each in batch]
        self._remove_moved(batch, old)
        self._upsert(self._place.chunks, (row for rows in chunks for row in rows))
        self._trim(self._place.chunks, "position", zip(keys, map(len, chunks), strict=True), old)
        # The first row is the last to be written.
        self._upsert(self._place.articles, (row for rows in articles for row in rows[1:]))
        self._upsert(self._place.articles, (rows[0] for rows in articles))
        self._trim(self._place.articles, "part", zip(keys, map(len, articles), strict=True), old)
        self._records.values.add(each.article for each in batch)
        self._done(each.article for each in old.values())
        return Change(len(old), len(batch), sum(map(bool, roots)))

    def delete(self, article_id: str) -> bool:
        """Delete one article with its chunks; False when there is no such article."""
        key = key_of(article_id)
        old = self._records.stored([key])
        if not old:
            return False
        self._groups.leave(old.values())
        collections = [self._place.articles]
        if self._records.embedder:
            collections.insert(0, self._place.chunks)
        for collection in collections:
            self._client.delete(collection, f'key == "{key}"')
            # Unlike what was written, what was deleted is not gone at once for this process.
            self._client.catch_up(collection)
        self._done(each.article for each in old.values())
        return True

    def _remove_moved(self, batch: Sequence[Prepared], old: Mapping[str, Stored]) -> None:
        """Delete the rows of articles whose new date is of another year, and so partition."""
        moved = [
            key
            for each in batch
            if (stored := old.get(key := key_of(each.article.id or "")))
            and partition_of(stored.head.day) != partition_of(day_of(each.article.date))
        ]
        if moved:
            for collection in (self._place.chunks, self._place.articles):
                self._client.delete(collection, f"key in {listed(moved)}")

    def _trim(
        self,
        collection: str,
        number: str,
        counts: Iterable[tuple[str, int]],
        old: Mapping[str, Stored],
    ) -> None:
        """Delete the rows that a longer version of an article has left."""
        terms = [f'(key == "{key}" and {number} >= {count})' for key, count in counts if key in old]
        if terms:
            self._client.delete(collection, " or ".join(terms))

    def _upsert(self, collection: str, rows: Iterable[Row]) -> None:
        by_partition: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_partition[partition_of(row["day"])].append(row)
        for partition, own in by_partition.items():
            self._make_partition(collection, partition)
            self._client.upsert(collection, own, partition=partition)

    def _make_partition(self, collection: str, name: str) -> None:
        if name in self._partitions.get(collection, ()):
            return
        self._partitions[collection] = self._client.partitions(collection)
        if name not in self._partitions[collection]:
            self._client.add_partition(collection, name)
            self._partitions[collection].add(name)

    def _done(self, gone: Iterable[Article]) -> None:
        """Note that something was written, and which values no article has any more."""
        before = {pair for article in gone for pair in values_of(article)}
        self._records.values.remove(pair for pair in before if not self._has(*pair))
        self._records.values.set_note("generation", str(time.time_ns()))

    def _has(self, kind: str, value: str) -> bool:
        where = f"part == 0 and {_term(kind, value)}"
        return self._client.count(self._place.articles, where) > 0


def _term(kind: str, value: str) -> str:
    if kind == DAY:
        return f"day == {day_of(value)}"
    return f"{'language' if kind == LANGUAGE else 'name'} == {quoted(value)}"
