"""The pronoun that a text uses for a name."""

from __future__ import annotations

import pytest

from rag.text.pronouns import subject_called, used_for

TEXT = (
    "Ann Borg opened the harbour and said that she was glad. Leo Vella sold his boat. "
    "Acme moved its office to Hull. Queen Maud came too. Kim Roe spoke. He was late. "
    "Lee Dow spoke. Pat Fox said that she was late."
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann Borg", "she"),
        ("Vella", "he"),
        ("Acme", "it"),
        ("Queen Maud", "she"),
        ("Kim Roe", "he"),
        ("Lee Dow", None),
        ("Nobody", None),
        ("", None),
    ],
)
def test_used_for(name: str, expected: str | None) -> None:
    assert used_for(name, TEXT) == expected


def test_the_subject_of_a_text_is_no_pronoun() -> None:
    text = "Her son came. Her house is old. Her name is known. Leo Vella sold his boat."
    assert subject_called("she", text) is None
    assert subject_called("he", text) == "Leo Vella"


def test_it_was_says_nothing_of_whom_the_sentence_before_is_about() -> None:
    assert used_for("Ann Borg", "Ann Borg won the race. It was a hot day.") is None
    assert used_for("Wren", "The Wren sailed on. It carried coal.") == "it"
