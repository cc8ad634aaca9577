"""Questions answered: search, write, check each sentence, cite."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache, lru_cache
from pathlib import Path

from rag.answering import marks
from rag.answering.confidence import best_score, confidence
from rag.answering.disagreement import disagreeing
from rag.answering.draft import Draft
from rag.answering.evidence import collect, is_of_another_year, weigh
from rag.answering.overview import digest, is_broad, subject
from rag.answering.passage_choice import Reading, read
from rag.answering.rewrite import refers_back, standalone
from rag.answering.sentence_stream import claims
from rag.archive import Archive
from rag.generation import Generator, load_generator, prompts
from rag.settings import Stance
from rag.text.question_time import changes, find_period, wants_latest
from rag.types import Answer, AnswerKind, Hit, Timings, Turn, iso_date


def answer(
    question: str,
    *,
    archive: Archive | str | Path,
    history: Sequence[tuple[str, str] | Turn] = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    publishers: Iterable[str] | None = None,
    stance: Stance = "balanced",
    today: str | dt.date | None = None,
    generator: Generator | None = None,
) -> Answer:
    """Answer `question` from the articles in `archive`, every sentence with its source.

    `archive` is an open archive or the folder of one. `history` holds the earlier
    turns of the conversation, oldest first, as pairs of question and answer. `since`
    and `until` are inclusive publication dates. A "strict" `stance` refuses more often,
    a "lenient" one less. "Yesterday" and "last week" in a question are seen from `today`,
    by default the day it is. `generator` writes the answer; by default it is the one of
    the archive's settings, loaded once.

    A broad question, such as "What is known about ...?", is answered without it by
    sentences of several articles, quoted in order of time. Where articles disagree with
    the answer, lines with the sentences of both follow it.

    A question that is blank, or that the articles do not answer, gets an `Answer` with
    `abstained` set. Raises `ArchiveError`, `ModelError` or `GenerationError`, and
    `ValueError` for what is not a date.
    """
    *_, last = stream(
        question,
        archive=archive,
        history=history,
        since=since,
        until=until,
        publishers=publishers,
        stance=stance,
        today=today,
        generator=generator,
    )
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
    started = time.perf_counter()
    opened = archive if isinstance(archive, Archive) else _open(Path(archive).resolve())
    seen_from = dt.date.fromisoformat(iso_date(today) or dt.date.today().isoformat())
    work = _Work(opened, stance, generator=generator, stop=stop)
    asked = work.standalone(question.strip(), [Turn(*turn) for turn in history])
    broad = is_broad(asked)
    hits = opened.search(
        subject(asked),
        k=work.settings.digest_hits if broad else work.settings.hits,
        since=since,
        until=until,
        publishers=publishers,
        today=seen_from,
    )
    searched = time.perf_counter()
    draft = Draft(asked, work.settings, dated=not broad and (changes(asked) or wants_latest(asked)))
    first: float | None = None
    for piece in (work.digest if broad else work.answer)(asked, hits, draft):
        first = first or time.perf_counter() - started
        yield piece
    ended = time.perf_counter()
    if not draft.citations:
        yield prompts.REFUSAL
    yield Answer(
        question=asked,
        text=draft.text or prompts.REFUSAL,
        abstained=not draft.citations,
        citations=tuple(draft.citations),
        disagreement=tuple(draft.disagreement),
        hits=tuple(hits),
        timings=Timings(searched - started, first, ended - searched, ended - started),
        asked=question.strip(),
        period=find_period(asked, today=seen_from),
        confidence=draft.confidence,
        kind=_kind(draft, broad=broad),
    )


def _kind(draft: Draft, *, broad: bool) -> AnswerKind:
    if not draft.citations:
        return AnswerKind.REFUSAL
    return AnswerKind.OVERVIEW if broad else AnswerKind.ANSWER


class _Work:
    """The work on one question: what it is done with, and whether to go on."""

    def __init__(
        self,
        archive: Archive,
        stance: Stance,
        *,
        generator: Generator | None,
        stop: threading.Event | None,
    ) -> None:
        self.settings = archive.settings.answer
        self._archive = archive
        self._least = self.settings.least_confidence(stance)
        self._given = generator
        self._stop = stop or threading.Event()

    @property
    def _generator(self) -> Generator:
        """The generator, loaded only for a question that needs it."""
        return self._given or _load(self._archive.settings.generator)

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question in a form that can be understood without the conversation."""
        if not history or not refers_back(question):
            return question
        return standalone(question, history, generator=self._generator, stop=self._stop)

    def digest(self, question: str, hits: Sequence[Hit], draft: Draft) -> Iterator[str]:
        """Yield the sentences that tell most; none when the archive lacks the subject."""
        embedder = self._archive.embedder()
        draft.weighed = weigh(subject(question), hits, embedder=embedder)
        draft.confidence = confidence(best_score(hits), draft.weighed.strength, None)
        if draft.confidence.probability < self._least:
            return
        most = self.settings.digest_sentences
        for found in digest(question, draft.weighed.evidence, embedder=embedder, most=most):
            if self._stop.is_set():
                return
            yield draft.quote_line(found)

    def answer(self, question: str, hits: Sequence[Hit], draft: Draft) -> Iterator[str]:
        """Yield checked sentences, then what disagrees; none when the passages do not answer."""
        shown = hits[: self.settings.passages]
        if not shown or is_of_another_year(question, shown):
            return
        embedder = self._archive.embedder()
        reading = read(
            question,
            shown,
            generator=self._generator,
            max_new_tokens=self.settings.max_new_tokens,
            stop=self._stop,
        )
        draft.weighed = weigh(question, reading.hits, embedder=embedder, among=hits)
        score, strength = best_score(reading.hits), draft.weighed.strength
        draft.confidence = confidence(score, strength, reading.inclination)
        if draft.confidence.probability < self._least:
            return
        yield from self._written(reading, draft)
        if draft.main and not self._stop.is_set():
            others = disagreeing(question, draft.main, collect(shown), embedder=embedder)
            yield from draft.contrast(others)

    def _written(self, reading: Reading, draft: Draft) -> Iterator[str]:
        """Yield the generator's sentences that pass, or the best quotation if none does."""
        spoken: list[str] = []
        written = self._generator.stream(
            reading.messages,
            max_new_tokens=self.settings.max_new_tokens,
            # Whether to refuse is decided by now, by the generator's own measure among others.
            avoid=None if reading.inclination is None else prompts.REFUSAL,
            stop=self._stop,
        )
        refused = False
        # Closing the stream ends the generator's work within a token.
        with closing(written):  # type: ignore[type-var]
            recorded = _recorded(written, spoken)
            for sentence in claims(recorded, was_cut=lambda: self._was_cut(spoken)):
                refused = marks.split_marks(sentence)[0] == prompts.REFUSAL
                if refused:
                    break
                if piece := draft.add(sentence):
                    yield piece
                if draft.full:
                    break
        if not (draft.text or refused or self._stop.is_set()):
            yield draft.quote_best()

    def _was_cut(self, spoken: Sequence[str]) -> bool:
        used = self._generator.count_tokens("".join(spoken))
        return self._stop.is_set() or used >= self.settings.max_new_tokens - 1


def _recorded(pieces: Iterable[str], record: list[str]) -> Iterator[str]:
    for piece in pieces:
        record.append(piece)
        yield piece


@cache
def _load(name: str) -> Generator:
    """Load the default generator, once in a process."""
    return load_generator(name)


@lru_cache(maxsize=8)
def _open(folder: Path) -> Archive:
    """Open an archive named by its folder, once in a process."""
    return Archive.open(folder, create=False)
