"""What an archive on Milvus holds, listed and counted."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.store.identity import fingerprints
from rag.store.milvus.client import Client, Row, quoted
from rag.store.milvus.place import Place
from rag.store.milvus.rows import condition, date_of, day_of, mention
from rag.store.milvus.values import DAY, LANGUAGE, PUBLISHER, Values
from rag.store.types import EmbedderIdentity
from rag.types import Article, Filter, Order

# What lies beyond every id that begins with a text.
_LAST = chr(0x10FFFF)
_LISTED = ("key", "day", "added", "title", "name")


class ByKey(Protocol):
    """What the catalogue asks of the records: articles by their keys, and whether there are any."""

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """What the vectors were made with."""

    def articles(self, keys: Sequence[str]) -> list[Article]:
        """Return the articles with those keys, in their order."""


class MilvusCatalog:
    """Lists and counts of one archive.

    Lists by date go from day to day and end with the page that was asked for. Those by title
    or publisher, and those of some publishers or names alone, first read a line of each article.
    """

    def __init__(
        self,
        client: Client,
        place: Place,
        values: Values,
        records: ByKey,
    ) -> None:
        self._client = client
        self._place = place
        self._values = values
        self._records = records

    def articles(
        self,
        *,
        where: Filter,
        limit: int | None,
        offset: int,
        order: Order = "newest",
        undated: bool = False,
    ) -> list[Article]:
        """Return articles in an order, or only the undated ones."""
        alone = not (undated or where.publishers or where.names)
        if order in {"newest", "oldest"} and alone:
            keys = self._from_day_to_day(where, newest=order == "newest")
        else:
            keys = self._sorted(where, order, undated=undated)
        end = None if limit is None else offset + limit
        return self._records.articles(list(islice(keys, offset, end)))

    def ids(self, beginning: str, *, most: int) -> list[str]:
        """Return the first ids that begin with `beginning`, in order."""
        last = quoted(beginning + _LAST)
        terms = f" and id >= {quoted(beginning)} and id < {last}" if beginning else ""
        return heapq.nsmallest(most, (row["id"] for row in self._rows(terms, ("id",))))

    def fingerprints(self) -> npt.NDArray[np.uint64]:
        """Return the fingerprints of all articles in order, 8 bytes each."""
        rows = self._rows("", ("id", "version"))
        return fingerprints((str(row["id"]), str(row["version"])) for row in rows)

    def count(self, where: Filter, *, undated: bool = False) -> int:
        """Return the number of articles that pass, or of the undated ones among them."""
        return self._count(self._terms(where) + (" and day == 0" if undated else ""))

    def day_after(self, date: str, where: Filter) -> str | None:
        """Return the first day after `date` with an article that passes."""
        return min((day for day in self._days(where) if day > date), default=None)

    def day_before(self, date: str, where: Filter) -> str | None:
        """Return the last day before `date` with an article that passes."""
        return max((day for day in self._days(where) if day < date), default=None)

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and linked near-duplicates."""
        chunks = self._client.count(self._place.chunks) if self._records.embedder else 0
        return self._count(""), chunks, self._count(' and root != ""')

    def is_empty(self) -> bool:
        """Tell whether there is no chunk."""
        # The collection of chunks is made with the first vector, whose length it needs.
        return not (self._records.embedder and self._client.count(self._place.chunks))

    def publishers(self) -> list[tuple[str, int]]:
        """Return publishers with their numbers of articles, the busiest first."""
        names = self._values.of(PUBLISHER)
        counted = [(name, self._count(f" and name == {quoted(name)}")) for name in names]
        return sorted(counted, key=lambda pair: (-pair[1], pair[0]))

    def publisher_names(self) -> list[str]:
        """Return the publishers, in order."""
        return sorted(self._values.of(PUBLISHER))

    def months(self) -> list[tuple[str, int]]:
        """Return the months of publication, ``YYYY-MM``, with their numbers of articles."""
        months = sorted({day[:7] for day in self._values.of(DAY)})
        return [(month, self.count(Filter(f"{month}-01", f"{month}-31"))) for month in months]

    def languages(self) -> list[tuple[str, int]]:
        """Return the ISO 639 codes of languages with their numbers of articles, most first."""
        counts: Counter[str] = Counter()
        for language in self._values.of(LANGUAGE):
            counts[language[:2].lower()] += self._count(f" and language == {quoted(language)}")
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    def dates(self) -> tuple[str | None, str | None]:
        """Return the first and last publication dates."""
        days = self._values.of(DAY)
        return min(days, default=None), max(days, default=None)

    def mentioning(self, names: Sequence[str]) -> list[str]:
        """Return the keys of the articles that mention all of `names`, in no order.

        The words of every article are looked through.
        """
        found: set[str] | None = None
        for name in names:
            rows = self._client.scan(self._place.articles, mention(name), ("key",))
            keys = {str(row["key"]) for row in rows}
            found = keys if found is None else found & keys
        return sorted(found or ())

    def _terms(self, where: Filter) -> str:
        """Return a filter as what follows another condition."""
        terms = condition(where, mentioning=self.mentioning)
        return f" and {terms}" if terms else ""

    def _days(self, where: Filter) -> set[str]:
        if not where:
            return self._values.of(DAY)
        rows = self._rows(f"{self._terms(where)} and day > 0", ("day",))
        return {date_of(row["day"]) for row in rows}

    def _from_day_to_day(self, where: Filter, *, newest: bool) -> Iterator[str]:
        """Yield the keys of articles in the order of their days, those without one last."""
        first, last = where.since or "", where.until or _LAST
        days = (day for day in self._values.of(DAY) if first <= day <= last)
        for day in sorted(days, reverse=newest):
            yield from self._of_day(day_of(day))
        if not where:
            yield from self._of_day(0)

    def _of_day(self, day: int) -> Iterator[str]:
        where = f"part == 0 and day == {day}"
        rows = self._client.select(self._place.articles, where, ("key", "added"))
        for row in sorted(rows, key=lambda row: int(row["added"])):
            yield row["key"]

    def _sorted(self, where: Filter, order: Order, *, undated: bool) -> Iterator[str]:
        terms = self._terms(where) + (" and day == 0" if undated else "")
        rows = self._rows(terms, _LISTED)
        for row in sorted(rows, key=lambda row: _place_in(row, order)):
            yield row["key"]

    def _rows(self, terms: str, fields: Sequence[str]) -> Iterator[Row]:
        return self._client.scan(self._place.articles, f"part == 0{terms}", fields)

    def _count(self, terms: str) -> int:
        return self._client.count(self._place.articles, f"part == 0{terms}")


def _place_in(row: Row, order: Order) -> tuple[str | int | bool, ...]:
    """Return what a row is sorted by; those without a date or publisher come last."""
    day, added = row["day"], row["added"]
    if order == "oldest":
        return (not day, day, added)
    if order == "title":
        return (row["title"].lower(), added)
    by_day = (not day, -day, added)
    return (not row["name"], row["name"].lower(), *by_day) if order == "publisher" else by_day
