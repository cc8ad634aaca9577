"""Write the report of a benchmark: JSON, one HTML page with plots, and tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from markupsafe import Markup
from rich.table import Table

from eval import pages, plots
from eval.bench.environments import DATELINE, PARTS
from eval.bench.figures import (
    MEASURES,
    Figures,
    Measure,
    Outcomes,
    figures,
    rate,
    ratio,
    token_counter,
)
from eval.bench.machine import Machine
from eval.bench.plan import Plan
from eval.bench.steps import Outcome

JSON_FILE, HTML_FILE = "report.json", "report.html"
_NO_VALUE = "–"
# The measures that are drawn.
_DRAWN = ("articles_rate", "search_start_later", "search_p50", "answer_p50", "ingest_memory")
_NOTE = (
    "In brackets: how many times better Dateline is, in this run; below one it is worse. "
    "One process at a time; medians over the rounds."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of Dateline beside the plain use of the same weights, or a stage of an ingest."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of every system, the parts of Dateline, and what they were measured with."""

    machine: Machine
    plan: Plan
    systems: Mapping[str, Figures]
    parts: Sequence[Part]
    versions: Mapping[str, Mapping[str, str]]
    number_type: str | None
    started: str
    ended: str


def build(
    outcomes: Outcomes, *, plan: Plan, gold: Sequence[Sequence[str]], machine: Machine
) -> Report:
    """Return the report on what has been measured so far, which must include an ingest."""
    count = token_counter(plan.generator)
    names = [system for system, stage in outcomes if stage == "ingest"]
    times = sorted(run.started for runs in outcomes.values() for run in runs)
    types = {run.measured.get("number_type") for runs in outcomes.values() for run in runs}
    return Report(
        machine=machine,
        plan=plan,
        systems={
            name: figures(name, outcomes, plan=plan, gold=gold, count_tokens=count)
            for name in names
        },
        parts=_parts(outcomes),
        versions={name: outcomes[name, "ingest"][0].measured["versions"] for name in names},
        number_type=next(iter(types - {None}), None),
        started=times[0],
        ended=times[-1],
    )


def to_json(report: Report) -> str:
    """Return everything as indented JSON, ratios included."""
    record = asdict(report)
    record["ratios"] = {
        name: {measure.name: _ratio(report, measure, name) for measure in MEASURES}
        for name in report.systems
        if name != DATELINE
    }
    return json.dumps(record, indent=2) + "\n"


def to_tables(report: Report) -> list[Table]:
    """Return the comparison and the parts of Dateline for the terminal."""
    compared = Table("", *report.systems, caption=_NOTE)
    for title, *cells in _rows(report):
        compared.add_row(title, *cells)
    if not report.parts:
        return [compared]
    parts = Table("parts of Dateline", "")
    for part in report.parts:
        parts.add_row(part.title, part.value)
    return [compared, parts]


def to_html(report: Report) -> str:
    """Return one page with tables and plots that needs no other file."""
    drawn = [measure for measure in MEASURES if measure.name in _DRAWN]
    return pages.render(
        "bench/report.html",
        report=report,
        facts=facts(report),
        note=_NOTE,
        rows=list(_rows(report)),
        plots=[(item.title, Markup(_plot(report, item))) for item in drawn],  # noqa: S704
    )


def facts(report: Report) -> dict[str, str]:
    """Return in words what the figures were measured with."""
    plan = report.plan
    return {
        "machine": str(report.machine),
        "Dateline computes in": report.number_type or "not measured yet",
        "articles": f"{plan.articles}, {plan.characters / 1e6:.2f} million characters",
        "questions": f"{plan.asked} searched for, {plan.answered} answered in a round",
        "passages": f"{plan.passages} of about {plan.chunk_tokens} tokens for an answer",
        "measured": f"{report.started} to {report.ended}",
        **{
            name: ", ".join(f"{package} {number}" for package, number in found.items())
            for name, found in report.versions.items()
        },
    }


def write(report: Report, folder: Path) -> Path:
    """Write the JSON and the page into `folder`; return the page's path."""
    (folder / JSON_FILE).write_text(to_json(report), encoding="utf-8")
    page = folder / HTML_FILE
    page.write_text(to_html(report), encoding="utf-8")
    return page


def _rows(report: Report) -> list[list[str]]:
    return [
        [measure.title, *(_cell(report, measure, name) for name in report.systems)]
        for measure in MEASURES
    ]


def _cell(report: Report, measure: Measure, name: str) -> str:
    value = getattr(report.systems[name], measure.name)
    if value is None:
        return _NO_VALUE
    shown = f"{value / measure.unit:.{measure.decimals}f}"
    times = _ratio(report, measure, name)
    return f"{shown} ({times:.1f})" if times is not None else shown


def _ratio(report: Report, measure: Measure, name: str) -> float | None:
    if name == DATELINE or DATELINE not in report.systems:
        return None
    return ratio(measure, report.systems[DATELINE], report.systems[name])


def _plot(report: Report, measure: Measure) -> str:
    values = {name: getattr(found, measure.name) for name, found in report.systems.items()}
    bars = [
        plots.Bar(name, value / measure.unit) for name, value in values.items() if value is not None
    ]
    return plots.bars({"": bars}, title=measure.title)


def _parts(outcomes: Outcomes) -> list[Part]:
    """Return the parts that have been measured so far."""
    shown = {"stages": _stages, "embedding": _embedding, "generation": _generation}
    return [
        part
        for stage, show in shown.items()
        for run in outcomes.get((PARTS, stage), ())
        for part in show(run)
    ]


def _stages(run: Outcome) -> list[Part]:
    seconds = run.measured["seconds"]
    total = sum(seconds.values())
    return [
        Part(f"ingest, {stage}, s (share)", f"{value:.2f} ({value / total:.1%})")
        for stage, value in seconds.items()
    ]


def _embedding(run: Outcome) -> list[Part]:
    found = run.measured
    ours, plain = (median(found["seconds"][name]) for name in ("ours", "plain"))
    many = found["passages"]
    return [
        Part(f"passages of {found['tokens']:.0f} tokens embedded per second", f"{many / ours:.1f}"),
        Part("the same by SentenceTransformer.encode in float32", f"{many / plain:.1f}"),
        Part("times as fast", f"{plain / ours:.2f}"),
        Part(
            "cosine of the two, mean / least",
            f"{found['cosine']:.5f} / {found['least_cosine']:.5f}",
        ),
    ]


def _generation(run: Outcome) -> list[Part]:
    found = run.measured
    ours, plain = (found["written"][name] for name in ("ours", "plain"))
    speeds = [rate(texts, _tokens_in(texts)) or 0.0 for texts in (ours, plain)]
    firsts = [median(item["first_text"] for item in texts) for texts in (ours, plain)]
    title = f"after prompts of {found['prompt_tokens']:.0f} tokens"
    return [
        Part(f"tokens per second {title}, Dateline / plain", f"{speeds[0]:.1f} / {speeds[1]:.1f}"),
        Part(f"first text {title}, s, Dateline / plain", f"{firsts[0]:.2f} / {firsts[1]:.2f}"),
        Part("the same text from both", f"{found['same']} of {len(ours)}"),
    ]


def _tokens_in(texts: Sequence[Mapping[str, Any]]) -> Any:
    counted = {item["text"]: item["tokens"] for item in texts}
    return counted.__getitem__
