"""Yes, no, or neither: what a sentence says to a question."""

from __future__ import annotations

import pytest

from rag.answering.evidence import Evidence
from rag.answering.proposal import Belief
from rag.answering.verdict import in_words, verdict
from rag.types import Article


def said(question: str, sentence: str, lead: str = "") -> str:
    return in_words(question, Evidence(1, Article("", sentence), sentence, 0, len(sentence), lead))


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Did the mayor resign?", "The mayor resigned on Monday.", "Yes"),
        ("Did the mayor resign?", "The mayor did not resign.", "No"),
        ("Was anyone on the ferry hurt?", "None of the crew of the ferry was hurt.", "No"),
        ("Didn't the mayor resign?", "The mayor did not resign.", "No"),
        ("Did the mayor not resign?", "The mayor did not resign.", "Yes"),
        ("Did the mayor resign?", "The mayor could resign on Monday.", ""),
        ("Did the mayor resign?", "The ferry sank in the harbour.", ""),
        ("Is Malta the first island to vote?", "Malta is the second island to vote.", "No"),
        ("Is Malta the first island to vote?", "Malta held the second vote.", ""),
        ("Was anyone on the ferry injured?", "None of its 25 crew, all Greeks, was hurt.", "No"),
        ("Did the mayor resign?", "Nobody knows, the clerk said, why the mayor resigned.", "Yes"),
        ("Was Ann Lee of the party held on the day?", "Held was Ann Lee, the party's head.", "Yes"),
        ("Has the record been confirmed yet?", "The record still has to be confirmed.", "No"),
        ("Did Hull win more seats than Rye?", "Hull won 12 seats.", ""),
        ("Did 12 crews strike?", "The 14 crews struck, strike leaders said.", ""),
        ("Did Borg win the vote?", "Grech won the vote.", ""),
        ("Did the mayor resign?", "The mayor resigned, but the clerk did not.", "Yes"),
    ],
)
def test_what_a_sentence_says(question: str, sentence: str, expected: str) -> None:
    assert said(question, sentence) == expected


def test_the_title_may_hold_what_the_sentence_leaves_out() -> None:
    assert said("Did the mayor of Valletta resign?", "She resigned.", "Mayor of Valletta") == "Yes"


@pytest.mark.parametrize(
    ("sentence", "yes", "no", "itself", "expected"),
    [
        ("The mayor has gone.", 2.0, -3.0, 0.0, "Yes"),
        ("The mayor has gone.", 2.0, -3.0, -1.5, ""),
        ("The mayor has gone.", -4.0, -1.0, 0.0, "No"),
        ("The mayor has gone.", -4.0, -1.0, 1.5, ""),
        ("The mayor did not resign.", 1.0, 0.5, 0.0, "No"),
        ("The mayor resigned.", 0.5, 1.0, 0.0, "Yes"),
        ("The mayor did not resign.", 2.0, -3.0, 0.0, ""),
    ],
)
def test_the_words_decide_where_the_reader_does_not_and_nothing_is_said_against_the_sentence(
    sentence: str, yes: float, no: float, itself: float, expected: str
) -> None:
    found = Evidence(1, Article("", sentence), sentence, 0, len(sentence), "")
    passages, shown = Belief(yes, no), Belief(itself, 0.0)
    said = verdict("Did the mayor resign?", found, passages=passages, sentence=shown)
    assert said == expected
