"""The table of the forms in which follow-up questions are searched for."""

from __future__ import annotations

import pytest

from eval.followups import forms, rank, rewrite_all
from eval.metrics import interval
from eval.questions import Question
from rag import Archive, Article, Turn
from tests.fakes import FakeGenerator

HISTORY = (Turn("Who won the election in Malta?", "Ann Borg."),)
WON = Question(
    id="won",
    question="When did she win?",
    history=HISTORY,
    standalone="When did Ann Borg win the election?",
)
ALONE = Question(id="alone", question="Who lost the final in Spain?", history=HISTORY)


def test_only_turns_that_refer_back_are_rewritten() -> None:
    generator = FakeGenerator("When did Ann Borg win?")
    rewrites = rewrite_all([WON, ALONE], generator)
    assert rewrites.passed == {"won": "When did Ann Borg win?"}
    assert (rewrites.tried, len(rewrites.seconds)) == (1, 1)
    assert rewrite_all([WON], FakeGenerator("Who?")).passed == {}


def test_forms_of_a_turn_that_refers_back_and_of_one_that_does_not(archive: Archive) -> None:
    made = forms([WON, ALONE], {"won": "When did Ann Borg win?"}, archive=archive)
    before = HISTORY[0].question
    assert [texts[0] for texts in made.values()] == [
        "When did she win?",
        f"{before} When did she win?",
        "When did Ann Borg win? (won the election in Malta)",
        "When did Ann Borg win?",
        f"{before} When did Ann Borg win?",
        "When did Ann Borg win the election?",
    ]
    assert {texts[1] for texts in made.values()} == {ALONE.question}


def test_articles_are_ranked_once_each_by_their_gold_name(archive: Archive) -> None:
    archive.ingest(
        [
            Article(id="a", title="Storm", text="The storm and the flood."),
            Article(id="b", title="Vote", text="The election and the vote.", source="/x/vote.md"),
        ]
    )
    assert rank(archive, "Who won the election vote?", ["vote"]) == ["vote", "a"]


def test_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    mean, low, high = interval([0, 1] * 50)
    assert mean == 0.5
    # Two standard errors of a share of one half among 100 are 0.1.
    assert (low, high) == pytest.approx((0.4, 0.6), abs=0.02)
    assert interval([0, 1] * 50) == (mean, low, high)
    assert interval([1, 1]) == (1, 1, 1)
