"""Scores of single outcomes, and their means over a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

from eval.metrics import interval, percentile, ranking
from eval.outcomes import EvalRun, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `count` questions with its 95 % interval; None if there are none."""

    value: float | None
    count: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """Median and 95th percentile of `count` durations, in seconds."""

    p50: float | None
    p95: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A score of single outcomes; None if it does not apply.

    `better` is 1 if more is better, -1 if less is, and 0 if neither.
    """

    name: str
    title: str
    of: Callable[[Outcome], float | None]
    better: int = 1


def _ranked(name: str) -> Callable[[Outcome], float | None]:
    """Return the part `name` of a `Ranking`, for questions with gold articles."""

    def score(outcome: Outcome) -> float | None:
        gold = outcome.question.gold_articles
        return getattr(_ranking(outcome.ranked_ids, gold), name) if gold else None

    return score


# Cached because it is needed for each measure, kind and comparison.
_ranking = cache(ranking)

# In the order of the pipeline. Retrieval counts questions with gold articles. Whether the
# passages or the quote hold an answer leaves out yes/no questions, whose answer is no
# quotation. Answer scores count answerable questions, refused ones as 0; citation scores
# count the answers given to answerable questions. `answered` counts all questions.
MEASURES = (
    Measure("hit_at_1", "hit@1", _ranked("hit_at_1")),
    Measure("hit_at_4", "hit@4", _ranked("hit_at_4")),
    Measure("hit_at_10", "hit@10", _ranked("hit_at_10")),
    Measure("mrr_at_10", "MRR@10", _ranked("mrr_at_10")),
    Measure("ndcg_at_10", "nDCG@10", _ranked("ndcg_at_10")),
    Measure("answer_in_passages_at_4", "answer in passages@4", attrgetter("passages_hold_answer")),
    Measure("f1", "answer F1", attrgetter("f1")),
    Measure("exact_match", "answer exact match", attrgetter("exact_match")),
    Measure("holds_answer", "answer holds gold answer", attrgetter("holds_answer")),
    Measure("answered", "answered", lambda outcome: not outcome.abstained, better=0),
    Measure("cites_gold", "cites a gold article", attrgetter("cites_gold")),
    Measure("quote_holds_answer", "quote holds gold answer", attrgetter("quote_holds_answer")),
    Measure("citation_precision", "citation precision", attrgetter("citation_precision")),
    Measure("citation_recall", "citation recall", attrgetter("citation_recall")),
    Measure(
        "false_refusals",
        "false refusals",
        lambda outcome: outcome.abstained if outcome.question.answerable else None,
        better=-1,
    ),
    Measure(
        "false_answers",
        "false answers",
        lambda outcome: None if outcome.question.answerable else not outcome.abstained,
        better=-1,
    ),
)


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a set of questions; `means` has one per entry of `MEASURES`, by name.

    Latency leaves out errors, and that of the first text leaves out refusals.
    """

    questions: int
    answerable: int
    errors: int
    means: Mapping[str, Mean]
    total: Latency
    first_text: Latency


@dataclass(frozen=True, slots=True)
class Summary:
    """The scores of all questions, and of each kind in order of its name."""

    overall: Scores
    by_kind: Mapping[str, Scores]


def summarise(run: EvalRun) -> Summary:
    """Average the outcomes over all questions and over each kind."""
    kinds = sorted({outcome.question.kind for outcome in run.outcomes})
    return Summary(
        overall=_scores(run.outcomes),
        by_kind={
            kind: _scores([o for o in run.outcomes if o.question.kind == kind]) for kind in kinds
        },
    )


def _scores(outcomes: Sequence[Outcome]) -> Scores:
    timed = [outcome.timings for outcome in outcomes if outcome.error is None]
    return Scores(
        questions=len(outcomes),
        answerable=sum(outcome.question.answerable for outcome in outcomes),
        errors=len(outcomes) - len(timed),
        means={measure.name: _mean(map(measure.of, outcomes)) for measure in MEASURES},
        total=_latency([timings.total for timings in timed]),
        first_text=_latency([t.first_text for t in timed if t.first_text is not None]),
    )


def _mean(values: Iterable[float | None]) -> Mean:
    known = [float(value) for value in values if value is not None]
    if not known:
        return Mean(None, 0)
    mean, low, high = interval(known)
    return Mean(mean, len(known), low, high)


def _latency(seconds: Sequence[float]) -> Latency:
    return Latency(p50=percentile(seconds, 50), p95=percentile(seconds, 95), count=len(seconds))
