"""A circuit breaker: it keeps calls away from a server that fails (Nygard, Release It!, 2007)."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Failures in a row after which a server is not used.
_FAILURES = 2
# Seconds until it is tried again: at first, and at most after doubling.
_FIRST_REST, _LONGEST_REST = 1.0, 30.0


class Breaker:
    """Counts the failures of one server. Safe for use by several threads.

    It is closed while calls go through, and open while the server rests. When its rest is over,
    `probe` lets one caller find out whether the server is well again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = _FIRST_REST
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the server is not used at the moment."""
        return self._failures >= _FAILURES

    def succeed(self) -> None:
        """Note that the server answered."""
        with self._lock:
            self._failures, self._rest = 0, _FIRST_REST

    def fail(self) -> None:
        """Note that the server did not answer, or not properly."""
        with self._lock:
            self._failures += 1
            if self.is_open:
                self._until = self._clock() + self._rest
                self._rest = min(2 * self._rest, _LONGEST_REST)

    def probe(self) -> bool:
        """Let one caller try the server once the rest is over; the others wait."""
        with self._lock:
            if not self.is_open or self._clock() < self._until:
                return False
            # While this caller tries, the others wait.
            self._until = self._clock() + self._rest
            return True
