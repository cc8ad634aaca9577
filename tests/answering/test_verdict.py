"""Yes, no, or neither: what a sentence says to a question."""

from __future__ import annotations

import pytest

from rag.answering.evidence import Evidence
from rag.answering.verdict import verdict
from rag.types import Article


def said(question: str, sentence: str, lead: str = "") -> str:
    return verdict(question, Evidence(1, Article("", sentence), sentence, 0, len(sentence), lead))


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
