"""Slips of the finger are mended by the words of the archive."""

from __future__ import annotations

import pytest

import rag


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("who directed openheimer?", "who directed Oppenheimer?"),
        ("how many contries won", "how many countries won"),
        ("how many conutries won", "how many countries won"),
        ("Who was Oppenheimer?", "Who was Oppenheimer?"),
        ("who directed openhimer?", "who directed openhimer?"),
        ("who voted in Marlta?", "who voted in Marlta?"),
        ("did (the [contries] win*", "did (the [countries] win*"),
        ("", ""),
        ("margin of the votes", "margin of the votes"),
        ("when did who warn malta", "when did the World Health Organization warn malta"),
        ("what did the minister who lost say", "what did the minister who lost say"),
    ],
)
def test_a_word_that_no_article_has_becomes_one_that_it_is_near(archive, typed, meant):
    archive.ingest(
        [
            rag.Article("Oppenheimer wins", "Nolan directed Oppenheimer. It won in Malta."),
            rag.Article(
                "Votes", "Many countries voted, and one of the countries won. Marine lost."
            ),
        ]
    )
    assert archive.spelled(typed) == meant


def test_what_a_question_was_taken_for_is_told(archive):
    archive.ingest([rag.Article("", "The storm closed 12 harbours in Malta.", id="a")])
    answer = rag.answer("how many harbuors did the storm close", archive=archive)
    assert answer.question == "how many harbours did the storm close"
    assert answer.asked == "how many harbuors did the storm close"
    assert answer.short == "12"


def test_an_empty_archive_leaves_a_question_as_it_is(archive):
    assert archive.spelled("who directed openheimer?") == "who directed openheimer?"
