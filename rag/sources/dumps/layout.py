"""Turn the lines of a page dump into blocks, and blocks into parts.

A block is a run of lines without a blank one; a part is a paragraph or lone line of it,
put together again where the dump is hard-wrapped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.sources.dumps.furniture import is_furniture, is_lone, is_plain, is_section, is_short
from rag.sources.dumps.lines import fact, is_paper, is_sentence
from rag.sources.grid import grid_lines, text_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

_SITE_NAME = re.compile(r"^((?:\S+ +){3,}\S+) [|–—-] [^|]{2,40}$")
_SEPARATOR = re.compile(r"[-*=_~#•·+][-*=_~#•·+ ]*[-*=_~#•·+]|\f")
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_BULLET = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
_HALF_WORD = r"(?!(?:and|or|to)\b)[^\W\d_A-Z]"  # but "two- and three-day"
_SENTENCE = re.compile(
    r"(?s).*?(?:\w{3}|[\d)%’”\"'])(?:[.!?…]+['\"”’»)\]]*(?=\s+[^\sa-z]|$)|[。！？।])"
)
_TITLE_LENGTH = 100
# The rule below the names of a table's columns.
_TABLE_RULE = re.compile(r"[-=]{2,}(?:[ +|]+[-=]{2,})+")
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(?=\S)")
_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7af]")  # characters that say as much as two letters
# Scripts that end no sentence with a mark: Thai, Lao, Burmese and Khmer.
_UNMARKED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{12}")
_LONG_LINE = 100  # characters of such a line that is text


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph or lone line, with the blank lines before it.

    `fenced` follows a separator; `named` is underlined or labelled as a headline.
    """

    text: str
    gap: int
    fenced: bool = False
    named: bool = False
    key: str = field(init=False)

    def __post_init__(self) -> None:
        stem = self.text if is_sentence(self.text) else _SITE_NAME.sub(r"\1", self.text)
        key = re.sub(r"[\W_]+", " ", stem.casefold()).strip()
        object.__setattr__(self, "key", key or self.text)


@dataclass(slots=True)
class _Block:
    """A run of lines without a blank one, `gap` blank lines below the last run."""

    lines: list[str]
    gap: int
    fenced: bool
    named: bool = False
    table: bool = False

    def could_be_title(self) -> bool:
        line = self.lines[0].strip()
        return len(self.lines) == 1 and is_short(line) and line[-1] not in ".;:,"

    def take_number_off(self, below: _Block) -> None:
        """Make a numbered line a headline if a byline or a date stands below it."""
        number = _NUMBER.match(self.lines[0].strip()) if len(self.lines) == 1 else None
        if number and fact(below.lines[0].strip())[0] in {"author", "date"}:
            self.lines = [self.lines[0].strip()[number.end() :]]
            self.named = True

    def write_out(self) -> None:
        """Make the rows of a table lines in which cells stand beside their names."""
        grid = text_grid(self.lines)
        if lines := grid_lines(grid) if grid else []:
            self.lines, self.table = lines, True


def cut_parts(text: str) -> list[Part]:
    """Cut a dump into paragraphs, noting blank lines, separators and labels."""
    lines = re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", text.lstrip("\ufeff"))
    blocks: list[_Block] = []
    blank, fenced, inside = 1, False, False
    for line in lines.replace("\f", "\n\f\n").split("\n"):
        bare = line.strip(" \t\xa0\u200b\v")
        if inside and _UNDERLINE.fullmatch(bare) and blocks[-1].could_be_title():
            blocks[-1].named, inside = True, False
        elif _SEPARATOR.fullmatch(bare) and not (inside and _TABLE_RULE.fullmatch(bare)):
            fenced, inside = True, False
        elif not bare:
            blank, inside = blank + 1, False
        elif inside:
            blocks[-1].lines.append(line)
        else:
            blocks.append(_Block([line], max(blank, 1), fenced))
            blank, fenced, inside = 0, False, True
    if len(blocks) == 1:  # no blank lines at all: every line is set off
        blocks = [_Block([line], 1, blocks[0].fenced) for line in _joined(blocks[0].lines)]
    for block, below in pairwise(blocks):
        block.take_number_off(below)
    for block in blocks:
        block.write_out()
    width = wrap_width([block.lines for block in blocks if not block.table])
    return [part for block in blocks for part in _block_parts(block, width=width)]


def _joined(lines: list[str]) -> list[str]:
    return unwrap(lines, width=wrap_width([lines]))


