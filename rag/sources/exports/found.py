"""Pass on the articles of an export, and tell of a text that looks like several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.sources import fields
from rag.sources.exports.split import count_openings, split_export
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator


def articles_in(
    text: str, *, source: str, headings: frozenset[str] = frozenset()
) -> list[Article | Skipped]:
    """Return the articles of a text that is the export of a news database; none if it is not."""
    found = split_export(text, headings=headings)
    named = [source] if len(found) == 1 else [f"{source}#{n + 1}" for n in range(len(found))]
    return [
        fields.article(
            source=name,
            text=item.text,
            title=item.title,
            date=item.date,
            publisher=item.publisher,
            author=item.author,
            url=item.url,
            language=item.language,
        )
        if item
        else Skipped(name, fields.NO_TEXT)
        for name, item in zip(named, found, strict=True)
    ]


def several_note(text: str, *, source: str) -> Iterator[Note]:
    """Yield a note if a text that was read as one article looks like several."""
    if count_openings(text) > 1:
        yield Note(source, "looks like several articles but was read as one; split it to cite each")
