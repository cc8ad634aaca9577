"""Which of two things has the higher figure, or how far apart they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rag.answering.found import Found
from rag.answering.statement import in_full
from rag.retrieval.comparison import Comparison, Part
from rag.text.measures import Measure, dates, has_unit, measures, told
from rag.text.sentences import content_stems, content_words

# Characters after a span in which its unit may stand.
_UNIT_AFTER = 14
# Spans of each part among which two of one unit are sought.
_AMONG = 5
# Where no conclusion is asked for, two spans of one unit must be this share as likely as the
# likeliest two.
_AS_LIKELY = 0.3
# Two figures of one sentence that names both things are worth so many times as much.
_TOGETHER = 5.0


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What two figures say: the answer in the fewest words, and the spans, that of it first."""

    short: str
    spans: tuple[Found, Found]


def pair(asked: Comparison, able: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """Return the span that is said of each part, of those that answer it, the likeliest first.

    "How long is the ship?" may find metres and days: the likeliest two of one unit go together.
    One that both parts found is left to the part it names.
    """
    left, right = (
        _named_first(part, other, spans)
        for part, other, spans in zip(asked.parts, asked.parts[::-1], able, strict=True)
    )
    if not (left and right):
        return [list(left[:1]), list(right[:1])]
    alike = [
        (a, b)
        for a, b in product(left[:_AMONG], right[:_AMONG])
        if not _same(a, b) and _comparable(asked, a, b)
    ]
    best = max(alike, key=lambda both: _worth(asked, both), default=None)
    enough = 0.0 if asked.wants else _AS_LIKELY * _likelihood((left[0], right[0]))
    both_named = not _same(left[0], right[0]) or _names_both(asked, left[0])
    if best and both_named and _likelihood(best) >= enough:
        return [[best[0]], [best[1]]]
    return told_apart(asked, [left[:1], right[:1]])


def told_together(asked: Comparison, able: Sequence[Sequence[Found]]) -> bool:
    """Tell whether one span that both parts found stands in a sentence that names both.

    The question as a whole may then be answered by it: "A was worth 3 and B 2".
    """
    left, right = able
    return bool(left and right) and _same(left[0], right[0]) and _names_both(asked, left[0])


def conclude(asked: Comparison, found: Sequence[Sequence[Found]]) -> Conclusion | None:
    """Return what the spans found for each part say of both.

    None when a part was not answered, when the figures are of two kinds, or when no
    conclusion was asked for.
    """
    if not asked.wants or not all(found):
        return None
    left, right = found[0][0], found[1][0]
    both = next(_alike(asked, left, right), None)
    if both is None:
        return None
    a, b = both
    if asked.wants == "difference":
        return Conclusion(told(Measure(abs(a.value - b.value), a.unit)), (left, right))
    if (a.value, a.most) == (b.value, b.most):
        return Conclusion("No" if asked.polar else "The same", (left, right))
    if not (a.exceeds(b) or b.exceeds(a)):
        return None
    ahead = a.exceeds(b) is _more_is_ahead(asked, a.unit)
    if asked.polar:
        return Conclusion("Yes" if ahead else "No", (left, right))
    name = asked.parts[0 if ahead else 1].name
    return Conclusion(name[:1].upper() + name[1:], (left, right) if ahead else (right, left))


def told_apart(asked: Comparison, found: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """Return the spans of each part; one that both parts found is left to the part it names."""
    left, right = map(list, found)
    if not (left and right) or not _same(left[0], right[0]):
        return [left, right]
    shares = _shares_named(asked, left[0])
    return [left, []] if shares[0] >= shares[1] else [[], right]


def _named_first(part: Part, other: Part, able: Sequence[Found]) -> list[Found]:
    """Return the spans with one in front whose sentence names a part and not only the other.

    It must be about as likely as the likeliest: "it" names nothing.
    """
    own = {*content_stems(part.name)} - {*content_stems(other.name)}
    near = (item for item in able if item.probability >= _AS_LIKELY * able[0].probability)
    named = [item for item in near if not own.isdisjoint(content_stems(item.evidence.quote))]
    return [*named, *(item for item in able if item not in named)]


def _shares_named(asked: Comparison, found: Found) -> list[float]:
    """Return the share of the name of each part that a sentence has."""
    said = set(content_words(found.evidence.quote))
    names = [content_words(part.name) for part in asked.parts]
    return [len(said.intersection(name)) / (len(name) or 1) for name in names]


def _names_both(asked: Comparison, found: Found) -> bool:
    return all(share > 0 for share in _shares_named(asked, found))


def _same(left: Found, right: Found) -> bool:
    return (left.evidence.article, left.start) == (right.evidence.article, right.start)


def _likelihood(both: tuple[Found, Found]) -> float:
    return both[0].probability * both[1].probability


def _worth(asked: Comparison, both: tuple[Found, Found]) -> float:
    """Return how likely two spans are, more for two of one sentence that names both things."""
    left, right = both
    together = left.evidence == right.evidence and _names_both(asked, left)
    return _likelihood(both) * (_TOGETHER if together else 1.0)


def _comparable(asked: Comparison, left: Found, right: Found) -> bool:
    return next(_alike(asked, left, right), None) is not None


def _alike(asked: Comparison, left: Found, right: Found) -> Iterator[tuple[Measure, Measure]]:
    """Yield the figures of two spans that are of one unit."""
    timely = asked.parts[0].question.lower().startswith("when ")
    read = _dates_of if timely else _measures_of
    yield from ((a, b) for a, b in product(read(left), read(right)) if a.unit == b.unit)


def _more_is_ahead(asked: Comparison, unit: str) -> bool:
    """Tell whether the higher figure is the answer: the faster of two runs takes less time."""
    if asked.wants in ("faster", "slower"):
        return (asked.wants == "slower") is (unit == "seconds")
    return asked.wants == "more"


def _measures_of(found: Found) -> list[Measure]:
    """Return the figures of a span; its unit may stand after it, as in "11.4" kilometres."""
    after = found.hit.article.text[found.end : found.end + _UNIT_AFTER].split(".")[0]
    lone = has_unit(found.span) or any(map(str.isdigit, after))
    return measures(found.span if lone else found.span + after)


def _dates_of(found: Found) -> list[Measure]:
    """Return the days of a span, of its sentence if it names none, or of its article."""
    date = found.hit.article.date
    if not date:
        return []
    seen = dt.date.fromisoformat(date)
    for text in (found.span, found.evidence.quote):
        if days := dates(in_full(text, date), seen=seen):
            return days[:1]
    return []
