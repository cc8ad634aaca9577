"""Take the text out of HTML: whole pages, and fragments in feeds and tables."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree, html

from rag.sources.dumps import is_furniture
from rag.sources.grid import grid_lines
from rag.sources.text import clean, one_line, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG = re.compile(
    r"(?i)<(?:/?(?:p|div|span|article|section|h[1-6]|ul|ol|li|em|i|b|strong|blockquote|figure|table"
    r"|html|body|a|br|img|hr|iframe|script|style)\b[^<>]*|!--|!doctype html[^<>]*|!\[CDATA\[)>?"
)
_DOCUMENT = re.compile(r"(?i)<(?:html|body)\b")
_HIDDEN = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "svg",
    "form",
    "button",
    "figcaption",
)
_BLOCKS = frozenset(
    {"p", "div", "article", "section", "header", "main", "aside", "blockquote", "figure", "pre"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "hr", "dd", "dt"}
)
_CELLS = frozenset({"td", "th"})
_OF_TABLES = _CELLS | {"thead", "tbody", "tfoot", "tr"}
_SHARE = 0.8  # of the text with tables: what is left without them at least
_UNSEEN = re.compile(r"(?i)display\s*:\s*none")
_BREAK = "\u2029"  # the paragraph separator, which `tidy` lets no text keep


def from_markup(text: str) -> str:
    """Return a cell or an entry as plain text, whether it is HTML, escaped HTML or plain."""
    if "<" not in text and "&" not in text:
        return text
    for _ in range(2):  # markup may itself be escaped
        if _DOCUMENT.search(text):
            return main_text(text)
        if _TAG.search(text):
            return fragment_text(text)
        text = unescape(text)
    return fragment_text(text) if _TAG.search(text) else text


def main_text(page: str) -> str:
    """Return the article's body of a whole page, paragraphs apart; empty if there is none."""
    tree = parse(page)
    if tree is None:
        return ""
    _write_out_tables(tree)
    if not any(map(_lays_out, tree.iter("table"))):
        return _story(tree)
    shown = _story(deepcopy(tree))
    _unmake_tables(tree)
    unmade = _story(tree)
    return unmade if len(unmade) >= _SHARE * len(shown) else shown


def _story(tree: html.HtmlElement) -> str:
    """Return the main text of a page's tree, which is changed."""
    # Imported here because it takes as long as all other libraries of a plain file together.
    import trafilatura

    body = trafilatura.extract(tree, include_comments=False, include_tables=True, deduplicate=False)
    return without_furniture((body or "").split("\n"))


def without_furniture(lines: Iterable[str]) -> str:
    """Return lines as paragraphs, without buttons and the like."""
    bare = (line.strip() for line in lines)
    return "\n\n".join(line for line in bare if line and not is_furniture(line))


def fragment_text(fragment: str) -> str:
    """Return all the text of a piece of HTML, its blocks as paragraphs."""
    root = parse(f"<div>{' '.join(fragment.split())}</div>")
    if root is None:
        return ""
    etree.strip_elements(root, *_HIDDEN, with_tail=False)
    for node in [n for n in root.iter(etree.Element) if _UNSEEN.search(n.get("style") or "")]:
        if node.getparent() is not None:
            node.drop_tree()
    _write_out_tables(root)
    for node in root.iter(etree.Element):
        if node.tag == "br":
            node.tail = f"\n{node.tail or ''}"
        elif node.tag in _BLOCKS or node.tag in _CELLS:
            node.text = f"{_BREAK}{node.text or ''}"
            node.tail = f"{_BREAK}{node.tail or ''}"
    blocks = "".join(map(str, root.itertext(etree.Element))).split(_BREAK)
    return "\n\n".join(filter(None, map(clean, blocks)))


def all_text(page: str) -> str:
    """Return all the text of a page's body, its blocks as paragraphs."""
    start, end = page.lower().find("<body"), page.lower().rfind("</body>")
    return fragment_text(page[start:end] if 0 <= start < end else page)


def _write_out_tables(tree: html.HtmlElement) -> None:
    """Replace tables with a paragraph for each row, in which cells stand beside their names."""
    for table in [node for node in tree.iter("table") if node.find(".//table") is None]:
        rows = [
            [one_line(cell.text_content()) for cell in row if cell.tag in _CELLS]
            for row in table.iter("tr")
        ]
        lines = grid_lines([row for row in rows if row])
        if not lines or table.getparent() is None:
            continue
        for line in lines:
            paragraph = etree.Element("p")
            paragraph.text = line
            table.addprevious(paragraph)
        table.drop_tree()


def _unmake_tables(tree: html.HtmlElement) -> None:
    """Make the tables that only place parts of the page plain blocks."""
    for table in [node for node in tree.iter("table") if _lays_out(node)]:
        _unmake(table)


def _lays_out(table: html.HtmlElement) -> bool:
    """Return whether a table only places parts of a page: a cell per row, or blocks in cells."""
    cells = [[cell for cell in row if cell.tag in _CELLS] for row in table.iter("tr")]
    inner = _BLOCKS - _OF_TABLES | {"table"}
    blocks = any(node.tag in inner for row in cells for cell in row for node in cell)
    return blocks or all(len(row) <= 1 for row in cells)


def _unmake(table: html.HtmlElement) -> None:
    """Make a table, its rows and its cells plain blocks; tables within it stay."""
    parts = [table]
    while parts:
        node = parts.pop()
        parts += [child for child in node if child.tag in _OF_TABLES]
        node.tag = "div"


def parse(page: str) -> html.HtmlElement | None:
    """Return the tree of a page, or None if it holds no element at all."""
    try:
        # Bytes, as lxml refuses text that declares an encoding of its own.
        return html.fromstring(
            page.encode(errors="replace"), parser=html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
