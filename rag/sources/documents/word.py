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
            f"is not a readable Word document ({said(error)}); save it anew"
        ) from error
    yield from articles_of(written, source=source)


def check_size(data: bytes) -> None:
    """Refuse a document whose parts unpack to more than can be held."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > 4 * handle.WHOLE_LIMIT:
            raise SourceError("unpacks to more than is safe to read; it may be a zip bomb")


def _written(document: Document) -> Written:
    """Return the paragraphs and properties of a document."""
    properties = document.core_properties
    headings = {p.text: p.style.name or "" for p in document.paragraphs if p.style}
    return Written(
        _docx_body(document),
        headings=[text for text, style in headings.items() if style.startswith("Heading")],
        title=_docx_title(document),
        # The name that the template of python-docx comes with is nobody's.
        author=properties.author if properties.author != "python-docx" else "",
        language=properties.language,
    )


def _docx_title(document: Document) -> str:
    """Return the title from the properties, else from the first paragraph styled as one."""
    if declared := named(document.core_properties.title):
        return declared
    styled = {
        (p.style.name or "") if p.style else "": p.text for p in reversed(document.paragraphs)
    }
    return one_line(styled.get("Title") or styled.get("Heading 1") or "")


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
