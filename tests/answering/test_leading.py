"""Which article leads with a thing, and which questions ask for that."""

from __future__ import annotations

import pytest

from rag.answering.evidence import Evidence
from rag.answering.leading import Subject, is_on, lead, naming, subject_asked, tells_more
from rag.types import Article


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("the UK elections of 2019", True),
        ("the British election", True),
        ("Johnson", True),
        ("the UK elections in December 2019", True),
        ("the UK elections in May 2019", False),
        ("the UK elections of 2024", False),
        ("the French elections of 2019", False),
        ("Corbyn", False),
        ("the price of electricity in Britain", False),
    ],
)
def test_an_article_is_on_a_subject_that_it_leads_with(subject: str, expected: bool) -> None:
    text = "Johnson has won a large majority. Corbyn lost the election in the United Kingdom."
    article = Article("Conservatives win", text, date="2019-12-13")
    opening = text.partition(". ")[0] + "."
    lead = Evidence(1, article, opening, 0, len(opening), article.title)
    assert is_on(subject, lead) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the Fed do in March 2022?", Subject("the Fed in March 2022", deed=True)),
        ("and what has Ann Borg done about prices", Subject("Ann Borg about prices", deed=False)),
        ("What did he do?", None),
        ("What did the Fed say in March 2022?", None),
        ("What do documents show?", None),
        ("fed decision march 2022", Subject("fed decision march 2022", deed=False)),
        ("earthquakes", None),
    ],
)
def test_what_a_question_is_about(question: str, expected: Subject | None) -> None:
    assert subject_asked(question) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("moxie", "An instrument called MOXIE makes oxygen."),
        ("rover", "A rover has landed on Mars."),
        ("moxie rover", "A rover has landed on Mars."),
        ("the weather in 2021", "A rover has landed on Mars."),
    ],
)
def test_a_thing_that_does_not_lead_is_told_where_it_is_named(subject: str, expected: str) -> None:
    text = "A rover has landed on Mars. An instrument called MOXIE makes oxygen. It weighs 17 kg."
    assert naming(subject, lead(Article("On Mars", text, date="2021-02-19"))).quote == expected


def test_a_sentence_with_more_of_the_words_tells_more_than_what_leads() -> None:
    text = "Johnson has won a majority. Turnout was 67 percent."
    article = Article("Conservatives win the UK election", text, date="2019-12-13")
    lead, turnout = (
        Evidence(1, article, quote, text.index(quote), text.index(quote) + len(quote), "")
        for quote in ("Johnson has won a majority.", "Turnout was 67 percent.")
    )
    assert tells_more("turnout 2019", turnout, lead)
    assert not tells_more("the UK election of 2019", turnout, lead)
