"""Sentences that a splitter cut at an abbreviation it does not know."""

from __future__ import annotations

import re

from rag.types import Span

_CLOCK = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
# What may follow "8 p.m." in one sentence: a day, a time zone, a bracket, a small letter.
_AFTER_CLOCK = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(?:day)?s?\b|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d"
    r"|(?:[ECMP][DS]?T|AK[DS]?T|GMT|UTC|BST|CES?T|IST|JST|AES?T|HST)\b"
    r"|(?:Eastern|Central|Mountain|Pacific|Greenwich|Universal|British|Indian|Japan)\b"
    r"|[(\[a-z–—-])"
)
_INITIAL = r"(?:^|[\s(«„“\"])[^\W\d_a-zа-я]\."
_ABBREVIATION = {
    "fr": re.compile(r"\b(?:M|MM|Mme|Mlle|Me|Dr|St|Ste|p|env|av|J-C)\.$"),
    "ru": re.compile(
        rf"(?:\b(?:им|млн|млрд|трлн|тыс|г|гг|ул|руб|св|др|пр|д|с|см|стр)\.|{_INITIAL})$"
    ),
    "uk": re.compile(rf"(?:\b(?:ім|млн|млрд|тис|р|рр|вул|грн|св|ін|м|с|див)\.|{_INITIAL})$"),
    "es": re.compile(rf"(?:\b(?:Sr|Sra|Srta|Dr|Dra|D|Dña|pág|núm|aprox|EE|Ud)\.|{_INITIAL})$"),
    "pt": re.compile(rf"(?:\b(?:Sr|Sra|Dr|Dra|D|pág|n|aprox)\.|{_INITIAL})$"),
    "it": re.compile(rf"(?:\b(?:Sig|Dott|Prof|On|Avv|art|n|ecc)\.|{_INITIAL})$"),
    "pl": re.compile(rf"(?:\b(?:im|mln|mld|tys|r|ul|zł|św|np|tzw|godz|nr|prof)\.|{_INITIAL})$"),
}


def runs_on(text: str, before: Span, after: Span, *, language: str) -> bool:
    """Tell whether the sentence `before` was cut short, so that `after` goes on with it.

    `language` is an ISO 639 code.
    """
    said, following = text[before.start : before.end], text[after.start : after.end]
    if "\n" in text[before.end : after.start]:
        return False
    if _CLOCK.search(said):
        return _AFTER_CLOCK.match(following) is not None
    if language == "ja":
        return said.endswith("」") and following.startswith(("と", "って", "など"))
    abbreviation = _ABBREVIATION.get(language)
    return abbreviation is not None and abbreviation.search(said) is not None
