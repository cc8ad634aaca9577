"""The text of a PDF page in reading order, when columns are drawn line by line across it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject

_SEGMENT = re.compile(r"\S(?:.*?\S)??(?=\s{4,}|$)")
_FEWEST_LINES = 4
_SHORTEST = 14  # letters of a usual line of a column; the cells of a table are shorter
_NEAR = 14  # letters by which a left edge varies, as layout counts letters of one width


@dataclass(slots=True)
class _Columns:
    """The lines of a page, put into columns as they come from the top."""

    edge: int  # where the right column begins, in letters
    blocks: list[list[str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)

    def take(self, segments: Sequence[re.Match[str]]) -> None:
        """Put the segments of one line where they belong; a whole line ends the columns."""
        if len(segments) == 1 and segments[0].start() < self.edge < segments[0].end():
            self.close()
            self.blocks.append([segments[0][0]])
            return
        for segment in segments:
            side = self.right if segment.start() >= self.edge else self.left
            side.append(segment[0])

    def close(self) -> None:
        """Write the columns so far, the left one first."""
        self.blocks += [lines for lines in (self.left, self.right) if lines]
        self.left, self.right = [], []


def page_text(page: PageObject) -> str:
    """Return the text of a page, its two columns one after the other.

    As long as no lines run across the columns, the order of drawing is kept.
    """
    plain = str(page.extract_text())
    set_out = str(page.extract_text(extraction_mode="layout"))
    lines = [list(_SEGMENT.finditer(line)) for line in set_out.split("\n")]
    beside = [line for line in lines if len(line) == 2]
    if not _are_columns(beside) or not _runs_across(plain, beside):
        return plain
    columns = _Columns(min(line[1].start() for line in beside) - _NEAR // 2)
    for line in lines:
        if line:
            columns.take(line)
    columns.close()
    return "\n\n".join("\n".join(block) for block in columns.blocks)


def _are_columns(beside: Sequence[Sequence[re.Match[str]]]) -> bool:
    """Return whether lines of two segments are columns of text and no table."""
    if len(beside) < _FEWEST_LINES:
        return False
    starts = [line[1].start() for line in beside]
    long = sum(min(len(line[0][0]), len(line[1][0])) >= _SHORTEST for line in beside)
    return max(starts) - min(starts) <= _NEAR and long >= 0.8 * len(beside)


def _runs_across(plain: str, beside: Sequence[Sequence[re.Match[str]]]) -> bool:
    """Return whether the order of drawing reads the two columns as one line."""
    whole = {" ".join(line.split()) for line in plain.split("\n")}
    joined = [" ".join(f"{line[0][0]} {line[1][0]}".split()) for line in beside]
    return sum(line in whole for line in joined) >= _FEWEST_LINES
