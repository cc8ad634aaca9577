"""Turn the paragraphs of a document into its article, or into those of an export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.documents.titles import titled
from rag.sources.exports import articles_in, several_note
from rag.sources.text import clean, one_line, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Article, Note, Skipped


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
