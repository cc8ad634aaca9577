"""Spans of a small archive written down, and weights fitted that tell right from wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from eval import choice
from rag.answering.found import FEATURES
from tests.fakes import FakeReader

# scikit-learn takes seconds to import.
pytestmark = pytest.mark.slow


def row(key: str, *, answerable: bool, good: float, bad: float) -> str:
    def span(odds: float, f1: float) -> dict[str, object]:
        return {
            "features": [odds, *[0.0] * (len(FEATURES) - 1)],
            "f1": f1,
            "span": "x",
            "check": odds,
        }

    spans = [span(good, 1.0 if answerable else 0.0), span(bad, 0.0)]
    return json.dumps({"key": key, "answerable": answerable, "spans": spans})


def test_a_fit_chooses_by_what_tells_right_from_wrong(tmp_path: Path) -> None:
    rows = [row(f"a{n}", answerable=True, good=3.0 + n / 9, bad=-3.0) for n in range(9)]
    rows += [row(f"n{n}", answerable=False, good=-4.0 - n / 9, bad=-5.0) for n in range(9)]
    file = tmp_path / "spans.jsonl"
    file.write_text("\n".join(rows), encoding="utf-8")
    result = CliRunner().invoke(choice.app, ["fit", str(file)])
    assert result.exit_code == 0, result.output
    assert "1.000" in result.output  # the right span is always chosen
    odds = next(line for line in result.output.splitlines() if line.startswith("odds:"))
    assert float(odds.partition(":")[2]) > 0


def test_spans_are_right_only_in_a_gold_article(
    tmp_path: Path, archive, monkeypatch: pytest.MonkeyPatch, make_article
) -> None:
    text = "The ferry strike closed the harbour for 3 days."
    archive.ingest([make_article(text, id="gold"), make_article(f"{text} Again.", id="other")])
    question = {
        "id": "q",
        "question": "How many days did the ferry strike close the harbour?",
        "answers": ["3"],
        "gold_articles": ["gold"],
    }
    asked, out = tmp_path / "questions.jsonl", tmp_path / "spans.jsonl"
    asked.write_text(json.dumps(question), encoding="utf-8")
    monkeypatch.setattr(choice, "load_reader", lambda _name: FakeReader())
    monkeypatch.setattr(
        "eval.choice.HidingArchive.embedder", lambda self: type(archive).embedder(archive)
    )
    command = ["collect", "--questions", str(asked), "--out", str(out)]
    for _ in range(2):  # the second time there is nothing left to ask
        result = CliRunner().invoke(choice.app, [*command, "--archive", str(archive.folder)])
        assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {item["key"]: item["answerable"] for item in found} == {"q": True, "q-hidden": False}
    scores = np.array([span["f1"] for item in found for span in item["spans"]])
    assert scores.max() == 1.0
    hidden = next(item for item in found if not item["answerable"])
    assert all(span["f1"] == 0.0 for span in hidden["spans"])
