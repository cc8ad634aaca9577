"""Write the report of an evaluation for people, for programs and for the terminal."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from rich.table import Table

from eval import pages, plots
from eval.comparison import Change, compare
from eval.measures import MEASURES, Summary, summarise
from eval.outcomes import EvalRun, Outcome, fault
from eval.questions import load_questions
from eval.runner import run_on
from eval.saved import JSON_FILE, latest, outcome_record, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eval.measures import Latency, Mean, Scores
    from eval.runner import ProgressFunction
    from rag.archive import Archive
    from rag.generation import Generator

MARKDOWN_FILE = "report.md"
HTML_FILE = "report.html"
# The folder of the reports in an archive's folder, and the file name of a report.
FOLDER = "reports"
FOLDER_NAME = "%Y-%m-%dT%H%M%SZ"

_NOTE = "Each score has its mean, its 95 % interval, and the number of questions."
# The measures that are plotted per kind of question.
_BY_KIND = ("hit_at_4", "f1")
_NO_VALUE = "–"


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong: why, what was expected, and what was answered."""

    id: str
    question: str
    why: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Report:
    """A run with its scores, what it was run with, and how it differs from an earlier run."""

    run: EvalRun
    summary: Summary
    settings: Mapping[str, str]
    earlier: EvalRun | None = None

    @property
    def changes(self) -> list[Change]:
        """How the measures differ from those of the earlier run."""
        return compare(self.earlier, self.run) if self.earlier else []

    @property
    def failures(self) -> list[Failure]:
        """The questions that went wrong, in order."""
        return [_failure(o, why=why) for o in self.run.outcomes if (why := fault(o))]


def evaluate(
    archive: Archive,
    questions: Path,
    *,
    generator: Generator | None = None,
    most: int | None = None,
    folder: Path | None = None,
    earlier: Path | None = None,
    progress: ProgressFunction | None = None,
) -> tuple[Report, Path]:
    """Ask the questions of a file, or the first `most` of them, and write the report.

    It goes to `folder`, by default the archive's ``reports``, and is compared with the
    report `earlier`, by default the last one there. Returns it and where it was written.
    Raises `SourceError` for a file that holds no questions or no report.
    """
    folder = folder or archive.folder / FOLDER
    before = earlier or latest(folder)
    compared = read(before) if before else None
    chosen = load_questions(questions)[:most]
    run = run_on(archive, chosen, generator=generator, progress=progress)
    name = generator.name if generator else archive.settings.generator
    settings = settings_of(archive, generator=name, questions=str(questions))
    report = Report(run, summarise(run), settings, compared)
    return report, write(report, folder)


def settings_of(archive: Archive, *, generator: str, questions: str) -> dict[str, str]:
    """Return the settings of a run over `archive`."""
    return {
        "archive": str(archive.folder),
        "articles": str(archive.stats().articles),
        "embedder": archive.settings.embedder,
        "reader": archive.settings.reader,
        "generator": generator,
        "questions": questions,
    }


