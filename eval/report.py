"""Write an evaluation down for people, for programs and for the terminal."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eval.runner import EvalRun, Latency, Mean, Outcome, Scores, Summary

JSON_FILE = "report.json"
MARKDOWN_FILE = "report.md"
FOLDER_NAME = "%Y-%m-%dT%H%M%SZ"

_NOTE = "Each score is a mean over the number of questions in brackets."
_NO_VALUE = "–"


def to_json(run: EvalRun, summary: Summary, *, settings: Mapping[str, str]) -> str:
    """Return settings, summary and every outcome as indented JSON."""
    report = {
        "started": _utc(run).isoformat(timespec="seconds"),
        "settings": dict(settings),
        "summary": asdict(summary),
        "outcomes": [_outcome(outcome) for outcome in run.outcomes],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def to_markdown(run: EvalRun, summary: Summary, *, settings: Mapping[str, str]) -> str:
    """Return the settings, the scores and the failures as Markdown."""
    parts = [f"# Evaluation of {_utc(run):%Y-%m-%d %H:%M} UTC"]
    if settings:
        parts.append(_markdown_table([("setting", "value"), *settings.items()]))
    parts += ["## Scores", _NOTE, _markdown_table(_rows(summary)), "## Failures"]
    failures = [_failure(outcome, why=why) for outcome in run.outcomes if (why := fault(outcome))]
    parts.append("\n".join(failures) or "None.")
    return "\n\n".join(parts) + "\n"


def to_table(summary: Summary) -> Table:
    """Return the overall scores for the terminal; the written report has them by kind."""
    table = Table("score", "all questions", caption=_NOTE)
    for name, cell in _cells(summary.overall):
        table.add_row(name, cell)
    return table


def write(run: EvalRun, summary: Summary, folder: Path, *, settings: Mapping[str, str]) -> Path:
    """Write ``report.json`` and ``report.md`` into a new folder, and return it.

    It lies in `folder`, named for the time the run started, and appears complete or
    not at all. Raises `FileExistsError` when that report was written before.
    """
    target = folder / f"{_utc(run):{FOLDER_NAME}}"
    if target.exists():
        raise FileExistsError(f"{target} already holds a report; move it away to write it again")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as temporary:
        staged = Path(temporary) / target.name
        staged.mkdir()
        (staged / JSON_FILE).write_text(to_json(run, summary, settings=settings), "utf-8")
        (staged / MARKDOWN_FILE).write_text(to_markdown(run, summary, settings=settings), "utf-8")
        staged.rename(target)
    return target


def fault(outcome: Outcome) -> str | None:
    """Say what is wrong with an outcome in a few words; None when nothing is."""
    if outcome.error is not None:
        return f"error: {outcome.error}"
    if not outcome.question.answerable:
        return None if outcome.abstained else "answered, should have refused"
    if outcome.abstained:
        return "refused"
    if not outcome.holds_answer:
        return "wrong answer"
    return "cites no gold article" if outcome.cites_gold is False else None


def _utc(run: EvalRun) -> dt.datetime:
    return run.started.astimezone(dt.UTC)


def _outcome(outcome: Outcome) -> dict[str, object]:
    """Return an outcome for JSON, with the history in the form questions are read in."""
    record = asdict(outcome)
    record["question"]["history"] = [turn._asdict() for turn in outcome.question.history]
    return record


def _rows(summary: Summary) -> list[tuple[str, ...]]:
    """Return one row for each score: its name, then all questions, then each kind."""
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
        ("hit@1", _share(scores.hit_at_1)),
        ("hit@4", _share(scores.hit_at_4)),
        ("hit@10", _share(scores.hit_at_10)),
        ("answer in passages@4", _share(scores.answer_in_passages_at_4)),
        ("MRR@10", _share(scores.mrr_at_10)),
        ("answer F1", _share(scores.f1)),
        ("answer exact match", _share(scores.exact_match)),
        ("answer holds gold answer", _share(scores.holds_answer)),
        ("answered", _share(scores.answered)),
        ("cites a gold article", _share(scores.cites_gold)),
        ("quote holds gold answer", _share(scores.quote_holds_answer)),
        ("citation precision", _share(scores.citation_precision)),
        ("false refusals", _share(scores.false_refusals)),
        ("false answers", _share(scores.false_answers)),
        ("total, p50 / p95", _seconds(scores.total)),
        ("first text, p50 / p95", _seconds(scores.first_text)),
    ]


def _share(mean: Mean) -> str:
    return _NO_VALUE if mean.value is None else f"{mean.value:.3f} ({mean.count})"


def _seconds(latency: Latency) -> str:
    if latency.p50 is None or latency.p95 is None:
        return _NO_VALUE
    return f"{latency.p50:.2f} / {latency.p95:.2f} s"


def _failure(outcome: Outcome, *, why: str) -> str:
    question = outcome.question
    expected = " / ".join(question.answers) or "a refusal"
    return (
        f"- **{_flat(question.id)}** ({_flat(why)}): {_flat(question.question)}\n"
        f"  - expected: {_flat(expected)}\n"
        f"  - got: {_flat(outcome.answer) or _NO_VALUE}"
    )


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ("| " + " | ".join(_flat(cell) for cell in row) + " |" for row in rows)
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
