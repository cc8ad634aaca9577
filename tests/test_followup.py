import pytest

from rag import Turn
from rag.followup import standalone

HISTORY = [Turn("Who won the election in Malta?", "Ann Borg. [1]")]


@pytest.mark.parametrize("question", ["When did she win?", "And in 2021?", "Why?", "What is it?"])
def test_a_question_that_refers_back_gets_the_one_before(question: str) -> None:
    assert standalone(question, HISTORY) == f"Who won the election in Malta? {question}"


def test_a_question_of_its_own_stays() -> None:
    question = "Who lost the football final in Spain?"
    assert standalone(question, HISTORY) == question


def test_without_history_nothing_changes() -> None:
    assert standalone("And she?", []) == "And she?"
