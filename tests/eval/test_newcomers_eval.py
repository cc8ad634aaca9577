"""What became of a newcomer's question, worked out from answers made by hand."""

from __future__ import annotations

import dataclasses

import pytest

from eval.newcomers.report import conclusions, describe, verdict_table
from eval.newcomers.sets import NAMES, Row, load
from eval.newcomers.verdicts import holds, judge, reads_alone
from rag.errors import SourceError
from rag.types import Answer, AnswerKind, Article, Citation, Timings

FERRY = Article(title="Ferry strike", text="The strike lasted three days.", id="ferry")
STORM = Article(title="Storm", text="The storm lasted a day.", id="storm")
LASTED = Row("open", "o1", "How long did it last?", "how", ("3 days",), gold=("ferry",))
ABSENT = Row("open", "o2", "Who is the mayor?", "near_miss")
PREMISE = Row("premises", "p1", "Why a week?", "premises", ("three days",), gold=("ferry",))
LIST = Row(
    "open", "o3", "Which ports?", "list", ("Rye and Hull",), (("Rye",), ("Hull",)), ("ferry",)
)
DOUBT = Row("open", "o4", "Was it long?", "yes_no", ("No",), gold=("ferry",))
HELLO = Row("talk", "k1", "hi", "greeting")
LAST_WEEK = Row("periods", "e1", "last week", "periods", gold=("ferry", "storm"))
REFUSED = Answer("", "Not in the articles.", True, kind=AnswerKind.REFUSAL)
TALK = Answer("hi", "Hello.", False, kind=AnswerKind.TALK)


def said(text: str, *articles: Article, short: str = "") -> Answer:
    cited = [Citation(n, a, a.text, 0, len(a.text)) for n, a in enumerate(articles, start=1)]
    return Answer("", text, False, citations=tuple(cited), short=short)


@pytest.mark.parametrize(
    ("row", "answer", "expected"),
    [
        (LASTED, said("It lasted three days. [1]", FERRY, short="three days"), "right"),
        (LASTED, said("It lasted three days. [1]", FERRY), "right"),
        (LASTED, said("It lasted three days. [1]", FERRY, short="lasted"), "partly"),
        (LASTED, said("It lasted 13 days. [1]", FERRY), "wrong"),
        (LASTED, said("It lasted a day. [1]", STORM), "false"),
        (LASTED, said("It lasted three days. [1]", STORM), "partly"),
        (LASTED, REFUSED, "refused"),
        (LASTED, TALK, "wrong"),
        (ABSENT, REFUSED, "right"),
        (ABSENT, said("Ann. [1]", FERRY), "false"),
        (PREMISE, REFUSED, "right"),
        (PREMISE, said("It lasted 3 days. [1]", FERRY), "right"),
        (PREMISE, said("Over pay. [1]", FERRY), "false"),
        (LIST, said("Hull [1] and Rye [1].", FERRY), "right"),
        (LIST, said("Hull. [1]", FERRY), "partly"),
        (LIST, said("Ports. [1]", FERRY), "wrong"),
        (DOUBT, said("No, it lasted three days. [1]", FERRY), "right"),
        (DOUBT, said("Yes, there was no other. [1]", FERRY), "wrong"),
        (DOUBT, said("No, it lasted a day. [1]", STORM), "false"),
        (HELLO, TALK, "right"),
        (dataclasses.replace(HELLO, kind="thanks"), TALK, "wrong"),
        (HELLO, REFUSED, "searched"),
        (HELLO, said("Ann. [1]", FERRY), "false"),
        (LAST_WEEK, said("Ferry. [1]\nStorm. [2]", FERRY, STORM), "right"),
        (LAST_WEEK, said("Ferry. [1]", FERRY), "partly"),
        (LAST_WEEK, REFUSED, "refused"),
    ],
)
def test_verdicts(row: Row, answer: Answer, expected: str) -> None:
    assert judge(row, answer).verdict == expected


@pytest.mark.parametrize(
    ("text", "accepted", "expected"),
    [
        ("Twelve people died.", "12 people", True),
        ("It rose to 67%.", "67 per cent", True),
        ("On 16 May", "6 May", False),
        ("The party", "art", False),
    ],
)
def test_numbers_and_whole_words(text: str, accepted: str, expected: bool) -> None:
    assert holds(text, [accepted]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The strike lasted three days. [1]", True),
        ("“We are out,” a driver said.” [1]", True),
        ("Thursday afternoon [1]", False),
        ("Because of low pay and hours. [1]", False),
        ("He won it by a mile. [1]", False),
        ("The strike lasted three days. [1]\nHealth [2]", False),
    ],
)
def test_whole_sentences(text: str, expected: bool) -> None:
    assert reads_alone(text) is expected


def test_turns_premises_and_seconds_are_counted() -> None:
    kept = Answer("Who lost?", "", True, timings=Timings(total=1.0))
    glued = Answer("Who won? Who lost?", "", True, timings=Timings(total=3.0))
    rows = [
        judge(Row("topics", "t1", "Who lost?", "topics", follow_up=False), kept),
        judge(Row("topics", "t2", "Who lost?", "topics", follow_up=False), glued),
        judge(Row("topics", "t3", "Who lost?", "topics", follow_up=True), kept),
    ]
    assert conclusions(rows) == [
        "topic changes searched for in other words: 1 of 2",
        "topic changes whose article does not come first: 0 of 0",
        "follow-ups searched for as typed: 1 of 1",
        "follow-ups whose article does not come first: 0 of 0",
        "seconds to the end, p50 / p95: 1.00 / 2.80",
    ]
    fooled = [judge(PREMISE, REFUSED), judge(PREMISE, said("Over pay. [1]", FERRY))]
    assert conclusions(fooled)[0] == "premises: 0 corrected, 1 refused, 1 fooled"


def test_a_table_has_a_row_for_each_kind_and_one_for_all() -> None:
    outcomes = [judge(LASTED, said("It lasted three days. [1]", FERRY)), judge(ABSENT, REFUSED)]
    table = verdict_table(outcomes, "open")
    assert [*table.columns[0].cells] == ["how", "near_miss", "all"]
    assert [*table.columns[1].cells] == ["1", "1", "2"]
    assert "how: How long did it last?" in describe(outcomes[0])


def test_every_set_can_be_read() -> None:
    assert {name: len(load(name)) for name in NAMES if name != "aside"} == {
        "open": 150,
        "topics": 120,
        "premises": 40,
        "talk": 60,
        "periods": 25,
        "kinds": 115,
    }
    assert not next(row for row in load("open") if row.kind == "wrong_premise").answerable
    with pytest.raises(SourceError, match="no set 'all'"):
        load("all")
