"""How a figure changed: its values in the articles, in order of their dates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.found import Found
from rag.store.identity import article_id
from rag.text.measures import unit_of
from rag.text.sentences import content_words

_CHANGES = (
    r"(?:chang(?:e|ed|ing)|develop(?:ed)?|moved?|var(?:y|ied)|ris(?:e|en)|rose|gr[eo]w|grown|fall(?:en)?|"
    r"fell|climb(?:ed)?|increased?|decreased?|drop(?:ped)?|go(?:ne)? (?:up|down)|went (?:up|down))"
)
_ASKED = (
    re.compile(
        r"^how (?:did|has|have|does|do|was|were) (?P<what>.+?) "
        rf"(?:been )?{_CHANGES}\b(?P<rest>.*)$",
        re.I,
    ),
    re.compile(
        r"^(?:show |list |give )?(?:me )?(?P<what>.+?) over (?:time|the years)(?P<rest>.*)$", re.I
    ),
)
_OVER = re.compile(r"\b(?:over (?:time|the (?:years|months|weeks|days))|from day to day)\b", re.I)


def value_asked(question: str) -> str | None:
    """Return what the value was, as a question, where `question` asks how it changed.

    "How did the death toll change over time?" asks "What was the death toll?". None for any
    other question.
    """
    asked = " ".join(question.split()).rstrip("?!. ")
    for pattern in _ASKED:
        if (match := pattern.match(asked)) and content_words(match["what"]):
            rest = _OVER.sub("", match["rest"]).strip()
            return f"What was {match['what']}{f' {rest}' if rest else ''}?"
    return None


def values(ranked: Sequence[Found], *, least: float) -> list[Found]:
    """Return the likeliest figure of each dated article, oldest first.

    `ranked` are in order of their probability, and below `least` none is taken. Values of
    another unit than the likeliest one are left out. Empty unless there are two.
    """
    able = [item for item in ranked if item.probability >= least and item.hit.article.date]
    told = [(item, unit) for item in able if (unit := unit_of(item.span)) is not None]
    by_article: dict[str, Found] = {}
    for item, unit in told:
        if unit == told[0][1]:
            by_article.setdefault(article_id(item.hit.article), item)
    kept = sorted(by_article.values(), key=lambda item: item.hit.article.date or "")
    return kept if len(kept) > 1 else []
