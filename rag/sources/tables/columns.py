"""Tell which column of a table holds which field of an article.

Tables, front matter and JSON name the same thing in many ways; the well-known names are
listed here once. A row may fill another of them than the row before.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from rag.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    # The columns that may hold each field, likeliest first; the first with a value counts.
    Matched = Mapping[str, tuple[str, ...]]

# The names each field goes by, likeliest first, without case, accents, spaces and underscores.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": (
        *("title", "headline", "articletitle", "webtitle", "heading", "hl1", "name"),
        *("titulo", "titel", "titre", "titolo", "titular", "uberschrift", "zagolovok"),
    ),
    "text": (
        *("text", "body", "content", "article", "articletext", "articlebody", "fulltext"),
        *("maintext", "bodytext", "contenthtml", "bodyhtml", "contenttext", "story", "plaintext"),
        *("cleantext", "rawtext", "textcontent", "bodyxhtml", "texto", "texte", "inhalt", "testo"),
        *("cuerpo", "contenido", "contenu", "volltext", "corps", "conteudo"),
    ),
    "date": (
        *("date", "published", "publishedat", "pubdate", "publishdate", "datepublished"),
        *("publicationdate", "publishedtime", "publisheddate", "datepublish", "timestamp"),
        *("webpublicationdate", "datetime", "firstpublicationdate", "dateissued", "issued"),
        *("versioncreated", "publishedon", "datetimepub", "createdat", "created", "datecreated"),
        *("time", "fecha", "datum", "datepublication", "fechapublicacion", "datapublicacao"),
    ),
    "url": (
        *("url", "link", "articleurl", "sourceurl", "weburl", "webpage", "permalink", "shareurl"),
        *("canonicalurl", "href", "enlace", "lien"),
    ),
    "publisher": (
        *("publisher", "source", "site", "sitename", "publication", "newspaper", "outlet"),
        *("sourcename", "sourcetitle", "mediumname", "paper", "journal", "periodico"),
        *("zeitung", "quelle", "fuente", "medio"),
    ),
    "author": ("author", "authors", "byline", "creator", "writer", "autor", "auteur", "autore"),
    "language": ("language", "lang", "langue", "idioma", "sprache"),
    "id": ("id", "guid", "articleid", "uuid", "docid", "uri", "storyid", "accessionnumber"),
}
# What a row may have instead of its text: better than to lose it.
EXTRACTS = ("leadparagraph", "abstract", "summary", "description", "excerpt", "snippet")


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's mapping; raises `SourceError` naming what is wrong in it."""
    for name, column in (columns or {}).items():
        if name not in FIELDS:
            raise SourceError(f"no article field {name!r}; map one of: {', '.join(FIELDS)}")
        if not isinstance(column, str) or not column:
            raise SourceError(f"field {name!r} is mapped to {column!r}; give the name of a column")
    return dict(columns or {})


def match_columns(present: Iterable[str], *, columns: Mapping[str, str]) -> Matched:
    """Return which of the columns present may hold each field: the mapped one, else by name.

    Raises `SourceError`, listing the columns, if a mapped one or the text is missing.
    """
    there = [str(column) for column in present]
    for name, column in columns.items():
        if column not in there:
            raise SourceError(f"has no column {column!r} for {name}; {_listed(there)}")
    matched = {**known_columns(there, without=frozenset(columns.values()))}
    matched |= {name: (column,) for name, column in columns.items()}
    if not matched.get("text"):
        example = f"text={there[0]}" if there else "text=body"
        raise SourceError(f"has no text column; name one, as in {example}. {_listed(there, 'I')}")
    return matched


def known_columns(present: Iterable[str], *, without: frozenset[str] = frozenset()) -> Matched:
    """Return the columns that go by a known name of each field; a nested one stands last."""
    by_name: dict[str, list[str]] = {}
    for column in sorted(present, key=lambda column: column.count(".")):  # stable
        if column not in without:
            by_name.setdefault(plain_name(column), []).append(column)
    names = {**FIELDS, "text": (*FIELDS["text"], *EXTRACTS)}
    return {
        field: tuple(column for name in known for column in by_name.get(name, ()))
        for field, known in names.items()
    }


def is_extract(column: str) -> bool:
    """Return whether a column holds only an extract of the text."""
    return plain_name(column) in EXTRACTS


@cache
def plain_name(column: str) -> str:
    """Return the last part of a column's path, without case, accents, spaces and signs."""
    last = re.split(r"\.(?=[^\s.])", str(column))[-1]
    letters = unicodedata.normalize("NFKD", last.lower())
    return re.sub(r"[\W_]+", "", letters)


def _listed(there: list[str], first: str = "i") -> str:
    return f"{first}ts columns are: {', '.join(there) or 'none'}"
