"""Names of countries in their several forms: "Brazil" and "Brazilian", "UK" and "Britain"."""

from __future__ import annotations

from rag.text.sentences import stem

# Those whose forms do not begin alike, stemmed.
_FORMS = tuple(
    frozenset(map(stem, forms.split()))
    for forms in (
        "uk u.k kingdom britain british briton britons",
        "us usa u.s states america american americans",
        "france french",
        "spain spanish",
        "netherlands dutch",
        "switzerland swiss",
        "poland polish",
        "turkey turkish türkiye",
        "sweden swedish",
        "greece greek",
        "wales welsh",
        "ireland irish",
        "denmark danish",
        "philippines filipino",
        "china chinese",
        "eu european europe",
        "uae emirates emirati",
    )
)
# Letters with which both begin at least, and what the longer may end in, stemmed: "Brazilian".
_ALIKE = 5
_ENDINGS = frozenset("n an ian i y es ese ish".split())


def is_country(word: str) -> bool:
    """Tell whether a stem is of one of the countries whose forms do not begin alike."""
    return any(word in forms for forms in _FORMS)


def same_name(one: str, other: str) -> bool:
    """Tell whether two stems are of the same name, or of a country and its people."""
    if one == other:
        return True
    if any(one in forms and other in forms for forms in _FORMS):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= _ALIKE and long.startswith(short) and long[len(short) :] in _ENDINGS
