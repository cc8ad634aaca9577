"""What two figures say together."""

from __future__ import annotations

import pytest

import rag
from rag.text.measures import Measure, measure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27", Measure(27.0, "")),
        ("four Oscars", Measure(4.0, "")),
        ("just over 67 percent", Measure(67.0, "percent")),
        ("about $2.7 billion", Measure(2.7e9, "$")),
        ("300 metres", Measure(300.0, "metres")),
        ("2 kilometres", Measure(2000.0, "metres")),
        ("2:01:09", Measure(7269.0, "seconds")),
        ("2 hours, 1 minute and 9 seconds", Measure(7269.0, "seconds")),
        ("2 hours and 35 seconds", Measure(7235.0, "seconds")),
        ("between 10 and 20 cranes", None),
        ("the harbour", None),
    ],
)
def test_measures(text, expected):
    assert measure(text) == expected


TRAM = "The tram in Hull carried 4100 passengers in May."
BUS = "The bus in Rye carried 3200 passengers in May."


def told(archive: rag.Archive, question: str, *texts: str) -> rag.Answer:
    archive.ingest([rag.Article("", text, date="2024-06-01") for text in texts])
    return rag.answer(question, archive=archive, stance="lenient")


def test_the_thing_with_more_is_named_with_both_figures(archive):
    asked = "Which vehicle carried more passengers, the bus in Rye or the tram in Hull?"
    answer = told(archive, asked, TRAM, BUS)
    assert answer.short == "The tram in Hull"
    *_, last = answer.text.splitlines()
    by_quote = {item.quote: item.number for item in answer.citations}
    assert last == f"The tram in Hull: 4100 against 3200. [{by_quote[TRAM]}] [{by_quote[BUS]}]"


def test_the_thing_with_less_is_named(archive):
    asked = "Which vehicle carried fewer passengers, the bus in Rye or the tram in Hull?"
    assert told(archive, asked, TRAM, BUS).short == "The bus in Rye"


def test_a_part_without_an_answer_is_said_to_have_none(archive):
    asked = "Which vehicle carried more passengers, the ship of Wick or the tram in Hull?"
    answer = told(archive, asked, TRAM)
    assert answer.short == "4100"
    assert answer.text.splitlines()[-1] == (
        "Not in the articles. How many passengers were carried by the ship of Wick?"
    )


def test_a_figure_that_both_parts_found_is_left_to_the_one_it_names(archive):
    asked = "Which vehicle carried more passengers, the boat in Rye or the tram in Hull?"
    answer = told(archive, asked, TRAM)
    assert answer.text.splitlines()[1:] == [
        "Not in the articles. How many passengers were carried by the boat in Rye?"
    ]
