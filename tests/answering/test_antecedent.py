"""Whom a pronoun of a question stands for."""

from __future__ import annotations

import pytest

from rag.answering.antecedent import with_names
from rag.answering.follow_up import source, understand
from rag.types import Article, Hit, ScoreParts, Turn

PAPER = Article(
    "Borg wins in Malta",
    "Ann Borg won the election in Malta after her rival Leo Vella lost his seat. "
    "Her Unity Party has 31 seats. The yacht Wren sailed too. It was built in 1990.",
    id="malta",
    date="2022-03-27",
)


def turn(question: str, short: str = "", answer: str = "") -> Turn:
    return Turn(question, answer or f"{short}. [1]", short)


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (turn("who won", "Ann Borg"), "how old is she", "how old is Ann Borg"),
        (
            turn("Who won?", "Ann Borg"),
            "how many seats has her party",
            "how many seats has Ann Borg’s party",
        ),
        # The article calls her "she".
        (turn("Who beat Leo Vella?", "Ann Borg"), "how old is he", "how old is Leo Vella"),
        (turn("Who won?", "Ann Borg"), "how old is he", "how old is he"),
        (turn("Which yacht sailed?", "Wren"), "who built it", "who built Wren"),
        (turn("When was Wren built?", "1990"), "who owns it", "who owns Wren"),
        (turn("When was Wren built?", "1990"), "who was its owner", "who was Wren’s owner"),
        (turn("Which club won?", "Ajax"), "who was their coach", "who was Ajax’s coach"),
        (turn("What happened?", answer="Ann Borg won in Malta."), "was it late", "was it late"),
        (
            turn("Which club won?", answer="Ajax Town won it by beating Porto."),
            "who was their coach",
            "who was Ajax Town’s coach",
        ),
        (
            turn("Which rock did NASA's probe strike?", answer="It struck Wren, a rock 9 m wide."),
            "how big is it",
            "how big is Wren",
        ),
        (
            turn("Which harbour closed?", answer="The harbour of Valletta."),
            "who owns it",
            "who owns it",
        ),
        (
            turn("Who won in Malta?", answer="Ann Borg of Malta won the election."),
            "how old is she",
            "how old is Ann Borg",
        ),
        (
            turn("Who ran?", answer="Senator Ann Borg of Malta."),
            "who beat her",
            "who beat Ann Borg",
        ),
        (
            turn("Who led the talks in Rye?", answer="A woman did."),
            "how old is she",
            "how old is Ann Borg",
        ),
        (
            turn("Which club won?", answer="Ajax won it by beating Porto 2-0."),
            "who was their coach",
            "who was their coach",
        ),
        (turn("Which club won?", "Ajax"), "what was between them", "what was between them"),
        # "It" stands for no thing here, or for one of two.
        (turn("Which yacht?", "Wren"), "was it the first", "was it the first"),
        (turn("Did Ajax beat Porto?", "Yes"), "why was it late", "why was it late"),
        (turn("Who won in 2022?", "Ann Borg"), "turnout that year", "turnout in 2022"),
        (turn("Who won?", "Ann Borg"), "turnout that year", "turnout in 2022"),
    ],
)
def test_the_name_takes_the_place_of_the_pronoun(before: Turn, question: str, expected: str):
    assert with_names(question, [before], PAPER) == expected


def test_without_the_short_answer_the_first_name_of_the_answer_is_taken() -> None:
    before = turn("Who won in Malta?", answer="Ann Borg won the election in Malta. [1]")
    assert with_names("how old is she", [before]) == "how old is Ann Borg"


def test_he_is_none_of_several_who_were_named_together() -> None:
    history = [
        turn("What did Leo Vella buy?", "the Wren"),
        turn("Which managers did he dismiss?", answer="Ann Borg, Ben Camilleri and others."),
    ]
    assert with_names("where did he live", history) == "where did Leo Vella live"


def hit(article: Article) -> Hit:
    return Hit(article, article.text, 0, len(article.text), 1.0, ScoreParts())


def test_the_article_of_an_answer_is_the_one_that_has_its_words() -> None:
    before = turn("Who won?", "Ann Borg", "Ann Borg won the election in Malta. [1]")
    assert source(before, search=lambda _: [hit(PAPER)]) is PAPER
    other = Article("Storm in Rye", "The storm sank a ferry.", id="storm")
    assert source(before, search=lambda _: [hit(other)]) is None


@pytest.mark.parametrize("answer", ["Not in the articles.", ""])
def test_a_refusal_has_no_article(answer: str) -> None:
    def never(text: str) -> list[Hit]:
        raise AssertionError(f"searched for {text!r}")

    assert source(Turn("Who won?", answer), search=never) is None


def test_a_follow_up_is_understood_with_the_name_that_fits_the_article() -> None:
    before = turn("Who beat Leo Vella?", "Ann Borg")
    meant = understand("Where does he live?", [before], search=lambda _: [], article=PAPER)
    assert meant.read == "Where does Leo Vella live?"
