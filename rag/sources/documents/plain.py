"""Read plain text and Markdown files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import frontmatter
import yaml

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.dumps import is_sentence, split_dump
from rag.sources.exports import articles_in, several_note
from rag.sources.grid import grid_lines, text_grid
from rag.sources.tables.columns import known_columns
from rag.sources.text import one_line, tidy, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article, Note, Skipped

# No pattern may look at a stretch of a text more than a few times, whatever stands in it: what
# opens and never closes ends at the next opening, and closers are cut off apart.
_HEADING = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]++(.+)$|^(\S[^\n]*)\n(?:={2,}|-{2,})[ \t]*$")
_COMMENT = re.compile(r"(?s)<!--.*?-->")
_TARGET = r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
_MARKUP = (
    (re.compile(r"(?m)^ {0,3}(?:```|~~~).*$"), ""),
    (_HEADING, lambda match: f"\n{_heading(match)}\n"),
    (re.compile(r"(?m)^ {0,3}(?:(?:[-*_] ?){3,})$"), ""),
    (re.compile(r"(?m)^ {0,3}\[[^\[\]]+\]:[ \t]+\S+.*$"), ""),
    (re.compile(rf"!\[[^\[\]]*\]{_TARGET}"), ""),
    (re.compile(rf"\[([^\[\]]+)\]{_TARGET}"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]+)>"), r"\1"),
    (re.compile(r"(?i)</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>"), ""),
    (re.compile(r"(?m)^ {0,3}(?:> ?)+"), ""),
    (re.compile(r"(\*\*|__)(?=\S)((?:(?!\s\1\S).)+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w\\])_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>-])"), r"\1"),
)
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
    title = fields.words(front.get(fields.filled(front, matched["title"])))
    if not title:
        title, body = _first_heading(body)
    record = {**front, "title": title, "text": plain_markdown(body)}
    return fields.from_row(record, columns={**matched, "title": ("title",)}, source=source)


def plain_markdown(text: str) -> str:
    """Return Markdown as plain paragraphs, without its simple markup."""
    end = text.rfind("-->") + 3
    text = _COMMENT.sub("", text[:end]) + text[end:] if end > 2 else text
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    blocks = re.split(r"\n\s*\n", unescape(text))
    return "\n\n".join(filter(None, (_unwrapped(block.strip()) for block in blocks)))


def _unwrapped(block: str) -> str:
    """Join the lines of a paragraph, but leave those of a list or a table."""
    lines = [line.strip() for line in block.split("\n")]
    if (grid := text_grid(lines)) and (rows := grid_lines(grid)):
        return "\n".join(rows)
    return "".join(
        f"\n{line}" if number and _ITEM.match(line) else f" {line}"
        for number, line in enumerate(lines)
    )[1:]


def _heading(match: re.Match[str]) -> str:
    """Return the words of a heading, without the marks that may close it."""
    if not match[1]:
        return match[2]
    words = match[1].rstrip()
    bare = words.rstrip("#")
    return words if bare and not bare[-1].isspace() else bare.rstrip()


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


def _first_heading(body: str) -> tuple[str, str]:
    """Return the heading a text begins with, and the text after it."""
    match = _HEADING.match(body.lstrip())
    if not match or (match[2] and is_sentence(match[2])):
        return "", body
    return plain_markdown(_heading(match)), body.lstrip()[match.end() :]
