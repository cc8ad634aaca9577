"""Read plain text and Markdown files."""

from __future__ import annotations

import re
import tomllib
from collections import ChainMap
from typing import TYPE_CHECKING

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from rag.errors import SourceError
from rag.sources import fields, values
from rag.sources.documents import markdown
from rag.sources.dumps import split_dump
from rag.sources.exports import articles_in, several_note
from rag.sources.tables.columns import known_columns
from rag.sources.tables.yamls import Values
from rag.sources.text import one_line, tidy
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article, Note


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


def read_markdown_articles(text: str, *, source: str) -> Iterator[Article | Skipped]:
    """Yield the articles of a Markdown file: one per signed headline, if there are several."""
    pieces = markdown.signed_pieces(tidy(text))
    if not pieces:
        yield read_markdown(text, source=source)
    for number, piece in enumerate(pieces, start=1):
        try:
            yield read_markdown(piece, source=f"{source}#{number}")
        except SourceError as error:
            yield Skipped(f"{source}#{number}", str(error))


def read_markdown(text: str, *, source: str) -> Article:
    """Return the article of a Markdown file, with the fields of its front matter."""
    front, body = _front_matter(tidy(text))
    matched = {**known_columns(front), "text": ("text",)}
    tokens = markdown.parsed(body)
    title = values.words(front.get(values.filled(front, matched["title"])))
    if not title:
        title, tokens = markdown.first_heading(tokens)
    record = {**front, "title": title, "text": markdown.plain_tokens(tokens)}
    return fields.from_row(record, columns={**matched, "title": ("title",)}, source=source)


class _Yaml(frontmatter.YAMLHandler):  # type: ignore[misc]
    def load(self, fm: str, **_options: object) -> object:
        return super().load(fm, Loader=Values)


class _Toml(BaseHandler):  # type: ignore[misc]
    """What the library has for TOML needs a package that the standard library has replaced."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)

    def load(self, fm: str, **_options: object) -> object:
        return tomllib.loads(fm)


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    written = text.lstrip()
    # JSON is left to the library.
    handler = next((ours for ours in (_Yaml(), _Toml()) if ours.detect(written)), None)
    try:
        front, body = frontmatter.parse(written, handler=handler)
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        kind = "YAML" if isinstance(error, yaml.YAMLError) else "TOML"
        fault = one_line(str(error))[:160]
        raise SourceError(
            f"has front matter that is not {kind} ({fault}); quote its values"
        ) from error
    # Where Hugo and Zola keep what they do not know themselves.
    inner = [part for name in ("params", "extra") if isinstance(part := front.get(name), dict)]
    return {**ChainMap(front, *inner)}, body
