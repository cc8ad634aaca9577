"""What a reader is: the seam between passages and what they answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.types import Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: `text[start:end]` of the passage.

    `odds` are the log-odds, in nats, of this span against "not in this passage".
    """

    start: int
    end: int
    odds: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one passage.

    `candidates` do not overlap and are in order of their odds, the best first; none for an
    empty passage. `answered` are the log-odds, in nats, that the passage answers at all,
    with whatever words.
    """

    candidates: tuple[Candidate, ...]
    answered: float = float("-inf")

    @property
    def odds(self) -> float:
        """The log-odds of the best candidate; minus infinity without any."""
        return self.candidates[0].odds if self.candidates else float("-inf")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the passages to read it with."""

    question: str
    passages: tuple[Passage, ...]


def proposed(question: str, answer: str) -> str:
    """Return a question with an answer to it, in the form in which a reader checks one.

    `Reading.answered` of it then says how far a passage bears the answer out.
    """
    return f"{question.rstrip(' ?')}? {answer}."


class Reader(Protocol):
    """Reads a question with each of several passages."""

    @property
    def id(self) -> str:
        """The name that the reader is loaded by."""

    def read(
        self, question: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> list[Reading]:
        """Return a reading for each passage, in their order.

        Setting `stop` ends the work early; passages not read by then have no candidates.
        """

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        """Return for each question what `read` returns, all of them read in shared batches."""
