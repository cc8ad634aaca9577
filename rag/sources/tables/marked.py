"""Read the tables of pages in which each row is an article, as databases and Excel write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.sources.files.encoding import decode
from rag.sources.tables.columns import is_extract, known_columns
from rag.sources.text import clean, one_line
from rag.sources.web import markup

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_FEWEST = 3  # lines of a table in Markdown: names, a rule, a row
_BAR, _RULE = re.compile(r"(?<!\\)\|"), re.compile(r":?-+:?")
_CELLS = frozenset({"td", "th"})
_SHARE = 0.7  # of a page's letters: what a table of articles has at least
_LONG = 40  # characters that a text has at least


def rows_in(data: bytes, *, charset: str | None = None) -> list[dict[str, str]]:
    """Return the rows of a page's first table that names columns of articles; else none."""
    if b"<td" not in data.lower():
        return []
    tree = markup.parse(decode(data, declared=charset))
    if tree is None:
        return []
    whole = len(one_line(tree.text_content()))
    # A table within a story is a part of it.
    tables = (t for t in tree.iter("table") if len(one_line(t.text_content())) >= _SHARE * whole)
    return next(filter(None, map(_rows, tables)), [])


def rows_in_markdown(text: str) -> list[dict[str, str]]:
    """Return the rows of a Markdown file that is one table of articles; else none."""
    lines = list(filter(str.strip, text.split("\n")))
    if len(lines) < _FEWEST or not all(line.strip().startswith("|") for line in lines):
        return []
    cells = [[cell.strip() for cell in _BAR.split(line.strip().strip("|"))] for line in lines]
    known = known_columns(cells[0])
    if not (known["text"] and known["title"]) or not all(map(_RULE.fullmatch, cells[1])):
        return []
    return [dict(zip(cells[0], row, strict=False)) for row in cells[2:]]


def _rows(table: HtmlElement) -> list[dict[str, str]]:
    """Return the rows of a table by column; none if it names no text and title, or has no text."""
    lines = [[cell for cell in row if cell.tag in _CELLS] for row in table.iter("tr")]
    names = [one_line(cell.text_content()) for cell in lines[0]] if lines else []
    known = known_columns(names)
    texts = [name for name in known["text"] if not is_extract(name)]
    if not texts or not known["title"]:
        return []
    rows = [dict(zip(names, map(_words, line), strict=False)) for line in lines[1:]]
    long = any(len(row.get(name, "")) >= _LONG for row in rows for name in texts)
    return rows if long else []


def _words(cell: HtmlElement) -> str:
    return clean("\n\n".join(map(str, cell.itertext())))
