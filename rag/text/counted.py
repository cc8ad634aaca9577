"""What a question asks to be counted, and what a number in a text counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.quantities import outcomes
from rag.text.sentences import stem, words

_HOW_MANY = re.compile(r"\bhow many (?:more |other |different |of the )?(.*)", re.I | re.S)
# Where the name of what is counted ends: a verb, a preposition, an article or a pronoun.
_END = frozenset(
    "did does do was were are is am be been have has had in of at on will would can could should "
    "to that who which for from by with as than and or the a an this his her their its there it "
    "he she they you we i".split()
)
_MOST = 4
# Whoever counts one of these counts people.
_PEOPLE = stem("people")
_PERSONS = frozenset(
    map(
        stem,
        "person men women children users customers viewers readers voters workers employees staff "
        "builders passengers travellers tourists visitors guests fans spectators students pupils "
        "teachers patients doctors nurses residents villagers migrants refugees civilians victims "
        "survivors soldiers troops fighters rebels police officers prisoners hostages protesters "
        "demonstrators members followers subscribers players athletes volunteers firefighters "
        "journalists lawmakers candidates adults teenagers babies families citizens inhabitants "
        "donors donators owners winners buyers officials scientists engineers artists actors "
        "delegates pilgrims worshippers others".split(),
    )
)
_FIGURE = re.compile(r"\d")
# The number itself, and all after it as far as a number can tell what it counts.
_NUMBER = re.compile(
    r"\W*(?:\d+(?:[.,]\d+)*|\w+)(?: (?:dozen|hundred|thousand|million|billion|trillion|per ?cent))?"
)
_BREAK = re.compile(r"[.;:!?\n(]| - | – ")
_REACH = 60


def asked_to_count(question: str) -> frozenset[str]:
    """Return the stems of what "how many" is asked of, with the outcome that it names, "die".

    Empty when nothing is to be counted.
    """
    match = _HOW_MANY.search(question)
    named: list[str] = []
    for word in words(match[1]) if match else ():
        if word.lower() in _END or len(named) == _MOST:
            break
        named.append(word)
    return _with_outcomes(named)


def counted(text: str, start: int, end: int) -> frozenset[str]:
    """Return the stems, and the outcomes, of the words that follow the number in a stretch.

    Users and workers count as people too.
    """
    stretch = text[start : end + _REACH]
    figure = _FIGURE.search(stretch, 0, end - start)
    number = _NUMBER.match(stretch, figure.start() if figure else 0)
    told = _BREAK.split(stretch[number.end() :] if number else stretch)[0]
    named = _with_outcomes(words(told)[:_MOST])
    return named if named.isdisjoint(_PERSONS) else named | {_PEOPLE}


def _with_outcomes(found: Sequence[str]) -> frozenset[str]:
    """Return the stems of words; "deaths" and "people had died" count the same."""
    return frozenset(map(stem, found)) | outcomes(" ".join(found))
