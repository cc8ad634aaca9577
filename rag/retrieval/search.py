"""The passages that fit a query best: read its time, take it apart, search, leave out repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from rag.embedding.embedder import Embedder
from rag.retrieval import fusion, per_publisher
from rag.retrieval.per_publisher import Subquestion
from rag.settings import RetrievalSettings
from rag.store.base import Storage
from rag.text.question_time import AskedTime, read_time
from rag.types import Filter, Hit, Period, Query


def search(
    query: Query,
    *,
    storage: Storage,
    embedder: Callable[[], Embedder],
    settings: RetrievalSettings,
) -> list[Hit]:
    """Return the `query.k` passages that fit best, best first.

    `embedder` is called, and the model loaded, only when there is something to search.
    A blank question or an empty archive has no hits.
    """
    with storage.reading() as records:
        empty = records.catalog.is_empty()
        _, newest = records.catalog.dates()
    if empty or not query.question.strip():
        return []
    time = read_time(query.question, today=query.today, newest=newest)
    # Where no article has a date, the time asked about can leave none out.
    exact = time.period if newest and time.period and time.period.exact else None
    where = _within(query.where, exact)
    if where is None:
        return []
    found = _Search(storage, embedder(), time, settings)
    parts = found.parts(query.question, where)
    if not parts:
        hits = found.passages(query.question, k=query.k, where=where)
        if exact and not (query.where.since or query.where.until):
            every = found.passages(query.question, k=_AMONG, where=query.where)
            hits = _with_undated(hits, every)
        return hits[: query.k]
    depth = max(query.k, per_publisher.DEPTH)
    whole, *rest = (
        found.passages(part.question, k=depth, where=_narrowed(where, part))
        for part in (Subquestion(query.question), *parts)
    )
    return per_publisher.merge(whole, rest, share=settings.parts)[: query.k]


# Passages among which those of articles without a date are sought.
_AMONG = 32


class _Search:
    """What all parts of one query are searched with."""

    def __init__(
        self, storage: Storage, embedder: Embedder, time: AskedTime, settings: RetrievalSettings
    ) -> None:
        self._storage = storage
        self._embedder = embedder
        self._time = time
        self._settings = settings

    def parts(self, question: str, where: Filter) -> list[Subquestion]:
        """Return what the question asks of each of the publishers that it names."""
        # A publisher chosen by the caller is not one more that the question may name.
        if where.publishers or not self._settings.parts:
            return []
        with self._storage.reading() as records:
            names = records.catalog.publisher_names()
        return per_publisher.subquestions(question, names)

    def passages(self, question: str, *, k: int, where: Filter) -> list[Hit]:
        """Return the best `k` passages for a question or a part of one."""
        vector = self._embedder.embed_question(question)
        among = max(k, self._settings.candidates)
        found = self._storage.candidates(question, vector, k=among, where=where)
        ranked = fusion.rank(found, settings=self._settings, time=self._time)
        return list(islice(fusion.without_repeats(ranked), k))


def _with_undated(hits: list[Hit], every: list[Hit]) -> list[Hit]:
    """Return `hits` of a time with those of `every` that have no date, which may be of it."""
    undated = [hit for hit in every if hit.article.date is None]
    return sorted([*hits, *undated], key=lambda hit: -hit.score)


def _narrowed(where: Filter, part: Subquestion) -> Filter:
    return replace(where, publishers=part.publishers or where.publishers)


def _within(where: Filter, period: Period | None) -> Filter | None:
    """Return a filter for the dates that both allow; None when there are none."""
    if period is None:
        return where
    since = max(filter(None, (where.since, period.since)), default=None)
    until = min(filter(None, (where.until, period.until)), default=None)
    if since and until and since > until:
        return None
    return replace(where, since=since, until=until)
