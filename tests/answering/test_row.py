"""The cell of a row that is asked for."""

from __future__ import annotations

import pytest

from rag.answering.row import asked_cell
from rag.sources.grid import grid_lines

ROWS = [
    ["Parish", "Winner", "Party", "Votes cast", "Turnout"],
    ["Tarn", "Ivo Grant", "Labour", "1,987", "58%"],
    ["Sedge", "Mae Oduya", "Independent", "1,551", "66%"],
]
[TARN, _] = grid_lines(ROWS)


@pytest.mark.parametrize(
    ("question", "span", "said"),
    [
        ("What was the turnout in Tarn?", "Votes cast 1,987, Turnout 58%", "58%"),
        ("How many votes were cast in Tarn?", "Votes cast 1,987, Turnout 58%.", "1,987"),
        ("Which party won in Tarn?", "Winner Ivo Grant, Party Labour", "Labour"),
        # No column is named, or two are.
        ("Who won in Tarn?", "Ivo Grant, Party Labour", "Ivo Grant, Party Labour"),
        ("Votes and turnout?", "Votes cast 1,987, Turnout 58%", "Votes cast 1,987, Turnout 58%"),
        ("What was the turnout in Tarn?", "58%", "58%"),
    ],
)
def test_the_cell_is_told_without_its_neighbours(question, span, said) -> None:
    assert asked_cell(question, span, TARN) == said


def test_what_is_no_row_stays() -> None:
    span = "Prime Minister Ann Lee, Foreign Secretary Bo Hill"
    sentence = f"They sent {span}, and a bishop."
    assert asked_cell("Who is the Prime Minister?", span, sentence) == span
