"""Figures with their units, in one unit of each kind: seconds, metres, grams, money, days.

"2 hours and 35 seconds" is 7,235 seconds, and "between 5.25 and 5.5 percent" reaches from the
one to the other.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from rag.text.facts import numbers
from rag.text.time_phrases import time_phrases

_SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 604_800.0,
    "month": 2_629_800.0, "year": 31_557_600.0, "decade": 315_576_000.0,
}  # fmt: skip
_METRES = {
    "millimet": 0.001, "centimet": 0.01, "kilomet": 1000.0, "met": 1.0, "km": 1000.0,
    "mile": 1609.344, "f": 0.3048, "yard": 0.9144, "inch": 0.0254,
}  # fmt: skip
_GRAMS = {"gram": 1.0, "kilogram": 1e3, "kg": 1e3, "tonne": 1e6, "ton": 1e6}
_VALUE = r"(?:\d[\d,]*(?:\.\d+)?|(?:[a-z]+[ -]){0,2}[a-z]+)"
_TIME = re.compile(rf"\b(?P<value>{_VALUE})[ -](?P<unit>{'|'.join(_SECONDS)})s?\b", re.I)
_CLOCK = re.compile(r"\b(?P<hours>\d+):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?\b")
_LENGTH = re.compile(
    rf"\b(?P<value>{_VALUE})[ -]?"
    r"(?P<unit>(?:kilo|centi|milli)?met|km|mile|f(?:eet|oot|t)|yard|inch)(?:re|er|es)?s?\b",
    re.I,
)
_MASS = re.compile(rf"\b(?P<value>{_VALUE})[ -]?(?P<unit>{'|'.join(_GRAMS)})(?:me)?s?\b", re.I)
_PERCENT = re.compile(r"%|\bper ?cent\b", re.I)
_CURRENCY = re.compile(r"[$€£¥]|\b(?:dollar|euro|pound|yen|yuan|rupee|franc|rouble|peso)", re.I)
_SIGNS = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥"}
_SCALES = ((1e9, " billion"), (1e6, " million"))
_RANGE = re.compile(
    r"(?:between |from )?(?P<low>[$€£¥]?\d[\d,.]*)[^\d,;]{0,12}?(?: to | and |[-–])"
    r"(?P<high>[$€£¥]?\d[\d,.]*.*)",
    re.I,
)
_AFTER_FIGURE = re.compile(r"(?<=\d)[^\d,.].*$")
# What stands between two figures that tell one thing twice: "6 rupees, or 75 dollars".
_TWICE = re.compile(r",?\s+or\s+|;\s*|\s*[()]\s*|,?\s+and\s+")


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure in one unit, from `value` up to `most`, which is mostly the same.

    The unit is "seconds", "metres", "grams", "percent", "days" for a date, a currency's sign or
    name, or "" for a bare number.
    """

    value: float
    unit: str
    most: float = float("nan")

    def __post_init__(self) -> None:
        if self.most != self.most:
            object.__setattr__(self, "most", self.value)

    def exceeds(self, other: Measure) -> bool:
        """Tell whether it is more than another of its unit, as a whole."""
        return self.value > other.most


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
    if (heavy := _MASS.search(text)) and (value := _number(heavy["value"])) is not None:
        return Measure(value * _GRAMS[heavy["unit"].lower()], "grams")
    told = _number(text)
    return None if told is None else Measure(told, _kind(text))


def measures(text: str) -> list[Measure]:
    """Return the figures of `text`: mostly one, a range, or one told in several units."""
    if one := measure(text):
        return [one]
    if (ranged := _RANGE.search(text)) and (low := _number(ranged["low"])) is not None:
        high = measure(ranged["high"])
        bare = _number(_AFTER_FIGURE.sub("", ranged["high"]))
        scale = high.value / (bare or 1.0) if high else 1.0
        if high and low * scale <= high.value:
            return [Measure(low * scale, high.unit, high.value)]
    pieces = _TWICE.split(text)
    return [each for piece in pieces if len(pieces) > 1 and (each := measure(piece))]


def dates(text: str, *, seen: dt.date) -> list[Measure]:
    """Return the days that `text` names, seen from a day, as numbers of days; at most one each."""
    found = time_phrases(text, today=seen)
    return [Measure(each.first.toordinal(), "days", each.last.toordinal()) for each in found]


def unit_of(text: str) -> str | None:
    """Return the unit of the figures in `text`, as in `Measure`; None without a figure."""
    if not numbers(text.lower()):
        return None
    if _CLOCK.search(text) or _TIME.search(text):
        return "seconds"
    if _LENGTH.search(text):
        return "metres"
    return "grams" if _MASS.search(text) else _kind(text)


def has_unit(text: str) -> bool:
    """Tell whether `text` has a unit of time, length, mass, money or share."""
    patterns = (_CLOCK, _TIME, _LENGTH, _MASS, _PERCENT, _CURRENCY)
    return any(pattern.search(text) for pattern in patterns)


def told(found: Measure) -> str:
    """Return a measure in words: 4,830 seconds are "1 hour 20 minutes 30 seconds"."""
    if found.unit == "seconds":
        return _lasting(found.value)
    if found.unit == "days":
        return _lasting(found.value * _SECONDS["day"])
    scale, word = next((item for item in _SCALES if found.value >= item[0]), (1.0, ""))
    value = f"{found.value / scale:,.2f}".rstrip("0").rstrip(".") + word
    if found.unit in _SIGNS.values():
        return f"{found.unit}{value}"
    return f"{value} {found.unit}".strip()


def _of_clock(found: re.Match[str]) -> Measure:
    hours, minutes = int(found["hours"]), int(found["minutes"])
    # Of two parts alone, as in "58:30", the first are minutes.
    if found["seconds"] is None:
        return Measure(hours * 60 + minutes, "seconds")
    return Measure(hours * 3600 + minutes * 60 + int(found["seconds"]), "seconds")


def _number(text: str) -> float | None:
    found = numbers(text.lower())
    if not found and re.search(r"\b(?:one|an?)\b", text, re.I):
        return 1.0
    return found.pop() if len(found) == 1 else None


def _kind(text: str) -> str:
    if _PERCENT.search(text):
        return "percent"
    found = _CURRENCY.search(text)
    return _SIGNS.get(found[0].lower(), found[0].lower()) if found else ""


def _lasting(seconds: float) -> str:
    parts, left = [], seconds
    for unit in ("day", "hour", "minute", "second"):
        count, left = divmod(left, _SECONDS[unit])
        if count:
            parts.append(f"{count:.0f} {unit}{'s' if count != 1 else ''}")
    return " ".join(parts) or "0 seconds"
