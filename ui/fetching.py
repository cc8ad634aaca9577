"""How far the fetching of a model has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rag.models import files
from rag.models.registry import download_size

# Megabytes are told, and less than one says nothing of the speed.
_MEGABYTE = 1_000_000
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is done with a model at the moment: the step, and how many bytes of how many are there.

    `total` is 0 when the size is not known. When all is there, it is unpacked and prepared.
    """

    step: str
    done: int
    total: int
    seconds_left: float | None

    @property
    def fetching(self) -> bool:
        """Whether bytes are still to come."""
        return self.step.startswith(files.FETCHING) and self.done < self.total

    def words(self) -> str:
        """Return it in a short line."""
        if not self.total:
            return self.step
        if not self.fetching:
            return "Preparing the model, which happens once"
        size = f"{self.done // _MEGABYTE} of {self.total // _MEGABYTE} MB"
        return ", ".join(filter(None, [f"Fetching a model: {size}", time_left(self.seconds_left)]))


class Fetching:
    """The model that is loaded at the moment; told of each step, and asked how far it is.

    `size` returns the bytes that are fetched and not yet in their place, and `clock` seconds.
    """

    def __init__(
        self,
        name: str,
        *,
        size: Callable[[], int] = files.fetched,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = download_size(name)
        self._size, self._clock = size, clock
        self._step = ""
        # What was there from before was not fetched now, and says nothing of the speed.
        self._before, self._begun = size(), clock()
        self._done = 0

    def say(self, line: str) -> None:
        """Take down a step that takes long."""
        # The size so far is told beside it, and moves on.
        self._step = line.partition(" (")[0]

    @property
    def now(self) -> Fetched | None:
        """How far it is; None while it is only read from this machine's disk."""
        if not self._step:
            return None
        # What was moved into its place is no longer seen, and there all the same.
        self._done = done = max(self._done, min(self._size(), self._total))
        fresh, passed = done - self._before, self._clock() - self._begun
        left = (self._total - done) * passed / fresh if fresh >= _MEGABYTE else None
        return Fetched(self._step, done, self._total, left)


def time_left(seconds: float | None) -> str:
    """Return how long something still takes, in words; blank when it is not known."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"about {max(1, round(seconds))} s left"
    return f"about {round(seconds / _MINUTE)} min left"
