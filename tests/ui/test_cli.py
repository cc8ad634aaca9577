import dataclasses
import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import rag
from rag.models.registry import DEFAULT_EMBEDDER
from tests.fakes import FakeEmbedder
from ui.cli import app, main, progress
from ui.cli.console import complete_archive

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
    monkeypatch.setattr(
        "rag.embedding.embedder.TransformerEmbedder.load", lambda *_, **__: embedder
    )


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.md"
    path.write_text(STORY, encoding="utf-8")
    return path


def _fill(name: str = "default") -> None:
    """Make an archive of the story without reading its file, which takes a process."""
    front, text = STORY.split("---\n")[1:]
    fields = dict(line.split(": ") for line in front.splitlines())
    with rag.Archive.open(name, embedder=FakeEmbedder(id=DEFAULT_EMBEDDER)) as archive:
        archive.ingest(rag.Article(text=text.strip(), source="/news/ferry.md", **fields))


def _run(*words: str, status: int = 0) -> str:
    result = RUNNER.invoke(app, list(words))
    assert result.exit_code == status, result.output
    return result.stdout


@pytest.mark.parametrize("place", ["none/x.json", "."])
def test_a_file_that_cannot_be_written_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    _fill()
    out = tmp_path / place
    monkeypatch.setattr("sys.argv", ["rag", "articles", "export", "--out", str(out)])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr().err
    assert str(out) in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("path", ["/full/x.json", None])
def test_a_full_disk_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str | None
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", path)

    monkeypatch.setattr("ui.cli.app", full)
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr().err
    assert shown == (
        f"Error: {path or 'a file cannot be written'}: No space left on device; make room, and "
        "run this again\n"
    )


def test_users_that_there_are_not_yet() -> None:
    assert "rag users add NAME" in _run("users", "list")


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


def test_ask_prints_the_answer_and_its_sources() -> None:
    _fill()
    shown = _run("ask", QUESTION)
    assert "The ferry strike closed the harbour of Valletta for 3 days. [1]" in shown
    assert "[1] Ferry strike closes harbour · Gazette · 2024-05-02" in shown
    # The quote is the answer's own sentence, and is not said twice.
    assert shown.count("The ferry strike closed the harbour of Valletta") == 1


def test_ask_as_json() -> None:
    _fill()
    answer = json.loads(_run("ask", QUESTION, "--json"))
    assert answer["text"] == "The ferry strike closed the harbour of Valletta for 3 days. [1]"
    assert not answer["abstained"]
    (citation,) = answer["citations"]
    assert citation["quote"] == "The ferry strike closed the harbour of Valletta for 3 days."
    assert (citation["start"], citation["end"]) == (0, 59)
    assert "text" not in citation["article"]


def test_ask_off_topic_is_refused_with_the_nearest_articles() -> None:
    _fill()
    shown = _run("ask", "Who directed the opera in 2031?", "--strict", status=3)
    assert shown.startswith("Not in the articles.")
    assert "Nearest articles, which are not an answer:\n  Ferry strike closes harbour" in shown


def test_search_shows_the_parts_of_the_score() -> None:
    _fill()
    assert "1. Ferry strike closes harbour" in _run("search", "harbour strike")
    (hit,) = json.loads(_run("search", "harbour strike", "--json"))
    assert hit["score"] == pytest.approx(1.0)
    assert set(hit["parts"]) == {"dense", "lexical", "headline", "fused"}
    found = _run("search", "harbour", "--since", "2025-01-01", status=3)
    assert found.strip() == "Nothing found."


def test_articles_are_listed_shown_and_deleted() -> None:
    _fill()
    (listed,) = json.loads(_run("articles", "list", "--json"))
    shown = _run("articles", "show", listed["id"])
    assert shown.startswith("Ferry strike closes harbour\nGazette · 2024-05-02")
    assert "Ann Borg, the minister" in shown
    assert "Deleted" in _run("articles", "delete", listed["id"], "--yes")
    assert json.loads(_run("articles", "list", "--json")) == []


def test_stats() -> None:
    _fill()
    found = json.loads(_run("stats", "--json"))
    assert (found["articles"], found["chunks"], found["first"]) == (1, 1, "2024-05-02")


