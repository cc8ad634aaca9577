"""Read plain text and Markdown files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frontmatter
import yaml

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.documents import markdown
from rag.sources.dumps import split_dump
from rag.sources.exports import articles_in, several_note
from rag.sources.tables.columns import known_columns
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
    title = fields.words(front.get(fields.filled(front, matched["title"])))
    if not title:
        title, tokens = markdown.first_heading(tokens)
    record = {**front, "title": title, "text": markdown.plain_tokens(tokens)}
    return fields.from_row(record, columns={**matched, "title": ("title",)}, source=source)


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
