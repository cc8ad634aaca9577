"""Conversations that take turns with one model."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from rag.errors import GenerationError

# Seconds after which a waiting conversation checks whether it was stopped.
_POLL = 0.1

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


class Stop:
    """Set once one of its events is."""

    def __init__(self, *events: threading.Event) -> None:
        self._events = events

    def is_set(self) -> bool:
        """Tell whether the work is to end."""
        return any(event.is_set() for event in self._events)


# Writes an answer: gives its pieces to the first argument, and ends soon after the second is set.
Write = Callable[[Callable[[str], None], Stop], None]


class WorkQueue:
    """A worker that lets a model answer one conversation at a time; the others wait in line."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="generator")

    def wait_for(
        self, work: Callable[_Given, _Made], *args: _Given.args, **options: _Given.kwargs
    ) -> _Made:
        """Return the result of the work; `GenerationError` when it fails."""
        return _result(self._worker.submit(work, *args, **options))

    def stream(self, write: Write, *, stop: threading.Event) -> Iterator[str]:
        """Yield the pieces that `write` makes; `GenerationError` when it fails.

        Closing the iterator, or setting `stop`, ends the work.
        """
        closed = threading.Event()
        ends = Stop(stop, closed)
        ready: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        def run() -> None:
            if not ends.is_set():
                write(ready.put, ends)

        work = self._worker.submit(run)
        # Marks the end, also of work that failed or was never begun.
        work.add_done_callback(lambda _work: ready.put(None))
        try:
            yield from _until_finished(ready, work, stop)
        finally:
            closed.set()
            work.cancel()


def _until_finished(
    ready: queue.SimpleQueue[str | None], work: Future[None], stop: threading.Event
) -> Iterator[str]:
    while True:
        try:
            piece = ready.get(timeout=_POLL)
        except queue.Empty:
            if stop.is_set() and work.cancel():
                return
            continue
        if piece is None:
            break
        yield piece
    _result(work)


def _result(work: Future[_Made]) -> _Made:
    # Torch reports trouble, out of memory included, as a RuntimeError; transformers
    # reports settings that do not go together as a ValueError.
    error = work.exception()
    if isinstance(error, (RuntimeError, ValueError, TypeError, IndexError)):
        raise GenerationError(
            f"the generator failed: {error}; try a shorter question or another model"
        ) from error
    return work.result()
