"""Work that ends soon after the one who asked for it has gone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeVar

Step = TypeVar("Step")

# Seconds between two looks whether somebody still listens.
_LOOK = 0.5


def while_listened(
    work: Iterator[Step], *, gone: Callable[[], bool], stop: threading.Event
) -> Iterator[Step | None]:
    """Yield the steps of `work`, done in a thread, and None while there is none yet.

    Sets `stop` and ends once `gone` says that nobody listens, or when the iterator is
    closed. Raises what `work` raises.
    """
    steps: queue.SimpleQueue[tuple[Step | None, BaseException | None] | None] = queue.SimpleQueue()
    worker = threading.Thread(target=_do, args=(work, steps), name="answer", daemon=True)
    worker.start()
    try:
        while True:
            try:
                found = steps.get(timeout=_LOOK)
            except queue.Empty:
                if gone():
                    return
                yield None
                continue
            if found is None:
                return
            step, error = found
            if error is not None:
                raise error
            yield step
    finally:
        stop.set()


def _do(
    work: Iterator[Step],
    steps: queue.SimpleQueue[tuple[Step | None, BaseException | None] | None],
) -> None:
    try:
        with closing(work):  # type: ignore[type-var]
            for step in work:
                steps.put((step, None))
    except Exception as error:  # noqa: BLE001 - raised again where the work was asked for
        steps.put((None, error))
    steps.put(None)
