"""Questions answered: search, write, check each sentence, cite."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from rag.answering.broad import is_broad
from rag.answering.draft import Draft
from rag.answering.periods import Listing, asked_period, list_period
from rag.answering.talk.recognise import Remark, recognise, without_courtesy
from rag.answering.talk.replies import reply
from rag.answering.work import Work
from rag.archive import Archive
from rag.generation import Generator, prompts
from rag.reading import Reader
from rag.settings import archive_path
from rag.store.identity import article_id
from rag.text.question_time import changes, find_period, wants_latest
from rag.types import (
    Answer,
    AnswerKind,
    Filter,
    Period,
    Query,
    Stance,
    Timings,
    Turn,
    calendar_date,
)


def answer(
    question: str,
    *,
    archive: Archive | str | Path,
    history: Sequence[tuple[str, str] | Turn] = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    publishers: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    stance: Stance = "balanced",
    today: str | dt.date | None = None,
    generator: Generator | None = None,
) -> Answer:
    """Answer `question` from the articles in `archive`, every sentence with its source.

    `archive` is an open archive, or the name or folder of one. `history` holds the earlier
    turns of the conversation, oldest first, as pairs of question and answer. `since`
    and `until` are inclusive publication dates, and `names` are those that an article must
    mention, all of them. A "strict" `stance` refuses more often,
    a "lenient" one less. "Yesterday" and "last week" in a question are seen from `today`,
    by default the day it is.

    The reader finds the words that answer, `Answer.short`, and the sentence that they stand
    in is the answer. A `generator` that is given, or named in the archive's settings, writes
    sentences of its own instead, which are said as far as the articles bear them out. A
    broad question, such as "What is known about ...?", is answered by sentences of several
    articles, quoted in order of time. Where articles disagree with the answer, lines with the
    sentences of both follow it.

    A question about a time and nothing else, such as "What happened in October 2022?", is
    answered by the headlines of then, each with the sentence that leads its article.

    A remark that asks the articles nothing, such as a greeting or "What is in this archive?",
    gets a reply of kind "talk" without a search, and so does a question in a language that
    none of the articles is in. A question that is blank, or that the articles do not
    answer, gets an `Answer` with `abstained` set. Raises `ArchiveError`, `ModelError` or
    `GenerationError`, and `ValueError` for what is not a date or a name.
    """
    query = read_query(
        question,
        history=history,
        since=since,
        until=until,
        publishers=publishers,
        names=names,
        stance=stance,
        today=today,
    )
    *_, last = run(query, archive=_opened(archive), generator=generator)
    assert isinstance(last, Answer)  # noqa: S101
    return last


def stream(
    question: str,
    *,
    archive: Archive | str | Path,
    history: Sequence[tuple[str, str] | Turn] = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    publishers: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    stance: Stance = "balanced",
    today: str | dt.date | None = None,
    generator: Generator | None = None,
    stop: threading.Event | None = None,
) -> Iterator[str | Answer]:
    """Yield the answer's text piece by piece, then the `Answer` that it makes.

    The pieces joined are `Answer.text`. A piece is a sentence that was checked and
    has its citation; nothing unchecked is yielded. One that starts with a line break
    begins a line. Setting `stop` ends the work; the answer then has the sentences so far.
    Otherwise as `answer`.
    """
    query = read_query(
        question,
        history=history,
        since=since,
        until=until,
        publishers=publishers,
        names=names,
        stance=stance,
        today=today,
    )
    return run(query, archive=_opened(archive), generator=generator, stop=stop)


def run(
    query: Query,
    *,
    archive: Archive,
    generator: Generator | None = None,
    stop: threading.Event | None = None,
    reader: Reader | None = None,
) -> Iterator[str | Answer]:
    """Yield the pieces of the answer to a query, then the `Answer`; as `stream`.

    `reader` takes the place of the archive's own.
    """
    started = time.perf_counter()
    if remark := _remark(query, archive):
        yield from _spoken(reply(remark, query.question, archive), query, started=started)
        return
    if period := asked_period(query):
        yield from _listed(list_period(period, query, archive), query, period, started=started)
        return
    work = Work(archive, query.stance, generator=generator, stop=stop, reader=reader)
    plain = replace(query, question=without_courtesy(query.question), history=_asked_before(query))
    asked = work.standalone(plain)
    broad = is_broad(asked.question)
    asked, hits = work.found(asked, broad=broad)
    searched = time.perf_counter()
    draft = Draft(asked.read, work.settings, dated=not broad and _dated(asked.question))
    first: float | None = None
    for piece in work.overview(asked, hits, draft) if broad else work.answer(asked, hits, draft):
        first = first or time.perf_counter() - started
        yield piece
    ended = time.perf_counter()
    if not draft.citations:
        yield prompts.REFUSAL
    yield Answer(
        question=_meant(asked, draft),
        text=draft.text or prompts.REFUSAL,
        abstained=not draft.citations,
        citations=draft.citations,
        disagreement=draft.disagreement,
        hits=tuple(hits),
        timings=Timings(searched - started, first, ended - searched, ended - started),
        asked=query.question,
        period=find_period(asked.question, today=asked.today) if asked.today else None,
        confidence=draft.confidence,
        short=draft.short,
        kind=_kind(draft, broad=broad),
    )


def _remark(query: Query, archive: Archive) -> Remark | None:
    """Return what the question is when it asks the articles nothing."""
    return recognise(
        query.question,
        in_conversation=bool(query.history),
        languages=lambda: [code for code, _ in archive.languages()],
    )


def _asked_before(query: Query) -> tuple[Turn, ...]:
    """Return the turns of the conversation that asked the articles something: no "thanks"."""
    return tuple(
        turn for turn in query.history if not recognise(turn.question, in_conversation=True)
    )


def _spoken(text: str, query: Query, *, started: float) -> Iterator[str | Answer]:
    yield text
    taken = time.perf_counter() - started
    yield Answer(
        question=query.question,
        text=text,
        abstained=False,
        timings=Timings(first_text=taken, total=taken),
        asked=query.question,
        kind=AnswerKind.TALK,
    )


def _listed(
    found: Listing, query: Query, period: Period, *, started: float
) -> Iterator[str | Answer]:
    taken = time.perf_counter() - started
    yield from found.lines
    yield Answer(
        question=query.question,
        text="".join(found.lines),
        abstained=not found.citations,
        citations=found.citations,
        hits=found.nearby,
        timings=Timings(taken, taken if found.citations else None, 0.0, taken),
        asked=query.question,
        period=period if period.phrase else None,
        kind=AnswerKind.OVERVIEW if found.citations else AnswerKind.REFUSAL,
    )


def _meant(asked: Query, draft: Draft) -> str:
    """Return the form of the question that was answered: in full where the talk went on."""
    if not asked.beside:
        return asked.question
    goes_on = draft.main is not None and article_id(draft.main.article) == asked.about
    return asked.question if goes_on else asked.beside


def _kind(draft: Draft, *, broad: bool) -> AnswerKind:
    if not draft.citations:
        return AnswerKind.REFUSAL
    return AnswerKind.OVERVIEW if broad else AnswerKind.ANSWER


def read_query(
    question: str,
    *,
    history: Iterable[tuple[str, str] | Turn] = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    publishers: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    stance: Stance = "balanced",
    today: str | dt.date | None = None,
) -> Query:
    """Return a question as a query; its parts are those of `answer`, and `ValueError` as there."""
    return Query(
        question.strip(),
        Filter.read(since=since, until=until, publishers=publishers, names=names),
        today=calendar_date(today) or dt.date.today(),
        stance=stance,
        history=tuple(Turn(*turn) for turn in history),
    )


def _dated(question: str) -> bool:
    """Tell whether an answer holds for a date only, which it should name."""
    return changes(question) or wants_latest(question)


def _opened(archive: Archive | str | Path) -> Archive:
    return archive if isinstance(archive, Archive) else _open(archive_path(archive).resolve())


@lru_cache(maxsize=8)
def _open(folder: Path) -> Archive:
    """Open an archive named by its folder, once in a process."""
    return Archive.open(folder, create=False)