def test_without_an_archive_the_sample_stands_in() -> None:
    assert json.loads(_run("stats", "--json"))["articles"] >= 60


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stats", "--archive", "nope"], "there is no archive 'nope'"),
        (["stats", "--archive", "./nope"], "there is no archive at"),
        (["articles", "show", "nope", "--archive", "town"], "no article 'nope'"),
    ],
)
def test_an_error_is_one_line_and_a_status(
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _fill("town")
    monkeypatch.setattr("sys.argv", ["rag", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    [shown] = capsys.readouterr().err.strip().splitlines()
    assert shown.startswith("Error: ")
    assert message in shown
    assert "Traceback" not in shown


def test_a_usage_error_for_a_program_is_not_cut_into_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["rag", "ask", "x", "--strict", "--lenient"])
    monkeypatch.setenv("COLUMNS", "30")
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith(
        "\nError: Invalid value: --strict and --lenient contradict each other; give one of them\n"
    )


def _commands(group: Any, *names: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *names, name)
        else:
            yield " ".join((*names, name)), command


def test_all_commands_name_the_same_things_in_the_same_way() -> None:
    shared = {
        "archive": ["--archive", "-a"],
        "as_json": ["--json"],
        "format_": ["--format"],
        "quiet": ["--quiet", "-q"],
        "verbose": ["--verbose", "-v"],
    }
    for name, command in _commands(get_command(app)):
        options = {option.name: option for option in command.params}
        assert options.keys() >= {"quiet", "verbose"}, name
        for option in options.values():
            assert option.help, (name, option.name)
            assert option.opts == shared.get(option.name, option.opts), name
            # The opposite of what is off by itself is only noise in the help.
            assert not option.secondary_opts or option.name == "open_browser", name


def test_a_bad_date_is_a_usage_error() -> None:
    result = RUNNER.invoke(app, ["search", "x", "--since", "yesterday-ish"])
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.output


SENSELESS = (
    (["search", "x", "--since", "2024-02-01", "--until", "2024-01-01"], "swap them"),
    (["ask", "x", "--strict", "--lenient"], "--strict and --lenient contradict"),
    (["ask", "x", "--json", "--format", "markdown"], "not both"),
    (["ask", "x", "--publisher", "gazete"], "did you mean 'Gazette'; there are Gazette"),
    (["search", "x", "--publisher", "BBC"], "there are Gazette"),
    (["articles", "list", "--publisher", "BBC"], "there are Gazette"),
    (["articles", "export", "abc", "--publisher", "Gazette"], "not both"),
    (["articles", "export", "abc", "--name", "Ann Borg"], "not both"),
    (["ask", "x", "--name", "Xanadu"], "no article mentions 'Xanadu'; write it differently"),
    (["search", "x", "--name", "Xanadu"], "no article mentions 'Xanadu'"),
    (
        ["articles", "list", "--name", "Valletta", "--name", "Xanadu"],
        "no article mentions 'Xanadu'",
    ),
    (["search", "x", "--name", "--"], "is not a name"),
    (["ask", " "], "blank"),
    (["ask"], "no question"),
    (["stats", "-q", "-v"], "--quiet and --verbose contradict"),
    (["train", "reader", "--out", "x"], "give either files"),
    (["train", "reader", "--out", "x", "--mix", ".", "-a", "city"], "--mix and --archive"),
)


def test_options_that_make_no_sense_are_usage_errors() -> None:
    _fill()
    for words, message in SENSELESS:
        result = RUNNER.invoke(app, words)
        assert result.exit_code == 2, (words, result.output)
        assert message in " ".join(result.output.replace("│", " ").split())


def test_a_question_that_is_too_long_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill()
    monkeypatch.setattr("sys.argv", ["rag", "ask", "x" * 3000])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "3,000" in capsys.readouterr().err


def test_the_version() -> None:
    assert _run("--version").startswith("dateline-rag 0.")


def test_the_shell_completes_archives() -> None:
    _fill("city")
    assert complete_archive("ci") == ["city"]
    assert complete_archive("x") == []


def test_a_question_needs_no_quotes() -> None:
    _fill()
    assert "for 3 days. [1]" in _run("ask", *QUESTION.split())
    assert "1. Ferry strike" in _run("search", "harbour", "strike")


def test_questions_come_from_standard_input() -> None:
    _fill()
    other = "Who directed the opera in 2031?"
    result = RUNNER.invoke(app, ["ask", "-q"], input=f"{QUESTION}\n\n{other}\n")
    assert result.exit_code == 3
    first, second = result.stdout.split(f"\n{other}\n")
    assert first.startswith(f"{QUESTION}\nThe ferry strike closed")
    assert second.startswith("Not in the articles.")
    result = RUNNER.invoke(app, ["ask", "-", "--json"], input=f"{QUESTION}\n{other}\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["abstained"] for answer in answers] == [False, True]


def test_answers_and_hits_as_markdown() -> None:
    _fill()
    shown = _run("ask", QUESTION, "--format", "markdown")
    assert shown.endswith(
        "1. **Ferry strike closes harbour** · Gazette · 2024-05-02\n"
        "   > The ferry strike closed the harbour of Valletta for 3 days.\n"
    )
    assert "TI  - Ferry strike closes" in _run("ask", QUESTION, "--format", "ris")
    assert "@article{gazette2024-" in _run("ask", QUESTION, "--format", "bibtex")
    assert _run("search", "ferry", "--format", "markdown").startswith("1. **Ferry strike closes")
    assert _run("articles", "list", "--format", "markdown").startswith("- **Ferry strike closes")


def test_quiet_leaves_the_result_only() -> None:
    result = RUNNER.invoke(app, ["ask", "-q", "-a", "sample", "harbour", "strike?"])
    assert result.stderr == ""
    result = RUNNER.invoke(app, ["search", "harbour strike", "-k", "1"])
    assert "This is the sample archive" in result.stderr
    assert "sample archive" not in result.stdout


def test_lines_are_whole_where_nobody_reads_them() -> None:
    with rag.Archive.open("default") as opened:
        opened.ingest(rag.Article("Ferry " + "closes harbour " * 40, "The ferry strike."))
    unset = {"COLUMNS": None}
    [row] = RUNNER.invoke(app, ["articles", "list"], env=unset).stdout.splitlines()[1:]
    assert row.count("closes harbour") == 40


def test_settings_of_the_file_reach_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill("city")
    file = tmp_path / "dateline.toml"
    monkeypatch.setenv("DATELINE_CONFIG", str(file))
    file.write_text('archive = "city"\n[commands.search]\nk = 1\nformat_ = "json"')
    assert len(json.loads(_run("search", "harbour"))) == 1
    file.write_text("[commands.search]\nk = 1\nfmt = 3")
    result = RUNNER.invoke(app, ["search", "harbour"])
    assert "commands.search: there is no setting 'fmt'" in str(result.exception)
    file.write_text("[commands.serch]\nk = 1")
    result = RUNNER.invoke(app, ["search", "harbour"])
    assert "did you mean 'search'" in str(result.exception)


def test_archives_are_listed_made_chosen_renamed_and_removed() -> None:
    assert "No archive in" in _run("archives")
    _fill("city")
    _run("archives", "make", "sea")
    rows = json.loads(_run("archives", "list", "--json"))
    assert rows == [
        {"name": "city", "articles": 1, "default": True},
        {"name": "sea", "articles": 0, "default": False},
    ]
    _run("archives", "use", "sea")
    assert json.loads(_run("stats", "--json"))["articles"] == 0
    _run("archives", "rename", "sea", "lake")
    assert [line.split() for line in _run("archives").splitlines()[1:]] == [
        ["city", "1"],
        ["*", "lake", "0"],
    ]
    assert (
        "Delete lake with all of its 0 articles?"
        in RUNNER.invoke(app, ["archives", "remove", "lake"], input="n\n").output
    )
    _run("archives", "remove", "lake", "-y")
    assert "city" in _run("archives")
    assert json.loads(_run("stats", "--json"))["articles"] == 1


def test_articles_are_found_by_the_beginning_of_an_id() -> None:
    _fill()
    storm = rag.Article("Storm floods school", "The storm flooded the school of Sliema.")
    with rag.Archive.open("default") as opened:
        opened.ingest(storm)
    rows = json.loads(_run("articles", "list", "--json"))
    beginnings = [row["id"][:6] for row in rows]
    shown = json.loads(_run("articles", "show", *beginnings, "--json"))
    assert [item["id"] for item in shown] == [row["id"] for row in rows]
    _run("articles", "delete", *beginnings, "--yes")
    assert json.loads(_run("articles", "list", "--json")) == []


def test_an_article_is_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    _fill()
    [row] = json.loads(_run("articles", "list", "--json"))
    _run("articles", "edit", row["id"], "--date", "2024-06-01", "--publisher", "")
    [edited] = json.loads(_run("articles", "list", "--json"))
    assert edited == {**row, "date": "2024-06-01", "publisher": None}
    monkeypatch.setattr("click.edit", lambda page, **_: page.replace("3 days", "9 days"))
    assert "Changed" in _run("articles", "edit", row["id"])
    assert "for 9 days. [1]" in _run("ask", QUESTION)
    monkeypatch.setattr("click.edit", lambda _page, **_: None)
    assert _run("articles", "edit", row["id"]) == "Nothing changed.\n"


def test_articles_are_exported(tmp_path: Path) -> None:
    _fill()
    assert "@article{gazette2024-" in _run("articles", "export", "--format", "bibtex")
    assert "TI  - Ferry strike" in _run("articles", "export", "--format", "ris")
    out = tmp_path / "out.csv"
    assert _run("articles", "export", "--format", "csv", "--out", str(out)) == (
        f"1 article in {out}.\n"
    )
    report = json.loads(_run("ingest", str(out), "--json"))
    assert (report["unchanged"], report["added"]) == (1, 0)


def test_eval_names_the_gold_articles_that_are_missing(tmp_path: Path) -> None:
    _fill()
    questions = tmp_path / "questions.jsonl"
    record = {"id": "1", "question": QUESTION, "answers": ["3 days"]}
    golds = [["ferry.md", "storm"]]
    questions.write_text(json.dumps({**record, "gold_articles": golds[0]}))
    result = RUNNER.invoke(app, ["eval", "--questions", str(questions)])
    assert result.exit_code == 0, result.output
    assert "Not in default, and counted as not found: 1 gold article\n" in result.stderr
    assert "  storm\n" in result.stderr
    questions.write_text(json.dumps({**record, "gold_articles": ["storm"]}))
    result = RUNNER.invoke(app, ["eval", "--questions", str(questions)])
    assert "has none of the gold articles of the questions: storm;" in str(result.exception)


def test_work_tells_how_far_it_is_where_no_bar_moves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_FIRST_LINE", 0.0)
    with progress.work_bar() as bar:
        task = bar.add_task("Training", total=9, note="")
        bar.update(task, completed=3, note="loss 0.5")
        bar.update(task, completed=4, note="loss 0.4")
    assert capsys.readouterr().err == "Training 3 of 9, loss 0.5\n"


def test_eval_writes_a_report(tmp_path: Path) -> None:
    _fill()
    questions = tmp_path / "questions.jsonl"
    record = {"id": "1", "question": QUESTION, "answers": ["3 days"], "gold_articles": ["ferry"]}
    questions.write_text(json.dumps(record), encoding="utf-8")
    shown = _run("eval", "--questions", str(questions), "-a", "default")
    assert "hit@1" in shown
    (report,) = (tmp_path / "home" / "default" / "reports").glob("*/report.json")
    written = json.loads(report.read_text(encoding="utf-8"))
    # A report is named for the second at which its run began.
    elsewhere = ("--reports", str(tmp_path / "again"))
    asked = ("--questions", str(questions), "-a", "default", *elsewhere)
    again = json.loads(_run("eval", *asked, "--json"))
    assert again["summary"].keys() == written["summary"].keys()
    assert [item["question"]["id"] for item in again["outcomes"]] == ["1"]


def test_questions_are_saved_and_their_changed_answers_told() -> None:
    _fill()
    assert "For now: The ferry strike closed" in _run("alerts", "add", *QUESTION.split())
    assert "1. How many days" in _run("alerts", "list")
    assert _run("alerts", "check", "--json") == ""
    with rag.Archive.open("default") as archive:
        [old] = archive.articles()
        archive.ingest(dataclasses.replace(old, text=old.text.replace("3 days", "9 days")))
    change = json.loads(_run("alerts", "check", "--json"))
    assert (change["event"], change["question"]) == ("Changed", QUESTION)
    assert "for 9 days" in change["after"]["text"]
    shown = _run("alerts", "log")
    assert f"The answer has changed: {QUESTION}" in shown
    assert shown.index("for 3 days") < shown.index("for 9 days")
    assert "[1] Ferry strike closes harbour · Gazette · 2024-05-02" in shown
    assert "Removed" in _run("alerts", "remove", "1")
    assert "No saved questions" in _run("alerts", "list")


def test_a_look_at_a_feed_that_fails_ends_with_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        feed = f"http://127.0.0.1:{place.getsockname()[1]}/feed.xml"
    (tmp_path / "ferry.md").write_text("# Ferry\n\nThe ferry strike lasted three days.")
    look = ["watch", str(tmp_path / "ferry.md"), feed, "--once", "--allow-private"]
    result = RUNNER.invoke(app, look)
    assert result.exit_code == 1
    assert "ferry.md: 1 added" in result.output
    assert feed in result.output


def test_a_watched_folder_is_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "ferry.md").write_text(STORY, encoding="utf-8")
    shown = _run("watch", str(folder), "--once")
    assert f"{folder}: 1 added, 0 updated" in shown
    assert _run("watch", str(folder), "--once") == ""
    assert json.loads(_run("stats", "--json"))["articles"] == 1
