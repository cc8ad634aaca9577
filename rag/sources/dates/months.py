"""Names of months in the languages that most news is written in.

The names are those of the Unicode locale data in `babel`. `dateparser` adds spellings that
papers use and the locale data lacks, and `jdatetime` the months of the Iranian calendar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module

import jdatetime
from babel import Locale, UnknownLocaleError

# By how much news is written in them: where two share a name ("listopad"), the first counts.
LANGUAGES = (
    *("en", "es", "ru", "de", "fr", "ja", "zh", "pt", "ar", "it", "tr", "pl", "fa", "nl", "id"),
    *("vi", "uk", "ko", "hi", "cs", "el", "hu", "ro", "sv", "th", "he", "bn", "ur", "fi", "da"),
    *("nb", "bg", "sr", "sr_Latn", "hr", "sk", "ca", "lt", "lv", "et", "sl", "ms", "fil", "sw"),
    *("ta", "ar_LB", "ar_DZ", "de_AT", "te", "ml", "kn", "mr", "gu", "is", "mt", "eu", "gl", "sq"),
    *("mk", "az", "kk", "ka", "hy", "be", "ne", "af"),
)
_MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
_MARKS = re.compile("[\u0300-\u036f.]")  # accents of Latin, Greek and Cyrillic letters, full stops
# Spellings of `dateparser` that mean too much else: Roman numbers, two Latin letters.
_VAGUE = re.compile(r"[ivx]+|[a-zçğış]{1,2}|.* .*")
_MORE = {"en": {"sept": 9}, "it": {"sett": 9}}


@lru_cache(4096)
def month_of(word: str, *, language: str | None = None) -> int | None:
    """Return the month that `word` names, 1 to 12, or None.

    `language` is an ISO 639 code; its names count before those of other languages.
    """
    name = _folded(word)
    spoken = [language] if language and language != "en" and _is_known(language) else []
    found = (_names(each).get(name) for each in (*spoken, *LANGUAGES))
    return next(filter(None, found), None)


@lru_cache(256)
def iranian_month_of(word: str) -> int | None:
    """Return the month of the Iranian calendar that `word` names in Persian, or None."""
    names = jdatetime.date.j_months_fa
    return names.index(word) + 1 if word in names else None


@cache
def _names(language: str) -> dict[str, int]:
    months = Locale.parse(language).months
    named = {
        _folded(name): number
        for context in ("format", "stand-alone")
        for width in ("abbreviated", "wide")
        for number, name in months[context][width].items()
    }
    spelled = {_folded(name): number for name, number in _spellings(language)}
    more = {name: number for name, number in spelled.items() if not _VAGUE.fullmatch(name)}
    return {**more, **named, **_MORE.get(language, {})}


def _spellings(language: str) -> Iterator[tuple[str, int]]:
    """Yield the names that `dateparser` knows in a language, with their numbers."""
    try:
        data = import_module(f"dateparser.data.date_translation_data.{language.replace('_', '-')}")
    except ModuleNotFoundError:
        return
    for number, month in enumerate(_MONTHS, start=1):
        yield from ((name, number) for name in data.info.get(month, ()))


@cache
def _is_known(language: str) -> bool:
    try:
        return bool(Locale.parse(language).months)
    except (UnknownLocaleError, ValueError):
        return False


def _folded(word: str) -> str:
    """Return a name without case, accents and full stops: "Févr." is "fevr"."""
    apart = unicodedata.normalize("NFD", word.casefold().replace("_", " "))
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))
