"""What the archive page lists: a query as the page sends it, and the articles that fit."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from rag.archive import Archive
from rag.types import Article, Order

PER_PAGE = 20
_UNSORTED = "best"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list. Without `order` it is the best first, or the newest.

    By `number` the page tells an answer to an earlier look from that to a later one.
    """

    words: str = ""
    since: str = ""
    until: str = ""
    publishers: tuple[str, ...] = ()
    order: Order | None = None
    undated: bool = False
    page: int = 0
    timeline: bool = False
    number: int = 0

    @classmethod
    def read(cls, sent: dict[str, Any] | None) -> Wanted:
        """Return what the page sent. Raises `ValueError` for an order that there is not."""
        sent = sent or {}
        known: tuple[Order, ...] = get_args(Order)
        named = sent.get("order") or _UNSORTED
        order = next((name for name in known if name == named), None)
        if order is None and named != _UNSORTED:
            raise ValueError(f"{named!r} is not an order; choose among {', '.join(known)}")
        words, since, until, publisher = (
            str(sent.get(name) or "").strip() for name in ("words", "since", "until", "publisher")
        )
        return cls(
            words=words,
            since=since,
            until=until,
            publishers=(publisher,) if publisher else (),
            order=order,
            undated=bool(sent.get("undated")),
            page=max(0, int(sent.get("page") or 0)),
            timeline=bool(sent.get("timeline")),
            number=int(sent.get("number") or 0),
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: its articles, and how many there are in all and without a date."""

    articles: tuple[Article, ...]
    page: int
    total: int
    undated: int

    @property
    def first(self) -> int:
        """The number of the first article of the page, from 1."""
        return self.page * PER_PAGE + 1

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return -(-self.total // PER_PAGE)


def look(archive: Archive, wanted: Wanted) -> Listed:
    """Return the page of the list that is wanted, or its last one.

    Raises `ValueError` for a bad date or an empty range.
    """
    if wanted.words:
        found = _found(archive, wanted)
        total, undated = len(found), sum(not article.date for article in found)
    else:
        where = {"since": wanted.since, "until": wanted.until, "publishers": wanted.publishers}
        total = archive.count(**where, undated=wanted.undated)  # type: ignore[arg-type]
        undated = archive.count(**where, undated=True)  # type: ignore[arg-type]
        found = []
    page = min(wanted.page, max(0, total - 1) // PER_PAGE)
    start = page * PER_PAGE
    shown = found[start : start + PER_PAGE] or _articles(archive, wanted, PER_PAGE, start)
    return Listed(tuple(shown), page, total, undated)


def export(archive: Archive, wanted: Wanted, *, kind: str) -> str:
    """Return all that is wanted as text of `kind`, ``csv`` or ``json``.

    Raises `ValueError` for more articles than a browser should hold.
    """
    total = look(archive, wanted).total
    if total > (most := archive.settings.limits.export_articles):
        raise ValueError(
            f"{total:,} articles are more than the {most:,} that a page hands out; "
            "narrow the list, for example to a year"
        )
    found = _found(archive, wanted) if wanted.words else _articles(archive, wanted, total, 0)
    return _FORMATS[kind](found)


def _articles(archive: Archive, wanted: Wanted, limit: int, offset: int) -> list[Article]:
    if wanted.words:
        return []
    return archive.articles(
        since=wanted.since,
        until=wanted.until,
        publishers=wanted.publishers,
        order=wanted.order or "newest",
        undated=wanted.undated,
        limit=limit,
        offset=offset,
    )


def _found(archive: Archive, wanted: Wanted) -> list[Article]:
    """Return what fits the words, sorted; the order of the search is best first."""
    found = archive.find(
        wanted.words,
        since=wanted.since,
        until=wanted.until,
        publishers=wanted.publishers,
        limit=archive.settings.limits.found_articles,
    )
    if wanted.undated:
        found = [article for article in found if not article.date]
    if wanted.order in ("newest", "oldest"):
        dated = [article for article in found if article.date]
        dated.sort(key=lambda article: article.date or "", reverse=wanted.order == "newest")
        found = [*dated, *(article for article in found if not article.date)]
    elif wanted.order == "title":
        found.sort(key=lambda article: article.title.casefold())
    elif wanted.order == "publisher":
        found.sort(
            key=lambda article: (article.publisher is None, (article.publisher or "").casefold())
        )
    return found


def _to_csv(articles: Sequence[Article]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Article)])
    writer.writeheader()
    writer.writerows(map(asdict, articles))
    return text.getvalue()


def _to_json(articles: Sequence[Article]) -> str:
    return json.dumps([asdict(article) for article in articles], ensure_ascii=False, indent=1)


_FORMATS = {"csv": _to_csv, "json": _to_json}
