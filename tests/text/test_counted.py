from __future__ import annotations

import pytest

from rag.text.counted import asked_to_count, counted
from rag.text.quantities import outcomes
from rag.text.sentences import stem


def stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split())) | outcomes(text)


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("how many assists did Borg have", "assists"),
        ("How many more seats are there?", "seats"),
        ("how many federal workers in Malta resigned", "federal workers"),
        ("who won", ""),
    ],
)
def test_a_question_says_what_is_to_be_counted(question: str, thing: str) -> None:
    assert asked_to_count(question) == stems(thing)


@pytest.mark.parametrize(
    ("text", "span", "thing"),
    [
        ("Borg scored 16 points, and had 4 assists.", "16 points", "points and had 4"),
        ("More than two million people fled.", "two million", "people fled"),
        ("Almost all of the 200 known proteins", "Almost all of the 200", "known proteins"),
        ("The ferry has 63. The tram has more.", "63", ""),
        ("It gained one million users since then.", "one million", "users since then people"),
    ],
)
def test_a_number_counts_what_follows_it(text: str, span: str, thing: str) -> None:
    start = text.index(span)
    assert counted(text, start, start + len(span)) == stems(thing)


def test_deaths_are_people_who_died() -> None:
    text = "He said that 4,291 people had died."
    start = text.index("4,291")
    asked = asked_to_count("How many deaths were there?")
    assert asked & counted(text, start, start + 5) == {"die"}