def _block_parts(block: _Block, *, width: int | None) -> list[Part]:
    """Turn one block into parts; only the first follows the gap before it."""
    if block.table:
        return [
            Part(line, gap=0, fenced=block.fenced and not n) for n, line in enumerate(block.lines)
        ]
    parts: list[Part] = []
    kicker = True  # whether all lines so far are labels over a headline, such as EXCLUSIVE
    for number, text in enumerate(unwrap(block.lines, width=width)):
        kind, value = fact(text)
        bare = value if kind == "title" else text
        # An address above its page's headline opens an article.
        opens = not number and kind == "url" and len(block.lines) > 1
        gap = 0 if number and not kicker else block.gap
        fenced = (block.fenced and not number) or opens
        dated = kind == "date" and number > 0 and is_paper(parts[-1].text)
        kicker = kicker and (is_furniture(text) or dated or _is_above(text, kind))
        named = block.named or kind == "title"
        parts.append(Part(bare, gap=gap, fenced=fenced, named=named))
    return parts


def _is_above(text: str, kind: str) -> bool:
    """Return whether a line may stand right above a headline: a section, a paper, an address."""
    return is_section(text.casefold()) or is_paper(text) or kind == "url"


def is_running_text(part: Part) -> bool:
    """Return whether a part is a sentence or more of an article's body."""
    text = part.text
    if not is_plain(text) or part.named:
        return False
    if len(text) >= 200 or (len(text) >= _LONG_LINE and _UNMARKED.search(text)):
        return True
    letters = len(text) + len(_WIDE.findall(text))
    return is_sentence(text) and (len(text.split()) >= 6 or letters >= 60)


def is_headline(part: Part) -> bool:
    """Return whether a part could be a headline by its looks alone."""
    text = part.text
    if not part.gap and not part.named:
        return False
    if not is_short(text) or not is_plain(text) or text[0].islower() or _BULLET.match(text):
        return False
    if re.search(r"(?<!\.\.)[.。]['\"”’»]*$|[;:,]$", text):  # an ellipsis cuts a long headline
        return False
    return re.search(r"[^\W\d_]{2}", text) is not None


def same_line(left: str, right: str) -> bool:
    """Return whether two lines agree except for case, punctuation and spacing."""
    return Part(left, 0).key == Part(right, 0).key


def lead_title(text: str) -> str:
    """Return the first sentence of `text`, cut at a word near 100 characters."""
    first = text.strip().split("\n", 1)[0]
    match = _SENTENCE.match(first)
    sentence = match.group().strip() if match else first
    if not re.search(r"[^\W\d_]", sentence):  # the number of a list's item
        sentence = first
    if len(sentence) <= _TITLE_LENGTH:
        return sentence
    return sentence[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:-–—") + "…"


def wrap_width(blocks: Sequence[Sequence[str]]) -> int | None:
    """Return the line length at which `blocks` are hard-wrapped, or None if they are not.

    A block is a run of lines without a blank line. Most lines of a wrapped text stop
    in mid-sentence; where most end one, each line is a paragraph of its own.
    """
    lines = [
        line.strip()
        for block in blocks
        for line, following in pairwise(block)
        if line.strip() != following.strip() and not is_lone(line.strip())
    ]
    if not lines or sum(map(is_sentence, lines)) > len(lines) / 2:
        return None
    width = sorted(map(len, lines))[int(0.95 * len(lines))]
    return width if 30 <= width <= 200 else None


def unwrap(lines: Sequence[str], *, width: int | None) -> list[str]:
    """Return the paragraphs of one block of lines wrapped at `width` characters."""
    paragraphs: list[str] = []
    for number, line in enumerate(lines):
        stripped = line.strip()
        before = lines[number - 1 : number]
        if before and _continues(paragraphs[-1], before[0], line, width=width):
            broken = re.search(r"\w-$", paragraphs[-1]) and re.match(_HALF_WORD, stripped)
            glue = "" if broken else " "
            paragraphs[-1] += glue + stripped
        else:
            paragraphs.append(stripped)
    return paragraphs


def _continues(paragraph: str, line: str, following: str, *, width: int | None) -> bool:
    """Return whether `following` goes on with the `paragraph` that ends in `line`."""
    last, first = line.strip(), following.strip()
    if width is None or last == first or is_lone(paragraph) or is_paper(first):
        return False
    if first[0].islower() and not is_sentence(last):
        return True  # even if all that is left of the sentence is a word such as "comments"
    if is_lone(first):
        return False
    if _BULLET.match(first) or len(_indent(following)) > len(_indent(line)):
        return False
    room = width - len(last) - len(first.split()[0]) - 1
    if is_sentence(last):
        return room < 0.12 * width  # the next word would have fitted: a deliberate break
    spare = 0.2 if paragraph == last else 0.4  # a headline may stand right above its text
    return room < spare * width


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
