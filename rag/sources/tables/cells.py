"""The cells of one row of a CSV file, and whether they name columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.sources.tables.columns import known_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELIMITERS = "\t,;|"
_ESCAPED = "\ue000"  # stands for an escaped quote; of no text
_QUOTE_RUN = re.compile('"+')
_SWAP = str.maketrans("\"'", "'\"")


def names_columns(line: str) -> bool:
    """Return whether a line names a column of text and another field of an article."""
    cells = split_cells(line.strip(), delimiter_of(line)) or []
    found = known_columns(cells)
    return bool(found["text"]) and sum(map(bool, found.values())) > 1


def delimiter_of(line: str) -> str:
    """Return what stands between the cells of a line, by how often it does."""
    return max(_DELIMITERS, key=line.count)


def swapped(text: str) -> str:
    """Return a text with its single quotes double and its double ones single."""
    return text.translate(_SWAP)


def has_single_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether a table, given with its header, has single quotes around its cells.

    Its header has them, or a row that has as many cells as columns only if it has.
    """
    if any(cell.startswith('"') for line in lines for cell in line.split(delimiter)):
        return False
    width = len(split_cells(swapped(lines[0].strip()), delimiter) or [])
    return any(
        _single_quoted(line.strip(), delimiter) > 1
        and len(split_cells(swapped(line.strip()), delimiter) or []) == width
        for line in lines
    )


def _single_quoted(line: str, delimiter: str) -> int:
    """Return how many cells of a line open and close with a single quote."""
    mark = re.escape(delimiter)
    return len(re.findall(rf"(?:(?<=^)|(?<={mark}))'(?:[^'\\]|\\.|'')*'(?=$|{mark})", line))


def split_cells(text: str, delimiter: str) -> list[str] | None:
    """Return the cells of a row, or None if a quoted one is not closed in `text`.

    Quotes inside a quoted cell are doubled, or escaped by a backslash.
    """
    if '\\"' in text and (cells := _split(text.replace('\\"', _ESCAPED), delimiter)):
        return [cell.replace(_ESCAPED, '"') for cell in cells]
    return _split(text, delimiter)


def _split(text: str, delimiter: str) -> list[str] | None:
    cells, at = list[str](), 0
    while True:
        if text[at : at + 1] == '"':
            end = _closing(text, at + 1, delimiter)
            if end < 0:
                return None
            cells.append(text[at + 1 : end].replace('""', '"'))
            at = text.find(delimiter, end + 1)
        else:
            end = text.find(delimiter, at)
            cells.append(text[at:end] if end >= 0 else text[at:])
            at = end
        if at < 0:
            return cells
        at += 1


def _closing(text: str, at: int, delimiter: str) -> int:
    """Return where a quoted cell closes: at a quote before a delimiter or the end; else -1."""
    for run in _QUOTE_RUN.finditer(text, at):
        lone = (run.end() - run.start()) % 2  # pairs stand for one quote inside the cell
        if lone and _ends(text, run.end(), delimiter):
            return run.end() - 1
    return -1


def _ends(text: str, at: int, delimiter: str) -> bool:
    rest = text[at : at + 4].lstrip(" ")
    return not rest or rest[0] in (delimiter, "\n", "\r")
