"""Which span of which passage answers a question: all candidates, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.evidence import Evidence, collect
from rag.answering.found import Found
from rag.answering.weighing import Criteria
from rag.reading import Candidate, Reading
from rag.types import Confidence, Hit

# The rest of a word before and after a span: the 3 of "Chandrayaan-3" is no word of its own, but
# the 1945 of "1939-1945" is.
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]+-|\w+)$")
_CURRENCY = "$€£¥"
_WORD_AFTER = re.compile(r"[A-Za-z]+")
# "Why is Yemen on the list?" in an article answers nothing.
_ASKED_THERE = re.compile(r"\?[\"'”’)\s]*$")


def rank(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Found]:
    """Return the candidates of all passages, the likeliest to answer first."""
    sentences = collect(hits)
    criteria = Criteria.of(question, hits)
    found: list[Found] = []
    for number, (hit, reading) in enumerate(zip(hits, readings, strict=True), start=1):
        passage = criteria.passage(hit)
        for item in (_whole(each, hit.text) for each in reading.candidates):
            evidence = _sentence(sentences, number, hit.start + item.start)
            if (
                evidence
                and not _ASKED_THERE.search(evidence.quote)
                and criteria.takes(hit.text, item.start, item.end)
            ):
                found.append(criteria.found(passage, item, evidence))
    return sorted(_behind_the_best(found), key=lambda item: -item.probability)


def _behind_the_best(found: Sequence[Found]) -> list[Found]:
    """Return candidates with how far each is behind the best one, of those that may answer."""
    able = [item.odds for item in found if item.may_answer] or [item.odds for item in found]
    return [item.behind(max(able)) for item in found]


def in_order(found: Sequence[Found], hits: Sequence[Hit]) -> list[Hit]:
    """Return `hits` with the passages of `found` in front."""
    first = [item.hit for item in found]
    return [*dict.fromkeys(first), *(hit for hit in hits if hit not in first)]


def confidence(ranked: Sequence[Found]) -> Confidence | None:
    """Return how likely the likeliest of `ranked` answers; None without any."""
    if not ranked:
        return None
    best = max(ranked, key=lambda item: item.probability)
    return Confidence(best.probability, best.odds, best.hit.score)


def _whole(item: Candidate, text: str) -> Candidate:
    """Return a span that begins or ends within a word with all of that word."""
    start, end = item.start, item.end
    if text[start : start + 1].isalnum() or text[start : start + 1] == "-":
        cut = _WORD_BEFORE.search(text[:start])
        start = cut.start() if cut else start
    if start and text[start].isdigit() and text[start - 1] in _CURRENCY:
        start -= 1
    if text[end - 1 : end].isalnum():
        rest = _WORD_AFTER.match(text, end)
        end = rest.end() if rest else end
    return replace(item, start=start, end=end)


def _sentence(sentences: Sequence[Evidence], passage: int, start: int) -> Evidence | None:
    """Return the sentence of a passage that holds a character of its article."""
    for item in sentences:
        if item.passage == passage and item.start <= start < item.end:
            return item
    return None
