"""The first passages of a search, put in a better order by reading each with the question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.retrieval.excerpts import Passage, excerpt, word_weights
from rag.store.store import StoredChunk
from rag.text.sentences import content_stems
from rag.types import Hit

# A title that is the beginning of the article is not read twice; so many characters tell.
_SAME_START = 12


class PassageReader(Protocol):
    """Says how well passages fit a question, reading both together."""

    def scores(
        self, question: str, titles: Sequence[str], passages: Sequence[str]
    ) -> npt.NDArray[np.float32]:
        """Return log-odds, higher for a better fit, shape (len(passages),)."""


def rerank(
    question: str,
    found: Iterable[tuple[StoredChunk, Hit]],
    *,
    reader: PassageReader,
    most: int,
    share: float,
) -> Iterator[tuple[StoredChunk, Hit]]:
    """Return what was `found`, best first, with new scores in [0, 1] and the reader's part.

    The first `most` are read, each by the sentences that the question is most about. A score is
    a convex sum of the one before and, with `share`, of the probability that the reader gives
    the passage, 0 for what was not read.
    """
    pairs = list(found)
    titles, excerpts = texts(question, [hit for _, hit in pairs[:most]])
    odds = reader.scores(question, titles, excerpts).astype(float)
    ranked = []
    for place, (chunk, hit) in enumerate(pairs):
        part = float(odds[place]) if place < len(odds) else None
        fit = 0.0 if part is None else 1 / (1 + float(np.exp(-part)))
        score = (1 - share) * hit.score + share * fit
        parts = replace(hit.parts, reader=part, fused=hit.score)
        ranked.append((chunk, replace(hit, score=score, parts=parts)))
    # Stable, so that equals stay in the order they came in.
    return iter(sorted(ranked, key=lambda pair: -pair[1].score))


def texts(question: str, hits: Sequence[Hit]) -> tuple[list[str], list[str]]:
    """Return what is read of each hit: titles, blank where an excerpt repeats it, and excerpts."""
    passages = [Passage.read(hit.text, language=hit.article.language) for hit in hits]
    bags = [
        passage.bag.union(content_stems(hit.article.title, language=hit.article.language))
        for passage, hit in zip(passages, hits, strict=True)
    ]
    weights = word_weights(question, bags)
    excerpts = [excerpt(passage, weights) for passage in passages]
    titles = [
        "" if hit.article.title[:_SAME_START] in text else hit.article.title
        for hit, text in zip(hits, excerpts, strict=True)
    ]
    return titles, excerpts
