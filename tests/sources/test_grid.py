"""Tables in texts: every cell beside the names of its row and column."""

from __future__ import annotations

import io

import docx
import pytest

from rag.sources.documents import word
from rag.sources.documents.markdown import plain_markdown
from rag.sources.dumps import split_dump
from rag.sources.grid import grid_lines, text_grid
from rag.sources.web.markup import from_markup, main_text
from rag.types import Article

ROWS = [
    ["Ward", "Winner", "Votes"],
    ["Elm", "Ada Mott", "1,310"],
    ["Oak", "Ben Ray", "902"],
]
LINES = ["Elm: Winner Ada Mott, Votes 1,310.", "Oak: Winner Ben Ray, Votes 902."]
LEAD = (
    "The turnout in both wards was higher than in any year before, the town clerk said on Friday."
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (ROWS, LINES),
        ([["", "Goals"], ["Tarn", "3"], ["Rell", "1"]], ["Tarn: Goals 3.", "Rell: Goals 1."]),
        ([["Year", "Gold"], ["2019", "4"], ["2023", "6"]],
         ["Year 2019: Gold 4.", "Year 2023: Gold 6."]),
        ([["Crop", "2023", "2024"], ["Oats", "176", "180"]], ["Oats: 2023 176, 2024 180."]),
        ([["Team", "Won"], ["Tarn", ""], ["Rell", "2"]], ["Rell: Won 2."]),
        # No table: a single column, rows of other lengths, numbers for names, a page's layout.
        ([["a"], ["b"], ["c"]], []),
        ([["a", "b"], ["c"]], []),
        ([["a", "1"], ["b", "2"], ["c", "3"]], []),
        ([["Menu", "x" * 200], ["News", "y"]], []),
        ([["Ward", "Winner"]], []),
    ],
)  # fmt: skip
def test_grid_lines(rows: list[list[str]], expected: list[str]) -> None:
    assert grid_lines(rows) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ward   Winner     Votes\nElm    Ada Mott   1,310\nOak    Ben Ray      902",
        "Ward\tWinner\tVotes\nElm\tAda Mott\t1,310\nOak\tBen Ray\t902",
        "| Ward | Winner | Votes |\n|------|:-----|---:|\n| Elm | Ada Mott | 1,310 |\n"
        "| Oak | Ben Ray | 902 |",
        "Ward | Winner | Votes\nElm | Ada Mott | 1,310\nOak | Ben Ray | 902",
    ],
)
def test_tables_in_text(text: str) -> None:
    assert text_grid(text.split("\n")) == ROWS
    [article] = split_dump(f"Who won the wards\n\n{LEAD}\n\n{text}\n\nThe count ended at three.")
    assert article.title == "Who won the wards"
    assert article.text.split("\n\n") == [LEAD, *LINES, "The count ended at three."]


@pytest.mark.parametrize(
    "lines",
    [
        ["Two lines  set apart", "are no  table"],
        ["He said:  yes", "and then left", "for the  station"],
    ],
)
def test_lines_that_are_no_table(lines: list[str]) -> None:
    assert text_grid(lines) is None


def _cells(row: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"


def test_tables_in_pages_and_fragments() -> None:
    rows = _cells(ROWS[0], "th") + "".join(_cells(row, "td") for row in ROWS[1:])
    table = f"<table><tbody>{rows}</tbody></table>"
    end = "The count ended at three, two hours later than planned, as a box had been left in a van."
    story = f"<h1>Wards</h1><p>{LEAD}</p>{table}<p>{end}</p>"
    text = main_text(f"<html><body><article>{story}</article></body></html>")
    assert text.split("\n\n")[-4:] == [LEAD, *LINES, end]
    assert "Ward |" not in text
    assert from_markup(f"<p>{LEAD}</p>{table}").split("\n\n") == [LEAD, *LINES]


def test_tables_in_markdown() -> None:
    head = "| Ward | Winner | Votes |\n|---|---|---|"
    text = f"{head}\n| Elm | Ada Mott | 1,310 |\n| Oak | Ben Ray | 902 |"
    assert plain_markdown(f"{LEAD}\n\n{text}") == f"{LEAD}\n\n" + "\n".join(LINES)


def test_tables_in_word_documents() -> None:
    document = docx.Document()
    document.add_heading("Who won the wards", 1)
    document.add_paragraph(LEAD)
    table = document.add_table(rows=0, cols=3)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    read = word.read_docx(stream.getvalue(), source="wards.docx")
    article = read if isinstance(read, Article) else next(iter(read))
    assert all(line in article.text for line in LINES)
