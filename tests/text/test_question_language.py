"""The language of a question, which is a few words long."""

from __future__ import annotations

import pytest

from rag.text.question_language import question_language


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who won the election", "en"),
        ("is la belle dame a ballad or not", "en"),
        ("biden beats trump", None),
        ("El Niño", None),
        ("final score usa v canada", None),
        ("uk v eu total ban", None),
        ("La La Land", None),
        ("Wer gewann die Wahl?", "de"),
        ("quantas pessoas morreram no incêndio", "pt"),
        ("kto wygrał wybory", "pl"),
        ("кто выиграл выборы", "ru"),
        ("什么时候发生的", "zh"),
        ("いつ起こったのですか", "ja"),
        ("", None),
    ],
)
def test_language_of_a_question(question: str, expected: str | None) -> None:
    assert question_language(question) == expected
