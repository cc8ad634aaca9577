"""Text to markup: escaping, and the templates that all pages are made of.

Titles, publishers, addresses and articles come from strangers, and what the generator
writes repeats them. All of it passes through `escape`, after which neither a browser
nor a reader of Markdown, which exports are written in, finds anything to act on. In the
templates every value does, unless it is `Markup` already.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from ui.counted import counted

# Controls that reorder the text around them can make it read as what it is not; the
# other controls but tab and newline have no place in a page.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]"
)
_MARKDOWN = {ord(character): f"&#{ord(character)};" for character in "\\`*_{}[]!|~$"}


def visible(text: str) -> str:
    """Return `text` without control characters, those that turn its direction included."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> Markup:
    """Return `text` as HTML that shows it as it is, in Markdown too."""
    return Markup(html.escape(visible(text)).translate(_MARKDOWN))  # noqa: S704


def line(text: str) -> Markup:
    """Return `text` escaped, on one line, with single spaces."""
    return escape(" ".join(text.split()))


def day(iso: str) -> Markup:
    """Return ``2021-02-18`` as 18 February 2021, for people and for machines."""
    return Markup('<time datetime="{}">{}</time>').format(iso, spelled(iso))


def spelled(iso: str) -> str:
    """Return ``2021-02-18`` as 18 February 2021."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def render(template: str, **values: Any) -> Markup:
    """Return what a file of ``ui/web/templates`` makes of `values`, each escaped."""
    return Markup(_templates().get_template(template).render(values))  # noqa: S704


def web_link(url: str | None) -> str | None:
    """Return `url` if it is a plain web address, else None."""
    if not url or visible(url) != url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def site(url: str | None) -> str:
    """Return the host of a plain web address, empty for anything else."""
    return urlsplit(web_link(url) or "").hostname or ""


def quiet(text: str) -> Markup:
    """Return a remark in a pale colour."""
    return Markup('<p class="dl-quiet">{}</p>').format(escape(text))


def status_html(text: str) -> Markup:
    """Return a passing remark, such as that the models are being loaded."""
    said = Markup('<div class="dl-status" role="status">{}</div>')
    return said.format(line(text)) if text else Markup("")


_COMMAND = Markup('<span class="dl-command">{}</span>')


def problem_html(text: str) -> Markup:
    """Return an error's words as a message of the chat; an indented line is a command to run."""
    parts = [
        _COMMAND.format(part.strip()) if part.startswith("  ") else line(part)
        for part in sentence(text).splitlines()
    ]
    return Markup('<div class="dl-problem" role="alert">{}</div>').format(Markup(" ").join(parts))


def sentence(text: str) -> str:
    """Return an error's words, which a terminal shows behind others, as a sentence."""
    end = "" if text.endswith((".", "!", "?")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def table_html(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Return rows as a table; the first cell of each is its heading."""
    return render("table.html", head=[cell for cell in head if cell], rows=list(rows))


def folded_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table below a title that unfolds it."""
    folded = Markup("<details><summary>{}</summary>{}</details>")
    return folded.format(line(title), table_html(head, rows))


def progress_html(note: str, *, done: int, total: int) -> Markup:
    """Return how far a job has come; `total` is 0 when it is not known."""
    count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
    return render("progress.html", note=note, done=min(done, total), total=total, count=count)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ui.web"),
        autoescape=True,
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"line": line, "day": day, "link": web_link, "site": site}
    environment.filters |= {"counted": counted}
    return environment


def _escaped(value: object) -> object:
    """Return a value for the page; `Markup` is as it should be."""
    return value if hasattr(value, "__html__") else escape(str(value))
