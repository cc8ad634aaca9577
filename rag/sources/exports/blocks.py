"""Cut the text of an export into blocks: a labelled line, a lone line, or a paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.sources.dates import find_dates
from rag.sources.dumps import is_sentence, unwrap, wrap_width
from rag.sources.exports.labels import is_copyright, is_length, is_small_print, label_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RULES = " \t\f_=-*"
_STRAY = 34  # letters that may stand around the date in a line of it
_WIDEST = 90  # characters of such a line
_LINE = 60  # characters; a shorter line ends a paragraph or is none


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines without a blank one, which is cut before each label, too."""

    lines: tuple[str, ...]
    field: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """The lines in one."""
        return " ".join(line.strip() for line in self.lines)

    @property
    def bare(self) -> str:
        """The text without the rules around it."""
        return self.text.strip(_RULES)


def cut_blocks(
    text: str, *, alone: Callable[[str], bool], opens: Callable[[str], bool]
) -> list[Block]:
    """Return the blocks of a text; a line that `opens` one begins a block, one `alone` is one."""
    runs: list[list[str]] = [[]]
    for line in text.split("\n"):
        bare = line.strip(_RULES)
        head = is_length(line) or (is_date_line(line) and not _inside(runs[-1]))
        small = len(bare) <= _WIDEST and is_small_print(line)
        lone = bool(bare) and (alone(line) or head or small)
        if not bare or lone or label_of(line)[0] or opens(line):
            runs.append([])
        if bare:
            runs[-1].append(line.strip("\f"))
        if lone:
            runs.append([])
    return [_block(run) for run in runs if run]


def _inside(run: Sequence[str]) -> bool:
    """Return whether the next line of a run stands in the middle of a paragraph."""
    return bool(run) and len(run[-1].strip()) > _LINE and not is_sentence(run[-1].strip())


def is_date_line(line: str) -> bool:
    """Return whether a line is little more than a date."""
    return stray_letters(line) is not None


def stray_letters(line: str) -> int | None:
    """Return how many letters stand around the date of a line; None if it is not a date line."""
    bare = " ".join(line.split())
    if not re.search(r"\d", bare) or len(bare) > _WIDEST or label_of(bare)[0]:
        return None
    if is_copyright(bare) or is_sentence(bare) or not (dates := find_dates(bare)):
        return None
    stray = sum(map(str.isalpha, bare[: dates[0].span.start] + bare[dates[0].span.end :]))
    return stray if stray <= _STRAY else None


def _block(run: Sequence[str]) -> Block:
    field, value = label_of(run[0])
    rest = " ".join(line.strip() for line in run[1:])
    return Block(tuple(run), field, f"{value} {rest}".strip() if field else "")


def paragraphs(blocks: Sequence[Block]) -> list[str]:
    """Return the running text of blocks, unwrapped."""
    runs = [list(block.lines) for block in blocks]
    width = wrap_width(runs)
    return [part for run in runs for part in unwrap(run, width=width) if part]
