"""What is said of a cited sentence, and what a short answer is."""

from __future__ import annotations

import pytest

from rag.answering.evidence import Evidence
from rag.answering.statement import in_full, is_line, leans, sentence_before, short
from rag.types import Article

# 8 September 2022 was a Thursday.
DATE = "2022-09-08"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The Queen died on Thursday.", "The Queen died on Thursday, 8 September 2022."),
        ("She fell ill on Monday.", "She fell ill on Monday, 5 September 2022."),
        ("It was signed last Thursday.", "It was signed last Thursday, 1 September 2022."),
        ("Parliament will sit on Friday.", "Parliament will sit on Friday, 9 September 2022."),
        ("He returns next Monday.", "He returns next Monday, 12 September 2022."),
        ("Yesterday it rained.", "Yesterday, 7 September 2022, it rained."),
        ("It shut on Monday after a run.", "It shut on Monday, 5 September 2022, after a run."),
        ("They met on Sunday morning.", "They met on Sunday morning, 4 September 2022."),
        ("In Sunday's vote she won.", "In Sunday's vote she won."),
        ("Shops were full on Black Friday.", "Shops were full on Black Friday."),
        ("They meet on Mondays.", "They meet on Mondays."),
        ("It opened on Thursday, 8 September.", "It opened on Thursday, 8 September."),
        ("It shut on Sunday evening, 7 May.", "It shut on Sunday evening, 7 May."),
        ("Line one\n  goes on.", "Line one goes on."),
    ],
)
def test_days_are_said_in_full(sentence: str, said: str) -> None:
    assert in_full(sentence, DATE) == said


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("Buena Vista Social Club", True),
        ('"Buena Vista Social Club"', True),
        ("Nobody was killed.", False),
        ("“Nobody was killed.”", False),
        ("A town of 300 people that the flood cut off", False),
    ],
)
def test_a_few_words_without_a_full_stop_are_a_line_of_a_list(sentence: str, line: bool) -> None:
    assert is_line(sentence) is line


def test_without_a_date_the_days_stay() -> None:
    assert in_full("She died on Thursday.", None) == "She died on Thursday."


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("Thursday", "Thursday, 8 September 2022"),
        ("the ferry,", "the ferry"),
        ('"a disaster', "a disaster"),
        ("“a disaster”", "“a disaster”"),
        ("8 a.m.", "8 a.m."),
        ("Siya Kolisi.", "Siya Kolisi"),
        ("Notre-Dame (Paris", "Notre-Dame Paris"),
        ("Europe's", "Europe's"),
        ("head of the firm, was jailed for a year", "was jailed for a year"),
        ("the firm, which was sold", "the firm, which was sold"),
    ],
)
def test_a_short_answer_has_no_loose_marks(span: str, said: str) -> None:
    assert short(span, "A sentence.", DATE) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("Borg completed her purchase of the port for about $4.5 billion", "about $4.5 billion"),
        (
            "Borg bought 3 of the 5 ferries of the port",
            "Borg bought 3 of the 5 ferries of the port",
        ),
        ("44 billion", "44 billion"),
    ],
)
def test_of_a_clause_that_tells_a_figure_the_figure_is_the_short_answer(span, said):
    assert short(span, "A sentence.", DATE, figure=True) == said


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [("He resigned.", True), ("But nobody came.", True), ("Borg resigned.", False), ("", False)],
)
def test_a_sentence_leans_by_its_first_word(sentence: str, expected: bool) -> None:
    assert leans(sentence) is expected


def test_the_sentence_before_is_found_in_the_article() -> None:
    text = "Ann Borg lost. She left the house."
    article = Article(id="a", title="Borg", text=text)
    found = Evidence(1, article, "She left the house.", 15, 34, "Borg")
    before = sentence_before(found)
    assert before is not None
    assert text[before.start : before.end] == before.quote == "Ann Borg lost."
    assert sentence_before(before) is None
