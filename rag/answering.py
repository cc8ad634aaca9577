"""Questions answered: search, write, check each sentence, cite."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from rag import grounding, prompts
from rag.archive import Archive
from rag.confidence import confidence
from rag.config import AnswerSettings, Stance
from rag.evidence import Evidence, Weighed, is_of_another_year, weigh
from rag.followup import standalone
from rag.generation import Generator, load_generator
from rag.reading import Reading, read
from rag.sentences import sentences
from rag.types import Answer, Citation, Hit, Timings, Turn


def answer(
    question: str,
    *,
    archive: Archive | str | Path,
    history: Sequence[tuple[str, str] | Turn] = (),
    since: str | date | None = None,
    until: str | date | None = None,
    publishers: Iterable[str] | None = None,
    stance: Stance = "balanced",
    generator: Generator | None = None,
) -> Answer:
    """Answer `question` from the articles in `archive`, every sentence with its source.

    `archive` is an open archive or the folder of one. `history` holds the earlier
    turns of the conversation, oldest first, as pairs of question and answer. `since`
    and `until` are inclusive publication dates. A "strict" `stance` refuses more often,
    a "lenient" one less. `generator` writes the answer; by
    default it is the one of the archive's settings, loaded once.

    A question that is blank, or that the articles do not answer, gets an `Answer`
    with `abstained` set. Raises `ArchiveError`, `ModelError` or `GenerationError`.
    """
    *_, last = stream(
        question,
        archive=archive,
        history=history,
        since=since,
        until=until,
        publishers=publishers,
        stance=stance,
        generator=generator,
    )
    assert isinstance(last, Answer)  # noqa: S101
    return last


def stream(
    question: str,
    *,
    archive: Archive | str | Path,
    history: Sequence[tuple[str, str] | Turn] = (),
    since: str | date | None = None,
    until: str | date | None = None,
    publishers: Iterable[str] | None = None,
    stance: Stance = "balanced",
    generator: Generator | None = None,
    stop: threading.Event | None = None,
) -> Iterator[str | Answer]:
    """Yield the answer's text piece by piece, then the `Answer` that it makes.

    The pieces joined are `Answer.text`. A piece is a sentence that was checked and
    has its citation; nothing unchecked is yielded. Setting `stop` ends the work; the
    answer then has the sentences so far. Otherwise as `answer`.
    """
    started = time.perf_counter()
    opened = archive if isinstance(archive, Archive) else _open(Path(archive).resolve())
    settings = opened.settings.answer
    turns = [Turn(*turn) for turn in history]
    asked = standalone(question.strip(), turns)
    hits = opened.search(asked, k=settings.hits, since=since, until=until, publishers=publishers)
    searched = time.perf_counter()
    draft = Draft(settings)
    first: float | None = None
    if hits and not is_of_another_year(asked, hits[: settings.passages]):
        writer = _Writer(generator or _load(opened.settings.generator), settings, stop)
        reading = writer.read(asked, hits)
        draft.weighed = weigh(asked, reading.hits, embedder=opened.embedder(), among=hits)
        least = settings.least_confidence(stance)
        if confidence(draft.weighed.strength, reading.inclination) >= least:
            for piece in writer.write(reading, draft):
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
        hits=tuple(hits),
        timings=Timings(searched - started, first, ended - searched, ended - started),
    )


class Draft:
    """An answer in the making: the sentences that passed, and their citations."""

    def __init__(self, settings: AnswerSettings) -> None:
        self.weighed = Weighed((), 0.0)
        self._settings = settings
        self._sentences: list[str] = []
        self.text = ""
        self.citations: list[Citation] = []
        self.rejected = 0

    @property
    def full(self) -> bool:
        """Whether the generator may stop: enough was said, or too much failed the check."""
        said = len(self._sentences) >= self._settings.max_sentences
        return said or self.rejected > self._settings.max_rejected

    def add(self, sentence: str) -> str:
        """Check a written sentence; return the text it adds, empty when it fails.

        It fails without a supporting sentence, or when that one speaks to the question
        much less than the best one does: true, but no answer.
        """
        claim, marks = grounding.split_marks(sentence)
        if claim in self._sentences:
            return ""
        found = grounding.best_support(claim, marks, self.weighed.evidence)
        best = self.weighed.best
        enough = best.relevance * self._settings.least_relevance if best else 0.0
        if found is None or found.relevance < enough:
            self.rejected += 1
            return ""
        return self._append(claim, found)

    def quote_best(self) -> str:
        """Quote the most relevant sentence verbatim; return the text it adds."""
        best = self.weighed.best
        return self._append(_one_line(best.quote), best) if best else ""

    def _append(self, claim: str, found: Evidence) -> str:
        self._sentences.append(claim)
        said = claim[:1].upper() + claim[1:]
        piece = f"{' ' if self.text else ''}{said} [{self._number(found)}]"
        self.text += piece
        return piece

    def _number(self, found: Evidence) -> int:
        """Return the number of a citation, a new one for a sentence not cited before."""
        for citation in self.citations:
            if (citation.article.id, citation.start) == (found.article.id, found.start):
                return citation.number
        number = len(self.citations) + 1
        self.citations.append(Citation(number, found.article, found.quote, found.start, found.end))
        return number


def claims(pieces: Iterable[str], *, was_cut: Callable[[], bool] = lambda: False) -> Iterator[str]:
    """Yield the sentences of a streamed text as they are completed, marks included.

    A sentence is complete when the next one has begun, since marks follow its stop.
    `was_cut` tells, at the end, whether the text broke off; a last sentence without
    its stop is then left out: half a sentence may say what the whole one does not.
    """
    pending = ""
    for piece in pieces:
        pending += piece
        found = _with_marks(pending)
        if len(found) > 1 and not grounding.is_unfinished_mark(found[-1]):
            yield from found[:-1]
            pending = found[-1] + _trailing_blanks(pending)
    *complete, last = _with_marks(pending) or [""]
    yield from complete
    if last and (grounding.is_finished(last) or not was_cut()):
        yield last


def _with_marks(text: str) -> list[str]:
    """Return the sentences of `text`, marks at a sentence's head put to the one before."""
    found: list[str] = []
    for span in sentences(text):
        sentence = text[span.start : span.end]
        marks, rest = grounding.leading_marks(sentence)
        if marks and found:
            found[-1] += marks
            sentence = rest
        if sentence:
            found.append(sentence)
    return found


