"""Rows in SQLite, OpenDocument workbooks, Arrow and YAML."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from pyarrow import feather

from rag.sources import read

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Note, Skipped

NAMES = ("title", "text", "date", "publisher")
ROWS = [
    ("Ropes", "The ropewalk at Lund opens on Sunday.", "2024-03-04", "Lund Post"),
    ("Herons", "The heron colony at Varn has doubled.", "2024-03-05", "Varn Mail"),
]


def found_in(path: Path) -> tuple[list[tuple[str | None, ...]], list[Skipped], list[Note]]:
    skipped: list[Skipped] = []
    notes: list[Note] = []
    articles = read([path], on_skip=skipped.append, on_note=notes.append)
    rows = [(a.title, a.text, a.date, a.publisher) for a in articles]
    return rows, skipped, notes


def write_database(path: Path, *, log: bool = False) -> None:
    with closing(sqlite3.connect(path)) as database:
        if log:
            database.execute("pragma journal_mode = wal")
        database.execute(f"create table news ({', '.join(NAMES)})")
        database.executemany("insert into news values (?, ?, ?, ?)", ROWS)
        database.execute("create table tags (id, name)")
        database.execute("create view copies as select * from news")
        database.commit()


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("name", ["a.db", "a.sqlite", "a"])
def test_tables_of_a_database(tmp_path: Path, name: str, log: bool) -> None:
    write_database(tmp_path / name, log=log)
    rows, skipped, [note] = found_in(tmp_path / name)
    assert (rows, skipped, note.text) == (ROWS, [], "has 1 tables without articles")


def test_a_database_that_is_damaged(tmp_path: Path) -> None:
    write_database(tmp_path / "a.db")
    data = (tmp_path / "a.db").read_bytes()
    (tmp_path / "a.db").write_bytes(data[:5000] + b"\xff" * 3000)
    rows, [skipped], _notes = found_in(tmp_path / "a.db")
    assert rows == []
    assert "is not a readable SQLite database" in skipped.reason


def test_sheets_of_an_opendocument_workbook(tmp_path: Path) -> None:
    book = OpenDocumentSpreadsheet()
    sheet = Table(name="News")
    for values in ((), NAMES, *ROWS):
        row = TableRow()
        for value in values:
            dated = {"valuetype": "date", "datevalue": value} if value[:2] == "20" else {}
            cell = TableCell(**dated)
            cell.addElement(P(text="4 Mar" if dated else value))
            row.addElement(cell)
        row.addElement(TableCell(numbercolumnsrepeated=16000))
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    book.save(tmp_path / "a.ods")
    assert found_in(tmp_path / "a.ods") == (ROWS, [], [])


def test_arrow_files_and_streams(tmp_path: Path) -> None:
    table = pa.table({name: [row[at] for row in ROWS] for at, name in enumerate(NAMES)})
    feather.write_feather(table, tmp_path / "a.feather")
    stream = BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "b.arrow").write_bytes(stream.getvalue())
    for name in ("a.feather", "b.arrow"):
        assert found_in(tmp_path / name) == (ROWS, [], [])
    (tmp_path / "b.arrow").write_bytes(stream.getvalue()[:100])
    assert "is not a readable Arrow file" in found_in(tmp_path / "b.arrow")[1][0].reason


def test_articles_in_yaml(tmp_path: Path) -> None:
    lines = [
        "\n  ".join(f"{name}: {value}" for name, value in zip(NAMES, row, strict=True))
        for row in ROWS
    ]
    (tmp_path / "a.yaml").write_text("".join(f"- {line}\n" for line in lines))
    (tmp_path / "b.yml").write_text("---\n".join(f"  {line}\n" for line in lines))
    for name in ("a.yaml", "b.yml"):
        assert found_in(tmp_path / name) == (ROWS, [], [])


def test_yaml_that_repeats_lists_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &a [x, x]\nb: [*a, *a]\n")
    assert "repeats a list" in found_in(tmp_path / "a.yaml")[1][0].reason


def test_drafts_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "title,text,status\nRopes,They hold.,draft\nHerons,They nest.,x\n"
    )
    rows, [skipped], _notes = found_in(tmp_path / "a.csv")
    assert ([row[0] for row in rows], skipped.reason) == (["Herons"], "row 1 is a draft")


def test_arrow_whose_cells_lie_outside_of_it_is_refused(tmp_path: Path) -> None:
    table = pa.table({"title": ["Ropes", "Nests"], "text": ["hold.", "fill."]})
    stream = BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    sound, wrong = struct.pack("<3i", 0, 5, 10), struct.pack("<3i", 0, 5, 9_000_000)
    assert sound in stream.getvalue()
    (tmp_path / "a.arrow").write_bytes(stream.getvalue().replace(sound, wrong))
    rows, [skipped], _notes = found_in(tmp_path / "a.arrow")
    assert (rows, "is not a readable Arrow file" in skipped.reason) == ([], True)
