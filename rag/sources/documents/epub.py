"""Read EPUB books: a newspaper made into one has an article per chapter."""

from __future__ import annotations

import posixpath
import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree
from lxml.html import tostring

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.documents.titles import DAMAGE, said
from rag.sources.documents.word import check_size
from rag.sources.files.encoding import decode
from rag.sources.text import clean, one_line
from rag.sources.web import markup
from rag.types import Article, Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_DC = "{http://purl.org/dc/elements/1.1/}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
_NAVBAR = re.compile(r"navbar")
_DOWNLOADED = re.compile(r"This article was downloaded by .*")
_ADDRESS = re.compile(r"https?://[^\s)]+")
_SHORTEST = 120  # characters; a chapter with fewer is a cover, a contents page or an imprint


def read_epub(data: bytes, *, source: str) -> Iterator[Article | Note]:
    """Yield the chapters of an EPUB; raises `SourceError` if it is damaged or has no text."""
    try:
        check_size(data)
        with zipfile.ZipFile(BytesIO(data)) as book:
            found, passed = _chapters(book, source=source)
    except DAMAGE as error:
        raise SourceError(f"is not a readable EPUB ({said(error)}); fetch it again") from error
    if not found:
        raise SourceError(fields.NO_TEXT)
    yield from found
    if passed:
        yield Note(source, f"has {passed} pages without an article, such as covers and contents")


def _chapters(book: zipfile.ZipFile, *, source: str) -> tuple[list[Article], int]:
    """Return the articles of a book, and how many of its pages hold none."""
    container = etree.fromstring(book.read("META-INF/container.xml"), _PARSER)
    root = next(container.iter("{*}rootfile")).get("full-path")
    package = etree.fromstring(book.read(root), _PARSER)
    facts = {name: _first(package, name) for name in ("title", "date", "language", "creator")}
    paths = _spine(package, folder=posixpath.dirname(root))
    read = [_chapter(book.read(path), facts, source=f"{source}!{path}") for path in paths]
    found = [article for article in read if article]
    return found, len(paths) - len(found)


def _first(package: etree._Element, name: str) -> str:
    node = next(package.iter(f"{_DC}{name}"), None)
    return one_line(node.text or "") if node is not None else ""


def _spine(package: etree._Element, *, folder: str) -> list[str]:
    """Return the paths of the pages in reading order, without the contents page."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    order = [
        items[ref.get("idref")] for ref in package.iter("{*}itemref") if ref.get("idref") in items
    ]
    return [
        posixpath.normpath(posixpath.join(folder, unquote(item.get("href"))))
        for item in order
        if "nav" not in (item.get("properties") or "").split()
    ]


def _chapter(page: bytes, facts: dict[str, str], *, source: str) -> Article | None:
    """Return the article of a page; None if it has too little text."""
    html = decode(page)
    tree = markup.parse(html)
    if tree is None:
        return None
    address = _without_frame(tree)
    heading = next((n for tag in ("h1", "h2", "h3", "title") for n in tree.iter(tag)), None)
    title = one_line(heading.text_content()) if heading is not None else ""
    text = clean(markup.all_text(tostring(tree, encoding="unicode")))
    if len(text) < _SHORTEST:
        return None
    return fields.article(
        source=source,
        text=text,
        title=title or facts["title"],
        date=facts["date"],
        publisher=facts["title"],
        author=facts["creator"] if facts["creator"] != "calibre" else "",
        language=facts["language"],
        url=address,
    )


def _without_frame(tree: HtmlElement) -> str | None:
    """Take out what calibre puts around an article, and return the address that it names."""
    address = None
    for node in [n for n in tree.iter("div", "p") if _NAVBAR.search(n.get("class") or "")]:
        node.drop_tree()
    for node in list(tree.iter("p", "div")):
        if _DOWNLOADED.fullmatch(one_line(node.text_content())):
            links = [*(link.get("href") for link in node.iter("a")), one_line(node.text_content())]
            found = (_ADDRESS.search(link or "") for link in links)
            address = next((match[0] for match in found if match), address)
            node.drop_tree()
    return address
