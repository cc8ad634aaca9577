"""Numbers with what they count: "at least 12 people died" is 12 of the unit "die"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.facts import numbers
from rag.sentences import STOPWORDS, stem, words

_COUNTED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_NUMBER = re.compile(
    r"(?<![\w.:/,-])(?:US)?(?P<sign>[$€£¥]?)"
    r"(?P<value>\d+(?:,\d{3})*(?:\.\d+)?|no one|nobody|none|no|"
    rf"one(?= (?:person|man|woman|child)\b)|{_COUNTED.replace(' ', '|')})"
    r"(?:[ -](?P<scale>thousand|million|billion|trillion|bn|tn)\b)?"
    r"(?![:./]?\d|\w|-(?!year|day|hour|minute|mile|metre|foot|bed|seat)|(?:st|nd|rd|th)\b)"
    r"(?P<percent>\s?%|[ -]per ?cent\b)?",
    re.IGNORECASE,
)
_CALENDAR = (
    r"(?:jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|may|june|"
    r"july|august|september|october|november|december)"
)
_DATE = re.compile(
    rf"\b{_CALENDAR}\.? \d{{1,2}}\b(?:, \d{{4}})?|\b\d{{1,2}} {_CALENDAR}\b(?: \d{{4}})?|"
    r"\b\d{1,2}(?:[.:]\d\d)? ?(?:am|pm|a\.m\.|p\.m\.)|"
    r"(?<![,\d])\b(?:19|20)\d\d\b(?![,.]?\d| people)",
    re.IGNORECASE,
)
# "from 12 to 15" says that it is 15 now; "compared with 9 percent" is of another time.
_FORMER = re.compile(
    r"\b(?:up |down |rising |falling )?(?:from|compared (?:with|to)|against|after|than the) "
    r"(?:(?:a|an|the|its|his|her|their) )?(?:(?:previous|earlier|first|initial|old|about|nearly|"
    r"around|at least|more than) )*(?=[$€£\d]|(?:two|three|four|five|six|seven|eight|nine|ten)\b)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:to|and|or|[-–])\s*$")
_APPROXIMATELY = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|estimated|close to|more than|over|"
    r"fewer than|less than|up to|just under|just over)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_PARTLY = re.compile(
    r"\b(?:another|other|further|additional|including|among them|of (?:them|whom|which)|every|each|"
    r"number|top|aged?|last|past|next|first|within|in)\W+(?:the )?$",
    re.IGNORECASE,
)
_MORE = re.compile(r"^\s+(?:more|further|additional)\b", re.IGNORECASE)
# How far apart two reports of one figure may be: "nearly 300" and 280; 3 million and 2.9.
_ROUGHLY, _ROUNDED = 0.1, 0.05
_PAUSE = re.compile(r"[,;:]| and | but | while | with ")
_MONEY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_CURRENCIES = frozenset("dollar euro pound yen yuan rupe franc lira rubl peso".split())
_PEOPLE = frozenset(stem(word) for word in "people person persons victims others civilians".split())
_OUTCOMES = {
    stem(word): kind
    for kind, found in {
        "die": "die died dies dying dead death deaths kill killed killing kills toll fatalities "
        "fatality lives lost bodies drowned drown drowning perished perish fatal",
        "hurt": "hurt injured injuring injuries injury injure wounded wounding wounds",
        "missing": "missing unaccounted disappeared",
        "arrested": "arrested arrest arrests arresting detained detain custody",
        "displaced": "displaced evacuated evacuate evacuees homeless fled displacing",
        "infected": "infected infections cases infection",
        "rescued": "rescued rescue saved survivors survived",
    }.items()
    for word in found.split()
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Values of one unit: one number, or the two ends of a range.

    `unit` holds what may name it: "die", "percent", "dollar", or the stems of the noun
    phrase after the number. `rough` is set by "about", "nearly", "more than".
    """

    values: tuple[float, ...]
    unit: frozenset[str]
    rough: bool

    def agrees(self, other: Figure) -> bool:
        """Tell whether both may be one value, rounded differently by two reporters."""
        pairs = [(a, b) for a in self.values for b in other.values]
        return any(_same(a, b, rough=self.rough or other.rough) for a, b in pairs)


