"""Read one article of an export: its head of short lines, its text, its foot of labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.sources.dates import find_dates
from rag.sources.dumps import is_sentence
from rag.sources.exports.blocks import Block, paragraphs, stray_letters
from rag.sources.exports.labels import edition_goes_on, is_length, is_small_print, language_code
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = 40  # blocks that a head may take at most
_RUNNING = 90  # characters; no line of a head but the headline is longer
_TITLE_LINES = 3  # above the date line: a headline of two lines, and the paper
_BY = re.compile(r"^(?i:by|von|par|por|di)\s+(?=\S)")
_NUMBERED = re.compile(r"\d{1,4}\. ")


@dataclass(frozen=True, slots=True)
class ExportArticle:
    """One article of an export; `date` is ISO, the rest as the database writes it."""

    title: str
    text: str
    date: str | None = None
    publisher: str = ""
    author: str = ""
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Head:
    """The unlabelled lines above the text that say who, what and when."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    date: str | None = None


def parse_article(
    blocks: Sequence[Block],
    *,
    covered: bool = False,
    numbered: bool = False,
    headings: frozenset[str] = frozenset(),
) -> ExportArticle | None:
    """Return the article that blocks hold; None without text.

    With `covered` a cover sheet may stand before it. `numbered` are those that a line such
    as ``2 of 4 DOCUMENTS`` opens, where paper and date stand above the headline.
    """
    blocks, foot = _without_foot(blocks)
    if covered:
        blocks = _uncovered(blocks, headings)
    start = _text_start(blocks, numbered=numbered)
    head, body = blocks[:start], blocks[start:]
    labelled = _labelled([*head, *(block for block in foot if block.field != "lead")])
    found = _read_head([block for block in head if not block.field], numbered=numbered)
    publisher = labelled.get("publisher", "")
    date = _date_in(labelled.get("date", "")) or _date_in(publisher) or found.date
    text = "\n\n".join([*filter(None, [labelled.get("lead", "")]), *_paragraphs(body)])
    text = _without_imprint(text, publisher or found.publisher)
    if not re.search(r"\w", text):
        return None
    return ExportArticle(
        title=one_line(labelled.get("title") or found.title),
        text=text,
        date=date,
        publisher=one_line(re.split(r"\s?[;\[]| \(", publisher)[0] or found.publisher),
        author=one_line(_without_by(labelled.get("author") or found.author)),
        url=labelled.get("url", ""),
        language=language_code(labelled.get("language", "")),
    )


def _without_foot(blocks: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block]]:
    """Return blocks down to the last of running text, and those below it."""
    end = len(blocks)
    while end and _is_foot(blocks[end - 1]):
        end -= 1
    return blocks[:end], blocks[end:]


def _is_foot(block: Block) -> bool:
    return block.field not in {"", "text"} or is_small_print(block.text)


def _uncovered(blocks: Sequence[Block], headings: frozenset[str]) -> Sequence[Block]:
    """Return blocks from the headline on: the last one styled so, or two above the date line."""
    dated = _date_line(blocks)
    above = blocks if dated is None else blocks[:dated]
    styled = [n for n, block in enumerate(above) if one_line(block.lines[0]) in headings]
    if styled:
        return blocks[styled[-1] :]
    if dated is None:
        return blocks
    entries = [n for n, b in enumerate(blocks[:dated]) if _NUMBERED.match(b.text) or b.field]
    if not entries:
        return blocks
    first = entries[-1] + 1
    return blocks[dated - 2 :] if dated - first > _TITLE_LINES else blocks[first:]


def _text_start(blocks: Sequence[Block], *, numbered: bool) -> int:
    """Return where the text begins: at its label, else below the last line of the head."""
    for number, block in enumerate(blocks):
        if block.field == "text":
            return number
    dated = _date_line(blocks[:_HEAD])
    last = 0 if dated is None else dated
    if numbered and dated is not None:
        last += 1  # the headline stands below the date
    last = min(last + 1, len(blocks))
    for number, block in enumerate(blocks[:_HEAD]):
        in_head = block.field or is_small_print(block.text)
        if in_head and not any(map(_is_running, blocks[last:number])):
            last = max(last, number + 1)
    return last


def _is_running(block: Block) -> bool:
    text = block.text
    return not block.field and len(text) > _RUNNING and is_sentence(text)


def _date_line(blocks: Sequence[Block]) -> int | None:
    """Return which block is the date line: a date with the least around it; None if none is."""
    strays = {n: stray_letters(block.text) for n, block in enumerate(blocks) if not block.field}
    around = {n: stray for n, stray in strays.items() if stray is not None}
    return min(around, key=lambda n: (around[n], n), default=None)


def _read_head(blocks: Sequence[Block], *, numbered: bool) -> _Head:
    """Tell headline, paper and author apart by where they stand from the date line."""
    dated = _date_line(blocks)
    if dated is None:
        said = _said(blocks)
        return _Head(title=said[0] if said else "")
    date = _date_in(blocks[dated].text)
    above, below = _said(blocks[:dated]), _said(blocks[dated + 1 :])
    lengths = [number for number, block in enumerate(blocks) if is_length(block.text)]
    if numbered:
        return _Head(" ".join(below), above[-1] if above else "", date=date)
    if lengths and lengths[0] < dated:
        return _signed(above, publisher=_first(below), date=date)
    if len(above) > 1:
        return _Head(" ".join(above[:-1]), above[-1], date=date)
    return _Head(_first(above), _first(below), date=date)


def _signed(above: Sequence[str], *, publisher: str, date: str | None) -> _Head:
    """Return a head whose lines above the word count are headline and author."""
    names = [number for number, line in enumerate(above) if number and _BY.match(line)]
    cut = names[0] if names else 1
    return _Head(" ".join(above[:cut]), publisher, _first(above[cut:]), date)


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


def _date_in(text: str) -> str | None:
    dates = find_dates(text)
    return dates[0].date if dates else None


def _labelled(blocks: Sequence[Block]) -> dict[str, str]:
    """Return what the labels say; the first of a kind counts."""
    said: dict[str, str] = {}
    for block, below in zip(blocks, [*blocks[1:], Block(())], strict=True):
        # An abstract may stand below its label.
        value = block.value or (below.text if block.field == "lead" and not below.field else "")
        if block.field and value:
            said.setdefault(block.field, value)
    return said


def _paragraphs(blocks: Sequence[Block]) -> list[str]:
    """Return the text of the body, without the labels it opens with."""
    kept: list[Block] = []
    for block in blocks:
        if block.field == "text":
            lines = (block.value,) if len(block.lines) == 1 else _unlabelled(block)
            block = replace(block, lines=lines, field="", value="")
        if any(block.lines):
            kept.append(block)
    return paragraphs(kept)


def _unlabelled(block: Block) -> tuple[str, ...]:
    rest = block.lines[1:]
    opening = block.value.removesuffix(" ".join(line.strip() for line in rest)).strip()
    return (opening, *rest) if opening else rest


def _without_imprint(text: str, publisher: str) -> str:
    """Return a text without the publisher's name that Factiva prints below it."""
    above, _, last = text.rpartition("\n\n")
    imprint = publisher and last.lower().startswith(publisher.lower()) and not is_sentence(last)
    return above if above and imprint else text


def _without_by(author: str) -> str:
    return _BY.sub("", author.strip(" ,;"))
