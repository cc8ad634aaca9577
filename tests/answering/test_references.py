"""Which questions point to what was said before them."""

from __future__ import annotations

import pytest

from rag.answering.references import leaves_out, names_somebody


@pytest.mark.parametrize(
    "question",
    [
        "When did she win?",
        "And in 2021?",
        "Why?",
        "What is it?",
        "What about Reform UK?",
        "How wide is that?",
        "Which probe is to go there?",
        "How much did Microsoft put into it?",
    ],
)
def test_a_question_that_leaves_something_out(question: str) -> None:
    assert leaves_out(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who lost the football final in Spain?",
        "How old was Joe Biden when he won?",
        "Did Putin meet his ministers?",
        "Which firm owns the ship that blocked the Suez Canal?",
        "Were there any people on Artemis I?",
    ],
)
def test_a_question_of_its_own(question: str) -> None:
    assert not leaves_out(question)
    assert names_somebody(question)


def test_small_letters_name_nobody() -> None:
    assert not names_somebody("who won the football final in spain")
