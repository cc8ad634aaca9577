"""Read Word documents."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table

from rag.errors import SourceError
from rag.sources import fields, files
from rag.sources.documents.titles import DAMAGE, named, said, titled
from rag.sources.text import clean, one_line

if TYPE_CHECKING:
    from docx.document import Document

    from rag.types import Article


def read_docx(data: bytes, *, source: str) -> Article:
    """Return the article in a Word document; raises `SourceError` if it is damaged or empty."""
    try:
        _check_size(data)
        document = docx.Document(BytesIO(data))
        title, body = _docx_title(document), _docx_body(document)
        properties = document.core_properties
        author, language = properties.author, properties.language
    except (OpcError, *DAMAGE) as error:
        raise SourceError(
            f"is not a readable Word document ({said(error)}); save it anew"
        ) from error
    title, paragraphs = titled(body, title=title)
    return fields.article(
        source=source,
        text="\n\n".join(paragraphs),
        title=title,
        author=author if author != "python-docx" else None,  # the name its template comes with
        language=language,
    )


def _check_size(data: bytes) -> None:
    """Refuse a document whose parts unpack to more than can be held."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > 4 * files.WHOLE_LIMIT:
            raise SourceError("unpacks to more than is safe to read; it may be a zip bomb")


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
            lines += (" | ".join(clean(cell.text) for cell in row.cells) for row in block.rows)
        else:
            lines.append(block.text)
    return [line for line in map(clean, lines) if line]
