"""Ask every question, score each answer, and average the scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

import rag
from eval.metrics import (
    citation_precision,
    citation_recall,
    contains_answer,
    exact_match,
    gold_name,
    interval,
    is_yes_no,
    percentile,
    ranking,
    token_f1,
)
from eval.questions import Question
from rag.answering.marks import strip_marks
from rag.errors import RagError
from rag.types import Answer, Confidence, Hit, Timings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.archive import Archive
    from rag.generation import Generator
    from rag.types import Article

RANKED_ARTICLES = 10
SEARCHED_PASSAGES = 40  # enough for ten distinct articles with four passages each
READ_PASSAGES = 4

AnswerFunction = Callable[[Question], Answer]
SearchFunction = Callable[[Question, int], Sequence[Hit]]
ProgressFunction = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one question; a score is None if it does not apply.

    `answer` is the text given, the refusal phrase when `abstained`; F1 and exact match are of its
    short answer where it has one. A refusal of an
    answerable question scores 0; an unanswerable one has no scores. `holds_answer`,
    `quote_holds_answer` and `passages_hold_answer` tell whether an accepted answer
    stands in the answer, in a cited quote, and in the first four passages found.
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


def run(
    questions: Sequence[Question],
    *,
    answer: AnswerFunction,
    search: SearchFunction,
    progress: ProgressFunction | None = None,
) -> EvalRun:
    """Answer and search for each question, and score what comes back.

    `search` is asked for 40 passages, best first, with the question as the answer has it: a
    follow-up is made to stand alone. A `RagError` is recorded and the
    run goes on. `progress` is called with the number of questions done and the total.
    """
    started = dt.datetime.now(dt.UTC)
    outcomes = []
    for question in questions:
        outcomes.append(_ask(question, answer=answer, search=search))
        if progress:
            progress(len(outcomes), len(questions))
    return EvalRun(started=started, outcomes=tuple(outcomes))


def run_on(
    archive: Archive,
    questions: Sequence[Question],
    *,
    generator: Generator | None = None,
    progress: ProgressFunction | None = None,
) -> EvalRun:
    """Run the questions against an archive with the default settings; see `run`."""
    return run(
        questions,
        answer=lambda q: rag.answer(
            q.question,
            archive=archive,
            history=q.history,
            since=q.since,
            until=q.until,
            generator=generator,
        ),
        search=lambda q, k: archive.search(q.question, k=k, since=q.since, until=q.until),
        progress=progress,
    )


def summarise(run: EvalRun) -> Summary:
    """Average the outcomes over all questions and over each kind."""
    kinds = sorted({outcome.question.kind for outcome in run.outcomes})
    return Summary(
        overall=_scores(run.outcomes),
        by_kind={
            kind: _scores([o for o in run.outcomes if o.question.kind == kind]) for kind in kinds
        },
    )


def _ask(question: Question, *, answer: AnswerFunction, search: SearchFunction) -> Outcome:
    refusal = Answer(question=question.question, text="", abstained=True)
    error: str | None = None
    hits: Sequence[Hit] = ()
    try:
        given = answer(question)
    except RagError as problem:
        given, error = refusal, str(problem)
    try:
        hits = search(replace(question, question=given.question), SEARCHED_PASSAGES)
    except RagError as problem:
        given, error = refusal, str(problem)
    return _judge(question, hits=hits, given=given, error=error)


def _judge(
    question: Question, *, hits: Sequence[Hit], given: Answer, error: str | None = None
) -> Outcome:
    gold, answerable = question.gold_articles, question.answerable
    refused = Outcome(
        question=question,
        answer=given.text,
        abstained=given.abstained,
        f1=0.0 if answerable else None,
        exact_match=False if answerable else None,
        holds_answer=False if answerable else None,
        passages_hold_answer=_any_holds((hit.text for hit in hits[:READ_PASSAGES]), question),
        ranked_ids=_ranked_ids(hits, gold=gold),
        timings=given.timings,
        confidence=given.confidence,
        error=error,
    )
    if given.abstained or not answerable:
        return refused
    matched = exact_match(given.short or given.text, question.answers)
    return replace(
        refused,
        f1=token_f1(given.short or given.text, question.answers),
        exact_match=matched,
        holds_answer=matched or bool(_any_holds((strip_marks(given.text),), question)),
        cites_gold=any(gold_name(c.article, gold) for c in given.citations) if gold else None,
        quote_holds_answer=_any_holds((c.quote for c in given.citations), question),
        citation_precision=citation_precision(given.citations, question) if gold else None,
        citation_recall=citation_recall(given.text, given.citations, question) if gold else None,
    )


def _any_holds(texts: Iterable[str], question: Question) -> bool | None:
    """Tell whether a text holds an accepted answer; None if that says nothing."""
    if not question.answerable or is_yes_no(question.answers):
        return None
    return any(contains_answer(text, question.answers) for text in texts)


def _ranked_ids(hits: Sequence[Hit], *, gold: Sequence[str]) -> tuple[str, ...]:
    names = dict.fromkeys(_name(hit.article, gold=gold) for hit in hits)
    return tuple(names)[:RANKED_ARTICLES]


def _name(article: Article, *, gold: Sequence[str]) -> str:
    return gold_name(article, gold) or article.id or article.source or article.title


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
