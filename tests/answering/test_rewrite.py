import pytest

from rag import Turn
from rag.answering.rewrite import is_faithful, refers_back, rewrite, standalone
from tests.fakes import FakeGenerator

HISTORY = [Turn("Who won the election in Malta?", "Ann Borg. [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "When did she win?",
        "And in 2021?",
        "Why?",
        "What is it?",
        "What about Reform UK?",
        "Who came second?",
        "How wide is that?",
        "Which probe is to go there?",
        "How much did Microsoft put into it?",
    ],
)
def test_a_question_that_refers_back_gets_the_one_before(question: str) -> None:
    assert standalone(question, HISTORY) == f"Who won the election in Malta? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "Who lost the football final in Spain?",
        "How old was Joe Biden when he won?",
        "Did Putin meet his ministers?",
        "Which firm owns the ship that blocked the Suez Canal?",
        "Were there any people on Artemis I?",
        "who won the football final in spain",
    ],
)
def test_a_question_of_its_own_stays(question: str) -> None:
    generator = FakeGenerator("unused")
    assert not refers_back(question)
    assert standalone(question, HISTORY, generator=generator) == question
    assert not generator.asked


def test_without_history_nothing_changes() -> None:
    generator = FakeGenerator("unused")
    assert standalone("And she?", [], generator=generator) == "And she?"
    assert not generator.asked


def test_the_generator_rewrites_from_the_last_three_turns() -> None:
    turns = [Turn(f"Who won race {number}?", "Bo.") for number in range(1, 6)]
    generator = FakeGenerator(" How old is Bo? ")
    assert standalone("How old is she?", turns, generator=generator) == "How old is Bo?"
    [messages] = generator.asked
    shown = [number for number in range(1, 6) if f"race {number}" in messages[-1].content]
    assert shown == [3, 4, 5]


def test_a_rewrite_that_fails_its_check_is_not_used() -> None:
    generator = FakeGenerator("When did Bob win?")
    assert rewrite("When did she win?", HISTORY, generator=generator) is None
    asked = standalone("When did she win?", HISTORY, generator=generator)
    assert asked == "Who won the election in Malta? When did she win?"


def test_a_question_that_the_generator_leaves_as_it_is_stands_alone() -> None:
    question = "What is the best recipe for onion soup?"
    asked = standalone(question, HISTORY, generator=FakeGenerator(question))
    assert asked == question


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("When did she win?", "When did Ann Borg win the election in Malta?"),
        ("And in 2021?", "Who won the election in Malta in 2021?"),
        ("What about Gozo?", "Who won the election in Gozo?"),
        ("Why?", "Why has Ann Borg won?"),
        ("Why didn't she win?", "Why didn't Ann Borg win?"),
        ("What share of votes did she win?", "What share of Malta's votes did Ann Borg win?"),
        # It names nobody, but leaves nothing out.
        ("What is the best soup recipe?", "What is the best soup recipe?"),
    ],
)
def test_a_faithful_rewrite_passes(question: str, rewritten: str) -> None:
    assert is_faithful(rewritten, question=question, history=HISTORY)


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        pytest.param("When did she win?", "", id="nothing"),
        pytest.param("When did she win?", "Ann Borg won in Malta.", id="no question"),
        pytest.param("When did she win?", "When did Ann Borg win? Who lost?", id="two"),
        pytest.param("When did she win?", "When did she win?", id="unchanged"),
        pytest.param("How many seats?", "How many seats?", id="short and unchanged"),
        pytest.param("When did she win?", "When did she win in Malta?", id="pronoun"),
        pytest.param("When did she win?", "When did Ann Borg lose in Malta?", id="verb"),
        pytest.param("When did she win?", "Where did Ann Borg win?", id="question word"),
        pytest.param("When did she win?", "When did Bob Borg win?", id="name"),
        pytest.param("And in 2021?", "Who won the election in Malta in 2022?", id="number"),
        pytest.param("Why didn't she win?", "Why did Ann Borg win?", id="denial lost"),
        pytest.param("Why did she win?", "Why did Ann Borg not win?", id="denial added"),
        pytest.param("How many seats did she win?", "How did Ann Borg win seats?", id="many"),
    ],
)
def test_a_rewrite_that_changes_the_question_fails(question: str, rewritten: str) -> None:
    assert not is_faithful(rewritten, question=question, history=HISTORY)
