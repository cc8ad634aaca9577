"""The last evaluations side by side, and the way from a wrong answer to its article."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml import html

from eval import report
from eval.measures import summarise
from eval.outcomes import EvalRun, Outcome
from eval.questions import Question
from eval.saved import JSON_FILE
from rag.types import Article
from ui.web.evaluation import page
from ui.web.evaluation.verdicts import Verdict, shares, verdict

RIGHT = Outcome(Question("1", "Right?", answers=("12",)), "12", False, 1.0, holds_answer=True)
WRONG = Outcome(
    Question("2", "Wrong <b>?", kind="who", answers=("Ann",), gold_articles=("bridge",)),
    *("Bob", False, 0.0),
    holds_answer=False,
)
REFUSED = Outcome(Question("3", "Refused?", kind="who", answers=("Ann",)), "Not in the articles.")
FALSE = Outcome(Question("4", "Nobody knows?"), "42", False, ranked_ids=("lake",))
RUN = EvalRun(dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), (RIGHT, WRONG, REFUSED, FALSE))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (RIGHT, Verdict.RIGHT),
        (WRONG, Verdict.WRONG),
        (REFUSED, Verdict.REFUSED),
        (FALSE, Verdict.WRONG),
        (Outcome(Question("5", "None?"), "Not in the articles."), Verdict.RIGHT),
        (
            Outcome(WRONG.question, "Ann", False, 1.0, holds_answer=True, cites_gold=False),
            Verdict.PARTLY,
        ),
        (Outcome(WRONG.question, "Ann B.", False, 0.6, holds_answer=False), Verdict.PARTLY),
    ],
)
def test_verdicts(outcome, expected):
    assert verdict(outcome) is expected


def test_shares_are_of_all_and_of_each_kind():
    found = shares(RUN.outcomes)
    assert {kind: share.words for kind, share in found.items()} == {
        "all questions": "1 right, 2 wrong, 1 refused",
        "fact": "1 right, 1 wrong",
        "who": "1 wrong, 1 refused",
    }
    assert found["who"].total == 2


def test_the_page_compares_reports_and_leads_to_articles(archive):
    archive.ingest(
        [
            Article("The bridge", "A ferry.", id="b7", source="news/bridge.md"),
            Article("The lake", "A flood.", id="lake"),
        ]
    )
    later = EvalRun(RUN.started + dt.timedelta(days=1), RUN.outcomes)
    for run in (EvalRun(RUN.started, (RIGHT,)), later):
        report.write(report.Report(run, summarise(run), {}), archive.folder / report.FOLDER)
    damaged = archive.folder / report.FOLDER / "2026-01-04T000000Z"
    damaged.mkdir()
    (damaged / JSON_FILE).write_text("{", encoding="utf-8")
    (damaged / report.HTML_FILE).write_text("", encoding="utf-8")
    shown = html.fromstring(f"<div>{page.report_html(archive)}</div>")
    heads = shown.xpath("//thead//th/text()")
    assert heads == ["3 January 2026, 03:04 (last)", "2 January 2026, 03:04"]
    bars = shown.xpath("//tbody/tr[1]//div[@role='img']/@aria-label")
    assert bars == ["1 right, 2 wrong, 1 refused", "1 right"]
    misses = shown.xpath("//details[@class='dl-miss']")
    assert [miss.xpath("string(summary/span)") for miss in misses] == ["wrong", "wrong", "refused"]
    assert "Wrong <b>?" in misses[0].text_content()
    links = [link for miss in misses for link in miss.xpath(".//dd/a/@href")]
    name = archive.folder.name
    assert links == [f"./archive?archive={name}#article={id_}" for id_ in ("b7", "lake")]
