from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from rag import Article, Hit, ScoreParts
from rag.answering.evidence import Evidence, collect
from rag.answering.support import BIAS, WEIGHTS, Support, best_support, support
from rag.settings import AnswerSettings

QUOTE = "The ferry Aurora sank off Malta on Friday, and 12 of its 40 passengers drowned."
QUESTION = "What happened to the ferry?"
LEAST = AnswerSettings().least_support


def judged(claim: str, quote: str = QUOTE, *, lead: str = "", question: str = QUESTION) -> Support:
    article = Article(title="", text=quote)
    return support(question, claim, Evidence(1, article, quote, 0, len(quote), lead, meaning=0.5))


@pytest.mark.parametrize(
    "claim",
    [
        QUOTE,
        "The ferry Aurora sank on Friday.",
        "12 of the 40 passengers drowned.",
        "Twelve passengers drowned off Malta.",
        "The Aurora's passengers drowned.",
        "Twelve",
        "Malta",
    ],
)
def test_a_claim_the_quote_makes_is_supported(claim: str) -> None:
    assert judged(claim).score >= LEAST


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("The ferry Aurora sank off Malta on Friday, and 14 drowned.", "another number"),
        ("The ferry Borealis sank off Malta on Friday.", "another name"),
        ("The ferry Aurora sank off Cyprus on Friday.", "another place"),
        ("The ferry Aurora did not sink off Malta on Friday.", "denied"),
        ("[1]", "nothing said"),
        ("", "nothing said"),
        ("It was.", "nothing said"),
    ],
)
def test_what_is_wrong_is_vetoed(claim: str, why: str) -> None:
    assert judged(claim).vetoed, why
    assert judged(claim).score == 0.0


def test_other_words_score_low() -> None:
    found = judged("The ferry was sold to a bank last spring.")
    assert not found.vetoed
    assert found.score < LEAST


def test_the_score_is_what_logistic_regression_makes_of_the_parts() -> None:
    # "passengers", "drowned" and "quickly" are the claim's own; the last one is nowhere.
    found = judged("The ferry passengers drowned quickly.", question="What of the ferry?")
    assert found.coverage == pytest.approx(2 / 3)
    assert found.context == pytest.approx(3 / 4)
    assert found.score == pytest.approx(expit(np.dot(WEIGHTS, [2 / 3, 3 / 4, 0.5]) + BIAS))


def test_names_may_stand_before_the_quote_but_numbers_may_not() -> None:
    quote = "He arrived in the capital on Thursday."
    lead = "Haftar visits Moscow 31 May 2019 General Haftar was received with honours."
    assert not judged("Haftar arrived in the capital on Thursday.", quote, lead=lead).vetoed
    assert not judged("In 2019 Haftar arrived in the capital on Thursday.", quote, lead=lead).vetoed
    assert judged("Haftar arrived in the capital on 31 May.", quote, lead=lead).vetoed


@pytest.mark.parametrize(
    ("question", "claim", "right"),
    [
        ("Did the ferry Aurora sink off Malta?", "Yes", True),
        ("Did the ferry Aurora sink off Malta?", "No", False),
        ("Did the ferry Borealis sink off Malta?", "Yes", False),
        ("Did the ferry Aurora not sink?", "No.", True),
    ],
)
def test_yes_and_no_say_what_the_question_says(question: str, claim: str, right: bool) -> None:
    assert judged(claim, question=question).vetoed is not right


def _evidence() -> list[Evidence]:
    article = Article(title="Ferry", text=f"Calm seas were forecast. {QUOTE}", id="a")
    other = Article(title="Oil", text="Oil prices rose by 3 percent.", id="b")
    parts = ScoreParts()
    return collect(
        [
            Hit(article, article.text, 0, len(article.text), 1.0, parts),
            Hit(other, other.text, 0, len(other.text), 0.5, parts),
        ]
    )


def test_collect_keeps_offsets_into_the_article() -> None:
    found = _evidence()
    assert [(item.passage, item.quote) for item in found] == [
        (1, "Calm seas were forecast."),
        (1, QUOTE),
        (2, "Oil prices rose by 3 percent."),
    ]
    assert all(item.article.text[item.start : item.end] == item.quote for item in found)
    assert found[1].lead == "Ferry Calm seas were forecast."


def test_a_wrong_mark_is_mended_and_an_unsupported_claim_is_not() -> None:
    question = "What happened to the ferry?"
    evidence = [replace(item, meaning=0.5) for item in _evidence()]
    found = best_support(question, "The ferry Aurora sank on Friday.", [2], evidence, least=0.5)
    assert found is not None
    assert found.evidence.quote == QUOTE
    wrong = "The ferry Aurora was raised on Sunday."
    assert best_support(question, wrong, [1], evidence, least=0.5) is None
