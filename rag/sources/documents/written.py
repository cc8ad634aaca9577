"""Turn the paragraphs of a document into its article, or into those of an export."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.documents.titles import titled
from rag.sources.dumps import facts, is_sentence
from rag.sources.exports import articles_in, several_note
from rag.sources.text import clean, one_line, tidy
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Article, Note

_HEAD = 3  # paragraphs below a headline that may say who and when
_SIGNS = ("author", "date")


@dataclass(frozen=True, slots=True)
class Written:
    """What a document holds: paragraphs, those styled as headlines, and its properties."""

    paragraphs: Sequence[str]
    headings: Sequence[str] = field(default=())
    title: str = ""
    author: str = ""
    language: str = ""
    date: object = None


def articles_of(document: Written, *, source: str) -> Iterator[Article | Skipped | Note]:
    """Yield the article of a document, or each of those that a database exported into it.

    Raises `SourceError` if there is no text.
    """
    lines = "\n\n".join(tidy(paragraph) for paragraph in document.paragraphs)
    headings = frozenset(map(one_line, document.headings))
    if exported := articles_in(lines, source=source, headings=headings):
        yield from exported
        return
    kept = [text for text in map(clean, document.paragraphs) if text]
    if not kept:
        raise SourceError(fields.NO_TEXT)
    if starts := _starts(kept, headings):
        yield from _headed(kept, starts, language=document.language, source=source)
        return
    title, paragraphs = titled(kept, title=document.title)
    text = "\n\n".join(paragraphs)
    yield fields.article(
        source=source,
        text=text,
        title=title,
        author=document.author,
        language=document.language,
        date=document.date,
    )
    yield from several_note(text, source=source)


def _starts(paragraphs: Sequence[str], headings: frozenset[str]) -> list[int]:
    """Return where articles open: at headings with an author or a date below; none for one."""
    starts = [
        number
        for number, text in enumerate(paragraphs)
        if one_line(text) in headings and _is_signed(paragraphs[number + 1 :], headings)
    ]
    whole = len(starts) > 1 and not any(map(is_sentence, paragraphs[: starts[0]]))
    return starts if whole else []


def _is_signed(below: Sequence[str], headings: frozenset[str]) -> bool:
    """Return whether the lines below a heading, down to the next one, say who or when."""
    lines = takewhile(lambda line: one_line(line) not in headings, below[:_HEAD])
    return any(kind in _SIGNS for line in lines for kind, _value in facts(line))


def _headed(
    paragraphs: Sequence[str], starts: Sequence[int], *, language: str, source: str
) -> Iterator[Article | Skipped]:
    """Yield the articles that open at some paragraphs."""
    for count, (start, end) in enumerate(pairwise([*starts, len(paragraphs)]), start=1):
        name = f"{source}#{count}"
        text = "\n\n".join(paragraphs[start + 1 : end])
        try:
            yield fields.article(source=name, text=text, title=paragraphs[start], language=language)
        except SourceError as error:
            yield Skipped(name, str(error))
