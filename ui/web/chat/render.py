"""The messages of the chat, as markup: each is one element.

An answer only grows at its end, so that the page can keep the nodes it has and add the new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.types import Answer, Citation, Hit
from ui.web.common.cited import meta, name_html
from ui.web.common.markup import day, escape, line
from ui.web.common.shown import Shown, nearest

_CLOSING_MARKS = re.compile(r"(?:\s*\[\d{1,3}\])+\s*$")
_NUMBER = re.compile(r"\d+")


def welcome_html(articles: int) -> str:
    """Return what the empty chat says."""
    if not articles:
        return _welcome("This archive has no articles yet.", "Add some on the Archive page.")
    return _welcome(
        "Ask a question about the articles.",
        "Every sentence of an answer links to the passage it rests on. "
        "What the articles do not say is not answered.",
    )


def question_html(question: str) -> str:
    """Return what the user asked, as a message of the chat."""
    return f'<div class="dl-question">{line(question)}</div>'


def answer_html(pieces: Iterable[str], *, message: int, footer: str = "") -> str:
    """Return an answer as a message of the chat, its marks linked to its sources.

    `pieces` are as `rag.stream` yields them: each a sentence and the marks after it.
    Brackets inside a sentence are the article's and stay text.
    """
    text = " ".join(_piece(piece, message) for piece in pieces)
    return f'<div class="dl-answer" id="m{message}" tabindex="-1"><p>{text}</p>{footer}</div>'


def message_html(shown: Shown) -> str:
    """Return a finished answer or refusal as a message of the chat."""
    footer = footer_html(shown)
    if shown.answer.abstained:
        return refusal_html(shown.answer, message=shown.message, footer=footer)
    # The last pieces quote what disagrees, one line for each of the citations.
    pieces = shown.pieces[: len(shown.pieces) - len(shown.answer.disagreement)]
    contrast = disagreement_html(shown.answer.disagreement, message=shown.message)
    return answer_html(pieces, message=shown.message, footer=f"{contrast}{footer}")


def disagreement_html(citations: Sequence[Citation], *, message: int) -> str:
    """Return sentences that contradict each other, side by side; nothing when there are none."""
    if not citations:
        return ""
    cards = "".join(
        f'<blockquote><p class="dl-meta">{meta(citation.article)}</p>'
        f"<p>{line(citation.quote)} {_mark(citation.number, message)}</p></blockquote>"
        for citation in citations
    )
    return (
        '<div class="dl-differ" role="group" aria-label="Articles disagree">'
        f"<p><strong>Articles disagree</strong></p><div>{cards}</div></div>"
    )


def refusal_html(answer: Answer, *, message: int, footer: str = "") -> str:
    """Return a refusal as a message of the chat, with the articles that came nearest."""
    return (
        f'<div class="dl-answer dl-refusal" id="m{message}" tabindex="-1">'
        f"<p>{line(answer.text)}</p>{_nearest(answer.hits)}{footer}</div>"
    )


def footer_html(shown: Shown) -> str:
    """Return the quiet line below an answer: how long it took, what was searched for."""
    parts = [f"{shown.answer.timings.total:.1f} s"]
    if shown.stopped:
        parts.append("stopped")
    if shown.answer.question != shown.asked:
        parts.append(f"Searched for: {line(shown.answer.question)}")
    if not shown.answer.abstained:
        copy = f'<a class="dl-copy" href="#m{shown.message}">Copy with sources</a>'
        parts.append(copy)
    return f'<p class="dl-footer">{" · ".join(parts)}</p>'


def _welcome(title: str, text: str) -> str:
    return f'<div class="dl-welcome"><h2>{escape(title)}</h2><p>{escape(text)}</p></div>'


def _piece(piece: str, message: int) -> str:
    begin = "<br>" if piece.startswith("\n") else ""
    marks = _CLOSING_MARKS.search(piece)
    if marks is None:
        return begin + line(piece)
    numbers = _NUMBER.findall(marks.group())
    links = "".join(_mark(number, message) for number in numbers)
    return f"{begin}{line(piece[: marks.start()])} {links}"


def _mark(number: int | str, message: int) -> str:
    return (
        f'<a class="dl-mark" href="#m{message}-{number}" title="Source {number}">'
        f"&#91;{number}&#93;</a>"
    )


def _nearest(hits: Iterable[Hit]) -> str:
    items = "".join(
        f"<li><bdi>{name_html(article)}</bdi>"
        f"{f', {day(article.date)}' if article.date else ''}</li>"
        for article in nearest(hits)
    )
    return f"<p>Nearest articles (not an answer)</p><ul>{items}</ul>" if items else ""
