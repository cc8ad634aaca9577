"""How a figure changed."""

from __future__ import annotations

import pytest

import rag
from rag.answering.over_time import value_asked


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How did the death toll change?", "What was the death toll?"),
        ("how has inflation in Malta changed over time", "What was inflation in Malta?"),
        ("How did the price of bread rise in 2021?", "What was the price of bread in 2021?"),
        ("the death toll of the flood over time", "What was the death toll of the flood?"),
        ("How did the storm begin?", None),
        ("How did she change?", None),
        ("", None),
    ],
)
def test_the_value_that_changed_is_asked_for(question, expected):
    assert value_asked(question) == expected


def flood(id, date, text):  # noqa: A002
    return rag.Article(id=id, title="Flood in Hull", date=date, text=text)


def test_the_values_are_told_in_order_of_their_dates(archive):
    archive.ingest(
        [
            flood("b", "2024-05-03", "The death toll of the flood in Hull stood at 31 on Friday."),
            flood("a", "2024-05-01", "The death toll of the flood in Hull stood at 12 at noon."),
        ]
    )
    asked = "How did the death toll of the flood in Hull change?"
    answer = rag.answer(asked, archive=archive, stance="lenient")
    assert answer.text == "1 May 2024: 12 [1]\n3 May 2024: 31 [2]"
    assert answer.short == "12 (1 May 2024); 31 (3 May 2024)"
    assert [item.article.id for item in answer.citations] == ["a", "b"]


def test_one_value_is_no_change(archive):
    archive.ingest([flood("a", "2024-05-01", "The death toll of the flood stood at 12 at noon.")])
    answer = rag.answer("How did the death toll of the flood change?", archive=archive)
    assert len(answer.text.splitlines()) == 1
