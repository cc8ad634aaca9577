"""Read RTF documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import SourceError, extra
from rag.sources.documents.titles import named, said
from rag.sources.documents.written import Written, articles_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article, Note, Skipped

_INFO = re.compile(r"\{\\(title|author) ([^{}]*)\}")
_DEFAULT = re.compile(rb"\\ansicpg(\d{3,5})")


def read_rtf(data: bytes, *, source: str) -> Iterator[Article | Skipped | Note]:
    """Yield the articles of an RTF document; raises `SourceError` if it is damaged or empty."""
    with extra("formats", error=SourceError):
        from striprtf.striprtf import rtf_to_text

    page = _DEFAULT.search(data[:4096])
    encoding = f"cp{page[1].decode()}" if page else "cp1252"
    raw = data.decode("latin-1")  # RTF is ASCII; letters beyond it are escaped
    try:
        text = rtf_to_text(raw, encoding=encoding, errors="replace")
        info = {key: rtf_to_text(f"{{\\rtf1 {value}}}") for key, value in _INFO.findall(raw)}
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise SourceError(f"is not a readable RTF file ({said(error)}); save it again") from error
    document = Written(
        text.split("\n"), title=named(info.get("title")), author=info.get("author", "")
    )
    yield from articles_of(document, source=source)
