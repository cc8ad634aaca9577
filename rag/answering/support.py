"""Answers checked against the sentences they cite.

No model judges here. An answer, read with its question, is borne out by a sentence as far
as its words are in it and in what leads up to it, and the sentence is like the question in
meaning. A logistic combination of these parts is the score. A number or name that is
nowhere to be found vetoes it, and so does a denial on one side only.
``python -m eval.grounding`` prints what each part is worth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.evidence import Evidence
from rag.text.facts import denies, names, numbers, years
from rag.text.sentences import content_words, stem, words

# Parts of a `Support` that are combined, in this order.
PARTS = ("coverage", "context", "meaning")
# Logistic regression on half of `halueval` and of SQuAD 2.0 answers with a name or number
# swapped for another of the same paragraph; the bias is the one with which .92 of the right ones
# pass, of which the veto alone drops .06. The published figures are of the other halves.
BIAS = -4.3
WEIGHTS = (2.2, 2.0, 2.2)


@dataclass(frozen=True, slots=True)
class Support:
    """How far a sentence bears out an answer; of every part, higher is better.

    `coverage` is the share of the answer's own words, those that the question does not
    have, that stand in the sentence; `context` of all its words, in the sentence or its
    lead. `meaning` is the cosine of question and sentence. `score` is in [0, 1]; 0.0 when
    `vetoed`: for a number that is not in the sentence (a year may be in its lead), a name
    in neither, or when question and answer deny something and the sentence does not, or
    the other way round.
    """

    evidence: Evidence
    coverage: float
    context: float
    meaning: float
    vetoed: bool

    @property
    def score(self) -> float:
        """The probability that the sentence bears the answer out."""
        if self.vetoed:
            return 0.0
        parts = (getattr(self, name) for name in PARTS)
        total = BIAS + sum(w * part for w, part in zip(WEIGHTS, parts, strict=True))
        return 1 / (1 + math.exp(-total))


@dataclass(frozen=True, slots=True)
class _Read:
    """What of a text is compared; `stems` are of its content words but its numbers."""

    stems: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[float]
    years: frozenset[float]
    denies: bool


def best_support(
    question: str,
    claim: str,
    marks: Sequence[int],
    evidence: Sequence[Evidence],
    *,
    least: float,
) -> Support | None:
    """Return what supports `claim` best, or None when nothing scores `least`.

    Passages that the claim's own marks name are looked at first; a wrong mark is
    mended when another passage supports the claim.
    """
    cited = [item for item in evidence if item.passage in marks]
    for pool in (cited, evidence):
        found = [support(question, claim, item) for item in pool]
        enough = [item for item in found if item.score >= least]
        if enough:
            # A short answer often stands in several sentences: the one asked about counts.
            return max(enough, key=lambda item: (item.coverage, item.evidence.relevance))
    return None


def support(question: str, claim: str, item: Evidence) -> Support:
    """Return how far `item` bears out `claim` as an answer to `question`.

    "Yes" and "no" say what the question says, or its contrary.
    """
    polarity = _polarity(claim)
    said, asked = _read(question if polarity else claim), _read(question)
    quote, lead = _read(item.quote), _read(item.lead)
    here, near = quote.stems, quote.stems | lead.stems
    denied = (said.denies if not polarity else asked.denies) ^ (polarity == "no")
    vetoed = not (
        bool(said.stems or said.numbers)
        and (polarity is not None or said.numbers <= quote.numbers | lead.years)
        and said.names <= quote.words | lead.words
        and denied == quote.denies
    )
    return Support(
        item,
        coverage=_share((said.stems - asked.stems) or said.stems, here),
        context=_share(said.stems, near),
        meaning=item.meaning,
        vetoed=vetoed,
    )


def _polarity(claim: str) -> str | None:
    found = words(claim)
    return found[0] if found and found[0] in ("yes", "no") and len(found) == 1 else None


@lru_cache(maxsize=4096)
def _read(text: str) -> _Read:
    return _Read(
        stems=frozenset(stem(word) for word in content_words(text) if not numbers(word)),
        words=frozenset(words(text)),
        names=frozenset(names(text)),
        numbers=frozenset(numbers(text)),
        years=frozenset(float(year) for year in years(text)),
        denies=denies(text),
    )


def _share(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 1.0
