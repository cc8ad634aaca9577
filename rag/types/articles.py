"""Articles, and the stretches of them that are indexed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.types.dates import iso_date
from rag.types.forms import markdown, markdown_link

# How a list of articles is sorted; undated ones come last by date.
Order = Literal["newest", "oldest", "title", "publisher"]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    `text` is the clean body that citations point into, without the title.
    `date` is the publication date, ``YYYY-MM-DD``; a `datetime.date` is accepted.
    `id` is kept when given; otherwise the archive derives a stable one.
    `source` is the file or address it was read from.
    """

    title: str
    text: str
    id: str | None = None
    date: str | None = None
    url: str | None = None
    publisher: str | None = None
    author: str | None = None
    language: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "date", iso_date(self.date))

    def heading_as_markdown(self) -> str:
        """Return title, which links to the address, publisher and date as a line of Markdown."""
        title = markdown_link(f"**{markdown(self.title)}**", self.url)
        facts = (markdown(fact) for fact in (self.publisher, self.date) if fact)
        return " · ".join([title, *facts])

    def to_markdown(self) -> str:
        """Return the article as Markdown: its heading, then its paragraphs."""
        paragraphs = [markdown(line) for line in self.text.splitlines() if line.strip()]
        return "\n\n".join([self.heading_as_markdown(), *paragraphs])


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, from character `start` up to but not including `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one article: `article.text[start:end]`.

    It is identified by article and position, never by its text, because
    syndicated news repeats.
    """

    article_id: str
    position: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """Counts of an archive; `first` and `last` are publication dates."""

    articles: int
    chunks: int
    linked: int
    publishers: int
    first: str | None
    last: str | None
    generation: int
    embedder: str
