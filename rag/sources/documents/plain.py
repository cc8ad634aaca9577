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

_HEADING = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$|^(\S[^\n]*)\n(?:={2,}|-{2,})[ \t]*$")
_MARKUP = (
    (re.compile(r"(?s)<!--.*?-->"), ""),
    (re.compile(r"(?m)^ {0,3}(?:```|~~~).*$"), ""),
    (_HEADING, r"\n\1\2\n"),
    (re.compile(r"(?m)^ {0,3}(?:(?:[-*_] ?){3,})$"), ""),
    (re.compile(r"(?m)^ {0,3}\[[^\]]+\]:[ \t]+\S+.*$"), ""),
    (re.compile(r"!\[[^\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])"), ""),
    (re.compile(r"\[([^\]]+)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"(?i)</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>"), ""),
    (re.compile(r"(?m)^ {0,3}(?:> ?)+"), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
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
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    blocks = re.split(r"\n\s*\n", unescape(text))
    return "\n\n".join(filter(None, (_unwrapped(block.strip()) for block in blocks)))


def _unwrapped(block: str) -> str:
    """Join the lines of a paragraph, but leave those of a list or a table."""
    lines = [line.strip() for line in block.split("\n")]
    if (grid := text_grid(lines)) and (rows := grid_lines(grid)):
        return "\n".join(rows)
    joined = lines[:1]
    for line in lines[1:]:
        if _ITEM.match(line):
            joined.append(line)
        else:
            joined[-1] = f"{joined[-1]} {line}"
    return "\n".join(joined)


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    try:
        fields, body = frontmatter.parse(text.lstrip())
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
    return plain_markdown(match[1] or match[2]), body.lstrip()[match.end() :]
