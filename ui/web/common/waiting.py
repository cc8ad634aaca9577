"""Who is answered next: a line of bounded length, in which visitors take turns."""

from __future__ import annotations

import math
import threading
import time

from rag.errors import RagError
from rag.settings import ServerLimits

# Seconds that an answer is thought to take before the first one was measured.
_GUESS = 5.0
# Share of the last answer in the running mean.
_NEWEST = 0.2


class BusyError(RagError):
    """There is no room in the line; there may be in about `seconds`."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Place:
    """A question's place in the line; leave it, whatever happens."""

    def __init__(self, line: Line, visitor: str) -> None:
        self.visitor = visitor
        self.admitted = threading.Event()
        self.begun = 0.0
        self._line = line

    def wait(self, seconds: float) -> bool:
        """Wait for the question's turn, at most so long, and tell whether it has come."""
        return self.admitted.wait(seconds)

    @property
    def ahead(self) -> int:
        """How many questions are answered before it."""
        return self._line.ahead(self)

    @property
    def seconds(self) -> int:
        """About how long it has still to wait."""
        return self._line.seconds(self.ahead)

    def leave(self) -> None:
        """Make room for the next one."""
        self._line.leave(self)


class Line:
    """The questions that are being answered and those that wait. Safe for several threads.

    Of those that wait, a question of the visitor comes next who has the fewest in work, and
    among equals of the one who was served longest ago: twenty questions of one visitor hold
    nobody else up for longer than one of them takes.
    """

    def __init__(self, limits: ServerLimits | None = None) -> None:
        self.limits = limits or ServerLimits()
        self._lock = threading.Lock()
        self._running: list[Place] = []
        self._waiting: list[Place] = []
        # The number of the admission at which each visitor that waits was last served.
        self._served: dict[str, int] = {}
        self._admissions = 0
        self._mean = _GUESS

    @property
    def running(self) -> int:
        """How many questions are being answered."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return len(self._waiting)

    def enter(self, visitor: str) -> Place:
        """Take a place at the end of the visitor's own questions; `BusyError` without room."""
        with self._lock:
            self._check(visitor)
            place = Place(self, visitor)
            self._waiting.append(place)
            self._admit()
            return place

    def leave(self, place: Place) -> None:
        """Give a place up; leaving twice does no harm."""
        with self._lock:
            if place in self._running:
                self._running.remove(place)
                taken = time.monotonic() - place.begun
                self._mean += _NEWEST * (taken - self._mean)
            elif place in self._waiting:
                self._waiting.remove(place)
            self._admit()

    def ahead(self, place: Place) -> int:
        """Return how many of the questions that wait come before one."""
        with self._lock:
            if place not in self._waiting:
                return 0
            return self._order().index(place)

    def seconds(self, ahead: int) -> int:
        """Return about how long a question waits that has so many before it."""
        return math.ceil(self._mean * (ahead + 1) / self.limits.at_once)

    def _check(self, visitor: str) -> None:
        own = sum(place.visitor == visitor for place in (*self._running, *self._waiting))
        if own >= self.limits.of_one:
            raise BusyError(
                f"{own} of your questions are not answered yet; ask again when one of them is",
                seconds=self.seconds(0),
            )
        if len(self._waiting) >= self.limits.waiting:
            seconds = self.seconds(len(self._waiting))
            raise BusyError(
                f"busy: {len(self._waiting)} questions wait already; "
                f"ask again in about {seconds} s",
                seconds=seconds,
            )

    def _admit(self) -> None:
        while self._waiting and len(self._running) < self.limits.at_once:
            place = self._order()[0]
            self._waiting.remove(place)
            self._running.append(place)
            self._admissions += 1
            self._served[place.visitor] = self._admissions
            place.begun = time.monotonic()
            place.admitted.set()
        there = {place.visitor for place in (*self._running, *self._waiting)}
        self._served = {name: at for name, at in self._served.items() if name in there}

    def _order(self) -> list[Place]:
        """Return the questions that wait in the order in which they are answered."""
        at_work: dict[str, int] = {}
        for place in self._running:
            at_work[place.visitor] = at_work.get(place.visitor, 0) + 1
        keys = {}
        for place in self._waiting:
            # Each further question of a visitor counts as if the ones before were in work.
            round_ = at_work.get(place.visitor, 0)
            at_work[place.visitor] = round_ + 1
            keys[place] = (round_, self._served.get(place.visitor, 0))
        # Sorting keeps those of equal rights in the order in which they came.
        return sorted(self._waiting, key=keys.__getitem__)
