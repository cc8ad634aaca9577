"""Build clean `Article` records from the fields a format holds.

Tables, front matter and JSON name the same thing in many ways; the well-known names
are listed here once.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import SourceError
from rag.sources import text as texts
from rag.sources.dates import manner_of, parse_date
from rag.sources.dumps import is_sentence, lead_title, same_line
from rag.sources.markup import from_markup
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_TEXT = "has no article text"

# The names each field goes by, likeliest first, without case, spaces and underscores.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "articletitle"),
    "text": (
        *("text", "body", "content", "article", "articletext", "articlebody", "fulltext"),
        *("maintext", "bodytext", "contenthtml", "contenttext", "story"),
    ),
    "date": (
        *("date", "published", "publishedat", "pubdate", "publishdate", "datepublished"),
        *("publicationdate", "publishedtime", "publisheddate", "datepublish", "timestamp"),
    ),
    "url": ("url", "link", "articleurl", "sourceurl", "webpage"),
    "publisher": ("publisher", "source", "site", "sitename", "publication", "newspaper", "outlet"),
    "author": ("author", "authors", "byline", "creator"),
    "language": ("language", "lang"),
    "id": ("id", "guid", "articleid", "uuid", "docid"),
}


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's mapping; raises `SourceError` naming what is wrong in it."""
    for name, column in (columns or {}).items():
        if name not in FIELDS:
            raise SourceError(f"no article field {name!r}; map one of: {', '.join(FIELDS)}")
        if not isinstance(column, str) or not column:
            raise SourceError(f"field {name!r} is mapped to {column!r}; give the name of a column")
    return dict(columns or {})


def match_columns(present: Iterable[str], *, columns: Mapping[str, str]) -> dict[str, str]:
    """Return which of the columns present holds each field: as mapped, else by its name.

    Raises `SourceError`, listing the columns, if a mapped one or the text is missing.
    """
    there = list(present)
    listed = ", ".join(map(str, there)) or "none"
    for name, column in columns.items():
        if column not in there:
            raise SourceError(f"has no column {column!r} for {name}; its columns are: {listed}")
    plain = {_plain(column): column for column in reversed(there)}
    taken = set(columns.values())
    matched = {
        name: next((plain[n] for n in names if n in plain and plain[n] not in taken), "")
        for name, names in FIELDS.items()
    }
    matched = {name: column for name, column in {**matched, **columns}.items() if column}
    if "text" not in matched:
        example = f"text={there[0]}" if there else "text=body"
        raise SourceError(
            f"has no text column; name one, as in {example}. Its columns are: {listed}"
        )
    return matched


def from_row(row: Mapping[str, object], *, columns: Mapping[str, str], source: str) -> Article:
    """Return the article in a row by its matched `columns`; raises `SourceError` without text."""
    value = {name: row.get(column) for name, column in columns.items()}
    return article(
        source=source,
        text=_body(value.get("text")),
        title=words(value.get("title")),
        date=value.get("date"),
        url=words(value.get("url")),
        publisher=words(value.get("publisher")),
        author=words(value.get("author")),
        language=value.get("language"),
        id=words(value.get("id")),
    )


def article(
    *,
    source: str,
    text: str,
    title: str = "",
    date: object = None,
    url: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    language: object = None,
    id: str | None = None,  # noqa: A002 - the name it has in `Article`
) -> Article:
    """Return a clean record; raises `SourceError` if it has no text.

    A missing title is the first sentence, a missing publisher the host of the address.
    A publisher given as an address stands in for a missing address, too.
    """
    headline = texts.one_line(title)
    body = _without_headline(texts.clean(text), headline)
    if not re.search(r"\w", body):
        raise SourceError(NO_TEXT)
    address = web_address(url) or web_address(publisher)
    named = "" if web_address(publisher) else texts.one_line(publisher or "")
    return Article(
        title=headline or lead_title(body),
        text=body,
        id=texts.one_line(id or "") or None,
        date=parse_date(date, manner=manner_of(language, address=address)),
        url=address,
        publisher=named or host(address),
        author=texts.one_line(author or "") or None,
        language=texts.language_code(language),
        source=source,
    )


def _without_headline(text: str, headline: str) -> str:
    """Return a body without the headline it may open with; a first sentence is none."""
    first, _, rest = text.partition("\n\n")
    full_stop = is_sentence(first) and not first.endswith(("?", "!"))
    return rest if rest and headline and not full_stop and same_line(first, headline) else text


def words(value: object) -> str:
    """Return a cell as text: names of several authors joined, ``{"name": "X"}`` as X."""
    if isinstance(value, dict):
        return words(value.get("name") or value.get("title") or value.get("url"))
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(words, value)))
    return texts.unescape(_text(value)).strip()


def web_address(url: str | None) -> str | None:
    """Return `url` if it can be opened as a web page; so no ``javascript:`` reaches a reader."""
    address = texts.one_line(url or "")
    if address.startswith("www."):
        address = f"https://{address}"
    return address if re.match(r"(?i)https?://[^\s/]", address) else None


def host(url: str | None) -> str | None:
    """Return the host of an address without ``www.``, or None if there is none."""
    try:
        name = urlsplit(url or "").hostname
    except ValueError:  # an unclosed "[" of an IPv6 address
        return None
    return name.removeprefix("www.") if name else None


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", str(column).lower())


def _body(value: object) -> str:
    """Return a text cell as text: a list is paragraphs, markup is taken out."""
    if isinstance(value, list | tuple):
        return "\n\n".join(filter(None, map(_body, value)))
    return from_markup(_text(value))


def _text(value: object) -> str:
    """Return a cell as text; blank for None and NaN, by which tables mark a blank."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return texts.decode(value) if isinstance(value, bytes) else str(value)
