"""Articles in forms for other programs: tables, records and bibliographies."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from rag.errors import extra
from rag.types import Article

_COLUMNS = tuple(item.name for item in fields(Article))
_AUTHORS = re.compile(r"\s*(?:;|&|\band\b)\s*")


def to_csv(articles: Iterable[Article]) -> str:
    """Return a table with a row per article and a column per field, which `ingest` reads again."""
    file = io.StringIO()
    # As RFC 4180, which Excel reads too.
    rows = csv.DictWriter(file, _COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(map(asdict, articles))
    return file.getvalue()


def to_json(articles: Iterable[Article]) -> str:
    """Return a list of records as JSON, which `ingest` reads again."""
    return json.dumps([asdict(article) for article in articles], ensure_ascii=False, indent=2)


def to_bibtex(articles: Iterable[Article]) -> str:
    """Return entries of BibTeX, without the texts; `date` is for BibLaTeX."""
    with extra("bibliography"):
        from pybtex.database import BibliographyData, Entry, Person

    entries: dict[str, Any] = {}
    for article in articles:
        people = [Person(name) for name in _authors(article, corporate="{{{}}}")]
        entry = Entry("article", _bibtex_fields(article), {"author": people} if people else {})
        entries[_free_key(article, entries)] = entry
    return str(BibliographyData(entries).to_string("bibtex"))


def to_ris(articles: Iterable[Article]) -> str:
    """Return records of RIS, as Zotero, EndNote and Mendeley read it, without the texts."""
    with extra("bibliography"):
        from rispy import RisWriter, dumps

    class Writer(RisWriter):  # type: ignore[misc]
        """Leaves out the numbers before the records, which not every program skips."""

        def set_header(self, count: int) -> str:  # noqa: ARG002
            return ""

    return str(dumps([_ris_record(article) for article in articles], implementation=Writer))


# The formats by their names.
FORMATS: Mapping[str, Callable[[Iterable[Article]], str]] = {
    "csv": to_csv,
    "json": to_json,
    "bibtex": to_bibtex,
    "ris": to_ris,
}


def _bibtex_fields(article: Article) -> dict[str, str]:
    given = {
        "title": article.title,
        "journal": article.publisher,
        "date": article.date,
        "year": article.date and article.date[:4],
        "url": article.url,
        "language": article.language,
    }
    # A brace without its partner would end the entry.
    braces = str.maketrans("{}", "()")
    return {key: _line(value).translate(braces) for key, value in given.items() if value}


def _ris_record(article: Article) -> dict[str, Any]:
    given = {
        "type_of_reference": "NEWS",
        "id": article.id,
        "title": _line(article.title),
        "authors": _authors(article),
        "secondary_title": article.publisher and _line(article.publisher),
        "year": article.date and article.date[:4],
        "date": article.date and article.date.replace("-", "/"),
        "urls": [_line(article.url)] if article.url else None,
        "language": article.language,
    }
    return {key: value for key, value in given.items() if value}


def _authors(article: Article, *, corporate: str = "{}") -> list[str]:
    """Return the authors; one with a comma in it is a byline, not a first and last name."""
    names = [name for name in _AUTHORS.split(_line(article.author or "")) if name]
    plain = [name.translate(str.maketrans("{}", "()")) for name in names]
    return [corporate.format(name) if "," in name else name for name in plain]


def _free_key(article: Article, taken: Mapping[str, object]) -> str:
    """Return a key such as ``gazette2024-454ab29a`` that no other entry has."""
    year = (article.date or "")[:4]
    key = f"{_slug(article.publisher) or 'article'}{year}-{_slug(article.id)[:8] or '1'}"
    numbers = range(2, len(taken) + 3)
    # BibTeX takes no notice of upper and lower case in keys.
    return next(k for k in (key, *(f"{key}-{n}" for n in numbers)) if k not in taken)


def _slug(text: str | None) -> str:
    return re.sub(r"[^a-z0-9]+", "", (text or "").casefold())


def _line(text: str) -> str:
    return " ".join(text.split())
