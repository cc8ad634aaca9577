"""The parts of a sentence that a paraphrase must not change: numbers, names, negation."""

from __future__ import annotations

import datetime as dt
import re

from rag.text.lexicon import MONTH, MONTHS, NEGATIONS
from rag.text.number_words import spelled_numbers
from rag.text.sentences import STOPWORDS, words

_NUMBER = re.compile(
    r"(?<![\w.])(\d+(?:,\d{3})*(?:\.\d+)?)(?:[\s-]*(thousand|million|billion|trillion|bn|tn)\b)?"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTH = re.compile(rf"\b({MONTH})\b", re.IGNORECASE)
_DATED = re.compile(rf"\b({MONTH}),? (?:of )?(?:19|20)\d\d\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w’'&-]*")
_SCALE = {
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
ROMAN = {
    numeral: value
    for value, numeral in enumerate(
        "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split(), start=1
    )
}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}
_SERIES = re.compile(r"\b[A-Z][\w’'-]* ([IVX]+)\b")
_ONE = re.compile(r"\b(?:one|once|single)\b", re.IGNORECASE)
NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        start=2,
    )
}


def numbers(text: str) -> set[float]:
    """Return the numbers in `text` as values: "3 million" and "three million" are one."""
    found = {
        float(match.group(1).replace(",", "")) * _SCALE.get(match.group(2) or "", 1)
        for match in _NUMBER.finditer(text)
    }
    return found.union(spelled_numbers(text))


def numbers_told(text: str) -> set[float]:
    """Return the numbers in `text`, those of an order, "third", and a series, "Apollo XI", too."""
    told = [ORDINALS.get(word, 0) for word in words(text)]
    series = [ROMAN.get(match[1], 0) for match in _SERIES.finditer(text)]
    single = [1.0] if _ONE.search(text) else []
    return numbers(text).union(told, series, single) - {0}


def names(text: str) -> set[str]:
    """Return the capitalised words of `text`, case-folded.

    The first word is left out unless another capital follows it: it may be
    capitalised only because it comes first.
    """
    found = []
    for match in _NAME.finditer(text):
        first = not text[: match.start()].strip(" \"'“‘(")
        next_word = text[match.end() : match.end() + 2].strip()
        if first and not next_word[:1].isupper():
            continue
        found += words(match.group())
    return {word for word in found if word not in STOPWORDS}


def years(text: str) -> set[str]:
    """Return the years, 1900 to 2099, that `text` names."""
    return set(_YEAR.findall(text))


def months_named(text: str, *, dated: bool = False) -> set[str]:
    """Return the months that `text` names, in small letters; `dated` ones have a year behind."""
    return {match[1].casefold() for match in (_DATED if dated else _MONTH).finditer(text)}


def spelled_date(date: str | None) -> str:
    """Return an ISO date in words, "18 February 2021", so that words can match it."""
    if not date:
        return ""
    day = dt.date.fromisoformat(date)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def denies(text: str) -> bool:
    """Tell whether `text` contains a negation."""
    return any(word in NEGATIONS or word.endswith("n't") for word in words(text))