def to_json(report: Report) -> str:
    """Return settings, summary, changes and every outcome as indented JSON."""
    record = {
        "started": _utc(report.run).isoformat(timespec="seconds"),
        "settings": dict(report.settings),
        "summary": asdict(report.summary),
        "earlier": _utc(report.earlier).isoformat(timespec="seconds") if report.earlier else None,
        "changes": [
            {**asdict(change), "significant": change.significant} for change in report.changes
        ],
        "outcomes": [outcome_record(outcome) for outcome in report.run.outcomes],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def to_markdown(report: Report) -> str:
    """Return the settings, the scores, the changes and the failures as Markdown."""
    parts = [f"# Evaluation of {_minute(report.run)}"]
    if report.settings:
        parts.append(_markdown_table([("setting", "value"), *report.settings.items()]))
    parts += ["## Scores", _NOTE, _markdown_table(_rows(report.summary))]
    if report.earlier:
        parts += [
            f"## Compared with {_minute(report.earlier)}",
            _markdown_table(_change_rows(report.changes)),
        ]
    parts += ["## Failures", "\n".join(map(_item, report.failures)) or "None."]
    return "\n\n".join(parts) + "\n"


def to_html(report: Report) -> str:
    """Return one HTML page with plots that needs no other file."""
    return pages.render(
        "report.html",
        started=_minute(report.run),
        settings=report.settings,
        note=_NOTE,
        rows=_rows(report.summary),
        overall_plot=Markup(_overall_plot(report.summary)),  # noqa: S704 - drawn here
        kind_plot=Markup(_kind_plot(report.summary)),  # noqa: S704
        time_plot=Markup(_time_plot(report.run)),  # noqa: S704
        earlier=_minute(report.earlier) if report.earlier else "",
        changes=report.changes,
        failures=report.failures,
    )


def to_tables(report: Report) -> list[Table]:
    """Return the overall scores, and what changed, for the terminal."""
    table = Table("score", "all questions", caption=_NOTE)
    for name, cell in _cells(report.summary.overall):
        table.add_row(name, cell)
    if not report.earlier:
        return [table]
    head, *rows = _change_rows([change for change in report.changes if change.significant])
    changed = Table(*head, title=f"Compared with {_minute(report.earlier)}: significant changes")
    for row in rows or [("none", *[""] * (len(head) - 1))]:
        changed.add_row(*row)
    return [table, changed]


def write(report: Report, folder: Path) -> Path:
    """Write the report as JSON, Markdown and HTML into a new folder, and return it.

    It is in `folder`, named for the time at which the run started, and appears complete or not at
    all. Raises `FileExistsError` if that report exists already.
    """
    target = folder / f"{_utc(report.run):{FOLDER_NAME}}"
    if target.exists():
        raise FileExistsError(f"{target} already holds a report; move it away to write it again")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as temporary:
        staged = Path(temporary) / target.name
        staged.mkdir()
        for name, text in (
            (JSON_FILE, to_json(report)),
            (MARKDOWN_FILE, to_markdown(report)),
            (HTML_FILE, to_html(report)),
        ):
            (staged / name).write_text(text, "utf-8")
        staged.rename(target)
    return target


def _utc(run: EvalRun) -> dt.datetime:
    return run.started.astimezone(dt.UTC)


def _minute(run: EvalRun) -> str:
    return f"{_utc(run):%Y-%m-%d %H:%M} UTC"


def _overall_plot(summary: Summary) -> str:
    means = summary.overall.means
    shown = [
        plots.Bar(measure.title, mean.value, mean.low, mean.high)
        for measure in MEASURES
        if (mean := means[measure.name]).value is not None
    ]
    return plots.bars({"": shown}, title="Scores of all questions with their intervals", most=1)


def _kind_plot(summary: Summary) -> str:
    series = {
        measure.title: [
            plots.Bar(kind, mean.value, mean.low, mean.high)
            for kind, scores in summary.by_kind.items()
            if (mean := scores.means[measure.name]).value is not None
        ]
        for measure in MEASURES
        if measure.name in _BY_KIND
    }
    return plots.bars(series, title="Scores by kind of question", most=1)


def _time_plot(run: EvalRun) -> str:
    seconds = [outcome.timings.total for outcome in run.outcomes if outcome.error is None]
    if not seconds:
        return ""
    counts, edges = np.histogram(seconds, bins=min(20, max(1, len(seconds))))
    named = [plots.Bar(f"{edge:.1f}", count) for edge, count in zip(edges, counts, strict=False)]
    return plots.columns(named, title="Answers by seconds taken")


def _change_rows(changes: Sequence[Change]) -> list[tuple[str, ...]]:
    head = ("score", "before", "now", "difference", "questions", "")
    return [
        head,
        *(
            (
                change.title,
                f"{change.before:.3f}",
                f"{change.after:.3f}",
                f"{change.after - change.before:+.3f} [{change.low:+.3f}, {change.high:+.3f}]",
                str(change.count),
                change.verdict,
            )
            for change in changes
        ),
    ]


def _rows(summary: Summary) -> list[tuple[str, ...]]:
    """Return one row per score: its name, then all questions, then each kind."""
    columns = [_cells(scores) for scores in (summary.overall, *summary.by_kind.values())]
    names = [name for name, _ in columns[0]]
    cells = zip(*([cell for _, cell in column] for column in columns), strict=True)
    body = [(name, *row) for name, row in zip(names, cells, strict=True)]
    return [("score", "all", *summary.by_kind), *body]


def _cells(scores: Scores) -> list[tuple[str, str]]:
    return [
        ("questions", str(scores.questions)),
        ("answerable", str(scores.answerable)),
        ("errors", str(scores.errors)),
        *((measure.title, _share(scores.means[measure.name])) for measure in MEASURES),
        ("total, p50 / p95", _seconds(scores.total)),
        ("first text, p50 / p95", _seconds(scores.first_text)),
    ]


def _share(mean: Mean) -> str:
    if mean.value is None:
        return _NO_VALUE
    return f"{mean.value:.3f} [{mean.low:.3f}, {mean.high:.3f}] ({mean.count})"


def _seconds(latency: Latency) -> str:
    if latency.p50 is None or latency.p95 is None:
        return _NO_VALUE
    return f"{latency.p50:.2f} / {latency.p95:.2f} s"


def _failure(outcome: Outcome, *, why: str) -> Failure:
    question = outcome.question
    expected = " / ".join(question.answers) or "a refusal"
    return Failure(question.id, question.question, why, expected, outcome.answer or _NO_VALUE)


def _item(failure: Failure) -> str:
    return (
        f"- **{_flat(failure.id)}** ({_flat(failure.why)}): {_flat(failure.question)}\n"
        f"  - expected: {_flat(failure.expected)}\n"
        f"  - got: {_flat(failure.got)}"
    )


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ("| " + " | ".join(_flat(cell) for cell in row) + " |" for row in rows)
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
