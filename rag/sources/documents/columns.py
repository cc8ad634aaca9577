"""The text of a PDF page in reading order, when columns are drawn line by line across it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject

_SEGMENT = re.compile(r"\S(?:.*?\S)??(?=\s{4,}|$)")
_FEWEST_LINES = 4
_SHORTEST = 14  # letters of a usual line of a column; the cells of a table are shorter
_NEAR = 14  # letters by which a left edge varies, as layout counts letters of one width
_MOST = 5  # columns of a page of news
_IN_MID_SENTENCE = 0.25  # share of a column's lines that begin with a small letter; cells seldom do


@dataclass(slots=True)
class _Columns:
    """The lines of a page, put into columns as they come from the top."""

    edges: list[int]  # where each column but the first begins, in letters
    blocks: list[list[str]] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)

    def take(self, segments: Sequence[re.Match[str]]) -> None:
        """Put the segments of one line where they belong; a whole line ends the columns."""
        if len(segments) == 1 and any(
            segments[0].start() < edge < segments[0].end() for edge in self.edges
        ):
            self.close()
            self.blocks.append([segments[0][0]])
            return
        self.columns = self.columns or [[] for _ in range(len(self.edges) + 1)]
        for segment in segments:
            self.columns[bisect_right(self.edges, segment.start())].append(segment[0])

    def close(self) -> None:
        """Write the columns so far, from left to right."""
        self.blocks += [lines for lines in self.columns if lines]
        self.columns = []


def page_text(page: PageObject) -> str:
    """Return the text of a page, its columns one after the other.

    As long as no lines run across the columns, the order of drawing is kept.
    """
    plain = str(page.extract_text())
    set_out = str(page.extract_text(extraction_mode="layout"))
    lines = [list(_SEGMENT.finditer(line)) for line in set_out.split("\n")]
    beside = _beside(lines)
    if not _are_columns(beside) or not _runs_across(plain, beside):
        return plain
    columns = _Columns([min(starts) - _NEAR // 2 for starts in _starts(beside)])
    for line in lines:
        if line:
            columns.take(line)
    columns.close()
    return "\n\n".join("\n".join(block) for block in columns.blocks)


def _beside(lines: Sequence[list[re.Match[str]]]) -> list[list[re.Match[str]]]:
    """Return the lines of as many segments as most lines have that have several."""
    counted = Counter(len(line) for line in lines if 1 < len(line) <= _MOST)
    usual = max(counted, key=lambda number: (counted[number], -number), default=0)
    return [line for line in lines if usual and len(line) == usual]


def _starts(beside: Sequence[Sequence[re.Match[str]]]) -> list[list[int]]:
    """Return where the lines of each column but the first begin."""
    return [[segment.start() for segment in column] for column in zip(*beside, strict=True)][1:]


def _are_columns(beside: Sequence[Sequence[re.Match[str]]]) -> bool:
    """Return whether lines of several segments are columns of text and no table."""
    if len(beside) < _FEWEST_LINES:
        return False
    long = sum(min(len(segment[0]) for segment in line) >= _SHORTEST for line in beside)
    even = all(max(starts) - min(starts) <= _NEAR for starts in _starts(beside))
    return even and long >= 0.8 * len(beside) and (len(beside[0]) == 2 or _is_prose(beside))


def _is_prose(beside: Sequence[Sequence[re.Match[str]]]) -> bool:
    """Return whether every column goes on in mid-sentence, as the cells of a table do not."""
    small = [
        sum(segment[0][0].islower() for segment in column) for column in zip(*beside, strict=True)
    ]
    return bool(min(small) >= _IN_MID_SENTENCE * len(beside))


def _runs_across(plain: str, beside: Sequence[Sequence[re.Match[str]]]) -> bool:
    """Return whether the order of drawing reads the columns as one line."""
    whole = {" ".join(line.split()) for line in plain.split("\n")}
    joined = [" ".join(" ".join(segment[0] for segment in line).split()) for line in beside]
    return sum(line in whole for line in joined) >= _FEWEST_LINES
