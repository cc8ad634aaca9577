"""Groups of near-duplicates on Milvus: which article leads, and what a new one belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.store.identity import DUPLICATE_SIMILARITY, Signature, is_other_issue, similarity
from rag.store.milvus.client import Client, listed
from rag.store.milvus.place import Place
from rag.store.milvus.records import MilvusRecords, Stored
from rag.store.milvus.rows import HEAD, Head, bands, key_of, partition_of
from rag.store.types import Prepared
from rag.types import Article

_SKETCH = ("key", "root", "added", "signature", "bands")


@dataclass(frozen=True, slots=True)
class _Member:
    """An article that a new one may be a near-duplicate of; `article` when it is at hand."""

    key: str
    root: str
    signature: Signature
    bands: frozenset[int]
    article: Article | None = None


class Groups:
    """Finds and changes the groups of one archive."""

    def __init__(self, client: Client, place: Place, records: MilvusRecords) -> None:
        self._client = client
        self._place = place
        self._records = records

    def roots(self, batch: Sequence[Prepared]) -> list[str]:
        """Return for each new article the key of the one that leads its group, blank for none."""
        keys = {key_of(each.article.id or "") for each in batch}
        members = [each for each in self._alike(batch) if each.key not in keys]
        found = []
        for prepared in batch:
            own = frozenset(bands(prepared.signature))
            root = self._root(prepared, [each for each in members if each.bands & own])
            found.append(root)
            key = key_of(prepared.article.id or "")
            members.append(_Member(key, root, prepared.signature, own, prepared.article))
        return found

    def leave(self, gone: Iterable[Stored]) -> None:
        """Give the groups that some articles lead to the eldest of their copies."""
        leaders = [each.head.key for each in gone]
        if not leaders:
            return
        followers: dict[str, list[Head]] = defaultdict(list)
        where = f"part == 0 and root in {listed(leaders)}"
        for row in self._client.select(self._place.articles, where, HEAD):
            followers[row["root"]].append(Head.of(row))
        for heads in followers.values():
            heir, *others = sorted(heads, key=lambda head: (head.added, head.key))
            self._lead(heir, "")
            for head in others:
                self._lead(head, heir.key)

    def _lead(self, head: Head, root: str) -> None:
        """Write an article's first row again with another root."""
        where = f'pk == "{head.key}-0"'
        for row in self._client.select(self._place.articles, where, ["*"]):
            # Milvus makes it of the words.
            row.pop("bm25", None)
            partition = partition_of(head.day)
            self._client.upsert(self._place.articles, [{**row, "root": root}], partition=partition)

    def _alike(self, batch: Sequence[Prepared]) -> list[_Member]:
        """Return stored articles that share a band with one of the new ones, the eldest first."""
        wanted = sorted({band for each in batch for band in bands(each.signature)})
        where = f"array_contains_any(bands, {wanted})"
        rows = self._client.select(self._place.articles, where, _SKETCH)
        return [
            _Member(
                row["key"],
                row["root"],
                np.array(row["signature"], np.uint64),
                frozenset(row["bands"]),
            )
            for row in sorted(rows, key=lambda row: int(row["added"]))
        ]

    def _root(self, prepared: Prepared, members: Sequence[_Member]) -> str:
        scored = [(similarity(prepared.signature, each.signature), each) for each in members]
        alike = [pair for pair in scored if pair[0] >= DUPLICATE_SIMILARITY]
        for _, each in sorted(alike, key=lambda pair: pair[0], reverse=True):
            other = each.article or self._article(each.key)
            if other and not is_other_issue(prepared.article, other):
                return each.root or each.key
        return ""

    def _article(self, key: str) -> Article | None:
        found = self._records.stored([key]).get(key)
        return found.article if found else None
