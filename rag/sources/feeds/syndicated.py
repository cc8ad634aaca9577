"""Read RSS and Atom feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.feeds.aggregators import origin, unwrapped
from rag.sources.text import one_line
from rag.sources.web.markup import from_markup
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article

# What WordPress leaves to its extensions.
_SHORTCODE = re.compile(
    r"(?s)\[caption\b[^\]]*\].{0,2000}?\[/caption\]|\[/?(?:gallery|embed|video|audio|playlist|vc_\w+|et_pb_\w+)\b[^\]]*\]"
)
_PUBLIC = ("publish", "inherit")  # of an export of WordPress
FULL_LENGTH = 600  # characters; an entry with fewer is an extract of its page


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it stands, its text, and the page it links to."""

    source: str
    text: str
    link: str | None
    fields: dict[str, Any]

    def is_full(self) -> bool:
        """Return whether the feed gives the whole text, so that its page need not be fetched."""
        return "content" in self.fields and len(self.text) >= FULL_LENGTH

    def completed(self, page: Article) -> Article:
        """Return the article of the entry's page with what only the feed says of it."""
        said = replace(self, text=page.text).article()
        anonymous = page.publisher in {None, fields.host(page.url)}
        return replace(
            page,
            date=page.date or said.date,
            author=page.author or said.author,
            publisher=said.publisher if anonymous and said.publisher else page.publisher,
            language=page.language or said.language,
        )

    def article(self) -> Article:
        """Return the entry as an article; raises `SourceError` if it has no text."""
        found = origin(
            self.fields,
            address=self.fields.get("link"),
            title=one_line(from_markup(self.fields.get("title") or "")),
            feed=one_line(from_markup(self.fields["feed"].get("title") or "")),
        )
        return fields.article(
            source=self.source,
            text=self.text,
            title=found.title,
            date=self.fields.get("published") or self.fields.get("updated"),
            url=found.address,
            publisher=found.publisher,
            author=self.fields.get("author"),
            language=self.fields["feed"].get("language"),
        )


def read_feed(data: bytes, *, source: str) -> Iterator[Article | Skipped]:
    """Yield the articles of a feed as far as it holds them; nothing is fetched."""
    for entry in entries(data, source=source):
        status = entry.fields.get("wp_status")
        if status and status not in _PUBLIC:
            yield Skipped(entry.source, f"is not published: its status is {status!r}")
            continue
        try:
            yield entry.article()
        except SourceError as error:
            more = f"; its page may: {entry.link}" if entry.link else ""
            yield Skipped(entry.source, f"{error}{more}")


def entries(data: bytes, *, source: str) -> Iterator[Entry]:
    """Yield the entries of a feed; raises `SourceError` if it is none."""
    # Imported here because few files are feeds, and each would wait for it.
    import feedparser

    # A stream, because a bare string would be opened as a file or an address.
    feed = feedparser.parse(BytesIO(data))
    if not feed.entries:
        raise SourceError(_fault(feed))
    for number, found in enumerate(feed.entries, start=1):
        bodies = [part.get("value") or "" for part in found.get("content", ())]
        yield Entry(
            source=f"{source}#{number}",
            text=from_markup(
                _SHORTCODE.sub("", max([*bodies, found.get("summary") or ""], key=len))
            ),
            link=unwrapped(fields.web_address(found.get("link"))),
            fields={**found, "feed": feed.feed},
        )


def _fault(feed: Any) -> str:
    if feed.get("version"):
        return f"{fields.NO_TEXT}: the feed has no entries"
    said = one_line(str(feed.get("bozo_exception", "")))
    return f"is not an RSS or Atom feed ({said or 'no feed element in it'})"
