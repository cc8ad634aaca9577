from collections.abc import Callable

import pytest

from rag import Article, Hit, ScoreParts
from rag.answering.evidence import (
    Overlap,
    has_kind_asked_for,
    is_of_another_year,
    weigh,
    word_weights,
)
from tests.fakes import FakeEmbedder


def _hit(article: Article, *, dense: float) -> Hit:
    return Hit(article, article.text, 0, len(article.text), 1.0, ScoreParts(dense=dense))


def test_overlap_weighs_rare_words_more() -> None:
    texts = ["storm hits harbour", "storm passes", "storm ends"]
    overlap = Overlap("storm harbour", texts)
    # ln(1 + 4/4) for "storm", in all three texts; ln(1 + 4/2) for "harbour", in one.
    assert overlap.of("harbour") == pytest.approx(1.0986 / (1.0986 + 0.6931), abs=1e-3)
    assert overlap.of("storm harbour") == pytest.approx(1.0)
    assert overlap.of("nothing") == 0.0
    assert Overlap("the of", texts).of("storm") == 0.0


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many drowned?", "Twelve drowned.", True),
        ("How many of the 40 drowned?", "All 40 drowned.", False),
        ("When did it sink?", "It sank on Friday.", True),
        ("When did it sink?", "It sank off Malta.", False),
        ("Who won in Malta?", "The vote in Malta was won by Ann Borg.", True),
        ("Who won in Malta?", "The vote in Malta was close.", False),
        ("Why did it sink?", "It sank in 1999 off Malta.", False),
    ],
)
def test_kind_of_fact_asked_for(question: str, sentence: str, expected: bool) -> None:
    assert has_kind_asked_for(question, sentence) is expected


def test_the_sentence_that_speaks_to_the_question_is_best(
    make_article: Callable[..., Article], embedder: FakeEmbedder
) -> None:
    article = make_article("The harbour was calm. The strike closed the harbour for 3 days.")
    question = "How many days did the strike close the harbour?"
    weighed = weigh(question, [_hit(article, dense=0.5)], embedder=embedder)
    assert weighed.best is not None
    assert weighed.best.quote == "The strike closed the harbour for 3 days."
    # All the question's words are there; the fake's cosine of question and sentence is 1.
    assert weighed.strength == pytest.approx(1.0 + 0.5 + 1.0)


def test_a_year_that_nothing_has_is_told(make_article: Callable[..., Article]) -> None:
    article = make_article("The election was won by Ann Borg.", date="2024-05-01")
    hits = [_hit(article, dense=0.9)]
    assert not is_of_another_year("Who won the election in 2024?", hits)
    assert is_of_another_year("Who won the election in 2030?", hits)
    assert not is_of_another_year("Who won the election?", [])


def test_no_passages_are_no_evidence(embedder: FakeEmbedder) -> None:
    weighed = weigh("Who won?", [], embedder=embedder)
    assert weighed.best is None
    assert weighed.strength == 0.0


def test_weights_by_hand():
    """Of three passages one has "storm" and all have "ferry"; "oil" is in none."""
    bags = [frozenset({"ferri", "storm"}), frozenset({"ferri"}), frozenset({"ferri"})]
    weights = word_weights("Which ferry and storm and oil?", bags)
    # Natural logarithms of 2, 3 and 5.
    assert weights == pytest.approx({"ferri": 0.6931, "storm": 1.0986, "oil": 1.6094}, abs=1e-4)


def test_a_hyphen_is_as_good_as_a_blank():
    overlap = Overlap("the fire of notre dame", ["Notre-Dame burns.", "The harbour is open."])
    assert overlap.of("A fire at Notre-Dame.") == 1.0
