"""Read PDF and Word documents: one article each."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pypdf
from docx.opc.exceptions import OpcError
from docx.table import Table
from lxml import etree
from pypdf.errors import DependencyError, PyPdfError

from rag.errors import SourceError
from rag.sources import fields as records
from rag.sources import files
from rag.sources.dumps import is_sentence, lead_title, unwrap, wrap_width
from rag.sources.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document

    from rag.types import Article

# What the parsers are known to raise on damaged bytes, besides their own errors.
_DAMAGE = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError),
    *(ValueError, OSError, zlib.error, zipfile.BadZipFile, etree.LxmlError),
)
_PASSWORD = "is protected by a password; save a copy without one"  # noqa: S105
_EDGE = 2  # lines at the top and foot of a page where running headers stand
_NO_TITLE = re.compile(
    r"(?i)|untitled.*|document\s?\d*|(?:microsoft )?word.*|.*\.(?:docx?|pdf|indd|qxd|rtf|odt|tex)"
)


def read_pdf(data: bytes, *, source: str) -> Article:
    """Return the article in a PDF; raises `SourceError` if it is locked, damaged or only images."""
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(_PASSWORD)
        pages = [page.extract_text() for page in reader.pages]
        title, author = _pdf_names(reader)
        language = str(reader.root_object.get("/Lang", ""))
    except DependencyError:
        raise SourceError(_PASSWORD) from None
    except (PyPdfError, *_DAMAGE) as error:
        raise SourceError(
            f"is not a readable PDF ({_said(error)}); save or print it anew"
        ) from error
    if not any(page.strip() for page in pages):
        raise SourceError(
            f"{records.NO_TEXT}: its pages are images; run text recognition on it first"
        )
    title, paragraphs = _titled(_paragraphs(pages), title=title)
    text = "\n\n".join(paragraphs)
    return records.article(source=source, text=text, title=title, author=author, language=language)


def read_docx(data: bytes, *, source: str) -> Article:
    """Return the article in a Word document; raises `SourceError` if it is damaged or empty."""
    try:
        _check_size(data)
        document = docx.Document(BytesIO(data))
        title, body = _docx_title(document), _docx_body(document)
        properties = document.core_properties
        author, language = properties.author, properties.language
    except (OpcError, *_DAMAGE) as error:
        raise SourceError(
            f"is not a readable Word document ({_said(error)}); save it anew"
        ) from error
    title, paragraphs = _titled(body, title=title)
    return records.article(
        source=source,
        text="\n\n".join(paragraphs),
        title=title,
        author=author if author != "python-docx" else None,  # the name its template comes with
        language=language,
    )


def _said(error: Exception) -> str:
    return one_line(str(error))[:120] or type(error).__name__


def _pdf_names(reader: pypdf.PdfReader) -> tuple[str, str]:
    """Return title and author from the metadata; a title that is a file name is none."""
    metadata = reader.metadata
    if metadata is None:
        return "", ""
    title = one_line(metadata.title or "")
    return ("" if _NO_TITLE.fullmatch(title) else title), metadata.author or ""


def _paragraphs(pages: Sequence[str]) -> list[str]:
    """Return the paragraphs of a document, running on from page to page."""
    sheets = [clean(page).split("\n") for page in pages]
    running = _running_lines(sheets)
    kept = [_without_edges(sheet, running=running) for sheet in sheets]
    text = "\n".join(filter(None, kept))
    blocks = [_joined_words(block, text=text) for block in text.split("\n\n")]
    width = wrap_width(blocks)
    found = (unwrap(block, width=width) for block in blocks)
    return [paragraph for block in found for paragraph in block if paragraph]


def _running_lines(sheets: Sequence[list[str]]) -> set[str]:
    """Return the headers and footers, numbers aside, that stand on more than half of the pages."""
    counts = Counter(
        key for sheet in sheets for key in {_sheet_key(line) for line in _edges(sheet)}
    )
    return {key for key, count in counts.items() if len(sheets) > 2 and count > len(sheets) / 2}


def _edges(sheet: list[str]) -> list[str]:
    lines = [line for line in sheet if line.strip()]
    return lines[:_EDGE] + lines[-_EDGE:]


def _sheet_key(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _without_edges(sheet: list[str], *, running: set[str]) -> str:
    """Return a page without its headers, footers and page number."""
    lines = list(sheet)
    for edge in (0, -1):
        for _ in range(_EDGE):
            while lines and not lines[edge].strip():
                lines.pop(edge)
            if lines and (_sheet_key(lines[edge]) in running or _is_page_number(lines[edge])):
                lines.pop(edge)
    return "\n".join(lines)


def _is_page_number(line: str) -> bool:
    return (
        re.fullmatch(r"(?i)[-–\s]*(?:page\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?[-–\s]*", line)
        is not None
    )


def _joined_words(block: str, *, text: str) -> list[str]:
    """Return the lines of a block with words broken by a hyphen whole on the first line.

    The hyphen goes, unless the document writes the word with it elsewhere.
    """

    def joined(match: re.Match[str]) -> str:
        kept = f"{match[1]}-{match[2]}" in text
        return f"{match[1]}{'-' * kept}{match[2]}{match[3]}\n"

    whole = re.sub(r"(\w+)-\n([^\W\d_A-Z]+)(\S*)\s?", joined, block)
    return [line for line in whole.split("\n") if line.strip()]


def _titled(paragraphs: list[str], *, title: str) -> tuple[str, list[str]]:
    """Return title and body; without a title, a short first line that is no sentence."""
    if not paragraphs:
        raise SourceError(records.NO_TEXT)
    first = one_line(paragraphs[0])
    if title:
        return title, paragraphs
    if len(paragraphs) > 1 and len(first) <= 160 and (first[-1] == "?" or not is_sentence(first)):
        return first, paragraphs[1:]
    return lead_title(first), paragraphs


def _check_size(data: bytes) -> None:
    """Refuse a document whose parts unpack to more than can be held."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > 4 * files.WHOLE_LIMIT:
            raise SourceError("unpacks to more than is safe to read; it may be a zip bomb")


def _docx_title(document: Document) -> str:
    """Return the title from the properties, else from the first paragraph styled as one."""
    declared = one_line(document.core_properties.title)
    if declared and not _NO_TITLE.fullmatch(declared):
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
