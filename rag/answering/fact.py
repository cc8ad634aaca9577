"""The answer to a question of fact: the likeliest spans, each in the sentence it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answering.draft import Draft
from rag.answering.evidence import Evidence
from rag.answering.found import Found
from rag.answering.lists import asks_for_several, is_count, items
from rag.answering.reasons import asks_for_reason, explaining, sentences_beside
from rag.answering.row import asked_cell
from rag.answering.statement import sentence_after, short
from rag.answering.wanted import FIGURES, Wanted, wanted
from rag.store.identity import article_id
from rag.text.question_time import changes, wants_latest
from rag.types import Article

# A newer article takes over from the likeliest one if it is this share as likely to answer:
# the state before, told in more of the question's words, is the likelier one to be found.
_NEWER = 0.5
# How much less a person without a name is worth than one with a name, in nats; 1 changes none of
# 540 questions, and 3 and 6 set the same one right.
_UNNAMED = 3.0
_WHO = re.compile(r"^\W*(?:\w+ )?who(?:m|['’]?s)?\b", re.I)
# In a follow-up the article of the answer before goes first if it is this share as likely.
_GOES_ON = 0.3


def chosen(question: str, ranked: Sequence[Found], *, least: float, about: str = "") -> list[Found]:
    """Return the spans that answer, the one that is said first in front; none to refuse.

    `ranked` are in order of their probability, and below `least` nothing answers. Of several
    that do, a question for the latest state takes the newest article, a follow-up the article
    `about` which the talk is, and one that asks for several things takes several.
    """
    able = chosen_first(question, ranked, least=least, about=about)
    if not able or not asks_for_several(question):
        return able[:1]
    return items(ranked, able, least=least)


def chosen_first(
    question: str, ranked: Sequence[Found], *, least: float, about: str = ""
) -> list[Found]:
    """Return all spans that answer, the one that is said first in front; arguments as `chosen`.

    Whether any answers, their probability tells; which of them does, their merit. A question of
    yes or no has no right words, only a sentence.
    """
    able = [item for item in ranked if item.probability >= least]
    likeliest = max((item.probability for item in able), default=0.0)
    if wanted(question) is not Wanted.YES_NO:
        able.sort(key=lambda item: (not item.may_answer, -_merit(question, item)))
    if able and (wants_latest(question) or changes(question)):
        first = _newest(able)
        able = [first, *(item for item in able if item is not first)]
    if asks_for_reason(question):
        able = explaining(question, able)
    own = [item for item in able if about and article_id(item.hit.article) == about]
    if own and own[0].probability >= _GOES_ON * likeliest:
        able = [own[0], *(item for item in able if item is not own[0])]
    return able


def state(question: str, found: Sequence[Found], draft: Draft, *, verdict: str) -> Iterator[str]:
    """Yield the sentences that hold the spans, the first of them after a `verdict`, if any."""
    kind = wanted(question)
    yes_no, figure = kind is Wanted.YES_NO, kind in FIGURES
    for item in found:
        evidence = item.evidence
        # What contradicts the question is told by the whole sentence, not by a word of it.
        told = not (yes_no or verdict or item.contrary)
        span = asked_cell(question, item.span, evidence.quote)
        date = evidence.article.date
        said = short(span, evidence.quote, date, figure=figure) if told else ""
        before, after = (None, None)
        if told and asks_for_reason(question):
            before, after = sentences_beside(question, item)
            # The explanation is told by a sentence beside, not by words of this one.
            said = "" if before or after else said
        elif told and len(found) == 1 and asks_for_several(question) and is_count(item):
            after = sentence_after(evidence, near=True)
        if before and (piece := draft.state(before)):
            yield piece
        piece = draft.state(evidence, short=verdict if yes_no else said, verdict=verdict)
        verdict = ""
        if piece:
            yield piece
        if after and (piece := draft.state(after)):
            yield piece


def answering(ranked: Sequence[Found], *, least: float) -> list[Evidence]:
    """Return the sentences that answer the question, each once."""
    able = (item.evidence for item in ranked if item.probability >= least)
    return list(dict.fromkeys(able))


def is_read(article: Article) -> bool:
    """Tell whether the reader reads the language of an article: English, if none is known."""
    return (article.language or "en")[:2] == "en"


def is_unnamed(question: str, item: Found) -> bool:
    """Tell whether a span names nobody where one asks who: "the driver"."""
    named = any(letter.isupper() for letter in item.span)
    return not named and _WHO.search(question) is not None


def _merit(question: str, item: Found) -> float:
    return item.merit - (_UNNAMED if is_unnamed(question, item) else 0.0)


def _newest(able: Sequence[Found]) -> Found:
    enough = _NEWER * max(item.probability for item in able)
    near = [item for item in able if item.probability >= enough]
    return max(near, key=lambda item: (item.hit.article.date or "", item.probability))
