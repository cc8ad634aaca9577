"""Claims and proposed answers as lessons."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from rag.errors import TrainingError
from rag.training.reader.claims import CLAIMS, claims, proposals
from rag.training.reader.lessons import Lesson
from rag.types import Span

EVIDENCE = "The line was opened in 1901 by the mayor of Kiel."


def sets(folder: Path, *records: dict[str, str]) -> Path:
    for name in CLAIMS:
        (folder / name).mkdir()
        rows = "\n".join(json.dumps({"evidence": EVIDENCE, **record}) for record in records)
        (folder / name / "data.jsonl.gz").write_bytes(gzip.compress(rows.encode()))
    return folder


def test_what_is_borne_out_is_answered_and_what_is_not_is_not(tmp_path: Path) -> None:
    folder = sets(
        tmp_path,
        {"claim": "The line opened in 1901.", "label": "SUPPORTS"},
        {"claim": "The line opened in 1950.", "label": "REFUTES"},
    )
    found = {lesson.question: lesson.answered for lesson in claims(folder, random.Random(0))}
    assert found == {"The line opened in 1901.": True, "The line opened in 1950.": False}


@pytest.mark.parametrize(
    ("label", "said"),
    [("SUPPORTS", "Yes"), ("REFUTES", "No"), ("contradiction", "No"), ("neutral", None)],
)
def test_a_claim_becomes_a_question_with_a_verdict_on_it(
    tmp_path: Path, label: str, said: str | None
) -> None:
    folder = sets(tmp_path, {"claim": "The line was opened in 1901.", "label": label})
    asked = {
        lesson.question: lesson.answered
        for seed in range(20)
        for lesson in claims(folder, random.Random(seed))
        if lesson.question.endswith(("Yes.", "No."))
    }
    assert asked == {
        f"Was the line opened in 1901? {verdict}.": verdict == said for verdict in ("Yes", "No")
    }


def test_another_name_of_the_passage_is_no_answer() -> None:
    text = "Ada Berg beat Otto Lind in Kiel."
    lesson = Lesson("Who beat Otto Lind?", "", text, (Span(0, 8),), None, "squad", ("Ada Berg",))
    found = {
        item.question: item.answered
        for seed in range(20)
        for item in proposals([lesson], random.Random(seed), most=1)
    }
    assert found == {"Who beat Otto Lind? Ada Berg.": True, "Who beat Otto Lind? Kiel.": False}


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fv_fever_gold"):
        list(claims(tmp_path, random.Random(0)))
