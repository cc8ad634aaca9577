"""Yes, no, or neither: what a sentence says to a question."""

from __future__ import annotations

import pytest

from rag.answering.evidence import Evidence
from rag.answering.proposal import Belief
from rag.answering.verdict import in_words, plainest, verdict
from rag.types import Article
from tests.fakes.spans import span_in


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
        ("Is Borg still on the board?", "Borg left its board in 2018.", "No"),
        ("Is the storm still over Malta?", "The storm left 20 dead and crossed Sicily.", ""),
        ("Did Hull win more seats than Rye?", "Hull won 12 seats.", ""),
        ("Did 12 crews strike?", "The 14 crews struck, strike leaders said.", ""),
        ("Did Borg win the vote?", "Grech won the vote.", ""),
        ("Did the Hull index fall?", "Rye was down, the Hull index gained 7 points.", "No"),
        ("Did Hull come top?", "Hull finished second in the first round.", "No"),
        ("Did Hull win the vote?", "Rye lost the vote to Hull.", "Yes"),
        ("Did the mayor resign?", "The mayor resigned, but the clerk did not.", "Yes"),
        ("Has Ann Borg accepted her defeat?", "Borg accepted her defeat.", "Yes"),
        ("Has Leo Borg accepted his defeat?", "Ann Borg accepted her defeat.", ""),
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
        ("Nobody saw the mayor resign.", 2.0, -3.0, -5.0, "No"),
    ],
)
def test_the_words_decide_where_the_reader_does_not_and_nothing_is_said_against_the_sentence(
    sentence: str, yes: float, no: float, itself: float, expected: str
) -> None:
    found = Evidence(1, Article("", sentence), sentence, 0, len(sentence), "")
    passages, shown = Belief(yes, no), Belief(itself, 0.0)
    said = verdict("Did the mayor resign?", found, passages=passages, sentence=shown)
    assert said == expected


def test_a_sentence_that_plainly_bears_out_a_yes_is_one() -> None:
    found = Evidence(1, Article("", "text"), "The mayor has gone.", 0, 19, "")
    undecided, plain = Belief(1.0, 0.5), Belief(2.0, -4.0)
    assert verdict("Did the mayor resign?", found, passages=undecided, sentence=plain) == "Yes"
    unsure = Belief(-1.0, -5.0)
    assert verdict("Did the clerk resign?", found, passages=undecided, sentence=unsure) == ""


VISIT = "The mayor of Rye came by bus. The bishop did not come. The crew ate in Rye."


def test_the_sentence_that_says_no_goes_before_a_likelier_one() -> None:
    mayor, bishop = span_in(VISIT, "came by bus"), span_in(VISIT, "bishop", odds=4)
    asked = "Did the bishop come?"
    assert plainest(asked, [mayor, bishop], Belief(-3.0, 0.0)) is bishop
    assert plainest(asked, [mayor, bishop], Belief(3.0, 0.0)) is mayor
    assert plainest(asked, [mayor], Belief(-3.0, 0.0)) is mayor
    other = span_in("The bishop did not come to Hull.", "bishop", odds=4)
    assert plainest(asked, [mayor, other], Belief(-3.0, 0.0)) is mayor


def test_what_no_sentence_tells_any_more_is_not_denied() -> None:
    text = "Borg opened the harbour in May."
    found = Evidence(1, Article("", text), text, 0, len(text), "")
    denied, open_ = Belief(-4.0, -1.0), Belief(0.0, 0.0)
    for question, expected in (
        ("Is Borg still the mayor?", ""),
        ("Did Borg close the harbour?", "No"),
    ):
        assert verdict(question, found, passages=denied, sentence=open_) == expected


def test_a_denial_in_other_words_is_a_no_where_the_reader_doubts_the_yes() -> None:
    text = "The sirens of the island did not sound."
    found = Evidence(1, Article("", text), text, 0, len(text), "")
    question = "Did the warning sirens go off?"
    doubt, sure = Belief(0.5, 1.0), Belief(2.0, 1.0)
    assert verdict(question, found, passages=doubt, sentence=doubt) == "No"
    assert verdict(question, found, passages=sure, sentence=doubt) == ""


def test_a_vice_president_is_no_president() -> None:
    quote = "The vote was lost by Vice President Ann Borg."
    found = Evidence(1, Article("", quote), quote, 0, len(quote), "")
    sure = Belief(9.0, -9.0)
    assert verdict("Is Ann Borg president?", found, passages=sure, sentence=sure) == ""
    assert verdict("Is Ann Borg vice president?", found, passages=sure, sentence=sure) == "Yes"


def test_a_claim_that_is_checked_is_no_yes() -> None:
    quote = "The claim: Margarine was made for hens."
    found = Evidence(1, Article("", quote), quote, 0, len(quote), "")
    sure = Belief(9.0, -9.0)
    assert verdict("Was margarine made for hens?", found, passages=sure, sentence=sure) == ""
