"""Questions for reasons, made from sentences and from question sets."""

from __future__ import annotations

import random

import pytest

from rag.training.reader.lessons import Lesson
from rag.training.reader.negatives import turned, without_sentence
from rag.training.reader.reasons import Vocabulary, reasons, why
from rag.training.reader.why_sets import discourse, roles, without_answer
from rag.types import Span

TEXT = (
    "It rained all week. The plant in Kiel closed because of a fire in March. Nobody was hurt. "
    "They close at six, and the plant will close again, said those who have worked in it for years."
)
START = TEXT.index("a fire")
WORDS = Vocabulary.of([f"{TEXT} the plant in the town, and the plant too, in all of the towns"] * 3)
FIRE = Lesson(
    "Why did the plant close?",
    "Kiel",
    TEXT,
    (Span(START, START + 15),),
    answers=("a fire in March",),
)


def test_a_sentence_that_tells_a_reason_becomes_a_question_for_it() -> None:
    lesson, *_ = reasons([("Kiel", TEXT)], WORDS, random.Random(0), most=5)
    assert lesson.question == "Why did the plant in Kiel close?"
    assert lesson.answers == ("a fire in March",)
    [span] = lesson.spans
    assert lesson.text[span.start : span.end] == "a fire in March"


def test_beside_it_stands_what_the_text_does_not_tell() -> None:
    found = [
        lesson
        for seed in range(12)
        for lesson in reasons([("Kiel", TEXT)], WORDS, random.Random(seed), most=5)
        if not lesson.answered
    ]
    kinds = {lesson.source: lesson for lesson in found}
    assert "Kiel closed." in kinds["reasons/left_out"].text
    assert "fire" not in kinds["reasons/left_out"].text
    assert kinds["reasons/turned"].question == "Why did the plant in Kiel open?"


@pytest.mark.parametrize(
    ("fact", "question"),
    [
        ("The match in Leeds was called off", "Why was the match in Leeds called off?"),
        ("It was called off on Monday", ""),
        ("She said the match was called off", ""),
    ],
)
def test_a_question_for_a_reason_stands_alone_or_is_not_asked(fact: str, question: str) -> None:
    assert why(fact, WORDS) == question


def test_the_reason_goes_with_what_leads_to_it() -> None:
    assert "The plant in Kiel closed." in without_answer(FIRE).text


def test_a_sentence_is_left_out_unless_the_rest_tells_the_same() -> None:
    assert "closed because" not in without_sentence(FIRE).text
    assert without_sentence(FIRE).spans == ()
    twice = Lesson(FIRE.question, "", f"{TEXT} A fire in March.", FIRE.spans, answers=FIRE.answers)
    assert without_sentence(twice) is None


def test_a_word_is_turned_into_its_opposite() -> None:
    lesson = Lesson("Why did prices rise in May?", "", "Prices rose.", (Span(0, 6),))
    assert turned(lesson, random.Random(0)).question == "Why did prices fall in May?"
    assert turned(FIRE, random.Random(0)).question == "Why did the plant open?"


def test_qa_discourse_asks_why() -> None:
    record = {
        "question": "What is the reason the plant in Kiel closed?",
        "answers": ["a fire in March"],
        "context": TEXT,
    }
    [lesson] = discourse([record], WORDS)
    assert lesson.question == "Why did the plant in Kiel close?"
    assert lesson.answers == ("a fire in March",)


def test_qa_srl_names_what_something_stands_for() -> None:
    common = {"sentence_id": "a:1:1", "context": TEXT}
    asked = [
        {**common, "question": "Why did something close?", "answers": ["a fire in March"]},
        {**common, "question": "What closed?", "answers": ["The plant in Kiel"]},
    ]
    [lesson] = roles(asked, {})
    assert lesson.question == "Why did the plant in Kiel close?"
