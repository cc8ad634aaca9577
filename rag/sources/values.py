"""Read what one cell of a row says, whatever it is written as: names, a text, a blank."""

from __future__ import annotations

import ast
import json
import math
import re
from typing import TYPE_CHECKING

from rag.sources import text as texts
from rag.sources.documents.markdown import plain_markdown
from rag.sources.files.encoding import decode
from rag.sources.garbled import mended
from rag.sources.tables.names import plain_name
from rag.sources.tables.nested import words_of
from rag.sources.web.markup import from_markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HAS_WORDS = re.compile(r"\w")
# What tables and services write where a value is missing.
_BLANK = re.compile(
    r"NA|#N/A|(?i:n/a|nan|none|null|nil|\[removed\]|\[deleted\]|only available in [\w ]+ plans)"
)
# How services end a text that they cut: "... [+2311 chars]".
_CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+?\d+ chars\]\s*$")


def says(value: str) -> bool:
    """Return whether a cell has words, and not only a mark of a blank one."""
    return bool(HAS_WORDS.search(value)) and not _BLANK.fullmatch(value.strip())


def is_cut(row: Mapping[str, object], columns: Iterable[str]) -> bool:
    """Return whether the text of a row ends in a count of what the service left out."""
    said = words(row.get(filled(row, columns)))
    return uncut(said) != said


def uncut(text: str) -> str:
    """Return a text without the count that a service put in place of its end."""
    return _CUT.sub("", text) if text.rstrip().endswith(" chars]") else text


def filled(row: Mapping[str, object], columns: Iterable[str]) -> str:
    """Return the first of the columns that has words in this row; blank if none has."""
    return next((column for column in columns if says(words(row.get(column)))), "")


def words(value: object) -> str:
    """Return a cell as text: names of several authors joined, ``{"name": "X"}`` as X."""
    said = words_of(_unspelled(value), names=True)
    if isinstance(said, list):
        return ", ".join(filter(None, map(words, said)))
    return texts.unescape(_text(said)).strip()


def body_of(row: Mapping[str, object], column: str) -> str:
    """Return the text in a column; one that is named for Markdown is in Markdown."""
    if plain_name(column) == "markdown":
        return plain_markdown(_text(row.get(column)))
    return _body(row.get(column))


def _body(value: object) -> str:
    """Return a text cell as text: a list is paragraphs, markup is taken out."""
    said = words_of(_unspelled(value))
    if isinstance(said, list):
        return "\n\n".join(filter(None, map(_body, said)))
    return from_markup(_text(said))


def _unspelled(value: object) -> object:
    """Return the list or object that a cell spells out in JSON or Python; else the cell."""
    if not isinstance(value, str) or value[:1] + value[-1:] not in ("[]", "{}"):
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(value)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        return found if '"' in value or "'" in value else value
    return value


def _text(value: object) -> str:
    """Return a cell as text; blank for None and NaN, by which tables mark a blank."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return decode(value) if isinstance(value, bytes) else mended(str(value))
