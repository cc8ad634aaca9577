"""Numbers with what they count: "at least 12 people died" is 12 of the unit "die"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.facts import numbers
from rag.text.lexicon import MONTH_OR_SHORT
from rag.text.number_words import PHRASE
from rag.text.sentences import STOPWORDS, stem, words

_NUMBER = re.compile(
    r"(?<![\w.:/,-])(?:US)?(?P<sign>[$€£¥]?)"
    rf"(?P<value>\d+(?:,\d{{3}})*(?:\.\d+)?|no one|nobody|none|no|{PHRASE})"
    r"(?:[ -](?P<scale>thousand|million|billion|trillion|bn|tn)\b)?(?![:./-]?\d|\w|-[a-z])"
    r"(?P<percent>\s?%|[ -]per ?cent\b)?",
    re.I,
)
_DATE = re.compile(
    rf"\b(?:{MONTH_OR_SHORT})\.? \d{{1,2}}\b(?:, \d{{4}})?|"
    rf"\b\d{{1,2}} (?:{MONTH_OR_SHORT})\b(?: \d{{4}})?|"
    r"\b\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\b|(?<![,\d])\b(?:19|20)\d\d\b(?![,.]?\d| people)",
    re.I,
)
# "from 12 to 15" says that it is 15 now; "compared with 9 percent" is of another time.
_FORMER = re.compile(
    r"\b(?:from|compared (?:with|to)|against|after|than the)"
    r"(?: (?:an?|the|its|previous|earlier|first|initial|about|nearly|around|at least|"
    r"more than))* $",
    re.I,
)
_RANGE = re.compile(r"\s*(?:to|and|or|[-–])\s*")
_ROUGHLY = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|estimated|close to|than|over|"
    r"up to|under)\W+(?:\w+\W+)?$",
    re.I,
)
_PARTLY = re.compile(
    r"\b(?:another|other|further|additional|including|among them|of (?:them|whom|which)|every|each|"
    r"number|top|aged?|last|past|next|first|within|in)\W+(?:the )?$",
    re.I,
)
_MORE = re.compile(r"\s+(?:more|further|additional)\b", re.I)
_PAUSE = re.compile(r"[,;:]| and | but | while | with ")
_MONEY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_CURRENCIES = frozenset("dollar euro pound yen yuan rupe franc rubl peso".split())
_PEOPLE = frozenset(stem(word) for word in "people person persons victims others civilians".split())
_OUTCOMES = {
    stem(word): kind
    for kind, found in {
        "die": "died dying dead death kill killing toll fatality lost bodies drown perish fatal",
        "hurt": "hurt injured injury wounded",
        "missing": "missing unaccounted disappeared",
        "arrested": "arrested detained custody",
        "displaced": "displaced evacuated evacuee homeless fled",
        "infected": "infected infections cases",
        "rescued": "rescued saved survivor survived",
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
        pairs = [sorted((a, b)) for a in self.values for b in other.values]
        return any(self._same(low, high, self.rough or other.rough) for low, high in pairs)

    @staticmethod
    def _same(low: float, high: float, rough: bool) -> bool:
        """Allow a tenth for "nearly 300", a twentieth from a hundred; 12 are not 11."""
        slack = 0.1 if rough else 0.05 if low >= 100 else 0.0
        return high - low <= slack * high


def figures(text: str) -> list[Figure]:
    """Return the figures of `text` in order, without dates, times, ages and former values."""
    masked = _DATE.sub(lambda match: "§" * len(match.group()), text)
    found: list[Figure] = []
    low: tuple[float, ...] = ()
    end = 0
    for match in _NUMBER.finditer(masked):
        before, after = masked[: match.start()], masked[match.end() :]
        values = (*(low if _RANGE.fullmatch(masked, end, match.start()) else ()), _value(match))
        former = bool(_FORMER.search(before))
        low, end = () if former else values, match.end()
        unit = _unit(match, before, after)
        if unit and not (former or _PARTLY.search(before) or _MORE.match(after)):
            found.append(Figure(values, unit, bool(_ROUGHLY.search(before))))
    return found


def outcomes(text: str) -> frozenset[str]:
    """Return the outcomes, such as "die" and "hurt", that `text` speaks of."""
    return frozenset(_OUTCOMES[s] for s in map(stem, words(text)) if s in _OUTCOMES)


def _value(match: re.Match[str]) -> float:
    base = max(numbers(match["value"].lower()), default=0.0)
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
    outcome = min([*_reach(after.split()), *_reach(before.split()[::-1])], default=(0, None))[1]
    if outcome is None:
        return frozenset(nouns)
    if not nouns or _PEOPLE.intersection(nouns) or nouns[0] in _OUTCOMES:
        return frozenset({outcome})
    return frozenset(f"{outcome} {noun}" for noun in nouns)


def _noun_phrase(after: str) -> Iterator[str]:
    """Yield the stems of the words after a number, up to a pause or a function word."""
    for word in words(_PAUSE.split(after, maxsplit=1)[0].replace("-", " "))[:3]:
        if word in STOPWORDS or numbers(word):
            return
        if not (word.endswith("ed") and stem(word) not in _OUTCOMES):
            yield stem(word)


def _reach(pieces: list[str]) -> Iterator[tuple[int, str]]:
    """Yield what befell those counted, with its distance; a pause counts as six words."""
    distance = 0
    for piece in pieces[:12]:
        distance += 6 if piece in {"and", "but", "while"} else 1
        if kind := next(iter(outcomes(piece)), None):
            yield distance, kind
        distance += 5 * piece.endswith((",", ";", ":"))
