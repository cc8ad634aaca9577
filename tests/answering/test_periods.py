"""Questions about a time alone list what the archive has from then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

import rag
from rag import Archive, Article
from rag.answering.periods import asked_period, list_period
from rag.types import AnswerKind, Filter, Query, Turn
from tests.fakes import FakeGenerator

TODAY = dt.date(2024, 6, 12)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened in March 2024?", "2024-03-01", "2024-03-31"),
        ("Give me the headlines of last month", "2024-05-01", "2024-05-31"),
        ("what was in the papers on 3 March 2024", "2024-03-03", "2024-03-03"),
        ("summarize 2023 for me", "2023-01-01", "2023-12-31"),
        ("Q1 2024", "2024-01-01", "2024-03-31"),
        ("any stories since April 2024?", "2024-04-01", None),
        ("yesterday's news", "2024-06-11", "2024-06-11"),
        ("todays headlines", "2024-06-12", "2024-06-12"),
        ("what went on over the weekend", "2024-06-08", "2024-06-09"),
        ("anything important on Christmas Eve 2023", "2023-12-24", "2023-12-24"),
        ("latest news", None, None),
        ("What is the news?", None, None),
    ],
)
def test_a_time_alone_is_asked_for(question: str, since: str | None, until: str | None) -> None:
    period = asked_period(Query(question, today=TODAY))
    assert period is not None
    assert (period.since, period.until) == (since, until)


@pytest.mark.parametrize(
    "question",
    [
        "What happened in Libya in March 2024?",
        "sports news of 2023",
        "Who won the election in 2023?",
        "What happened to the ferry?",
        "latest news on the strike",
        "What happened?",
        "how many people died last year",
    ],
)
def test_a_subject_is_searched_for(question: str) -> None:
    assert asked_period(Query(question, today=TODAY)) is None


def test_in_a_conversation_a_bare_time_goes_on_with_the_question_before() -> None:
    before = (Turn("Who won the vote in 2023?", "Ann Lee."),)
    assert asked_period(Query("and in 2024?", today=TODAY, history=before)) is None
    assert asked_period(Query("what happened in 2024?", today=TODAY, history=before)) is not None


@pytest.fixture
def dated(archive: Archive, make_article: Callable[..., Article]) -> Archive:
    archive.ingest(
        [
            make_article(
                "Hull voted on Sunday for a new mayor.", title="A vote", date="2024-03-04"
            ),
            make_article(
                "He went. The storm hit the harbour of Rye on 20 February.",
                title="A storm.",
                date="2024-03-11",
                publisher="The Echo",
            ),
            make_article("The ferry is on strike for a week.", title="A strike", date="2024-05-02"),
        ]
    )
    return archive


def said(question: str, archive: Archive, where: Filter | None = None) -> str:
    query = Query(question, where or Filter(), today=TODAY)
    period = asked_period(query)
    assert period is not None
    return "".join(list_period(period, query, archive).lines)


def test_the_headlines_of_a_month_with_their_leads(dated: Archive) -> None:
    assert said("What happened in March 2024?", dated) == (
        "The archive has 2 articles published from 1 March 2024 to 31 March 2024.\n"
        "4 March 2024: A vote. Hull voted on Sunday for a new mayor. [1]\n"
        "11 March 2024: A storm. The storm hit the harbour of Rye on 20 February. [2]"
    )


def test_a_day_without_articles_is_told_of_by_later_ones(dated: Archive) -> None:
    assert said("what happened on 20 February 2024", dated) == (
        "The archive has none published on 20 February 2024. These tell of that time.\n"
        "11 March 2024: A storm. The storm hit the harbour of Rye on 20 February. [1]"
    )


def test_an_empty_time_says_what_is_nearest(dated: Archive) -> None:
    last = rag.answer("what happened in April 2024", archive=dated, today=TODAY)
    assert last.text == (
        "Not in the articles. The archive has none published from 1 April 2024 to 30 April 2024. "
        "The nearest are of 11 March 2024 and 2 May 2024."
    )
    assert (last.kind, last.abstained, last.citations) == (AnswerKind.REFUSAL, True, ())
    assert [hit.article.title for hit in last.hits] == ["A storm.", "A strike"]


def test_the_filter_holds_for_listings_too(dated: Archive) -> None:
    text = said("news of 2024", dated, Filter(publishers=("the echo",)))
    assert text.startswith("The archive has 1 article published from 1 January 2024 to 31 December")
    assert said("news of 2024", dated, Filter(names=("strike",))).startswith(
        "The archive has 1 article published from 1 January 2024 to 31 December"
    )
    assert said("news of 2024", dated, Filter(until="2023-12-31")) == (
        "Not in the articles. The filter leaves out 2024."
    )


def test_many_are_spread_over_the_time_and_grouped_by_month(
    archive: Archive, make_article: Callable[..., Article]
) -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(60)]
    archive.ingest(
        make_article(f"The ferry of day {day} sailed from Hull.", title=f"Day {day}", date=str(day))
        for day in days
    )
    lines = said("news of 2024", archive).splitlines()
    assert lines[0].endswith(
        "60 articles published from 1 January 2024 to 31 December 2024; "
        "24 of them, spread over that time, are these."
    )
    assert [line for line in lines if "[" not in line][1:] == ["January 2024", "February 2024"]
    assert len([line for line in lines if "[" in line]) == 24
    assert lines[-1].startswith("29 February 2024: ")


def test_the_pieces_are_the_text_of_an_overview(dated: Archive) -> None:
    *pieces, last = rag.stream("latest news", archive=dated, generator=FakeGenerator("no"))
    assert isinstance(last, rag.Answer)
    assert "".join(str(piece) for piece in pieces) == last.text
    assert last.kind is AnswerKind.OVERVIEW
    assert [cited.article.date for cited in last.citations] == [
        "2024-05-02",
        "2024-03-11",
        "2024-03-04",
    ]
