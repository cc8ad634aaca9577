"""The items of a list, of one sentence or of several."""

from __future__ import annotations

import pytest

from rag.answering import fact
from rag.answering.draft import Draft
from rag.answering.lists import asks_for_several, items
from rag.settings import AnswerSettings
from tests.fakes.spans import span_in

TOUR = (
    "Mali is one of five countries on the tour. The others are Chad and Niger. "
    "The minister likes Rye. The ferry also went to Hull. She sold seven boats."
)


@pytest.mark.parametrize(
    "question",
    [
        "Which five countries joined?",
        "which managers did the club dismiss",
        "In which years did Rye win the cup?",
        "Name the prizes that the film won.",
        "which parties won seats in 2024",
        "Which objects do the pictures show?",
        "who won the men's and the women's race",
    ],
)
def test_several_are_asked_for(question: str) -> None:
    assert asks_for_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which country won?",
        "What does the law say?",
        "what was in the box",
        "Which news agency told of it?",
        "Who won the race?",
        "What is the name of the ship?",
    ],
)
def test_one_is_asked_for(question: str) -> None:
    assert not asks_for_several(question)


def spans(*found: tuple[str, float]) -> list[str]:
    ranked = [span_in(TOUR, words, odds=odds) for words, odds in found]
    able = [item for item in ranked if item.probability >= 0.2]
    return [item.span for item in items(ranked, able, least=0.2)]


def test_a_sentence_that_goes_on_with_the_list_has_an_item_too() -> None:
    assert spans(("Mali", 6.0), ("Chad and Niger", -8.0), ("Rye", -8.0)) == [
        "Mali",
        "Chad and Niger",
    ]


def test_a_count_is_no_item_where_one_is_told() -> None:
    assert spans(("seven", 6.0), ("Mali", 5.0)) == ["Mali"]
    assert spans(("seven", 6.0)) == ["seven"]


def test_an_item_of_the_same_article_needs_less_where_also_is_said() -> None:
    assert spans(("Mali", 6.0), ("Rye", 1.0), ("Hull", 1.0)) == ["Mali", "Hull"]


def test_without_any_span_there_are_no_items() -> None:
    assert items([], [], least=0.2) == []


GUESTS = "The guests were Ann Borg, Leo Grech and Prince Ole. The Queen did not come."


def test_the_list_that_an_item_stands_in_is_told_whole_and_who_stayed_away_is_not() -> None:
    ranked = [span_in(GUESTS, "Leo Grech", odds=6.0), span_in(GUESTS, "The Queen", odds=5.0)]
    found = [item.span for item in items(ranked, ranked, least=0.2)]
    assert found == ["Ann Borg, Leo Grech and Prince Ole"]


@pytest.mark.parametrize(
    ("between", "told"),
    [(" ", "Borg won three prizes. [1] They were for the music, the light and the sound. [2]"),
     ("\n\n", "Borg won three prizes. [1]")],
)  # fmt: skip
def test_a_count_alone_is_followed_by_the_sentence_after_it(between: str, told: str) -> None:
    text = f"Borg won three prizes.{between}They were for the music, the light and the sound."
    question = "Which prizes did Borg win?"
    found = [span_in(text, "three")]
    draft = Draft(question, AnswerSettings(), dated=False)
    assert "".join(fact.state(question, found, draft, verdict="")) == told
    assert draft.short == "three"
