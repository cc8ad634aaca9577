import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.models.registry import DEFAULT_EMBEDDER
from tests.fakes import FakeEmbedder
from ui.cli import app, main

RUNNER = CliRunner()
STORY = """---
title: Ferry strike closes harbour
date: 2024-05-02
publisher: Gazette
---
The ferry strike closed the harbour of Valletta for 3 days.

Ann Borg, the minister, asked the crews to end the strike.
"""
QUESTION = "How many days did the ferry strike close the harbour?"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    embedder = FakeEmbedder(id=DEFAULT_EMBEDDER)
    monkeypatch.setattr("rag.archive.TransformerEmbedder.load", lambda *_, **__: embedder)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.md"
    path.write_text(STORY, encoding="utf-8")
    return path


def _run(*words: str, status: int = 0) -> str:
    result = RUNNER.invoke(app, list(words))
    assert result.exit_code == status, result.output
    return result.stdout


def test_ingest_counts_and_a_second_time_changes_nothing(story: Path) -> None:
    assert _run("ingest", str(story)).startswith(
        "1 read: 1 added, 0 updated, 0 unchanged, 0 skipped"
    )
    assert _run("ingest", str(story)).startswith(
        "1 read: 0 added, 0 updated, 1 unchanged, 0 skipped"
    )


def test_ingest_reports_what_it_could_not_read(story: Path) -> None:
    report = json.loads(_run("ingest", str(story), "/no/such/file.txt", "--json"))
    assert report["added"] == 1
    assert [item["source"] for item in report["skipped"]] == ["/no/such/file.txt"]
    _run("ingest", "/no/such/file.txt", status=1)


def test_ask_prints_the_answer_and_its_sources(story: Path) -> None:
    _run("ingest", str(story))
    shown = _run("ask", QUESTION)
    assert "The ferry strike closed the harbour of Valletta for 3 days. [1]" in shown
    assert "[1] Ferry strike closes harbour · Gazette · 2024-05-02" in shown
    # The quote is the answer's own sentence, and is not said twice.
    assert shown.count("The ferry strike closed the harbour of Valletta") == 1


def test_ask_as_json(story: Path) -> None:
    _run("ingest", str(story))
    answer = json.loads(_run("ask", QUESTION, "--json"))
    assert answer["text"] == "The ferry strike closed the harbour of Valletta for 3 days. [1]"
    assert not answer["abstained"]
    (citation,) = answer["citations"]
    assert citation["quote"] == "The ferry strike closed the harbour of Valletta for 3 days."
    assert (citation["start"], citation["end"]) == (0, 59)
    assert "text" not in citation["article"]


def test_ask_off_topic_is_refused_with_the_nearest_articles(story: Path) -> None:
    _run("ingest", str(story))
    shown = _run("ask", "Who directed the opera in 2031?", "--strict")
    assert shown.startswith("Not in the articles.")
    assert "Nearest articles, which are not an answer:\n  Ferry strike closes harbour" in shown


def test_search_shows_the_parts_of_the_score(story: Path) -> None:
    _run("ingest", str(story))
    assert "1. Ferry strike closes harbour" in _run("search", "harbour strike")
    (hit,) = json.loads(_run("search", "harbour strike", "--json"))
    assert hit["score"] == pytest.approx(1.0)
    assert set(hit["parts"]) == {"dense", "lexical", "headline", "fused"}
    assert _run("search", "harbour", "--since", "2025-01-01").strip() == "Nothing found."


def test_articles_are_listed_shown_and_deleted(story: Path) -> None:
    _run("ingest", str(story))
    (listed,) = json.loads(_run("articles", "list", "--json"))
    shown = _run("articles", "show", listed["id"])
    assert shown.startswith("Ferry strike closes harbour\nGazette · 2024-05-02")
    assert "Ann Borg, the minister" in shown
    assert "Deleted" in _run("articles", "delete", listed["id"], "--yes")
    assert json.loads(_run("articles", "list", "--json")) == []


def test_stats(story: Path) -> None:
    _run("ingest", str(story))
    found = json.loads(_run("stats", "--json"))
    assert (found["articles"], found["chunks"], found["first"]) == (1, 1, "2024-05-02")


def test_without_an_archive_the_sample_stands_in() -> None:
    assert json.loads(_run("stats", "--json"))["articles"] >= 60


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stats", "--archive", "nope"], "there is no archive at"),
        (["articles", "show", "nope", "--archive", "sample"], "no article 'nope'"),
        (["search", "x", "-a", "sample", "--since", "2024-02-01", "--until", "2024-01-01"], "swap"),
    ],
)
def test_an_error_is_one_line_and_a_status(
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["rag", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    shown = capsys.readouterr().err.strip()
    assert shown.startswith("Error: ")
    assert message in shown
    assert "Traceback" not in shown


def test_a_bad_date_is_a_usage_error() -> None:
    result = RUNNER.invoke(app, ["search", "x", "--since", "yesterday-ish"])
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.output


def test_eval_writes_a_report(tmp_path: Path, story: Path) -> None:
    _run("ingest", str(story))
    questions = tmp_path / "questions.jsonl"
    record = {"id": "1", "question": QUESTION, "answers": ["3 days"], "gold_articles": ["ferry"]}
    questions.write_text(json.dumps(record), encoding="utf-8")
    shown = _run("eval", "--questions", str(questions), "-a", "default")
    assert "hit@1" in shown
    (report,) = (tmp_path / "home" / "default" / "reports").glob("*/report.json")
    assert json.loads(report.read_text(encoding="utf-8"))
