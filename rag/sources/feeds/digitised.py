"""Read digitised papers: pages in ALTO, as libraries scan them, and texts in TEI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from rag.sources import fields
from rag.sources.feeds.trees import local_name, parse_tree
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article

_TEXTS = frozenset({"p", "head", "ab", "l", "item"})


def read_alto(data: bytes, *, source: str) -> Iterator[Article]:
    """Yield a page as one article; a block is a paragraph, and a word cut in two is whole."""
    blocks = _all(parse_tree(data), "TextBlock")
    words = (" ".join(filter(None, map(_word, _all(block, "String")))) for block in blocks)
    yield fields.article(source=source, text="\n\n".join(filter(None, words)))


def _word(node: etree._Element) -> str:
    """Return a word; the second half of one that is cut in two is blank."""
    part = node.get("SUBS_TYPE")
    whole = "" if part == "HypPart2" else node.get("SUBS_CONTENT") if part == "HypPart1" else None
    return str(node.get("CONTENT") or "") if whole is None else whole


def read_tei(data: bytes, *, source: str) -> Iterator[Article]:
    """Yield a text as one article, with title, author, publisher and date of its header."""
    root = parse_tree(data)
    header, body = _first(root, "teiHeader"), _first(root, "body")
    date = _first(header, "date")
    yield fields.article(
        source=source,
        text="\n\n".join(_paragraphs(body)),
        title=_said(header, "title"),
        date=(date.get("when") or date.text) if date is not None else None,
        publisher=_said(header, "publisher"),
        author=_said(header, "author"),
    )


def _paragraphs(body: etree._Element | None) -> Iterator[str]:
    nodes = body.iter(etree.Element) if body is not None else ()
    for node in nodes:
        if local_name(node) in _TEXTS and not any(local_name(n) in _TEXTS for n in node):
            yield one_line("".join(map(str, node.itertext())))


def _all(node: etree._Element, name: str) -> list[etree._Element]:
    return [inner for inner in node.iter(etree.Element) if local_name(inner) == name]


def _first(node: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_all(node, name)), None) if node is not None else None


def _said(node: etree._Element | None, name: str) -> str:
    found = _first(node, name)
    return one_line("".join(map(str, found.itertext()))) if found is not None else ""
