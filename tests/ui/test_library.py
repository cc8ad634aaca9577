"""The archives of the pages, the jobs behind them, and what the archive page shows."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest

from rag import Archive, Article
from rag.errors import ArchiveError
from rag.settings import archives_in
from rag.types import IngestReport, Skipped
from ui.web.archive import adding
from ui.web.archive import page as archive_page
from ui.web.common import jobs as jobs_module
from ui.web.common import markup
from ui.web.common.jobs import FAILED, Job, Jobs
from ui.web.common.library import Library


@pytest.fixture
def library(archive):
    return Library(archive)


def fill(archive):
    archive.ingest(
        [
            Article(
                title="Storm", text="A storm hit. Storm!", id="s", date="2024-01-05", publisher="A"
            ),
            Article(title="Flood", text="A flood after the storm.", id="f", date="2024-03-01"),
            Article(title="Vote", text="They vote.", id="v", publisher="A"),
        ]
    )


# Archives


def test_an_archive_knows_its_months_and_finds_articles(archive):
    assert archive.months() == []
    assert archive.find("storm") == []
    fill(archive)
    assert archive.months() == [("2024-01", 1), ("2024-03", 1)]
    assert [article.id for article in archive.find("storm")] == ["s", "f"]
    assert [article.id for article in archive.find("storm", limit=1)] == ["s"]
    assert [article.id for article in archive.find("storm", since="2024-02-01")] == ["f"]
    assert [article.id for article in archive.find("storm", publishers=["a"])] == ["s"]
    assert archive.find("ferry") == []


def test_destroying_an_archive_leaves_nothing(tmp_path, embedder):
    opened = Archive.open(tmp_path / "gone", embedder=embedder)
    opened.ingest(Article(title="t", text="A storm."))
    assert archives_in(tmp_path) == ["gone"]
    opened.destroy()
    assert list(tmp_path.iterdir()) == []
    assert archives_in(tmp_path / "nowhere") == []


def test_a_library_makes_opens_and_deletes_archives(library, archive):
    assert library.names == ["archive"]
    assert library.get() is library.get("archive") is archive
    made = library.create(" harbour ")
    assert library.names == ["archive", "harbour"]
    assert library.get("harbour") is made
    assert Library(archive).get("harbour").folder == made.folder
    library.delete("harbour")
    assert library.names == ["archive"]
    with pytest.raises(ArchiveError, match="there is no archive 'harbour'; choose another"):
        library.get("harbour")


@pytest.mark.parametrize("name", ["", " ", "..", "a/b", "../x", ".hidden", "a.", "x" * 64, "a\\b"])
def test_names_that_lead_elsewhere_are_refused(library, name):
    with pytest.raises(ArchiveError, match="cannot be the name of an archive"):
        library.create(name)
    if name.strip():
        with pytest.raises(ArchiveError, match="there is no archive"):
            library.get(name)


def test_an_archive_is_neither_made_twice_nor_deleted_under_the_page(library):
    with pytest.raises(ArchiveError, match="there is an archive 'ARCHIVE' already"):
        library.create("ARCHIVE")
    with pytest.raises(ArchiveError, match="the archive this page was started with"):
        library.delete("archive")


# Jobs


def test_a_job_tells_how_far_it_has_come_and_returns():
    go = threading.Event()

    def work(job):
        job.tell("half", done=1, total=2)
        go.wait(5)
        return 7

    job = Job(work)
    while not job.note:
        job.wait(0.01)
    assert (job.running, job.note, job.done, job.total) == (True, "half", 1, 2)
    go.set()
    job.wait(5)
    assert (job.running, job.result, job.problem, job.stopped) == (False, 7, "", False)


def test_a_job_knows_how_long_it_still_takes(monkeypatch):
    now = iter([100.0, 110.0, 130.0])
    monkeypatch.setattr(jobs_module, "time", SimpleNamespace(monotonic=lambda: next(now)))
    seen = []

    def work(job):
        job.tell("loading")
        seen.append(job.seconds_left)
        job.tell("", done=1, total=11)
        # The first step may have taken longer, so it counts for nothing.
        seen.append(job.seconds_left)
        for done in (2, 3):
            job.tell("", done=done, total=11)
            seen.append(job.seconds_left)

    Job(work).wait(5)
    assert seen == [None, None, 10 * 9, 30 / 2 * 8]


def test_a_stopped_job_ends_at_its_next_step():
    def work(job):
        while True:
            job.tell("on")

    job = Job(work)
    job.stop()
    job.wait(5)
    assert (job.running, job.result, job.problem, job.stopped) == (False, None, "", True)


@pytest.mark.parametrize(
    ("error", "said"), [(ArchiveError("busy; wait"), "busy; wait"), (ZeroDivisionError(), FAILED)]
)
def test_a_job_that_fails_says_why(error, said):
    def work(job):
        raise error

    job = Job(work)
    job.wait(5)
    assert job.problem == said


def test_an_archive_has_one_job_at_a_time(archive):
    go, jobs = threading.Event(), Jobs()
    jobs.start(archive, lambda job: go.wait(5))
    with pytest.raises(ArchiveError, match="'archive' is still busy with the one before"):
        jobs.start(archive, lambda job: None)
    go.set()
    jobs.of(archive).wait(5)
    jobs.start(archive, lambda job: 7)
    jobs.of(archive).wait(5)
    assert jobs.of(archive).result == 7


# The archive page


def test_an_ingest_names_files_as_they_were_called(archive, tmp_path):
    folder = tmp_path / "upload-cache"
    folder.mkdir()
    rows = [{"title": "Storm", "text": "A storm hit the harbour."}, {"title": "No text"}]
    (folder / "news.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"no")
    job = Job(lambda job: adding.ingest(archive, [str(p) for p in sorted(folder.iterdir())], job))
    # Two processes are started to read them, which takes a while on a busy machine.
    job.wait(120)
    report = job.result
    assert (report.added, job.done, job.total) == (1, 1, 1)
    assert [item.source.partition("#")[0] for item in report.skipped] == ["bad.pdf", "news.json"]
    assert [article.source for article in archive.articles()] == ["news.json"]


def test_a_report_lists_what_was_skipped_as_text():
    report = IngestReport(
        3, 2, left_out=1, seconds=1.0, skipped=(Skipped("<b>.pdf", "is not <readable>"),)
    )
    shown = adding.report_html(report)
    # The figures add up.
    assert "<b>3 read</b> = 2 added + 0 updated + 0 unchanged + 1 skipped" in shown
    assert "Skipped: 1" in shown
    assert "&lt;b&gt;.pdf" in shown
    assert "is not &lt;readable&gt;" in shown
    assert "<h2>" not in adding.report_html(IngestReport())


def test_statistics(archive):
    assert "<svg" not in archive_page.statistics_html(archive)
    fill(archive)
    shown = archive_page.statistics_html(archive)
    assert shown.count("<svg ") == 1
    assert shown.count("width: 100.0%") == 1
    assert '<th scope="row">Articles</th><td>3</td>' in shown
    days = map(markup.spelled, (archive.stats().first, archive.stats().last))
    assert f"<td>{' to '.join(days)}</td>" in shown
    # February is in the plot and the table, though it has no article.
    assert '<th scope="row">2024-02</th><td>0</td>' in shown
    assert '<th scope="row">A</th><td>2</td>' in shown


def test_progress():
    assert 'max="4" value="3"' in markup.progress_html("x", done=3, total=4)
    assert '<progress aria-label="Progress"></progress>' in markup.progress_html(
        "", done=3, total=0
    )
