"""Text that was decoded wrongly before it was saved is mended, and ordinary text never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rag.sources import read
from rag.sources.garbled import mended
from rag.types import Note

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Article

WRITTEN = "Le café d’à côté a rouvert à l’été, près de l’École – « enfin », dit-on."
WORDS = {
    "French": WRITTEN,
    "German": "Über die Brücke fährt „für’s Erste“ kein Zug, heißt es.",
    "Spanish": "El año pasado, la niña pidió más; ¿quién pagó?",
    "Polish": "W Łodzi otwarto wystawę, która potrwa do środy.",
    "Russian": "Министр сообщил, что переговоры продолжатся в среду.",
    "money": "It cost £3m, or €3.4m – “a bargain”, at 20 °C.",
}


def garbled(text: str, encoding: str = "cp1252") -> str:
    """Return a text in UTF-8 as ftfy's own ``sloppy`` codecs, and programs, misread it."""
    return "".join(
        bytes([byte]).decode(encoding, errors="ignore") or chr(byte) for byte in text.encode()
    )


def found_in(path: Path, content: str) -> tuple[list[Article], list[Note]]:
    path.write_text(content, encoding="utf-8")
    notes: list[Note] = []
    return list(read([path], on_note=notes.append)), notes


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_garbled_text_is_mended(language: str, encoding: str) -> None:
    assert mended(garbled(WORDS[language], encoding)) == WORDS[language]


@pytest.mark.parametrize("language", WORDS)
def test_text_that_was_garbled_twice_is_mended(language: str) -> None:
    assert mended(garbled(garbled(WORDS[language]))) == WORDS[language]


@pytest.mark.parametrize(
    "text",
    [
        *WORDS.values(),
        "SÃO PAULO – A REAÇÃO DA POPULAÇÃO À DECISÃO",
        "İSTANBUL’DA ÂŞIKLAR ŞÖLENİ: “Âşık Veysel” anıldı",
        "Ångström™ and Ærø® – “naïve” © 2024",
        "日本語の記事「京都」は…",
        "Where a program writes “Ã©”, the é was read in the wrong encoding.",
        "x² + y³ ≤ ½ · 10⁻⁶ µm",
    ],
)
def test_ordinary_text_is_left(text: str) -> None:
    assert mended(text) == text


def test_a_line_that_is_right_stays_beside_one_that_is_garbled() -> None:
    assert mended(f"Où est-ce ?\n{garbled('Près de là.')}") == "Où est-ce ?\nPrès de là."


def test_every_field_of_a_table_is_mended_and_told(tmp_path: Path) -> None:
    table = "título;texto;fecha;autor\nEl año;La niña volvió a León.;3 février 2024;José Ruíz\n"
    [article], notes = found_in(tmp_path / "a.csv", garbled(table))
    assert (article.title, article.text) == ("El año", "La niña volvió a León.")
    assert (article.date, article.author) == ("2024-02-03", "José Ruíz")
    said = "has letters that were garbled before it was saved, as é in CafÃ©; they were mended"
    assert notes == [Note(str(tmp_path / "a.csv"), said)]


def test_escapes_in_json_are_mended(tmp_path: Path) -> None:
    """Facebook writes the bytes of UTF-8 as characters of their own."""
    rows = [{"title": "A", "text": garbled(WRITTEN, "latin-1")}, {"title": "B", "text": WRITTEN}]
    articles, notes = found_in(tmp_path / "a.json", json.dumps(rows))
    assert [article.text for article in articles] == [WRITTEN, WRITTEN]
    assert len(notes) == 1


def test_nothing_is_told_of_a_sound_file(tmp_path: Path) -> None:
    [article], notes = found_in(tmp_path / "a.txt", WRITTEN)
    assert (article.text, notes) == (WRITTEN, [])


def test_a_garbled_page_and_a_garbled_text(tmp_path: Path) -> None:
    page = f"<html><body><article><h1>Café</h1><p>{WRITTEN}</p></article></body></html>"
    [article], notes = found_in(tmp_path / "a.html", garbled(page, "latin-1"))
    assert (article.text, len(notes)) == (WRITTEN, 1)
    [article], notes = found_in(tmp_path / "a.txt", garbled(f"Café à Nîmes\n\n{WRITTEN}"))
    assert (article.title, article.text, len(notes)) == ("Café à Nîmes", WRITTEN, 1)
