"""What became of each question of an evaluation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from eval.questions import Question
from rag.types import Confidence, Timings


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one question; a score is None if it does not apply.

    `answer` is the text given, the refusal phrase when `abstained`; F1 and exact match are of its
    short answer if it has one. A refusal of an answerable question scores 0; an unanswerable one
    has no scores. `holds_answer`, `quote_holds_answer` and `passages_hold_answer` tell whether an
    accepted answer is in the answer, in a cited quote, and in the first four passages found.
    `ranked_ids` are the first ten distinct articles, gold ones by their gold name.
    `timings` and `confidence` are the answer's own. A question that failed with `error`
    counts as refused.
    """

    question: Question
    answer: str = ""
    abstained: bool = True
    f1: float | None = None
    exact_match: bool | None = None
    holds_answer: bool | None = None
    cites_gold: bool | None = None
    quote_holds_answer: bool | None = None
    citation_precision: float | None = None
    citation_recall: float | None = None
    passages_hold_answer: bool | None = None
    ranked_ids: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    confidence: Confidence | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class EvalRun:
    """The outcomes of one evaluation, in the order of the questions."""

    started: dt.datetime
    outcomes: tuple[Outcome, ...]


def fault(outcome: Outcome) -> str | None:
    """Return what is wrong with an outcome in a few words, or None."""
    if outcome.error is not None:
        return f"error: {outcome.error}"
    if not outcome.question.answerable:
        return None if outcome.abstained else "answered, should have refused"
    if outcome.abstained:
        return "refused"
    if not outcome.holds_answer:
        return "wrong answer"
    return "cites no gold article" if outcome.cites_gold is False else None
