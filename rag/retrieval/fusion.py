"""What a store found for a question fused into one ranking of passages.

The score is a convex sum of normalised parts (Bruch, Gai and Ingber, "An Analysis of
Fusion Functions for Hybrid Retrieval", 2023), which on news questions beats each part
and reciprocal rank fusion; docs/evaluation/search.md has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from rag.settings import RetrievalSettings
from rag.store.identity import jaccard, shingles
from rag.store.types import Candidate, StoredChunk
from rag.text.question_time import AskedTime
from rag.types import Article, Hit, ScoreParts

_PARTS = (attrgetter("dense"), attrgetter("lexical"), attrgetter("headline"))
# Cosines of a hundred candidates from an archive of thousands spread over more.
_LEAST_SPREAD = 0.25
# Two passages that share this much of their five-word runs say the same.
_SAME_PASSAGE = 0.6
# A later version of a story speaks for it if it scores this share of the best version.
_AS_GOOD = 0.9


def rank(
    candidates: Sequence[Candidate], *, settings: RetrievalSettings, time: AskedTime | None = None
) -> Iterator[tuple[StoredChunk, Hit]]:
    """Return the passages that a store found for a question, best first.

    With a `time`, how well an article's date fits is a part of the score.
    """
    chunks = {each.chunk.id: each.chunk for each in candidates}
    articles = {each.chunk.article: each.article for each in candidates}
    dense, lexical, by_chunk = (
        {each.chunk.id: score for each in candidates if (score := getter(each)) is not None}
        for getter in _PARTS
    )
    scores = fuse(dense, lexical, by_chunk, settings=settings)
    fused = scores
    if time:
        near = {c.article: time.score(articles[c.article].date) for c in chunks.values()}
        scores = {
            id_: (1 - settings.time) * scores[id_] + settings.time * near[chunk.article]
            for id_, chunk in chunks.items()
        }
    speakers = _speakers(chunks, articles, scores)
    chunks = {id_: c for id_, c in chunks.items() if speakers[c.root] == c.article}
    ranked = sorted(chunks, key=lambda id_: (-scores[id_], id_))
    parts = {
        id_: ScoreParts(dense.get(id_), lexical.get(id_), by_chunk.get(id_), fused[id_])
        for id_ in chunks
    }
    # Made one by one, since few of them are looked at.
    return ((chunks[id_], _hit(chunks[id_], articles, scores[id_], parts[id_])) for id_ in ranked)


def _speakers(
    chunks: Mapping[int, StoredChunk], articles: Mapping[int, Article], scores: Mapping[int, float]
) -> dict[int, int]:
    """Return which article of each group of near-duplicates speaks for it.

    That is the newest of those found about as well as the best: later versions of a story
    are corrected.
    """
    best: dict[int, dict[int, float]] = {}
    for id_, chunk in chunks.items():
        found = best.setdefault(chunk.root, {})
        found[chunk.article] = max(found.get(chunk.article, 0.0), scores[id_])
    return {root: _newest(found, articles) for root, found in best.items()}


def _newest(found: Mapping[int, float], articles: Mapping[int, Article]) -> int:
    """Return the newest article whose score comes near the best one, the best of equals."""
    least = _AS_GOOD * max(found.values())
    near = [key for key, score in found.items() if score >= least]
    return max(near, key=lambda key: (articles[key].date or "", found[key], -key))


def fuse(
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
    headline: Mapping[int, float],
    *,
    settings: RetrievalSettings,
) -> dict[int, float]:
    """Return each candidate's score in [0, 1], higher is better.

    Cosines are min-max normalised over the candidates, which are taken to spread over a
    quarter at least; the best has 1. BM25 scores are
    divided by the best one, since theirs is a true zero: a passage the words did not find.
    """
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    # A few candidates of a small archive may all be near: the lowest of them is not unlike.
    spread = max(high - low, _LEAST_SPREAD)
    low = high - spread
    best_lexical = max(lexical.values(), default=0.0) or 1.0
    best_headline = max(headline.values(), default=0.0) or 1.0
    weights = settings.weights
    return {
        id_: weights.dense * (dense.get(id_, low) - low) / spread
        + weights.lexical * lexical.get(id_, 0.0) / best_lexical
        + weights.headline * headline.get(id_, 0.0) / best_headline
        for id_ in [*dense, *(id_ for id_ in lexical if id_ not in dense)]
    }


def without_repeats(hits: Iterable[tuple[StoredChunk, Hit]]) -> Iterator[Hit]:
    """Yield hits in order, leaving out what an earlier one already said.

    Of a group of near-duplicate articles only the first one found speaks; a
    passage nearly equal to an earlier one of any article is dropped as well.
    """
    speakers: dict[int, int] = {}
    said: list[set[str]] = []
    for chunk, hit in hits:
        if speakers.setdefault(chunk.root, chunk.article) != chunk.article:
            continue
        runs = shingles(hit.text)
        if any(jaccard(runs, earlier) >= _SAME_PASSAGE for earlier in said):
            continue
        said.append(runs)
        yield hit


def _hit(
    chunk: StoredChunk, articles: Mapping[int, Article], score: float, parts: ScoreParts
) -> Hit:
    article = articles[chunk.article]
    return Hit(
        article=article,
        text=article.text[chunk.start : chunk.end],
        start=chunk.start,
        end=chunk.end,
        score=score,
        parts=parts,
    )
