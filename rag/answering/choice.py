"""Which span of which passage answers a question, and how likely it does.

The reader's log-odds and the search's raw scores decide together, by a logistic regression
on what `FEATURES` names. Raw, since a score that is normalised within a question says
nothing about whether any passage answers at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.evidence import Evidence, Overlap, collect
from rag.answering.wanted import Wanted, fits, wanted
from rag.reading import Candidate, Reading
from rag.text.facts import names, numbers, spelled_date, years
from rag.text.sentences import stem, words
from rag.types import Article, Confidence, Hit, Passage

# What a candidate is weighed by, in this order; of each, higher speaks for it but `missing`.
FEATURES = ("odds", "cosine", "passage", "sentence", "missing", "misfit", "agreement")
# Fitted by `python -m eval.choice`; docs/fitted-numbers.md says on what.
BIAS = -1.0
WEIGHTS = (0.45, 1.5, 1.0, 0.5, -1.5, -1.5, 0.3)
# Log-odds beyond this tell nothing more.
_CERTAIN = 12.0


@dataclass(frozen=True, slots=True)
class Found:
    """A span that may answer: `article.text[start:end]`, in the sentence `evidence`.

    `features` are the values of `FEATURES`; `probability` that it answers, in [0, 1].
    """

    hit: Hit
    start: int
    end: int
    evidence: Evidence
    features: tuple[float, ...]

    @property
    def span(self) -> str:
        """The words of the span."""
        return self.hit.article.text[self.start : self.end]

    @property
    def odds(self) -> float:
        """The reader's log-odds."""
        return self.features[0]

    @property
    def probability(self) -> float:
        """How likely it is that this answers the question, from 0 to 1."""
        total = BIAS + sum(w * value for w, value in zip(WEIGHTS, self.features, strict=True))
        return 1 / (1 + math.exp(-total))


def passage_of(hit: Hit) -> Passage:
    """Return what the reader reads of a passage found."""
    return Passage(heading(hit.article), hit.text)


def heading(article: Article) -> str:
    """Return title, publisher and date of an article on one line, as the reader learnt them."""
    parts = (article.title, article.publisher, spelled_date(article.date))
    return " · ".join(part for part in parts if part)


def rank(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Found]:
    """Return the candidates of all passages, the likeliest to answer first."""
    sentences = collect(hits)
    overlap = Overlap(question, [hit.text for hit in hits])
    kind = wanted(question)
    texts = [
        _key(hit.text[item.start : item.end])
        for hit, reading in zip(hits, readings, strict=True)
        for item in reading.candidates[:1]
    ]
    found = [
        _found(question, kind, hit, item, evidence, overlap, texts)
        for number, (hit, reading) in enumerate(zip(hits, readings, strict=True), start=1)
        for item in reading.candidates
        if (evidence := _sentence(sentences, number, hit.start + item.start))
    ]
    return sorted(found, key=lambda item: -item.probability)


def in_order(found: Sequence[Found], hits: Sequence[Hit]) -> list[Hit]:
    """Return `hits` with the passages of `found` in front."""
    first = [item.hit for item in found]
    return [*dict.fromkeys(first), *(hit for hit in hits if hit not in first)]


def confidence(ranked: Sequence[Found]) -> Confidence | None:
    """Return how likely the first of `ranked` answers; None without any."""
    if not ranked:
        return None
    best = ranked[0]
    return Confidence(best.probability, best.odds, best.hit.score)


def _found(
    question: str,
    kind: Wanted,
    hit: Hit,
    item: Candidate,
    evidence: Evidence,
    overlap: Overlap,
    texts: Sequence[str],
) -> Found:
    # What goes on into the next sentence is more than the answer.
    end = min(hit.start + item.end, evidence.end)
    span = hit.article.text[hit.start + item.start : end]
    before, after = hit.text[: item.start][-30:], hit.text[item.end : item.end + 20]
    fit = fits(kind, span, before=before, after=after)
    told = f"{heading(hit.article)} {hit.text}"
    features = (
        max(-_CERTAIN, min(_CERTAIN, item.odds)),
        hit.parts.dense or 0.0,
        overlap.of(told),
        overlap.of(f"{evidence.lead} {evidence.quote}"),
        _missing(question, told, dated=hit.article.date is not None),
        float(fit is False),
        math.log1p(max(0, texts.count(_key(span)) - 1)),
    )
    return Found(hit, hit.start + item.start, end, evidence, features)


def _sentence(sentences: Sequence[Evidence], passage: int, start: int) -> Evidence | None:
    """Return the sentence of a passage that holds a character of its article."""
    for item in sentences:
        if item.passage == passage and item.start <= start < item.end:
            return item
    return None


def _missing(question: str, told: str, *, dated: bool) -> float:
    """Return how many names, numbers and years of the question a passage does not have.

    An article without a date may be of the year asked about, so that is not held against it.
    """
    bag = {stem(word) for word in words(told)}
    lost = sum(stem(name) not in bag for name in names(question))
    lost += len(years(question) - years(told)) if dated else 0
    here = {number for number in numbers(question) if not 1900 <= number < 2100}
    return float(lost + len(here - numbers(told)))


def _key(span: str) -> str:
    return " ".join(words(span))
