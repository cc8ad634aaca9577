"""Read NITF and NewsML, the formats of news agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.feeds.trees import local_name, paragraphs, parse_tree
from rag.sources.text import one_line
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from rag.types import Article

# An article's element; one of the first that is there counts, as NewsML may hold NITF.
_STORIES = ("newsItem", "NewsItem", "nitf")
_TITLES = ("hl1", "headline", "HeadLine", "hedline", "title")
_DATES = (
    "date.issue", "story.date", "date.release", "contentCreated", "firstCreated",
    "FirstCreated", "versionCreated", "ThisRevisionCreated", "DateAndTime",
)  # fmt: skip
_AUTHORS = ("byttl", "person", "byline", "by", "ByLine")
_PUBLISHERS = ("pubdata", "provider", "doc.copyright", "copyrightHolder", "Provider", "creator")
_BODIES = ("body.content", "inlineXML", "DataContent", "contentSet", "body")
_NAMES = ("name", "literal", "holder", "FormalName")


def read_news_xml(data: bytes, *, source: str) -> Iterator[Article | Skipped]:
    """Yield the stories of a NITF or NewsML file; raises `SourceError` if there is none."""
    root = parse_tree(data)
    stories: list[etree._Element] = []
    for name in _STORIES:
        stories = stories or [node for node in root.iter("{*}*") if local_name(node) == name]
    if not stories:
        raise SourceError(f"{fields.NO_TEXT}: it holds <{local_name(root)}> without a story")
    for number, story in enumerate(stories, start=1):
        name = f"{source}#{number}" if len(stories) > 1 else source
        try:
            yield _article(story, source=name)
        except SourceError as error:
            yield Skipped(name, str(error))


def _article(story: etree._Element, *, source: str) -> Article:
    bylines = _nodes(story, ("byline",))
    author = next(filter(None, (_said(node, ("person",)) for node in bylines)), "")
    author = author or _said(story, _AUTHORS)
    return fields.article(
        source=source,
        text="\n\n".join(_body(story)),
        title=_said(story, _TITLES),
        date=_date(story),
        publisher=_said(story, _PUBLISHERS),
        author=author[3:] if author.lower().startswith("by ") else author,
        language=story.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def _nodes(story: etree._Element, names: Sequence[str]) -> Iterator[etree._Element]:
    """Yield the elements of some names, those of the first name first."""
    found = [node for node in story.iter("{*}*") if local_name(node) in names]
    return iter(sorted(found, key=lambda node: names.index(local_name(node))))


def _said(story: etree._Element, names: Sequence[str]) -> str:
    """Return what the first of the elements says that says anything."""
    for node in _nodes(story, names):
        text = one_line("".join(map(str, node.itertext())))
        attributes = (one_line(node.get(name) or "") for name in _NAMES)
        if said := text or next(filter(None, attributes), ""):
            return said
        if inner := next(
            (child.get("FormalName") for child in node if child.get("FormalName")), ""
        ):
            return one_line(inner)
    return ""


def _date(story: etree._Element) -> str | None:
    """Return the first date, in an attribute or as text."""
    for node in _nodes(story, _DATES):
        if value := node.get("norm") or one_line(node.text or ""):
            return value
    return None


def _body(story: etree._Element) -> list[str]:
    """Return the paragraphs of the first body that has words."""
    for node in _nodes(story, _BODIES):
        found = paragraphs(node) or [one_line("".join(map(str, node.itertext())))]
        if any(found):
            return found
    return []
