"""Words that explain, and the sentences beside that do."""

from __future__ import annotations

import pytest

from rag.answering.reasons import asks_for_reason, explaining, sentences_beside
from tests.fakes.spans import span_in

FERRY = (
    "The ferry was too large for the lock. The crew took the bus instead to the harbour of Rye. "
    "The harbour of Rye was shut in May. It stayed so because a crane had fallen. "
    "The mayor of Rye opened a bridge over the river."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why was the harbour shut?", True),
        ("so why did it close", True),
        ("How did the ferry sink?", False),
        ("How many ferries sank?", False),
        ("How long was it shut?", False),
        ("Who shut the harbour?", False),
    ],
)
def test_asks_for_reason(question: str, expected: bool) -> None:
    assert asks_for_reason(question) is expected


def test_a_span_with_a_cause_goes_before_a_likelier_one_without() -> None:
    shut = span_in(FERRY, "shut in May", odds=6)
    crane = span_in(FERRY, "a crane had fallen", odds=4)
    assert explaining("Why was the harbour shut in May?", [shut, crane]) == [crane, shut]


def test_a_cause_that_is_far_less_likely_stays_behind() -> None:
    shut = span_in(FERRY, "shut in May", odds=8)
    crane = span_in(FERRY, "a crane had fallen", odds=-8)
    assert explaining("Why was the harbour shut in May?", [shut, crane]) == [shut, crane]


def test_a_sentence_without_a_word_of_the_question_explains_nothing() -> None:
    assert explaining("Why did Leo Vella resign?", [span_in(FERRY, "a crane had fallen")]) == []


def test_the_sentence_before_tells_what_this_one_follows_from() -> None:
    bus = span_in(FERRY, "took the bus")
    before, after = sentences_beside("Why did the crew take the bus?", bus)
    assert before
    assert before.quote == "The ferry was too large for the lock."
    assert after is None


def test_the_sentence_after_has_the_reason_that_this_one_lacks() -> None:
    shut = span_in(FERRY, "harbour of Rye was shut in May")
    before, after = sentences_beside("Why was the harbour of Rye shut in May?", shut)
    assert before is None
    assert after
    assert after.quote == "It stayed so because a crane had fallen."


def test_a_span_that_explains_needs_no_sentence_beside() -> None:
    assert sentences_beside("Why was it shut?", span_in(FERRY, "a crane had fallen")) == (
        None,
        None,
    )


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("The court shut the firm on Monday. It said that the firm had no plan.", True),
        ("The court shut the firm on Monday. The judge spoke, saying it had no plan.", True),
        ("The court shut the firm on Monday. Its shares are worthless.", False),
        ("The court shut the firm on Monday after it failed. It said that this was due.", False),
    ],
)
def test_a_whole_sentence_that_says_again_what_was_asked_explains_nothing(
    text: str, beside: bool
) -> None:
    span = span_in(text, text.split(". ")[0])
    _, after = sentences_beside("Why did the court shut the firm?", span)
    assert (after is not None) is beside
