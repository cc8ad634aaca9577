"""Read the head of an exported article: the unlabelled lines that say who, what and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.sources.dates import find_dates
from rag.sources.exports.blocks import Block, stray_letters
from rag.sources.exports.labels import edition_goes_on, is_length, is_small_print
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECTION = 4  # words that the name of a section has at most
_BY = re.compile(r"^(?i:by|von|par|por|di)\s+(?=\S)")
_PERSON = re.compile(
    r"(?:[^\W\d_a-z][\w.'’-]*[ ,;&]*(?:and |und |et |y |e |de |van |von |og )?){2,6}"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The unlabelled lines above the text that say who, what and when."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    date: str | None = None


def date_line(blocks: Sequence[Block]) -> int | None:
    """Return which block is the date line: a date with the least around it; None if none is."""
    strays = {n: stray_letters(block.text) for n, block in enumerate(blocks) if not block.field}
    around = {n: stray for n, stray in strays.items() if stray is not None}
    return min(around, key=lambda n: (around[n], n), default=None)


def read_head(blocks: Sequence[Block], *, numbered: bool) -> Head:
    """Tell headline, paper and author apart by where they stand from the date line."""
    dated = date_line(blocks)
    if dated is None:
        said = _said(blocks)
        return Head(title=said[0] if said else "")
    date = date_in(blocks[dated].text)
    above, below = _said(blocks[:dated]), _said(blocks[dated + 1 :])
    lengths = [number for number, block in enumerate(blocks) if is_length(block.text)]
    if numbered:
        signed = len(below) > 1 and _PERSON.fullmatch(below[-1]) is not None
        title = " ".join(below[:-1] if signed else below)
        return Head(title, above[-1] if above else "", below[-1] if signed else "", date)
    if lengths and lengths[0] < dated:
        return _signed(above, publisher=_first(below), date=date)
    if len(above) > 1:
        return Head(" ".join(above[:-1]), above[-1], date=date)
    return Head(_first(above), _first(below), date=date)


def _signed(above: Sequence[str], *, publisher: str, date: str | None) -> Head:
    """Return a head whose lines above the word count are section, headline and author."""
    signed = len(above) > 1 and (_BY.match(above[-1]) or _PERSON.fullmatch(above[-1]))
    titles = list(above[:-1] if signed else above)
    while (
        len(titles) > 1 and len(titles[0].split()) <= _SECTION and len(titles[1]) > len(titles[0])
    ):
        titles = titles[1:]
    return Head(" ".join(titles), publisher, above[-1] if signed else "", date)


def is_person(block: Block) -> bool:
    """Return whether a block is nothing but names of people."""
    return not block.field and len(block.lines) == 1 and bool(_PERSON.fullmatch(block.text))


def _said(blocks: Sequence[Block]) -> list[str]:
    """Return the lines that are not small print."""
    lines = [line.strip() for block in blocks for line in block.lines]
    return [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if not is_small_print(line) and not edition_goes_on(above)
    ]


def _first(lines: Sequence[str]) -> str:
    return lines[0] if lines else ""


def date_in(text: str) -> str | None:
    """Return the first date that a text names, or None."""
    dates = find_dates(text)
    return dates[0].date if dates else None


def author_of(said: str) -> str:
    """Return the author's name; ProQuest writes paper, place and date after it."""
    name = re.split(r"\. (?=\S.*\d{4})", said)[0] if find_dates(said) else said
    return one_line(without_by(name))


def without_by(author: str) -> str:
    """Return a byline without "By"."""
    return _BY.sub("", author.strip(" ,;"))
