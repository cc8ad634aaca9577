"""Read plain text and Markdown files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import frontmatter
import yaml
from markdown_it import MarkdownIt

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.dumps import is_sentence, split_dump
from rag.sources.exports import articles_in, several_note
from rag.sources.grid import grid_lines, text_grid
from rag.sources.tables.columns import known_columns
from rag.sources.text import one_line, tidy, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from rag.types import Article, Note, Skipped

_TAG = re.compile(r"(?i)</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
_COMMENT = re.compile(r"(?s)<!--.*?-->")
_LISTS = frozenset(f"{a}_list_{b}" for a in ("bullet", "ordered") for b in ("open", "close"))
# Tables stay as their lines, which `rag.sources.grid` reads like those of other files.
_PARSER = MarkdownIt("commonmark")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s|\|")


def read_text(text: str, *, source: str) -> Iterator[Article | Skipped | Note]:
    """Yield the articles of a text: a database's export, or a dump of pages.

    The second of several is ``source#2``.
    """
    whole = tidy(text)
    if exported := articles_in(whole, source=source):
        yield from exported
        return
    found = split_dump(whole)
    if not found:
        raise SourceError(fields.NO_TEXT)
    for number, part in enumerate(found, start=1):
        yield fields.article(
            source=f"{source}#{number}" if len(found) > 1 else source,
            text=part.text,
            title=part.title,
            date=part.date,
            url=part.url,
            author=part.author,
            publisher=part.publisher,
        )
    if len(found) == 1:
        yield from several_note(found[0].text, source=source)


def read_markdown(text: str, *, source: str) -> Article:
    """Return the article of a Markdown file, with the fields of its front matter."""
    front, body = _front_matter(tidy(text))
    matched = {**known_columns(front), "text": ("text",)}
    tokens: Sequence[Token] = _PARSER.parse(body)
    title = fields.words(front.get(fields.filled(front, matched["title"])))
    if not title:
        title, tokens = _first_heading(tokens)
    record = {**front, "title": title, "text": _plain(tokens)}
    return fields.from_row(record, columns={**matched, "title": ("title",)}, source=source)


def plain_markdown(text: str) -> str:
    """Return Markdown as plain paragraphs; an item of a list has a line of its own."""
    return _plain(_PARSER.parse(text))


def _plain(tokens: Sequence[Token]) -> str:
    return "\n\n".join(filter(None, map(_unwrapped, _blocks(tokens))))


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
    """Join the lines of a paragraph, but leave those of a list or a table."""
    lines = [line.strip() for line in block.split("\n")]
    if (grid := text_grid(lines)) and (rows := grid_lines(grid)):
        return "\n".join(rows)
    return "".join(
        f"\n{line}" if number and _ITEM.match(line) else f" {line}"
        for number, line in enumerate(lines)
    )[1:]


class _Values(yaml.SafeLoader):  # type: ignore[misc]
    """Reads front matter; only single values may be repeated by name.

    Lists that name lists that name lists hold more words than any memory.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        repeated = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if repeated and not isinstance(node, yaml.ScalarNode):
            raise yaml.YAMLError("it repeats a list or an object by its name")
        return node


class _Handler(frontmatter.YAMLHandler):  # type: ignore[misc]
    def load(self, fm: str, **_options: object) -> object:
        return super().load(fm, Loader=_Values)


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    try:
        written = text.lstrip()
        ours = _Handler()
        # Front matter of other kinds is left to the library.
        fields, body = frontmatter.parse(written, handler=ours if ours.detect(written) else None)
    except yaml.YAMLError as error:
        fault = one_line(str(error))[:160]
        raise SourceError(
            f"has front matter that is not YAML ({fault}); quote its values"
        ) from error
    return fields, body


def _first_heading(tokens: Sequence[Token]) -> tuple[str, Sequence[Token]]:
    """Return the heading that a text begins with, and what follows it.

    An underlined line that is a sentence is not a heading.
    """
    if not tokens or tokens[0].type != "heading_open":
        return "", tokens
    words = _said(tokens[1])
    if tokens[0].markup in ("=", "-") and is_sentence(words):
        return "", tokens
    return words, tokens[3:]
