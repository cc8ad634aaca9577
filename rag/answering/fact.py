"""The answer to a question of fact: the likeliest spans, each in the sentence it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answering.choice import Found
from rag.answering.draft import Draft
from rag.answering.evidence import Evidence
from rag.answering.row import asked_cell
from rag.answering.statement import short
from rag.answering.wanted import Wanted, wanted
from rag.store.identity import article_id
from rag.text.question_time import changes, wants_latest
from rag.text.sentences import words
from rag.types import Article

# Spans of one list differ in their log-odds by no more than this, in nats.
_ALIKE = 3.0
_MOST_OF_A_LIST = 5
# A newer article takes over from the likeliest one if it is this share as likely to answer:
# the state before, told in more of the question's words, is the likelier one to be found.
_NEWER = 0.5
# In a follow-up the article of the answer before goes first if it is this share as likely.
_GOES_ON = 0.3
_SEVERAL = re.compile(
    r"^(?:which|what|who) (?:are|were)\b|"
    r"\b(?:name|list) (?:the|all|some|two|three|four|five|six)\b|"
    r"\b(?:which|what) (?:two|three|four|five|six|seven|eight|nine|ten|\d+) \w+|"
    r"\b(?:which|what) (?:\w+ )?(?:countries|cities|states|companies|films|movies|teams|people|"
    r"places|groups|parties|reasons|causes|awards|records|banks|songs|books|leaders|players)\b",
    re.I,
)


def chosen(question: str, ranked: Sequence[Found], *, least: float, about: str = "") -> list[Found]:
    """Return the spans that answer, the one that is said first in front; none to refuse.

    `ranked` are in order of their probability, and below `least` nothing answers. Of several
    that do, a question for the latest state takes the newest article, a follow-up the article
    `about` which the talk is, and one that asks for several things takes several.
    """
    able = chosen_first(question, ranked, least=least, about=about)
    if not able or not _SEVERAL.search(question):
        return able[:1]
    return [able[0], *_others(able[0], able)][:_MOST_OF_A_LIST]


def chosen_first(
    question: str, ranked: Sequence[Found], *, least: float, about: str = ""
) -> list[Found]:
    """Return all spans that answer, the one that is said first in front; arguments as `chosen`."""
    able = [item for item in ranked if item.probability >= least]
    if able and (wants_latest(question) or changes(question)):
        first = _newest(able)
        able = [first, *(item for item in able if item is not first)]
    own = [item for item in able if about and article_id(item.hit.article) == about]
    if own and own[0].probability >= _GOES_ON * able[0].probability:
        able = [own[0], *(item for item in able if item is not own[0])]
    return able


def state(question: str, found: Sequence[Found], draft: Draft, *, verdict: str) -> Iterator[str]:
    """Yield the sentences that hold the spans, the first of them after a `verdict`, if any."""
    yes_no = wanted(question) is Wanted.YES_NO
    for item in found:
        evidence = item.evidence
        # What contradicts the question is told by the whole sentence, not by a word of it.
        told = not (yes_no or verdict or item.contrary)
        span = asked_cell(question, item.span, evidence.quote)
        said = short(span, evidence.quote, evidence.article.date) if told else ""
        piece = draft.state(evidence, short=verdict if yes_no else said, verdict=verdict)
        verdict = ""
        if piece:
            yield piece


def answering(ranked: Sequence[Found], *, least: float) -> list[Evidence]:
    """Return the sentences that answer the question, each once."""
    able = (item.evidence for item in ranked if item.probability >= least)
    return list(dict.fromkeys(able))


def is_read(article: Article) -> bool:
    """Tell whether the reader reads the language of an article: English, if none is known."""
    return (article.language or "en")[:2] == "en"


def _newest(able: Sequence[Found]) -> Found:
    enough = _NEWER * able[0].probability
    near = [item for item in able if item.probability >= enough]
    return max(near, key=lambda item: (item.hit.article.date or "", item.probability))


def _others(first: Found, able: Sequence[Found]) -> list[Found]:
    """Return further spans of the same shape that answer, about as likely as the first."""
    said, others = [_bag(first)], []
    for item in able:
        bag = _bag(item)
        alike = item.odds >= first.odds - _ALIKE and _shape(item) == _shape(first)
        if alike and all(not bag & known for known in said):
            said.append(bag)
            others.append(item)
    return others


def _shape(item: Found) -> tuple[bool, bool]:
    """Return whether a span names something, and whether it has a figure."""
    span = item.span
    return any(word[0].isupper() for word in span.split()), any(map(str.isdigit, span))


def _bag(item: Found) -> set[str]:
    return set(words(item.span))
