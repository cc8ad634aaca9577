"""How dates are written in a language and country."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError

# Where the year leads, three numbers that end in it are mostly read day first all the same.
_MONTH_BEFORE_DAY = frozenset({"zh", "ja", "ko", "hu", "lt"})
_NUMBERS = re.compile(r"\W*(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)\b")
_GENERIC = frozenset("ai cc co eu fm gg im io is ly me sh st to tv ws".split())


@dataclass(frozen=True, slots=True)
class Manner:
    """How dates are written somewhere.

    `language` is an ISO 639 code. With `day_first` 3/4/2021 is in April; with `year_first`
    so is 21/4/3.
    """

    language: str | None = None
    day_first: bool = False
    year_first: bool = False


def manner_of(language: object = None, *, address: str | None = None) -> Manner:
    """Return how dates are written in a language, given as a tag such as ``en-GB``.

    Without a region in the tag, the country that the host of `address` ends in is taken.
    Where neither is known, dates are read as in the United States.
    """
    tag = re.sub(r"[^\w-].*", "", str(language or "").strip())
    return _manner(tag.replace("-", "_"), _country(address))


def days_lead(written: Iterable[str]) -> bool | None:
    """Return whether the day leads in dates such as 13/3/2021, or None where none tells it."""
    found = [(int(match[1]), int(match[3])) for match in map(_NUMBERS.match, written) if match]
    day_first = any(first > 12 >= second for first, second in found)
    month_first = any(second > 12 >= first for first, second in found)
    return None if day_first == month_first else day_first


def can_be_two(written: str) -> bool:
    """Return whether a date such as 3/4/2021 can be read as two days."""
    match = _NUMBERS.match(written)
    return (
        match is not None
        and int(match[1]) != int(match[3])
        and max(int(match[1]), int(match[3])) <= 12
    )


@lru_cache(256)
def _manner(tag: str, country: str) -> Manner:
    language, _, region = tag.partition("_")
    for name in (tag, language) if region else (f"{language or 'und'}_{country}", language):
        try:
            locale = Locale.parse(name)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
        short = re.sub("'.*?'", "", str(locale.date_formats["short"].pattern))
        year_first = short.startswith("y")
        month_first = locale.language in _MONTH_BEFORE_DAY or name == "en_CA"
        day_first = not month_first if year_first else short.find("d") < short.find("M")
        return Manner(language.lower() or None, day_first, year_first)
    return Manner(language.lower() or None)


def _country(address: str | None) -> str:
    """Return the country code that a host ends in; blank for ``.com`` and its like."""
    match = re.match(r"(?i)https?://[^/?#]*\.([a-z]{2})(?::\d+)?(?:[/?#]|$)", address or "")
    ending = match[1].lower() if match else ""
    return "" if ending in _GENERIC else {"uk": "GB"}.get(ending, ending.upper())
