"""Feedback is kept, and becomes questions."""

from __future__ import annotations

import dataclasses
import json

import pytest

from eval.questions import Question, load_questions
from rag.errors import SourceError
from rag.store.shared.database import Shared
from rag.types import Answer, Article, Citation, Turn
from ui import feedback

QUOTE = "The bridge will cost 12 million euros."
BRIDGE = Article(title="Bridge", text=QUOTE, id="bridge")
ANSWER = Answer(
    question="What will the bridge cost?",
    text="As of 1 May 2024: 12 million euros [1]",
    abstained=False,
    citations=(Citation(1, BRIDGE, QUOTE, 0, len(QUOTE)),),
    asked="What will it cost?",
)
REFUSED = Answer("Who won?", "Not in the articles.", True, asked="Who won?")
HISTORY = (Turn("Is there a bridge?", "Yes [1]"),)


def given(message="c-1", answer=ANSWER, **options):
    return feedback.judged(message, answer, history=HISTORY, **{"liked": True, **options})


def questions(folder, shared):
    path, left_out = feedback.write_questions(folder, shared)
    return load_questions(path), left_out


def test_feedback_comes_back_as_it_was_kept(tmp_path, shared):
    assert feedback.read(shared) == []
    kept = given(note=" fine ", right_answer="x")
    feedback.save(kept, shared)
    assert feedback.read(shared) == [kept]
    assert (kept.note, kept.articles, kept.quotes) == ("fine", ("bridge",), (QUOTE,))


def test_a_later_judgement_replaces_the_earlier(tmp_path, shared):
    feedback.save(given(), shared)
    feedback.save(given(liked=False), shared)
    feedback.save(given("c-2"), shared)
    assert [item.liked for item in feedback.read(shared)] == [False, True]


def test_a_liked_answer_is_the_accepted_one(tmp_path, shared):
    feedback.save(given(), shared)
    assert questions(tmp_path, shared) == (
        [
            Question(
                id="c-1",
                question="What will it cost?",
                kind="feedback",
                answers=("12 million euros",),
                gold_articles=("bridge",),
                gold_sentences=(QUOTE,),
                history=HISTORY,
            )
        ],
        0,
    )


def test_a_wrong_answer_needs_the_right_one(tmp_path, shared):
    feedback.save(given(liked=False), shared)
    feedback.save(given("c-2", liked=False, right_answer="13 million"), shared)
    feedback.save(given("c-3", liked=False, right_answer="None."), shared)
    feedback.save(given("c-4", REFUSED), shared)
    feedback.save(given("c-5", REFUSED, liked=False, right_answer="Ann"), shared)
    found, left_out = questions(tmp_path, shared)
    assert [(q.id, q.answers, q.gold_articles) for q in found] == [
        ("c-2", ("13 million",), ()),
        ("c-3", (), ()),
        ("c-4", (), ()),
        ("c-5", ("Ann",), ()),
    ]
    assert left_out == 1


def test_nothing_to_ask_is_said(tmp_path, shared):
    with pytest.raises(SourceError, match="no feedback that makes a question"):
        feedback.write_questions(tmp_path, shared)


@pytest.mark.parametrize("line", ["3", "{}", json.dumps({"history": []}), '{"message": "c-'])
def test_a_damaged_line_of_before_is_left_out_and_blocks_no_other(tmp_path, database, caplog, line):
    given_then = [given(message=f"c-{n}") for n in (1, 2)]
    first, second = map(record, given_then)
    (tmp_path / "feedback.jsonl").write_text(f"{first}\n{line}\n{second}")
    assert feedback.read(Shared.of_archive(tmp_path, url=database)) == given_then
    assert "line 2 is left out" in caplog.text
    assert not (tmp_path / "feedback.jsonl").exists()
    assert len(feedback.read(Shared.of_archive(tmp_path, url=database))) == 2


def record(item):
    return json.dumps(dataclasses.asdict(item) | {"history": [t._asdict() for t in item.history]})


def test_what_no_database_takes_for_text_is_kept(shared):
    kept = given(note="a \0 and \udc80 half", user="ann")
    feedback.save(kept, shared)
    assert feedback.read(shared) == [kept]
