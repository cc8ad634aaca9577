"""Which of two things has the higher figure, or how far apart they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.choice import Found
from rag.retrieval.comparison import Comparison
from rag.text.facts import numbers
from rag.text.sentences import content_words

_SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 604_800.0,
    "month": 2_629_800.0, "year": 31_557_600.0, "decade": 315_576_000.0,
}  # fmt: skip
_METRES = {
    "millimet": 0.001, "centimet": 0.01, "kilomet": 1000.0, "met": 1.0, "km": 1000.0,
    "mile": 1609.344, "f": 0.3048, "yard": 0.9144, "inch": 0.0254,
}  # fmt: skip
_VALUE = r"(?:\d[\d,]*(?:\.\d+)?|(?:[a-z]+[ -]){0,2}[a-z]+)"
_TIME = re.compile(rf"\b(?P<value>{_VALUE})[ -](?P<unit>{'|'.join(_SECONDS)})s?\b", re.I)
_CLOCK = re.compile(r"\b(?P<hours>\d+):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?\b")
_LENGTH = re.compile(
    rf"\b(?P<value>{_VALUE})[ -]?"
    r"(?P<unit>(?:kilo|centi|milli)?met|km|mile|f(?:eet|oot|t)|yard|inch)(?:re|er|es)?s?\b",
    re.I,
)
_PERCENT = re.compile(r"%|\bper ?cent\b", re.I)
_CURRENCY = re.compile(r"[$€£¥]|\b(?:dollar|euro|pound|yen|yuan|rupee|franc|rouble|peso)", re.I)
_SIGNS = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥"}
_SCALES = ((1e9, " billion"), (1e6, " million"))
# Characters after a span in which its unit may stand.
_UNIT_AFTER = 14


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure in one unit: seconds for times, metres for lengths, "" for a bare number."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What two figures say: the answer in the fewest words, and the spans, that of it first."""

    short: str
    spans: tuple[Found, Found]


def conclude(asked: Comparison, found: Sequence[Sequence[Found]]) -> Conclusion | None:
    """Return what the spans found for each part say of both.

    None when a part was not answered, when the figures are of two kinds, or when no
    conclusion was asked for.
    """
    if not asked.wants or not all(found):
        return None
    left, right = found[0][0], found[1][0]
    a, b = _measure_of(left), _measure_of(right)
    if not (a and b) or a.unit != b.unit:
        return None
    if asked.wants == "difference":
        return Conclusion(_told(Measure(abs(a.value - b.value), a.unit)), (left, right))
    if a.value == b.value:
        return Conclusion("The same", (left, right))
    ahead = (a.value > b.value) is (asked.wants == "more")
    name = asked.parts[0 if ahead else 1].name
    return Conclusion(name[:1].upper() + name[1:], (left, right) if ahead else (right, left))


def told_apart(asked: Comparison, found: Sequence[list[Found]]) -> list[list[Found]]:
    """Return the spans of each part; one that both parts found is left to the part it names."""
    left, right = found
    firsts = {(spans[0].evidence, spans[0].span) for spans in found if spans}
    if not (left and right) or len(firsts) > 1:
        return [left, right]
    told = set(content_words(left[0].evidence.quote))
    shares = [
        len(told.intersection(named)) / (len(named) or 1)
        for named in (content_words(part.name) for part in asked.parts)
    ]
    return [left, []] if shares[0] >= shares[1] else [[], right]


def measure(text: str) -> Measure | None:
    """Return the one figure that `text` tells; None when it has none or several."""
    if clock := _CLOCK.search(text):
        return _of_clock(clock)
    if lasting := list(_TIME.finditer(text)):
        values = [(_number(item["value"]), item["unit"].lower()) for item in lasting]
        if any(value is None for value, _ in values):
            return None
        return Measure(sum((value or 0) * _SECONDS[unit] for value, unit in values), "seconds")
    if (far := _LENGTH.search(text)) and (value := _number(far["value"])) is not None:
        unit = far["unit"].lower()
        return Measure(value * _METRES["f" if unit[0] == "f" else unit], "metres")
    told = _number(text)
    return None if told is None else Measure(told, _kind(text))


def unit_of(text: str) -> str | None:
    """Return the unit of the figures in `text`, as in `Measure`; None without a figure."""
    if not numbers(text.lower()):
        return None
    if _CLOCK.search(text) or _TIME.search(text):
        return "seconds"
    return "metres" if _LENGTH.search(text) else _kind(text)


def _measure_of(found: Found) -> Measure | None:
    """Return the figure of a span; its unit may stand after it, as in "11.4" kilometres."""
    after = found.hit.article.text[found.end : found.end + _UNIT_AFTER].split(".")[0]
    lone = _has_unit(found.span) or any(map(str.isdigit, after))
    return measure(found.span if lone else found.span + after)


def _has_unit(span: str) -> bool:
    return any(pattern.search(span) for pattern in (_CLOCK, _TIME, _LENGTH, _PERCENT, _CURRENCY))


def _of_clock(found: re.Match[str]) -> Measure:
    hours, minutes = int(found["hours"]), int(found["minutes"])
    # Of two parts alone, as in "58:30", the first are minutes.
    if found["seconds"] is None:
        return Measure(hours * 60 + minutes, "seconds")
    return Measure(hours * 3600 + minutes * 60 + int(found["seconds"]), "seconds")


def _number(text: str) -> float | None:
    told = numbers(text.lower())
    if not told and re.search(r"\b(?:one|an?)\b", text, re.I):
        return 1.0
    return told.pop() if len(told) == 1 else None


def _kind(text: str) -> str:
    if _PERCENT.search(text):
        return "percent"
    found = _CURRENCY.search(text)
    return _SIGNS.get(found[0].lower(), found[0].lower()) if found else ""


def _told(found: Measure) -> str:
    """Return a measure in words: 4,830 seconds are "1 hour 20 minutes 30 seconds"."""
    if found.unit == "seconds":
        return _lasting(found.value)
    scale, word = next((item for item in _SCALES if found.value >= item[0]), (1.0, ""))
    value = f"{found.value / scale:,.2f}".rstrip("0").rstrip(".") + word
    if found.unit in _SIGNS.values():
        return f"{found.unit}{value}"
    return f"{value} {found.unit}".strip()


def _lasting(seconds: float) -> str:
    told, left = [], seconds
    for unit in ("day", "hour", "minute", "second"):
        count, left = divmod(left, _SECONDS[unit])
        if count:
            told.append(f"{count:.0f} {unit}{'s' if count != 1 else ''}")
    return " ".join(told) or "0 seconds"