def figures(text: str) -> list[Figure]:
    """Return the figures of `text` in order, without dates, times, ages and former values."""
    masked = _DATE.sub(lambda match: "§" * len(match.group()), text)
    found: list[Figure] = []
    low: tuple[float, ...] = ()
    end = 0
    for match in _NUMBER.finditer(masked):
        before, after = masked[: match.start()], masked[match.end() :]
        values = (*(low if _RANGE.fullmatch(masked[end : match.start()]) else ()), _value(match))
        former = _is_former(before)
        low, end = () if former else values, match.end()
        unit = _unit(match, before, after)
        if unit and not (former or _PARTLY.search(before) or _MORE.match(after)):
            found.append(Figure(values, unit, bool(_APPROXIMATELY.search(before))))
    return found


def kinds(text: str) -> frozenset[str]:
    """Return the outcomes, such as "die" and "hurt", that `text` speaks of."""
    return frozenset(_OUTCOMES[s] for s in map(stem, words(text)) if s in _OUTCOMES)


def _is_former(before: str) -> bool:
    return any(found.end() == len(before) for found in _FORMER.finditer(before + "1"))


def _value(match: re.Match[str]) -> float:
    said = match["value"].lower()
    base = max(numbers(said), default=1.0 if said == "one" else 0.0)
    return max(numbers(f"{base:.6f} {(match['scale'] or '').lower()}"))


def _unit(match: re.Match[str], before: str, after: str) -> frozenset[str]:
    """Return the stems that name what a number counts; empty when nothing does."""
    if match["percent"]:
        return frozenset({"percent"})
    if match["sign"]:
        return frozenset({_MONEY[match["sign"]]})
    nouns = list(_noun_phrase(after))
    if currency := _CURRENCIES.intersection(nouns[:2]):
        return frozenset(currency)
    if not nouns or _PEOPLE.intersection(nouns) or nouns[0] in _OUTCOMES:
        outcome = _nearest_outcome(before, after)
        return frozenset({outcome} if outcome else nouns)
    outcome = _nearest_outcome(before, after)
    return frozenset({f"{outcome} {noun}" for noun in nouns} if outcome else nouns)


def _noun_phrase(after: str) -> Iterator[str]:
    """Yield the stems of the words after a number, up to a pause or a function word."""
    phrase = _PAUSE.split(after, maxsplit=1)[0].replace("-", " ")
    for word in words(phrase)[:3]:
        if word in STOPWORDS or numbers(word):
            return
        if not (word.endswith("ed") and stem(word) not in _OUTCOMES):
            yield stem(word)


def _nearest_outcome(before: str, after: str) -> str | None:
    """Return what befell those counted: the nearest such word, a pause counting as six."""
    options = [*_outcomes(after, from_end=False), *_outcomes(before, from_end=True)]
    return min(options, default=(0, None))[1]


def _outcomes(text: str, *, from_end: bool) -> Iterator[tuple[int, str]]:
    """Yield the outcomes named within reach of a number, with their distances."""
    pieces = re.findall(r"[\w'’]+|[,;:]", text)
    distance = 0
    for piece in list(reversed(pieces))[:12] if from_end else pieces[:12]:
        distance += 6 if piece in ",;:" or piece in {"and", "but", "while"} else 1
        if kind := _OUTCOMES.get(stem(piece.casefold())):
            yield distance, kind


def _same(first: float, second: float, *, rough: bool) -> bool:
    """Tell whether two values are one, or one of them rounds to the other.

    Below a hundred, every unit counts: 12 dead are not 11, nor is 4.75 percent 5.
    """
    low, high = sorted((first, second))
    if low == high:
        return True
    near = (high - low) / high
    if rough:
        return near <= _ROUGHLY
    return low >= 100 and near <= _ROUNDED and _rounds(low, high)


def _rounds(first: float, second: float) -> bool:
    """Tell whether the value of more digits rounds to the other one."""
    coarse, fine = sorted((first, second), key=_digits)
    return float(f"{fine:.{_digits(coarse) - 1}e}") == coarse


def _digits(value: float) -> int:
    """Return the number of significant digits, 2 for 2,900,000."""
    return len(f"{value:.0f}".rstrip("0")) or 1
