"""Read exports of Evernote: each note is an article, with the address it was clipped from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.sources.feeds.trees import parse_tree
from rag.sources.tables.rows import Account, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

# What stands around the markup of a note.
_OWN = re.compile(r"(?is)<\?xml.*?\?>|<!doctype[^>]*>|</?en-[a-z]+\b[^>]*>")
_FIELDS = {
    "title": "title",
    "text": "content",
    "date": "created",
    "author": "note-attributes/author",
    "url": "note-attributes/source-url",
}


def read_enex(file: File, *, columns: Columns) -> Found:
    """Yield the articles of an export of notes."""
    rows = _rows(parse_tree(file.whole()))
    yield from read_rows(rows, columns=columns, account=Account(file.name))


def _rows(root: etree._Element) -> Iterator[dict[str, str]]:
    for note in root.iter("note"):
        row = {name: note.findtext(path) or "" for name, path in _FIELDS.items()}
        yield {**row, "text": _OWN.sub("", row["text"])}
