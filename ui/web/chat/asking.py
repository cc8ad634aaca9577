"""One question on its way to an answer: its turn in the line, the models, the steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import rag
from rag.archive import Archive
from rag.types import Answer, Turn
from ui.counted import counted
from ui.web.chat.filters import Filters
from ui.web.chat.listening import while_listened
from ui.web.common.models import LOADING, Models
from ui.web.common.waiting import Place

SEARCHING = "Searching the articles..."
STOPPED = "Stopped."

# Seconds between two steps for a visitor who waits.
_TELL_EVERY = 1.0


def present() -> bool:
    """Say that a visitor has not gone, for those of whom nothing is known."""
    return False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a name for the line of questions, and whether they have gone."""

    name: str
    gone: Callable[[], bool] = present


@dataclass(frozen=True, slots=True)
class Request:
    """A question, and all that its answer depends on. Setting `stop` ends the work."""

    question: str
    archive: Archive
    models: Models
    filters: Filters
    visitor: Visitor
    history: tuple[Turn, ...]
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class Status:
    """What is being done for a question; nothing follows the `last` one."""

    text: str
    last: bool = False


def answered(request: Request) -> Generator[Status | str | Answer | None, None, None]:
    """Yield what becomes of a question: a status first, then sentences, then the answer.

    None says that nothing has changed for a while. Raises `RagError`, such as for a line
    without room, and `ValueError` for filters that fit no article.
    """
    models = request.models
    place = models.line.enter(request.visitor.name)
    try:
        yield from _wait(place, request)
        if request.stop.is_set():
            yield Status(STOPPED, last=True)
            return
        if not models.ready_for(request.archive):
            yield Status(LOADING)
            models.load(request.archive)
        yield Status(SEARCHING)
        request.filters.check(request.archive)
        with models.asked():
            yield from _steps(request)
    finally:
        # Reached too when the visitor has left in the middle of an answer.
        place.leave()


def _wait(place: Place, request: Request) -> Iterator[Status]:
    """Yield how long it takes until the question's turn has come, or nobody waits for it."""
    while not place.wait(0 if request.stop.is_set() else _TELL_EVERY):
        if request.visitor.gone():
            request.stop.set()
        if request.stop.is_set():
            return
        ready = request.models.ready_for(request.archive)
        yield Status(_ahead(place) if ready else LOADING)


def _ahead(place: Place) -> str:
    """Return what stands before a question that waits for its turn."""
    before = f"{counted(place.ahead, 'question')} before yours" if place.ahead else "You are next"
    return f"{before}; about {place.seconds} s to wait..."


def _steps(request: Request) -> Iterator[str | Answer | None]:
    filters = request.filters
    steps = rag.stream(
        request.question,
        archive=request.archive,
        history=request.history,
        since=filters.since,
        until=filters.until,
        publishers=filters.publishers,
        names=filters.names,
        stance=filters.stance,
        generator=request.models.load(request.archive),
        stop=request.stop,
    )
    for step in while_listened(steps, gone=request.visitor.gone, stop=request.stop):
        if isinstance(step, Answer):
            request.models.on_answer(step)
        yield step
