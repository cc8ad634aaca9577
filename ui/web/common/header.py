"""The bar at the top of every page: the archive, the other archives, the other pages."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from rag.types import ArchiveStats
from ui.web.common import markup

# Titles, addresses relative to the server's root, and icons.
PAGES = (
    ("Chat", "./", "message-square"),
    ("Archive", "./archive", "newspaper"),
    ("Evaluation", "./evaluation", "chart-column"),
)


def header_html(
    name: str,
    stats: ArchiveStats,
    *,
    page: str = "Chat",
    names: Sequence[str] = (),
    user: str | None = None,
) -> str:
    """Return the heading of `page`: the archive, those it can be turned to, the other pages.

    A `user` is shown the way out.
    """
    return markup.render(
        "header.html",
        archive=name,
        names=names or [name],
        articles=stats.articles,
        period=period_html(stats),
        page=page,
        user=user,
        pages=PAGES,
        # Gradio's <base> would make the browser take an address without a path for the chat's.
        here=next(path for title, path, _ in PAGES if title == page),
    )


def period_html(stats: ArchiveStats) -> Markup:
    """Return from when to when the articles are; empty where none has a date."""
    if not (stats.first and stats.last):
        return Markup("")
    first, last = markup.day(stats.first), markup.day(stats.last)
    return first if stats.first == stats.last else Markup("{} to {}").format(first, last)
