"""Tell the title of a document from its properties and its first lines."""

from __future__ import annotations

import re
import zipfile
import zlib

from lxml import etree

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.dumps import is_sentence, lead_title
from rag.sources.text import one_line

# What the parsers are known to raise on damaged bytes, besides their own errors.
DAMAGE = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError),
    *(ValueError, OSError, zlib.error, zipfile.BadZipFile, etree.LxmlError),
)
_NO_TITLE = re.compile(
    r"(?i)|untitled.*|document\s?\d*|(?:microsoft )?word.*|.*\.(?:docx?|pdf|indd|qxd|rtf|odt|tex)"
)


def named(title: str | None) -> str:
    """Return the title in a document's properties, blank where it is a file name or a default."""
    found = one_line(title or "")
    return "" if _NO_TITLE.fullmatch(found) else found


def titled(paragraphs: list[str], *, title: str) -> tuple[str, list[str]]:
    """Return title and body; without a title, a short first line that is not a sentence.

    Raises `SourceError` if there is no paragraph at all.
    """
    if not paragraphs:
        raise SourceError(fields.NO_TEXT)
    first = one_line(paragraphs[0])
    if title:
        return title, paragraphs
    if len(paragraphs) > 1 and len(first) <= 160 and (first[-1] == "?" or not is_sentence(first)):
        return first, paragraphs[1:]
    return lead_title(first), paragraphs


def said(error: Exception) -> str:
    """Return a parser's complaint in one short line."""
    return one_line(str(error))[:120] or type(error).__name__
