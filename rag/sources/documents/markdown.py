"""Turn Markdown into plain paragraphs."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from rag.sources.dumps import facts, is_sentence
from rag.sources.grid import grid_lines, text_grid
from rag.sources.text import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_TAG = re.compile(r"(?i)</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
_COMMENT = re.compile(r"(?s)<!--.*?-->")
_LISTS = frozenset(f"{a}_list_{b}" for a in ("bullet", "ordered") for b in ("open", "close"))
# Tables stay as their lines, which `rag.sources.grid` reads like those of other files.
_PARSER = MarkdownIt("commonmark")
_SIGNED = 2  # paragraphs below a headline that may say who and when
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s|\|")


def parsed(text: str) -> Sequence[Token]:
    """Return the tokens of a Markdown text."""
    return _PARSER.parse(text)


def plain_markdown(text: str) -> str:
    """Return Markdown as plain paragraphs; an item of a list has a line of its own."""
    return plain_tokens(parsed(text))


def plain_tokens(tokens: Sequence[Token]) -> str:
    """Return tokens as plain paragraphs."""
    return "\n\n".join(filter(None, map(_unwrapped, _blocks(tokens))))


def signed_pieces(text: str) -> list[str]:
    """Return the pieces that open at headings of the first order with a byline or a date below.

    None for fewer than two, or where other text stands above the first.
    """
    tokens = parsed(text)
    starts = [
        token.map[0]
        for number, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h1" and token.map
        and _is_signed(tokens[number + 3 :])
    ]  # fmt: skip
    lines = text.split("\n")
    if len(starts) < 2 or "".join(lines[: starts[0]]).strip():
        return []
    return ["\n".join(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]


def _is_signed(tokens: Sequence[Token]) -> bool:
    """Return whether one of the first paragraphs says who wrote and when."""
    said = [_said(token) for token in tokens[: 3 * _SIGNED] if token.type == "inline"]
    lines = (line for paragraph in said[:_SIGNED] for line in paragraph.split("\n"))
    return any(kind in ("author", "date") for line in lines for kind, _value in facts(line))


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the paragraphs, headings, lists and tables of a text; a list is one block."""
    items: list[str] = []
    marker = heading = ""
    depth = 0
    for token in tokens:
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} "
        # A heading without words is the mark itself.
        said = _said(token) or (heading if token.type == "inline" else "")
        heading = token.markup if token.type == "heading_open" else ""
        if said and depth:
            items.append(f"{marker}{said}")
            marker = ""
        elif said:
            yield said
        if token.type in _LISTS:
            depth += token.nesting
            if not depth:
                yield "\n".join(items)
                items, marker = [], ""


def _said(token: Token) -> str:
    """Return the words of a token, without marks, pictures, tags and comments."""
    if token.type == "inline":
        return "".join(_inline(token.children or ())).strip()
    if token.type == "html_block":
        return unescape(_TAG.sub("", _without_comments(token.content))).strip()
    return token.content.strip() if token.type in ("fence", "code_block") else ""


def _without_comments(text: str) -> str:
    """Return HTML without its comments; what one opens and never closes is kept."""
    end = text.rfind("-->") + 3
    return _COMMENT.sub("", text[:end]) + text[end:] if end > 2 else text


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words of a paragraph; the stars of "2*3*4" are not markup."""
    within: list[bool] = []
    for before, token, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        if token.type == "em_open":
            within.append(bool(before and after and _joined(before.content, after.content)))
        if token.type in ("em_open", "em_close") and (
            within[-1] if token.nesting > 0 else within.pop()
        ):
            yield token.markup
        yield _words(token)


def _joined(before: str, after: str) -> bool:
    return before[-1:].isalnum() and after[:1].isalnum()


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type in ("text", "text_special", "code_inline") else ""


def _unwrapped(block: str) -> str:
    """Join the lines of a paragraph, but leave those of a list, of a table, or of labels."""
    lines = [line.strip() for line in block.split("\n")]
    if len(lines) > 1 and all(map(facts, lines)):
        return block
    if (grid := text_grid(lines)) and (rows := grid_lines(grid)):
        return "\n".join(rows)
    return "".join(
        f"\n{line}" if number and _ITEM.match(line) else f" {line}"
        for number, line in enumerate(lines)
    )[1:]


def first_heading(tokens: Sequence[Token]) -> tuple[str, Sequence[Token]]:
    """Return the heading that a text begins with, and what follows it.

    An underlined line that is a sentence is not a heading.
    """
    if not tokens or tokens[0].type != "heading_open":
        return "", tokens
    words = _said(tokens[1])
    if tokens[0].markup in ("=", "-") and is_sentence(words):
        return "", tokens
    return words, tokens[3:]
