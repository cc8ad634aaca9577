"""Ask every question and score each answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import rag
from eval.metrics import (
    citation_precision,
    citation_recall,
    contains_answer,
    exact_match,
    gold_name,
    is_yes_no,
    token_f1,
)
from eval.outcomes import EvalRun, Outcome
from eval.questions import Question
from rag.answering.marks import strip_marks
from rag.errors import RagError
from rag.types import Answer, Hit

if TYPE_CHECKING:
    from rag.archive import Archive
    from rag.generation import Generator
    from rag.types import Article

RANKED_ARTICLES = 10
SEARCHED_PASSAGES = 40  # enough for ten distinct articles with four passages each
READ_PASSAGES = 4

AnswerFunction = Callable[[Question], Answer]
SearchFunction = Callable[[Question, int], Sequence[Hit]]
ProgressFunction = Callable[[int, int], None]


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
