"""Read one article of an export: its head of short lines, its text, its foot of labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.sources.dumps import is_sentence
from rag.sources.exports.blocks import Block, paragraphs
from rag.sources.exports.heads import author_of, date_in, date_line, is_person, read_head
from rag.sources.exports.labels import is_small_print, language_code, paper_of
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = 40  # blocks that a head may take at most
_RUNNING = 90  # characters; no line of a head but the headline is longer
_TITLE_LINES = 3  # above the date line: a headline of two lines, and the paper
# Headings of what databases write below a text.
_FOOT_HEAD = re.compile(
    r"(?i)classification|details|graphics?|notes|source citation\b.*|citation \(.*|links|correction"
)
_MAY_BE_TEXT = re.compile(r"(?i)details|notes|links|correction|classification")
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
    heads = (n for n, each in enumerate(body) if n and _heads_foot(each, body[n + 1 :]))
    end = next(heads, len(body))
    body, below = _without_foot(body[:end])
    foot = [*below, *blocks[start + end :], *foot]
    labelled = _labelled([*head, *(block for block in foot if block.field != "lead")])
    found = read_head([block for block in head if not block.field], numbered=numbered)
    publisher = labelled.get("publisher", "")
    date = date_in(labelled.get("date", "")) or date_in(publisher) or found.date
    text = "\n\n".join([*filter(None, [labelled.get("lead", "")]), *_paragraphs(body)])
    text = _without_imprint(text, publisher or found.publisher)
    if not re.search(r"\w", text):
        return None
    return ExportArticle(
        title=one_line(labelled.get("title") or found.title),
        text=text,
        date=date,
        publisher=paper_of(publisher) or paper_of(found.publisher),
        author=author_of(labelled.get("author") or found.author),
        url=labelled.get("url", ""),
        language=language_code(labelled.get("language", "")),
    )


def _without_foot(blocks: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block]]:
    """Return blocks down to the last of running text, and those below it."""
    end = len(blocks)
    while end and (_is_foot(blocks[end - 1]) or _is_value(blocks[:end])):
        end -= 1
    return blocks[:end], blocks[end:]


def _is_foot(block: Block) -> bool:
    return block.field not in {"", "text"} or is_small_print(block.text)


def _is_value(blocks: Sequence[Block]) -> bool:
    """Return whether the last of some blocks is what the label above it names."""
    if len(blocks) < 2 or blocks[-2].field in {"", "text", "lead"} or blocks[-2].value:
        return False
    return not blocks[-1].field and not _is_running(blocks[-1])


def _heads_foot(block: Block, below: Sequence[Block]) -> bool:
    """Return whether a block heads what stands below the text; a heading within it does not."""
    first = block.lines[0].strip(" :")
    inside = _MAY_BE_TEXT.fullmatch(first) is not None and any(map(_is_running, below))
    return _FOOT_HEAD.fullmatch(first) is not None and not inside


def _uncovered(blocks: Sequence[Block], headings: frozenset[str]) -> Sequence[Block]:
    """Return blocks from the headline on: the last one styled so, or two above the date line."""
    dated = date_line(blocks)
    above = blocks if dated is None else blocks[:dated]
    styled = [n for n, block in enumerate(above) if one_line(block.lines[0]) in headings]
    if styled:
        return blocks[styled[-1] :]
    labels = [n for n, block in enumerate(above) if block.field == "title"]
    if dated is None or labels:
        return blocks[labels[-1] :] if labels else blocks
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
    dated = date_line(blocks[:_HEAD])
    last = 0 if dated is None else dated
    # The headline stands below the date.
    if numbered and dated is not None:
        last = next((n for n in range(dated + 1, len(blocks)) if not _is_foot(blocks[n])), dated)
    last = min(last + 1, len(blocks))
    if numbered and last + 1 < len(blocks) and is_person(blocks[last]):
        last += 1  # the author below the headline
    for number, block in enumerate(blocks[:_HEAD]):
        in_head = block.field or is_small_print(block.text)
        if in_head and not any(map(_is_running, blocks[last:number])):
            last = max(last, number + 1)
    return last


def _is_running(block: Block) -> bool:
    text = block.text
    return not block.field and len(text) > _RUNNING and is_sentence(text)


def _labelled(blocks: Sequence[Block]) -> dict[str, str]:
    """Return what the labels say; the first of a kind counts."""
    said: dict[str, str] = {}
    for block, below in zip(blocks, [*blocks[1:], Block(())], strict=True):
        # What a label names may stand below it.
        value = block.value or ("" if below.field else below.text)
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