class _Writer:
    """A generator at work on one answer, until it is told to stop."""

    def __init__(
        self, generator: Generator, settings: AnswerSettings, stop: threading.Event | None
    ) -> None:
        self._generator = generator
        self._settings = settings
        self._stop = stop or threading.Event()

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Choose what to answer from."""
        return read(
            question,
            hits[: self._settings.passages],
            generator=self._generator,
            max_new_tokens=self._settings.max_new_tokens,
            stop=self._stop,
        )

    def write(self, reading: Reading, draft: Draft) -> Iterator[str]:
        """Yield checked sentences, or the best quotation if none passes."""
        spoken: list[str] = []
        written = self._generator.stream(
            reading.messages,
            max_new_tokens=self._settings.max_new_tokens,
            # Whether to refuse is decided by now, by the generator's own measure among others.
            avoid=None if reading.inclination is None else prompts.REFUSAL,
            stop=self._stop,
        )
        refused = False
        # Closing the stream ends the generator's work within a token.
        with closing(written):  # type: ignore[type-var]
            recorded = _recorded(written, spoken)
            for sentence in claims(recorded, was_cut=lambda: self._was_cut(spoken)):
                refused = grounding.split_marks(sentence)[0] == prompts.REFUSAL
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
        return self._stop.is_set() or used >= self._settings.max_new_tokens - 1


def _recorded(pieces: Iterable[str], record: list[str]) -> Iterator[str]:
    for piece in pieces:
        record.append(piece)
        yield piece


def _trailing_blanks(text: str) -> str:
    return text[len(text.rstrip()) :]


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _load(name: str) -> Generator:
    """Load the default generator, once in a process."""
    return load_generator(name)


@lru_cache(maxsize=8)
def _open(folder: Path) -> Archive:
    """Open an archive named by its folder, once in a process."""
    return Archive.open(folder, create=False)
