"""Wrong passwords, counted: the more there were, the longer the next one waits."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# Wrong passwords that nobody waits for; then 1 s, 2 s, 4 s, up to the longest.
_FREE = 5
_LONGEST = 900.0
# Seconds after the last one in which they are forgotten, and names and addresses remembered.
_FORGOTTEN = 3_600.0
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Wrong:
    """How many wrong passwords there were, and when the last."""

    count: int
    last: float

    @property
    def until(self) -> float:
        """The time before which no further password is looked at."""
        if self.count < _FREE:
            return self.last
        return self.last + min(2.0 ** (self.count - _FREE), _LONGEST)


class Attempts:
    """Wrong passwords by name and by address. Safe for several threads; forgotten at the end."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()

    def begin(self, *keys: str) -> float:
        """Return the seconds to wait still; 0 counts as a wrong password until `succeeded`.

        Counted beforehand, so that a hundred at the same moment are a hundred.
        """
        with self._lock:
            now = self._clock()
            waits = [self._of(key, now).until - now for key in keys]
            if max(waits) > 0:
                return max(waits)
            for key in keys:
                self._wrong[key] = _Wrong(self._of(key, now).count + 1, now)
                self._wrong.move_to_end(key)
            while len(self._wrong) > _REMEMBERED:
                self._wrong.popitem(last=False)
            return 0.0

    def succeeded(self, *keys: str) -> None:
        """Forget the wrong ones: this one was right."""
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)

    def _of(self, key: str, now: float) -> _Wrong:
        found = self._wrong.get(key)
        if found is None or now - found.last > _FORGOTTEN:
            return _Wrong(0, now)
        return found
