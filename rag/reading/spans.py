"""The likeliest spans of a passage, from the network's logits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rag.reading.base import Candidate
from rag.reading.pairs import Pair
from rag.text.lexicon import ASKS_NAME, ASKS_NUMBER, ASKS_TIME

# Starts and ends that are combined; more change nothing.
_BEST = 12
# Tokens of an answer at most: a sentence, for a question that asks why or how, and a few words for
# one that asks for a name, a time or a number.
_LONGEST, _LONGEST_FACT = 60, 18

Floats = NDArray[np.float32]


def longest(question: str) -> int:
    """Return how many tokens an answer to `question` has at most."""
    asks = (ASKS_NAME, ASKS_NUMBER, ASKS_TIME)
    return _LONGEST_FACT if any(each.search(question) for each in asks) else _LONGEST


def best_spans(
    pair: Pair, start: Floats, end: Floats, *, most: int, within: int
) -> tuple[Candidate, ...]:
    """Return at most `most` spans that do not overlap, the likeliest first.

    `start` and `end` are the logits of T tokens, shape (T,); the first is that of "none". The
    odds of a span are what its start and end score above it (Devlin et al. 2019). None has more
    than `within` tokens.
    """
    none = float(start[0] + end[0])
    found = []
    for first in _highest(start):
        for last in _highest(end):
            span = _characters(pair, first, last) if 0 <= last - first < within else None
            if span:
                found.append(Candidate(*span, float(start[first] + end[last]) - none))
    return _apart(sorted(found, key=lambda item: -item.odds), most)


def answered(start: Floats, end: Floats) -> float:
    """Return the log-odds that the answer is anywhere in a passage; arguments as `best_spans`."""
    return sum(float(np.logaddexp.reduce(logits[1:]) - logits[0]) for logits in (start, end))


def _highest(logits: Floats) -> list[int]:
    order = np.argsort(-logits[1:], kind="stable")[:_BEST] + 1
    return [int(index) for index in order]


def _characters(pair: Pair, first: int, last: int) -> tuple[int, int] | None:
    if last >= len(pair.offsets):
        return None
    start, end = pair.offsets[first], pair.offsets[last]
    return (start[0], end[1]) if start and end else None


def _apart(found: list[Candidate], most: int) -> tuple[Candidate, ...]:
    kept: list[Candidate] = []
    for item in found:
        if all(item.end <= other.start or item.start >= other.end for other in kept):
            kept.append(item)
        if len(kept) == most:
            break
    return tuple(kept)
