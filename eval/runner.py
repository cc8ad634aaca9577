"""Ask every question, score each answer, and sum the scores up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from eval.metrics import (
    citation_precision,
    contains_answer,
    exact_match,
    gold_name,
    hit_at,
    is_yes_no,
    percentile,
    reciprocal_rank,
    strip_marks,
    token_f1,
)
from eval.questions import Question
from rag.errors import RagError
from rag.types import Answer, Hit, Timings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.types import Article

RANKED_ARTICLES = 10
SEARCHED_PASSAGES = 40  # ten distinct articles, were each found by four passages
READ_PASSAGES = 4

AnswerFunction = Callable[[Question], Answer]
SearchFunction = Callable[[Question, int], Sequence[Hit]]
ProgressFunction = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got; a score is None where it does not apply.

    `answer` is the text given, the refusal phrase when `abstained`. A refusal of an
    answerable question scores 0; an unanswerable one has no scores. `holds_answer`,
    `quote_holds_answer` and `passages_hold_answer` tell whether an accepted answer
    stands in the answer, in a cited quote, and in the first four passages found.
    `ranked_ids` are the first ten distinct articles, gold ones by their gold name.
    `timings` are the answer's own. A question that failed with `error` counts as refused.
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
    passages_hold_answer: bool | None = None
    ranked_ids: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class EvalRun:
    """The outcomes of one evaluation, in the order of the questions."""

    started: dt.datetime
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `count` questions; `value` is None when there are none."""

    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Median and 95th percentile of `count` durations, in seconds."""

    p50: float | None
    p95: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a set of questions; shares are from 0 to 1.

    Retrieval counts questions with gold articles. `answer_in_passages_at_4` and
    `quote_holds_answer` leave out yes/no questions, whose answer is no quotation.
    Answer scores count answerable questions, refused ones as 0; citation scores
    count the answers given to answerable questions. `answered` counts all questions.
    Latency leaves out errors, and that of the first text leaves out refusals.
    """

    questions: int
    answerable: int
    errors: int
    hit_at_1: Mean
    hit_at_4: Mean
    hit_at_10: Mean
    answer_in_passages_at_4: Mean
    mrr_at_10: Mean
    f1: Mean
    exact_match: Mean
    holds_answer: Mean
    answered: Mean
    cites_gold: Mean
    quote_holds_answer: Mean
    citation_precision: Mean
    false_refusals: Mean
    false_answers: Mean
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

    `search` is asked for 40 passages, best first, with the question in the form that the
    answer has it in: a follow-up question made to stand alone. A `RagError` is recorded and the
    run goes on. `progress` is called with questions done and questions in all.
    """
    started = dt.datetime.now(dt.UTC)
    outcomes = []
    for question in questions:
        outcomes.append(_ask(question, answer=answer, search=search))
        if progress:
            progress(len(outcomes), len(questions))
    return EvalRun(started=started, outcomes=tuple(outcomes))


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
        error=error,
    )
    if given.abstained or not answerable:
        return refused
    matched = exact_match(given.text, question.answers)
    return replace(
        refused,
        f1=token_f1(given.text, question.answers),
        exact_match=matched,
        holds_answer=matched or bool(_any_holds((strip_marks(given.text),), question)),
        cites_gold=any(gold_name(c.article, gold) for c in given.citations) if gold else None,
        quote_holds_answer=_any_holds((c.quote for c in given.citations), question),
        citation_precision=citation_precision(given.citations, question) if gold else None,
    )


def _any_holds(texts: Iterable[str], question: Question) -> bool | None:
    """Tell whether a text holds an accepted answer; None when that says nothing."""
    if not question.answerable or is_yes_no(question.answers):
        return None
    return any(contains_answer(text, question.answers) for text in texts)


def _ranked_ids(hits: Sequence[Hit], *, gold: Sequence[str]) -> tuple[str, ...]:
    names = dict.fromkeys(_name(hit.article, gold=gold) for hit in hits)
    return tuple(names)[:RANKED_ARTICLES]


def _name(article: Article, *, gold: Sequence[str]) -> str:
    return gold_name(article, gold) or article.id or article.source or article.title


def _scores(outcomes: Sequence[Outcome]) -> Scores:
    ranked = [outcome for outcome in outcomes if outcome.question.gold_articles]
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answerable]
    timed = [outcome.timings for outcome in outcomes if outcome.error is None]
    return Scores(
        questions=len(outcomes),
        answerable=len(answerable),
        errors=len(outcomes) - len(timed),
        hit_at_1=_hits(ranked, k=1),
        hit_at_4=_hits(ranked, k=4),
        hit_at_10=_hits(ranked, k=10),
        answer_in_passages_at_4=_mean(o.passages_hold_answer for o in outcomes),
        mrr_at_10=_mean(
            reciprocal_rank(o.ranked_ids[:10], o.question.gold_articles) for o in ranked
        ),
        f1=_mean(o.f1 for o in outcomes),
        exact_match=_mean(o.exact_match for o in outcomes),
        holds_answer=_mean(o.holds_answer for o in outcomes),
        answered=_mean(not o.abstained for o in outcomes),
        cites_gold=_mean(o.cites_gold for o in outcomes),
        quote_holds_answer=_mean(o.quote_holds_answer for o in outcomes),
        citation_precision=_mean(o.citation_precision for o in outcomes),
        false_refusals=_mean(o.abstained for o in answerable),
        false_answers=_mean(not o.abstained for o in unanswerable),
        total=_latency([timings.total for timings in timed]),
        first_text=_latency([t.first_text for t in timed if t.first_text is not None]),
    )


def _hits(outcomes: Sequence[Outcome], *, k: int) -> Mean:
    return _mean(hit_at(o.ranked_ids, o.question.gold_articles, k) for o in outcomes)


def _mean(values: Iterable[float | None]) -> Mean:
    known = [value for value in values if value is not None]
    return Mean(value=sum(known) / len(known) if known else None, count=len(known))


def _latency(seconds: Sequence[float]) -> Latency:
    return Latency(p50=percentile(seconds, 50), p95=percentile(seconds, 95), count=len(seconds))
