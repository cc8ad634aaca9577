"""The messages of the chat, as markup: each is one element.

An answer only grows at its end, so that the page can keep the nodes it has and add the new.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.types import Answer
from ui.web.common.cited import meta
from ui.web.common.markup import line, render
from ui.web.common.shown import Shown, is_talk, nearest

_LAST_MARK = re.compile(r"\s*\[(\d{1,3})\]\s*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, the numbers it cites, and whether it begins a line."""

    text: str
    numbers: tuple[int, ...]
    begins_line: bool = False


def thread_html(messages: Iterable[str], *, running: bool, question: str | None = None) -> str:
    """Return the conversation; `question` is put into the box below it."""
    return render("thread.html", messages=map(Markup, messages), running=running, question=question)


def question_html(question: str) -> str:
    """Return what the user asked, as a message of the chat."""
    return render("question.html", question=question)


def answer_html(pieces: Iterable[str], *, message: int) -> str:
    """Return an answer that is being written, as a message of the chat.

    `pieces` are as `rag.stream` yields them: each a sentence and the mark after it.
    Brackets inside a sentence are the article's and stay text.
    """
    return _message(message, pieces=pieces)


def message_html(shown: Shown) -> str:
    """Return a finished answer or refusal as a message of the chat."""
    answer = shown.answer
    # The last pieces quote what disagrees, one line for each of the citations.
    pieces = shown.pieces[: len(shown.pieces) - len(answer.disagreement)]
    if answer.abstained or not pieces:
        pieces = (answer.text,)
    return _message(shown.message, pieces=pieces, shown=shown)


def status_line(shown: Shown) -> str:
    """Return the quiet line below an answer: what was searched, how narrowly, how long it took."""
    answer = shown.answer
    # What takes no time at all took some.
    parts = [f"{max(answer.timings.total, 0.1):.1f} s"]
    if shown.stopped:
        parts.append("stopped")
    if shown.narrowed:
        parts.append(line(shown.narrowed))
    if answer.question != shown.asked:
        parts.append(f"Searched for: {line(answer.question)}")
    return Markup(" · ".join(parts))  # noqa: S704


def sentence(piece: str, *, known: Collection[int] = ()) -> Sentence:
    """Return a piece of an answer taken apart.

    The mark at its end is a citation, and so are marks before it of citations that are
    `known`; any other one was in the article and is text.
    """
    text = piece
    numbers: list[int] = []
    while found := _LAST_MARK.search(text):
        number = int(found.group(1))
        if numbers and number not in known:
            break
        numbers.insert(0, number)
        text = text[: found.start()]
    return Sentence(text, tuple(numbers), piece.startswith("\n"))


def _message(message: int, *, pieces: Iterable[str], shown: Shown | None = None) -> str:
    answer = shown.answer if shown else None
    # The refusal has no marks, nor has talk; what looks like one is text.
    plain = answer is not None and not answer.citations
    known = {citation.number for citation in answer.citations} if answer else set()
    said = [Sentence(piece, ()) if plain else sentence(piece, known=known) for piece in pieces]
    return render(
        "answer.html",
        message=message,
        said=said,
        shown=shown,
        answer=answer,
        short=_short(answer, said),
        talk=answer is not None and is_talk(answer),
        nearest=nearest(answer.hits) if answer and answer.abstained else [],
        suggestions=answer.suggestions if answer else (),
        status=status_line(shown) if shown else "",
        meta=meta,
    )


def _short(answer: Answer | None, said: Sequence[Sentence]) -> str:
    """Return the short answer, unless it is all that is said."""
    short = answer.short.strip() if answer else ""
    whole = " ".join(item.text.strip() for item in said)
    return "" if short.rstrip(".") == whole.rstrip(".") else short
