"""What articles are written as is read again by the libraries of the formats."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
import rispy
from pybtex.database import parse_string

import rag
from rag.frameworks import bibliography
from rag.types import Article

if TYPE_CHECKING:
    from pathlib import Path

FERRY = Article(
    'Ferry {strike: 50 % & "more"',
    "First, the ferry.\n\nThen the strike.",
    id="454ab29a548ea8fc",
    date="2024-05-02",
    url="https://example.org/a_b?c=1&d=2",
    publisher="Gazette & Co",
    author="Ann Bell and Bob O'Hara",
)
BARE = Article("Élan vital", "Text.", author="Reuters, AP")


def test_csv_has_a_row_for_each_article() -> None:
    first, second = csv.DictReader(io.StringIO(bibliography.to_csv([FERRY, BARE]), newline=""))
    assert (first["title"], first["text"], first["date"]) == (FERRY.title, FERRY.text, FERRY.date)
    assert (second["title"], second["date"]) == ("Élan vital", "")


def test_json_has_all_fields() -> None:
    first, second = json.loads(bibliography.to_json([FERRY, BARE]))
    assert Article(**first) == FERRY
    assert Article(**second) == BARE


@pytest.mark.parametrize("name", ["csv", "json"])
def test_an_export_with_texts_is_ingested_as_it_was(
    name: str, tmp_path: Path, archive: rag.Archive
) -> None:
    file = tmp_path / f"export.{name}"
    file.write_text(bibliography.FORMATS[name]([FERRY]), encoding="utf-8", newline="")
    assert archive.ingest(file).added == 1
    [found] = archive.articles()
    assert (found.id, found.title, found.text) == (FERRY.id, FERRY.title, FERRY.text)
    assert (found.date, found.url, found.publisher) == (FERRY.date, FERRY.url, FERRY.publisher)


def test_bibtex_is_read_by_its_library() -> None:
    entries = parse_string(bibliography.to_bibtex([FERRY, FERRY, BARE]), "bibtex").entries
    assert list(entries) == ["gazetteco2024-454ab29a", "gazetteco2024-454ab29a-2", "article-1"]
    first, _, last = entries.values()
    assert first.fields["title"] == r'Ferry (strike: 50 \% \& "more"'
    assert [first.fields[name] for name in ("year", "date")] == ["2024", "2024-05-02"]
    assert [str(person) for person in first.persons["author"]] == ["Bell, Ann", "O'Hara, Bob"]
    # A byline is no person.
    assert [str(person) for person in last.persons["author"]] == ["{Reuters, AP}"]
    assert "url" not in last.fields


def test_ris_is_read_by_its_library() -> None:
    first, last = rispy.loads(bibliography.to_ris([FERRY, BARE]))
    assert first["title"] == FERRY.title
    assert first["authors"] == ["Ann Bell", "Bob O'Hara"]
    assert (first["date"], first["urls"]) == ("2024/05/02", [FERRY.url])
    assert last["type_of_reference"] == "NEWS"


@pytest.mark.parametrize("name", list(bibliography.FORMATS))
def test_nothing_is_written_as_nothing(name: str) -> None:
    assert bibliography.FORMATS[name]([]).strip() in ("", "[]", bibliography.to_csv([]).strip())
