"""Bars by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eval import refusal
from eval.refusal import BARS, Case, bars, cases
from rag.types import Confidence

# scikit-learn takes seconds to import.
pytestmark = pytest.mark.slow


def case(answerable: bool, probability: float) -> Case:
    return Case(answerable, Confidence(probability, 1.0, probability))


def row(system: str, hidden: bool, confidence: dict[str, float] | None) -> str:
    return json.dumps({"system": system, "hidden": hidden, "confidence": confidence})


def write(path: Path) -> None:
    sure = {"probability": 0.9, "odds": 2.0, "score": 0.8}
    unsure = {"probability": 0.35, "odds": -1.0, "score": 0.4}
    rows = [
        row("default", False, sure),
        row("default", False, unsure),
        row("default", True, unsure),
        row("default", True, None),
        row("bare model", True, None),
    ]
    path.write_text("\n".join(rows), encoding="utf-8")


def test_each_bar_is_counted_by_hand() -> None:
    asked = [case(True, 0.9), case(True, 0.42), case(False, 0.58), Case(False, None)]
    refused, answered = (list(column.cells) for column in bars(asked).columns[1:])
    by_bar = dict(zip(BARS, zip(refused, answered, strict=True), strict=True))
    assert by_bar[0.4] == ("0.00", "0.50")
    assert by_bar[0.5] == ("0.50", "0.50")
    assert by_bar[0.6] == ("0.50", "0.00")


def test_only_the_system_asked_for_is_read(tmp_path: Path) -> None:
    write(tmp_path / "out.jsonl")
    found = list(cases(tmp_path / "out.jsonl", system="default"))
    assert [item.answerable for item in found] == [True, True, False, False]
    assert [item.probability for item in found] == [0.9, 0.35, 0.35, 0.0]


def test_the_command_prints_the_bars(tmp_path: Path) -> None:
    write(tmp_path / "out.jsonl")
    app = typer.Typer()
    app.command()(refusal.main)
    result = CliRunner().invoke(app, [str(tmp_path / "out.jsonl")])
    assert result.exit_code == 0, result.output
    # Both that are answerable have a probability at least as high as the others: 3.5 of 4 pairs.
    assert "ROC-AUC 0.875" in result.output


def test_a_system_without_outcomes_of_both_kinds_is_an_error_that_says_so(tmp_path: Path) -> None:
    write(tmp_path / "out.jsonl")
    app = typer.Typer()
    app.command()(refusal.main)
    result = CliRunner().invoke(app, [str(tmp_path / "out.jsonl"), "--system", "bare model"])
    assert result.exit_code == 2
    assert "python -m eval.systems" in result.output
