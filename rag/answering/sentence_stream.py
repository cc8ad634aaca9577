"""The sentences of a text that is still being written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rag.answering import marks
from rag.text.sentences import sentences


def claims(pieces: Iterable[str], *, was_cut: Callable[[], bool] = lambda: False) -> Iterator[str]:
    """Yield the sentences of a streamed text as they are completed, marks included.

    A sentence is complete when the next one has begun, since marks follow its stop.
    `was_cut` tells, at the end, whether the text broke off; a last sentence without
    its stop is then left out: half a sentence may say what the whole one does not.
    """
    pending = ""
    for piece in pieces:
        pending += piece
        found = _with_marks(pending)
        if len(found) > 1 and not marks.is_unfinished_mark(found[-1]):
            yield from found[:-1]
            pending = found[-1] + _trailing_blanks(pending)
    *complete, last = _with_marks(pending) or [""]
    yield from complete
    if last and (marks.is_finished(last) or not was_cut()):
        yield last


def _with_marks(text: str) -> list[str]:
    """Return the sentences of `text`, marks at a sentence's head put to the one before."""
    found: list[str] = []
    for span in sentences(text):
        sentence = text[span.start : span.end]
        leading, rest = marks.leading_marks(sentence)
        if leading and found:
            found[-1] += leading
            sentence = rest
        if sentence:
            found.append(sentence)
    return found


def _trailing_blanks(text: str) -> str:
    return text[len(text.rstrip()) :]
