"""Read PDF documents."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.documents import columns, ocr
from rag.sources.documents.clippings import Clipping, clippings
from rag.sources.documents.titles import DAMAGE, named, said, titled
from rag.sources.dumps import unwrap, wrap_width
from rag.sources.exports import articles_in, several_note
from rag.sources.text import clean
from rag.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Article, Skipped

_PASSWORD = "is protected by a password; save a copy without one"  # noqa: S105
_RECOGNISED = "holds pictures of pages; its text was recognised, so check names and figures"
_EDGE = 2  # lines at the top and foot of a page where running headers stand


def read_pdf(data: bytes, *, source: str) -> Iterator[Article | Skipped | Note]:
    """Yield the articles of a PDF; raises `SourceError` if it is locked, damaged or only images.

    The text of scanned pages is recognised where the ``ocr`` extra is installed.
    """
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(_PASSWORD)
        pages = [columns.page_text(page) for page in reader.pages]
        title, author = _pdf_names(reader)
        language = str(reader.root_object.get("/Lang", ""))
    except DependencyError:
        raise SourceError(_PASSWORD) from None
    except (PyPdfError, *DAMAGE) as error:
        raise SourceError(
            f"is not a readable PDF ({said(error)}); save or print it again"
        ) from error
    if not any(page.strip() for page in pages):
        pages = list(ocr.read_pages(reader))
        yield Note(source, _RECOGNISED)
    text = _whole(pages)
    if exported := articles_in(text, source=source):
        yield from exported
        return
    if clipped := clippings(pages):
        yield from _articles(clipped, source=source, language=language)
        return
    title, paragraphs = titled(_paragraphs(text), title=title)
    body = "\n\n".join(paragraphs)
    yield fields.article(source=source, text=body, title=title, author=author, language=language)
    yield from several_note(body, source=source)


def _articles(
    clipped: Sequence[Clipping], *, source: str, language: str
) -> Iterator[Article | Skipped]:
    """Yield clippings as articles; the second of several is ``source#2``."""
    for number, story in enumerate(clipped, start=1):
        yield fields.article(
            source=f"{source}#{number}" if len(clipped) > 1 else source,
            text="\n\n".join(story.paragraphs),
            title=story.title,
            date=story.stated.get("date"),
            publisher=story.stated.get("publisher"),
            language=language,
        )


def _pdf_names(reader: pypdf.PdfReader) -> tuple[str, str]:
    """Return title and author from the metadata; a title that is a file name is none."""
    metadata = reader.metadata
    if metadata is None:
        return "", ""
    return named(metadata.title), metadata.author or ""


def _whole(pages: Sequence[str]) -> str:
    """Return the lines of all pages without headers and footers."""
    sheets = [clean(page).split("\n") for page in pages]
    running = _running_lines(sheets)
    kept = [_without_edges(sheet, running=running) for sheet in sheets]
    return "\n".join(filter(None, kept))


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a document, running on from page to page."""
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
