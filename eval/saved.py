"""Runs of earlier evaluations, as their reports keep them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from eval.outcomes import EvalRun, Outcome
from eval.questions import to_question
from rag.errors import SourceError
from rag.types import Confidence, Timings

JSON_FILE = "report.json"


def read(path: Path) -> EvalRun:
    """Read the run of a report from its folder or from the JSON file in it.

    Raises `SourceError` if it is missing or is not a report.
    """
    file = path / JSON_FILE if path.is_dir() else path
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        started = dt.datetime.fromisoformat(record["started"])
        return EvalRun(started, tuple(map(_read_outcome, record["outcomes"])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{file} is not a report of an evaluation: {error!r}") from error


def latest(folder: Path) -> Path | None:
    """Return the folder of the last report in `folder`, or None."""
    found = sorted(file.parent for file in folder.glob(f"*/{JSON_FILE}"))
    return found[-1] if found else None


def outcome_record(outcome: Outcome) -> dict[str, object]:
    """Return an outcome for JSON, with the history as in a question file."""
    record = asdict(outcome)
    record["question"]["history"] = [turn._asdict() for turn in outcome.question.history]
    return record


def _read_outcome(record: dict[str, Any]) -> Outcome:
    known = {field.name for field in fields(Outcome)}
    given = {name: value for name, value in record.items() if name in known}
    given["question"] = to_question(record["question"])
    given["timings"] = Timings(**record["timings"])
    given["ranked_ids"] = tuple(record["ranked_ids"])
    # Older reports have none.
    sure = record.get("confidence")
    given["confidence"] = Confidence(**sure) if sure else None
    return Outcome(**given)
