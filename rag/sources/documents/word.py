"""Read Word documents."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table

from rag.errors import SourceError
from rag.sources.documents.titles import DAMAGE, named, said
from rag.sources.documents.written import Written, articles_of
from rag.sources.files import handle
from rag.sources.grid import grid_lines
from rag.sources.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document

    from rag.types import Article, Note, Skipped


def read_docx(data: bytes, *, source: str) -> Iterator[Article | Skipped | Note]:
    """Yield the articles of a Word document; raises `SourceError` if it is damaged or empty."""
    try:
        check_size(data)
        written = _written(docx.Document(BytesIO(data)))
    except (OpcError, *DAMAGE) as error:
        raise SourceError(
            f"is not a readable Word document ({said(error)}); save it again"
        ) from error
    yield from articles_of(written, source=source)


def check_size(data: bytes) -> None:
    """Refuse a document whose parts unpack to more than can be held."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > 4 * handle.whole_limit():
            raise SourceError("unpacks to more than is safe to read; it may be a zip bomb")


def _written(document: Document) -> Written:
    """Return the paragraphs and properties of a document."""
    properties = document.core_properties
    styled = _styled(document)
    titles = {style: text for text, style in reversed(styled)}  # the first of each style
    return Written(
        _docx_body(document),
        headings=[text for text, style in styled if style.startswith("Heading")],
        title=named(properties.title)
        or one_line(titles.get("Title") or titles.get("Heading 1") or ""),
        # The name that the template of python-docx comes with is nobody's.
        author=properties.author if properties.author != "python-docx" else "",
        language=properties.language,
    )


def _styled(document: Document) -> list[tuple[str, str]]:
    """Return the paragraphs that have a style of their own, with its name.

    Asked for its style, a paragraph looks through all of them, which takes a millisecond.
    """
    names = {style.style_id: style.name or "" for style in document.styles}
    styles = ((p.text, p.paragraph_format.element.style) for p in document.paragraphs)
    return [(text, names.get(style, "")) for text, style in styles if style]


def _docx_body(document: Document) -> list[str]:
    """Return the paragraphs in order, a table's rows among them."""
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            rows = [[one_line(cell.text) for cell in row.cells] for row in block.rows]
            lines += grid_lines(rows) or map(" | ".join, rows)
        else:
            lines.append(block.text)
    return [line for line in map(clean, lines) if line]
