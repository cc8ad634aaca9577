"""Read OpenDocument texts, as LibreOffice writes them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError, extra
from rag.sources.documents.titles import DAMAGE, named, said
from rag.sources.documents.word import check_size
from rag.sources.documents.written import Written, articles_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article, Note, Skipped


def read_odt(data: bytes, *, source: str) -> Iterator[Article | Skipped | Note]:
    """Yield the articles of an OpenDocument text.

    Raises `SourceError` if it is damaged or empty.
    """
    with extra("formats", error=SourceError):
        from odf import dc, meta, teletype
        from odf.opendocument import load

    try:
        check_size(data)
        document = load(BytesIO(data))
        lines = [(node.qname[1], teletype.extractText(node)) for node in _blocks(document.text)]
        title, language = _said(document, dc.Title), _said(document, dc.Language)
        author = _said(document, meta.InitialCreator) or _said(document, dc.Creator)
    except SourceError:
        raise
    except DAMAGE as error:
        raise SourceError(
            f"is not a readable OpenDocument text ({said(error)}); save it again"
        ) from error
    headings = [line for tag, line in lines if tag == "h"]
    written = Written(
        [line for _tag, line in lines],
        headings=headings,
        title=named(title) or next(filter(None, headings), ""),
        author=author,
        language=language,
    )
    yield from articles_of(written, source=source)


def _blocks(node: Any) -> Iterator[Any]:
    """Yield the headings and paragraphs below a node, in order."""
    for child in node.childNodes:
        if getattr(child, "qname", ("", ""))[1] in {"h", "p"}:
            yield child
        elif child.nodeType == child.ELEMENT_NODE:
            yield from _blocks(child)


def _said(document: Any, kind: Any) -> str:
    found = document.meta.getElementsByType(kind)
    return str(found[0]) if found else ""
