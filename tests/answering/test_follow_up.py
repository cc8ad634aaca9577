"""What a question means after those before it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answering.follow_up import Meaning, Reference, complete, reference, understand
from rag.types import Article, Hit, ScoreParts, Turn

WON = [Turn("Who won the election in Malta in 2022?", "Ann Borg. [1]")]


def hit(title: str, text: str) -> Hit:
    return Hit(Article(title, text, id=title), text, 0, len(text), 1.0, ScoreParts())


VOTE = hit("Malta votes", "Ann Borg won the election in Malta; 12 people observed it.")
STORM = hit("Storm in Rye", "The storm killed people and sank the ferry of the harbour company.")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did she win?", Reference.BOUND),
        ("and in 2021", Reference.BOUND),
        ("What about Reform UK?", Reference.BOUND),
        ("How many did Spain win?", Reference.BOUND),
        ("What was the play?", Reference.BOUND),
        ("Why?", Reference.BOUND),
        ("who is vikram", Reference.OPEN),
        ("How many people died?", Reference.OPEN),
        ("how many votes were cast when they opened", Reference.OPEN),
        ("Who lost the football final in Spain?", Reference.NONE),
        ("How old was Joe Biden when he won?", Reference.NONE),
    ],
)
def test_reference(question: str, expected: Reference) -> None:
    assert reference(question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("And in 2017?", "Who won the election in Malta in 2017?"),
        ("what about Gozo?", "Who won the election in Gozo in 2022?"),
        ("When?", "When? (won the election in Malta in 2022, Ann Borg)"),
        ("How old is she?", "How old is Ann Borg? (won the election in Malta in 2022)"),
        ("Where was her party?", "Where was Ann Borg’s party? (won the election in Malta in 2022)"),
        ("who came second", "who came second? (won the election in Malta in 2022, Ann Borg)"),
    ],
)
def test_completed_in_the_words_of_the_conversation(question: str, expected: str) -> None:
    assert complete(question, WON).searched == expected


def test_a_question_word_alone_takes_the_place_of_another() -> None:
    history = [Turn("When did the Queen of Tonga die?", "On 3 May.")]
    assert complete("Where?", history).read == "Where did the Queen of Tonga die?"


def test_how_many_is_of_what_was_counted_before() -> None:
    history = [Turn("How many gold medals did Malta win in Rye?", "12.")]
    assert complete("How many did Gozo win?", history).read == "How many gold medals did Gozo win?"
    assert complete("How many were there?", WON).read == "How many were there?"


def test_the_talk_is_about_a_question_in_the_form_that_it_was_completed_to() -> None:
    history = [*WON, Turn("And in 2017?", "Leo Vella. [1]"), Turn("How?", "By 12 votes. [1]")]
    assert "election in Malta in 2017" in complete("Was it close?", history).searched


def test_he_is_the_one_told_to_a_clipped_question() -> None:
    history = [*WON, Turn("And in 2017?", "Leo Vella. [1]")]
    assert complete("How old was he?", history).read == "How old was Leo Vella?"


def test_the_subject_is_kept_over_several_turns() -> None:
    history = [*WON, Turn("How old is she?", "She is 50. [1]")]
    meant = complete("Where was she born?", history)
    assert meant.searched == (
        "Where was Ann Borg born? (won the election in Malta in 2022, old is she)"
    )
    assert meant.read == "Where was Ann Borg born?"


@pytest.mark.parametrize("question", ["And the turnout?", "Why?", "in Gozo and Malta?"])
def test_what_asks_nothing_by_itself_is_read_with_the_conversation(question: str) -> None:
    meant = complete(question, WON)
    assert meant.read == meant.searched != question


def test_without_a_conversation_nothing_is_added() -> None:
    assert complete("And in 2017?", []).searched == "And in 2017?"
    assert understand("And in 2017?", [], search=never).read == "And in 2017?"


def never(text: str) -> Sequence[Hit]:
    raise AssertionError(f"searched for {text!r}")


def test_a_question_that_names_somebody_is_not_searched_for_twice() -> None:
    asked = "Who lost the football final in Spain?"
    assert understand(asked, WON, search=never).searched == asked


def test_a_question_that_points_back_is_always_completed() -> None:
    assert understand("How old is she?", WON, search=never).read == "How old is Ann Borg?"


def test_a_question_that_names_nobody_is_searched_for_in_both_forms() -> None:
    asked = "how many people were observing"
    meant = understand(asked, WON, search=lambda _: [VOTE])
    assert meant.searched.endswith("(won the election in Malta in 2022, Ann Borg)")
    assert meant.read == meant.beside == asked


@pytest.mark.parametrize(
    "typed", ["And how bad was the storm in Rye?", "and how bad was the storm in rye"]
)
def test_and_before_a_question_with_a_name_is_left_out(typed: str) -> None:
    meant = understand(typed, WON, search=lambda _: [STORM])
    assert meant.read == meant.beside == typed[4:]
    assert meant.searched.endswith("(won the election in Malta in 2022, Ann Borg)")


def test_and_before_a_question_without_a_name_goes_on() -> None:
    meant = understand("And who lost the election?", WON, search=lambda _: [VOTE])
    assert meant.beside == ""


def test_a_name_in_small_letters_is_told_by_the_passages() -> None:
    asked = "how bad was the storm in rye"
    assert understand(asked, WON, search=lambda _: [STORM]) == Meaning(asked, asked)
    # One that was spoken of before changes no topic.
    talk = [*WON, Turn("Where was the storm?", "In Rye.")]
    assert understand(asked, talk, search=lambda _: [STORM]).beside == asked


def test_many_words_of_its_own_may_make_a_question_that_seems_to_point_back_stand_alone() -> None:
    asked = "which harbour company lost their ferry"
    assert reference(asked) is Reference.BOUND
    meant = understand(asked, WON, search=lambda text: [STORM if text == asked else VOTE])
    assert meant.read == meant.beside == asked
