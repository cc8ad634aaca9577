"""Sentences of a text, as spans, and the words in them.

sentencex and pysbd split our news samples alike; sentencex is 170 times faster.
"""

from __future__ import annotations

import re
from functools import cache

import sentencex
import snowballstemmer

from rag.types import Span

WORD = re.compile(r"\w+(?:[’'.,-]\w+)*")

# English function words and the words that only pose a question. They carry no
# evidence: a sentence is not about something because it says "which" or "was".
STOPWORDS = frozenset(
    "a about above after again against all also am an and any are as at be because been before "
    "being below between both but by can could did do does doing down during each few for from "
    "further had has have having he her here hers him his how i if in into is it its itself just "
    "many may me might more most much must my no nor not of off on once only or other our ours out "
    "over own said same say says shall she should so some such than that the their them then there "
    "these they this those through to too under until up upon very was we were what when where "
    "which while who whom whose why will with would you your".split()
)


def sentences(text: str, *, language: str | None = None) -> list[Span]:
    """Return the sentences of `text` in order, without the blanks around them.

    `language` is an ISO 639 code; English when None. Line breaks that end a
    paragraph end a sentence too.
    """
    spans = []
    for found in sentencex.get_sentence_boundaries((language or "en")[:2], text):
        raw = found["text"]
        start = found["start_index"] + len(raw) - len(raw.lstrip())
        end = found["start_index"] + len(raw.rstrip())
        if start < end:
            spans.append(Span(start, end))
    return spans


def words(text: str) -> list[str]:
    """Return the words and numbers of `text`, case-folded, in order.

    Apostrophes are straightened and a possessive ``'s`` is dropped, so that
    "Libya’s" and "Libya" agree.
    """
    found = WORD.findall(text.replace("’", "'"))
    return [word.removesuffix("'s").casefold() for word in found]


def content_stems(text: str) -> list[str]:
    """Return the English stems of the words that carry meaning, in order."""
    return [stem(word) for word in content_words(text)]


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in order."""
    return [word for word in words(text) if word not in STOPWORDS]


@cache
def stem(word: str) -> str:
    """Return the Snowball English stem of one case-folded word."""
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")
