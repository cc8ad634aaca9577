"""Read what is at an address: a page, a feed with its pages, or a list of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.feeds import lists, syndicated
from rag.sources.files.detect import kind_of
from rag.sources.kinds import read_file
from rag.sources.web import fetch, pages
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

    Columns = Mapping[str, str]
    Found = Iterator[Article | Skipped | Note]

_LISTED_LIMIT = 1000  # addresses of one list; as many as a news sitemap may hold
_EXTRACT = "; the extract in the feed is not kept instead"
_DEPTH_LIMIT = 2  # lists of lists


def read_address(url: str, *, columns: Columns, client: httpx.Client, depth: int = 0) -> Found:
    """Yield the page at an address, or the pages that the feed or list there links to."""
    fetched = fetch.fetch(url, client=client)
    kind = kind_of(fetched.file)
    if kind == "html":
        yield from _pages(fetched, source=url)
    elif kind == "feed":
        for entry in syndicated.entries(fetched.file.whole(), source=url):
            yield from _entry(entry, client=client)
    elif kind in {"opml", "sitemap"} and depth < _DEPTH_LIMIT:
        yield from _listed(fetched, url, columns=columns, client=client, depth=depth)
    else:
        yield from read_file(fetched.file, columns=columns)


def _pages(fetched: fetch.Fetched, *, source: str) -> Found:
    file = fetched.file
    yield from pages.read_pages(file.whole(), source=source, url=fetched.url, charset=file.charset)


def _entry(entry: syndicated.Entry, *, client: httpx.Client) -> Found:
    """Yield a feed's entry, from the page it links to unless it holds the whole text."""
    try:
        if entry.is_full() or entry.link is None:
            yield entry.article()
        else:
            found = list(_pages(fetch.fetch(entry.link, client=client), source=entry.link))
            alone = sum(isinstance(item, Article) for item in found) == 1
            for item in found:
                yield entry.completed(item) if alone and isinstance(item, Article) else item
    except SourceError as error:
        # The extract would take the place of the whole text that an earlier reading has stored.
        lost = _EXTRACT if entry.link and entry.text else ""
        yield Skipped(entry.link or entry.source, f"{error}{lost}")


def _listed(
    fetched: fetch.Fetched, url: str, *, columns: Columns, client: httpx.Client, depth: int
) -> Found:
    """Yield what is at the addresses of a list."""
    found = lists.listed(fetched.file.whole())
    for item in found[:_LISTED_LIMIT]:
        try:
            yield from read_address(item.address, columns=columns, client=client, depth=depth + 1)
        except SourceError as error:
            yield Skipped(item.address, str(error))
    if len(found) > _LISTED_LIMIT:
        reason = f"lists {len(found)} addresses, of which the first {_LISTED_LIMIT} are read"
        yield Skipped(url, reason, count=len(found) - _LISTED_LIMIT)
