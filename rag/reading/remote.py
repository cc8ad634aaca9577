"""A reader behind the addresses of servers."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rag.errors import ModelError
from rag.models.servers.pool import Pool
from rag.models.servers.protocol import READ
from rag.reading.base import Asked, Candidate, Reading
from rag.types import Passage

# Passages of one request: between two, a reading can be stopped.
_PASSAGES = 4
# Questions of a batch that servers are asked at the same time.
_AT_ONCE = 8


class RemoteReader:
    """The reader of servers of models, which must all have the same one."""

    def __init__(self, name: str, pool: Pool) -> None:
        self._name = name
        self._pool = pool

    @classmethod
    def connect(cls, name: str, where: Sequence[str]) -> RemoteReader:
        """Return the reader at addresses, called `name`; no server is asked yet.

        The token is ``$DATELINE_MODELS_TOKEN``.
        """
        return cls(name, Pool(where, token=os.environ.get("DATELINE_MODELS_TOKEN")))

    @property
    def id(self) -> str:
        """The addresses that the reader is called by."""
        return self._name

    def read(
        self, question: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> list[Reading]:
        """Return a reading for each passage, in their order; see `rag.reading.Reader`.

        Raises `ModelError` when no server has answered in time.
        """
        readings: list[Reading] = []
        for first in range(0, len(passages), _PASSAGES):
            if stop and stop.is_set():
                break
            readings += self._read(question, passages[first : first + _PASSAGES])
        return readings + [Reading(())] * (len(passages) - len(readings))

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        """Return for each question what `read` returns; the servers work on several at once."""
        with ThreadPoolExecutor(_AT_ONCE) as crowd:
            return list(crowd.map(lambda item: self.read(item.question, item.passages), asked))

    def _read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        body = {"question": question, "passages": [dataclasses.asdict(item) for item in passages]}
        found = self._pool.ask(READ, body)
        try:
            readings = [_reading(item) for item in found["readings"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the server sent no readings: {error}") from error
        if len(readings) != len(passages):
            raise ModelError(
                f"{len(readings)} readings came from the server for {len(passages)} passages"
            )
        return readings


def _reading(given: dict[str, Any]) -> Reading:
    candidates = (
        Candidate(int(c["start"]), int(c["end"]), float(c["odds"])) for c in given["candidates"]
    )
    # JSON has no infinity.
    answered = given["answered"]
    return Reading(tuple(candidates), float("-inf") if answered is None else float(answered))
