"""What a question takes for granted, and what its asker put around it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answering.proposal import Belief, beliefs, denies, heard, polar, presupposed, together
from rag.reading import Asked, Candidate, Reading
from rag.types import Passage
from tests.fakes import FakeReader


@pytest.mark.parametrize(
    ("question", "taken"),
    [
        ("Why did Macron lose to Le Pen?", "Did Macron lose to Le Pen"),
        ("when was the bridge closed", "Was the bridge closed"),
        ("So how has the firm paid its debts?", "Has the firm paid its debts"),
        ("Who won the election?", ""),
        ("How many votes did Borg get?", ""),
        ("why", ""),
    ],
)
def test_what_is_taken_for_granted_is_asked(question: str, taken: str) -> None:
    assert presupposed(question) == taken


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("Did the mayor resign?", "Did the mayor resign"),
        ("best picture for Oppenheimer, yes or no?", "Best picture for Oppenheimer"),
        ("we wonder who set the fire, was it arson?", "Was it arson"),
        ("the mayor resigned, right?", "The mayor resigned"),
    ],
)
def test_a_question_of_yes_or_no_is_asked_without_what_is_around_it(
    question: str, core: str
) -> None:
    assert polar(question) == core


class Believing(FakeReader):
    """Bears out "No" in a passage that has "not", and "Yes" in others."""

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        return [
            [self._of(item.question.endswith("? No."), p.text) for p in item.passages]
            for item in asked
        ]

    def _of(self, denied: bool, text: str) -> Reading:
        return Reading((), 4.0 if denied == ("not" in text) else -4.0)


def test_the_passage_that_bears_one_out_most_counts() -> None:
    passages = [Passage("", "It sank."), Passage("", "It did not sink.")]
    each = beliefs("Did it sink", passages, reader=Believing())
    assert [item.balance for item in each] == [8.0, -8.0]
    assert together(each) == Belief(4.0, 4.0)


def test_a_passage_answers_a_question_of_yes_or_no_by_either() -> None:
    reading = Reading((Candidate(0, 2, -9.0), Candidate(3, 5, -11.0)), -8.0)
    raised = heard(reading, Belief(-6.0, 1.0))
    assert [item.odds for item in raised.candidates] == [0.0, -2.0]
    assert heard(reading, Belief(-9.0, -10.0)) == reading


def test_a_sentence_denies_what_a_question_takes_for_granted() -> None:
    denied, told = Passage("", "The ship did not sink."), Passage("", "The ship sank in fog.")
    reader = Believing()
    assert denies("Why did the ship sink?", denied, [denied], reader=reader)
    assert not denies("Why did the ship sink?", told, [told], reader=reader)
    assert not denies("Who sank the ship?", denied, [denied], reader=reader)


def test_what_another_passage_bears_out_is_not_denied() -> None:
    denied, told = Passage("", "The ship did not sink."), Passage("", "The ship sank in fog.")
    assert not denies("Why did the ship sink?", denied, [denied, told], reader=Believing())


def test_a_denial_answers_a_question_that_denies() -> None:
    denied = Passage("", "The ship did not sink, being of wood.")
    assert not denies("Why didn't the ship sink?", denied, [denied], reader=Believing())


def test_a_sentence_denies_nothing_of_whom_it_does_not_name() -> None:
    other = Passage("A storm", "The ferry did not sink.")
    named = Passage("A tanker", "It did not sink.")
    assert not denies("Why did the tanker sink?", other, [other], reader=Believing())
    assert denies("Why did the tanker sink?", named, [named], reader=Believing())
