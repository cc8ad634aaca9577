"""Articles read from one file that a test writes."""

from __future__ import annotations

from pathlib import Path

from rag.sources import read
from rag.types import Article, Note, Skipped


def take(path: Path, content: str | bytes) -> tuple[list[Article], list[Skipped], list[Note]]:
    """Write `content` to `path`; return what is read of it, what is skipped, and what is noted."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    skipped: list[Skipped] = []
    notes: list[Note] = []
    articles = list(read([path], on_skip=skipped.append, on_note=notes.append))
    return articles, skipped, notes
