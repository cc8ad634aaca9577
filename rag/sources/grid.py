"""Tables in texts: every row as a line in which each cell stands beside its column's name.

A cell alone ("61%") says nothing, and a question finds the right one only by the names of
its row and column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Grid = Sequence[Sequence[str]]

_GAP = re.compile(r"\t+|\s*\|\s*|\s{2,}")
_RULE = re.compile(r"[\s|:+=-]+")
_FEWEST_ROWS = 3
_LONGEST_CELL = 80  # characters; a table with longer cells lays out a page
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/]\d{2,4})?")
_DIGIT = re.compile(r"\d")
_LABEL = re.compile(r"[A-Z]{2,3}|.{1,40}:")


def text_grid(lines: Sequence[str]) -> Grid | None:
    """Return the cells of lines set in columns by tabs, bars or runs of blanks; else None."""
    ruled = [line for line in lines if not _RULE.fullmatch(line)]
    if len(ruled) < (_FEWEST_ROWS if len(ruled) == len(lines) else _FEWEST_ROWS - 1):
        return None
    rows = [_GAP.split(line.strip().strip("|").strip()) for line in ruled]
    width = len(rows[0])
    return rows if width > 1 and all(len(row) == width for row in rows) else None


def grid_lines(rows: Grid) -> list[str]:
    """Return a table as lines: "Hythe: Winner Nora Pell, Votes 1,204."; none if it is not a table.

    The first row names the columns and the first column the rows. A table with long cells, or
    with one row or column, is none.
    """
    if len(rows) < _FEWEST_ROWS - 1 or not _is_named(rows):
        return []
    names = [_bare(cell) for cell in rows[0]]
    return [line for row in rows[1:] if (line := _line(names, [_bare(cell) for cell in row]))]


def _is_named(rows: Grid) -> bool:
    """Return whether the first row names the columns of the others."""
    width = len(rows[0])
    if width < 2 or any(len(row) != width for row in rows):
        return False
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        return False
    if width == 2 and all(_LABEL.fullmatch(row[0].strip()) for row in rows):
        return False  # labels beside their values
    names = [cell for cell in rows[0][1:] if cell.strip()]
    return len(names) == width - 1 and (not all(map(_DIGIT.search, names)) or _are_years(names))


def _are_years(names: Sequence[str]) -> bool:
    return all(map(_YEAR.fullmatch, names))


def _line(names: Sequence[str], cells: Sequence[str]) -> str:
    head, *rest = cells
    told = [f"{name} {cell}" for name, cell in zip(names[1:], rest, strict=True) if cell]
    if not told:
        return ""
    # "2021" needs its column's name, "Hythe" does not.
    start = f"{names[0]} {head}".strip() if _DIGIT.match(head) else head
    return f"{start}: {', '.join(told)}." if start else f"{', '.join(told)}."


def _bare(cell: str) -> str:
    return " ".join(cell.split()).rstrip(":").strip()
