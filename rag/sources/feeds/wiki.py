"""Read the dumps of a MediaWiki, such as Wikinews: one article per page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from rag.errors import SourceError, extra
from rag.sources import fields
from rag.sources.dates import find_dates
from rag.sources.feeds.trees import local_name
from rag.types import Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.sources.files.handle import File
    from rag.types import Article

_REDIRECT = re.compile(r"(?i)\s*#(?:redirect|weiterleitung|redirection|redirección)\b")
_DATE = re.compile(r"(?i)\{\{\s*(?:date|datum|fecha|data)\s*\|([^{}]+)\}\}")
_SOURCES = re.compile(r"(?im)^==+ *(?:sources?|related news|external links|quellen|fuentes) *==+")
_REFERENCE = re.compile(r"(?is)<ref\b[^>]*/>|<ref\b[^>]*>.*?</ref>")
_TABLE = re.compile(r"(?s)\{\|.*?\|\}")
_FILES = re.compile(
    r"(?i)\[\[(?:file|image|category|datei|kategorie|fichier|archivo)\s*:[^\[\]]*\]\]"
)


def read_wiki(file: File) -> Iterator[Article | Skipped | Note]:
    """Yield the articles of a dump, page by page; talk pages and redirects are counted.

    Raises `SourceError` without the extra `formats`.
    """
    with extra("formats", error=SourceError):
        import mwparserfromhell  # noqa: F401 - told once, and not for each page
    passed = 0
    with file.open() as stream:
        site = ""
        pages = etree.iterparse(
            stream, events=("end",), tag=("{*}page", "{*}sitename"), recover=True,
            resolve_entities=False, no_network=True, huge_tree=True,
        )  # fmt: skip
        number = 0
        for _event, node in pages:
            if local_name(node) == "sitename":
                site = node.text or ""
                continue
            number += 1
            name = f"{file.name}#{number}"
            markup = node.findtext("{*}revision/{*}text") or ""
            if (node.findtext("{*}ns") or "0") != "0" or _REDIRECT.match(markup):
                passed += 1
            else:
                yield _page(node, markup, site=site, source=name)
            node.clear()
    if passed:
        yield Note(file.name, f"has {passed} pages that are redirects or not articles")


def _page(node: etree._Element, markup: str, *, site: str, source: str) -> Article | Skipped:
    written = _DATE.search(markup)
    dates = find_dates(written[1]) if written else []
    stamp = node.findtext("{*}revision/{*}timestamp") or ""
    try:
        return fields.article(
            source=source,
            text=plain_wiki(markup),
            title=node.findtext("{*}title") or "",
            date=dates[0].date if dates else stamp,
            publisher=site,
        )
    except SourceError as error:
        return Skipped(source, str(error))


def plain_wiki(markup: str) -> str:
    """Return the text of a page in wiki markup, down to its list of sources."""
    # Imported here because few files are dumps of a wiki.
    import mwparserfromhell

    story = _SOURCES.split(markup, maxsplit=1)[0]
    kept = _FILES.sub("", _TABLE.sub("", _REFERENCE.sub("", story)))
    return str(mwparserfromhell.parse(kept).strip_code()).strip()
