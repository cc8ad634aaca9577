"""Text to markup: escaping, and the small parts that all pages are made of.

Titles, publishers, addresses and articles come from strangers, and what the generator
writes repeats them. All of it passes through `escape`, after which neither a browser
nor a reader of Markdown, which exports are written in, finds anything to act on.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote, urlsplit

from rag.types import ArchiveStats

# Titles and addresses, relative to the server's root.
PAGES = (("Chat", "./"), ("Archive", "./archive"), ("Evaluation", "./evaluation"))

# Controls that reorder the text around them can make it read as what it is not; the
# other controls but tab and newline have no place in a page.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]"
)
_MARKDOWN = {ord(character): f"&#{ord(character)};" for character in "\\`*_{}[]!|~$"}


def visible(text: str) -> str:
    """Return `text` without control characters, those that turn its direction included."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """Return `text` as HTML that shows it as it is, in Markdown too."""
    return html.escape(visible(text)).translate(_MARKDOWN)


def line(text: str) -> str:
    """Return `text` escaped, on one line, with single spaces."""
    return escape(" ".join(text.split()))


def day(iso: str) -> str:
    """Return ``2021-02-18`` as 18 February 2021, for people and for machines."""
    day = date.fromisoformat(iso)
    return f'<time datetime="{iso}">{day.day} {day:%B %Y}</time>'


def quiet(text: str) -> str:
    """Return a remark in a pale colour."""
    return f'<p class="dl-quiet">{escape(text)}</p>'


def web_link(url: str | None) -> str | None:
    """Return `url` if it is a plain web address, else None."""
    if not url or visible(url) != url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def choices(publishers: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """Return publishers as the choices of a list: what is shown, and the value."""
    return [(f"{visible(name)} ({count})", name) for name, count in publishers]


def header_html(
    name: str, stats: ArchiveStats, *, page: str = "Chat", names: Sequence[str] = ()
) -> str:
    """Return the heading of `page`: the others, the archive, how many articles, from when to when.

    With several `names` of archives, one of them can be chosen.
    """
    count = f"{stats.articles:,} article{'' if stats.articles == 1 else 's'}"
    span = f", {_period(stats.first, stats.last)}" if stats.first and stats.last else ""
    links = "".join(_page_link(title, path, name, page) for title, path in PAGES)
    return (
        f'<header class="dl-header"><nav aria-label="Pages">{links}</nav>'
        f"<h1>{escape(name)}</h1><p>{count}{span}</p>{_chooser(name, names)}</header>"
    )


def status_html(text: str) -> str:
    """Return a passing remark, such as that the models are being loaded."""
    return f'<div class="dl-status" role="status">{line(text)}</div>' if text else ""


def problem_html(text: str) -> str:
    """Return an error's words as a message of the chat."""
    return f'<div class="dl-problem" role="alert">{line(text)}</div>'


def table_html(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as a table; the first cell of each is its heading."""
    top = "".join(f'<th scope="col">{line(cell)}</th>' for cell in head if cell)
    body = "".join(
        f'<tr><th scope="row">{line(str(first))}</th>'
        f"{''.join(f'<td>{line(str(cell))}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    return (
        f'<table class="dl-table">{f"<thead><tr>{top}</tr></thead>" if top else ""}'
        f"<tbody>{body}</tbody></table>"
    )


def folded_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table below a title that unfolds it."""
    return f"<details><summary>{line(title)}</summary>{table_html(head, rows)}</details>"


def progress_html(note: str, *, done: int, total: int) -> str:
    """Return how far a job has come; `total` is 0 when it is not known."""
    bar = f' max="{total}" value="{min(done, total)}"' if total else ""
    count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
    return (
        f'<div class="dl-progress"><progress aria-label="Progress"{bar}></progress>'
        f'<p class="dl-quiet" role="status">{count} <bdi>{line(note)}</bdi></p></div>'
    )


def _page_link(title: str, path: str, archive: str, page: str) -> str:
    current = ' aria-current="page"' if title == page else ""
    return f'<a href="{path}?archive={escape(quote(archive, safe=""))}"{current}>{title}</a>'


def _chooser(name: str, names: Sequence[str]) -> str:
    """Return a list to choose an archive from, where there are several."""
    if len(names) < 2:
        return ""
    options = "".join(
        f'<option value="{escape(item)}"{" selected" * (item == name)}>{escape(item)}</option>'
        for item in names
    )
    return f'<label class="dl-choose">Archive <select>{options}</select></label>'


def _period(first: str, last: str) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"
