"""A reader that several questions share: it reads once all of them have something to read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from rag.reading.base import Asked, Reader, Reading
from rag.types import Passage


class _Request:
    """What one question waits for: the readings, or the fault that kept them from being made."""

    def __init__(self, asked: tuple[Asked, ...]) -> None:
        self.asked = asked
        self.readings: list[list[Reading]] | None = None
        self.fault: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.readings is not None or self.fault is not None


class SharedReader:
    """Reads for several questions, each answered in a thread of its own within `turn`.

    One thread works at a time. A thread that has passages to read hands its turn on; when all
    that are still at work have done so, their passages are read together.
    """

    def __init__(self, load: Callable[[], Reader], *, questions: int) -> None:
        # Loaded when there is something to read, since not every question needs a reader.
        self._load = load
        self._working = questions
        self._waiting: list[_Request] = []
        self._turn = threading.Condition()

    @property
    def id(self) -> str:
        """The name of the reader that reads."""
        return self._load().id

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Work on one of the questions; every one of them must come in once."""
        with self._turn:
            try:
                yield
            finally:
                self._working -= 1
                self._read_if_all_wait()

    def read(
        self, question: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> list[Reading]:
        """Return a reading for each passage; call it within `turn`.

        What is read together is not stopped; `stop` only keeps a request from being made.
        """
        if stop and stop.is_set():
            return [Reading(())] * len(passages)
        (readings,) = self.read_together([Asked(question, tuple(passages))])
        return readings

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        """Return for each question what `read` returns; call it within `turn`."""
        request = _Request(tuple(asked))
        self._waiting.append(request)
        self._read_if_all_wait()
        self._turn.wait_for(lambda: request.done)
        if request.readings is None:
            assert request.fault is not None  # noqa: S101
            raise request.fault
        return request.readings

    def _read_if_all_wait(self) -> None:
        if len(self._waiting) < self._working or not self._waiting:
            return
        requests, self._waiting = self._waiting, []
        try:
            asked = [item for request in requests for item in request.asked]
            found = iter(self._load().read_together(asked))
        except BaseException as fault:  # noqa: BLE001
            # Each question ends with it in its own thread.
            for request in requests:
                request.fault = fault
        else:
            for request in requests:
                request.readings = list(islice(found, len(request.asked)))
        self._turn.notify_all()
