"""Scores of a fake reader that a reader can work out by hand."""

from __future__ import annotations

from eval.reading import Case, scores
from rag.types import Passage
from tests.fakes import FakeReader

STRIKE = Passage("Ferry strike", "The ferry strike closed the harbour for 3 days.")


def test_forced_and_own_scores_by_hand() -> None:
    cases = [
        Case("How many days did the ferry strike close the harbour?", STRIKE, ("3 days",)),
        Case("Who directed the opera Tosca in Vienna?", STRIKE, ("3",)),
        Case("Who directed the opera Tosca in Vienna?", STRIKE, ()),
        Case("How many ferry strike days closed the harbour?", STRIKE, ()),
    ]
    found = list(scores(cases, FakeReader()))
    # It says "3" each time: of "3 days" one word of two is right. The opera is refused.
    assert [round(score.forced, 3) for score in found] == [0.667, 1.0, 0.0, 0.0]
    assert [round(score.own, 3) for score in found] == [0.667, 0.0, 1.0, 0.0]
    assert [score.answerable for score in found] == [True, True, False, False]
