"""Kills at any moment lose nothing that was acknowledged, and leave no archive shut.

`DATELINE_KILLS=200 pytest -m crash` is the long run. A kill ends the process, not the machine:
what the system holds for the disk is not lost with it.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from rag import Archive
from tests.crash.work import SETTINGS, Step, article, check, do, draw
from tests.fakes import FakeEmbedder

KILLS = int(os.environ.get("DATELINE_KILLS", "30"))
SEED = int(os.environ.get("DATELINE_SEED", "1"))
# Kills of one archive, after which another one is begun.
IN_ONE = 10
# Versions of the articles there are before the first kill.
START = dict.fromkeys(range(12), 1)
# Seconds that a piece of work takes before it was ever measured, and the most that it may.
_GUESS = 0.1
_PATIENCE = 120

pytestmark = [pytest.mark.crash, pytest.mark.skipif(sys.platform == "win32", reason="no fork")]

# Processes are forked off a server that has no threads: a copy of this process, in which other
# tests have left the threads of their libraries, could wait forever for a lock of one of them.
_PROCESSES = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
_PROCESSES.set_forkserver_preload(["rag.ingest.run", "tests.crash.work"])


def forked(work: Callable[..., Any], *args: Any) -> tuple[BaseProcess, Connection]:
    """Run `work` in a process of its own; return it and where it can be heard.

    `work` is called with the pipe it speaks by and `args`.
    """
    heard, told = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_run, args=(told, work, args), daemon=True)
    process.start()
    told.close()
    return process, heard


def _run(told: Connection, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        work(told, *args)
    except BaseException:  # noqa: BLE001 - the process's edge: the parent is told
        told.send(traceback.format_exc())
        sys.exit(1)


def _begin(_told: Connection, folder: Path) -> None:
    with Archive.open(folder, embedder=FakeEmbedder(), settings=SETTINGS) as archive:
        archive.ingest([article(*item) for item in START.items()])


def _do(told: Connection, step: Step, state: dict[int, int], folder: Path) -> None:
    do(step, state, folder, begun=lambda: told.send("begun"))
    told.send("done")


def _check(told: Connection, folder: Path, state: dict[int, int], step: Step) -> None:
    told.send(check(folder, state=state, step=step))


def said(heard: Connection, *, wait: float) -> Any:
    """Return the next thing a process says within `wait` seconds; None when it says nothing."""
    try:
        return heard.recv() if heard.poll(wait) else None
    except EOFError:
        return None


def killed(step: Step, state, folder: Path, delays, chance: random.Random) -> bool:
    """Begin a piece of work and kill it at some moment; tell whether it was done before."""
    process, heard = forked(_do, step, state, folder)
    first = said(heard, wait=_PATIENCE)
    begun = time.monotonic()
    usual = sorted(delays[step.kind] or [_GUESS])
    time.sleep(chance.uniform(0, 1.3 * usual[len(usual) // 2]))
    process.kill()
    process.join(_PATIENCE)
    rest = said(heard, wait=0)
    assert first == "begun", first
    assert rest in (None, "done"), rest
    # How long it takes is learnt from those that were done, and from those that took longer.
    taken = time.monotonic() - begun
    delays[step.kind].append(taken * (0.9 if rest else 1.3))
    return rest == "done"


def checked(folder: Path, state, step: Step) -> dict[int, int]:
    """Check in another process, whose threads and locks end with it."""
    process, heard = forked(_check, folder, state, step)
    found = said(heard, wait=_PATIENCE)
    process.join(_PATIENCE)
    assert process.exitcode == 0, f"after {step.kind}: {found}"
    return found


def acknowledged(step: Step, state, found) -> None:
    """What was done before the kill is there in full."""
    assert found == step.after, f"{step.kind} was acknowledged, and {state} is {found}"


@pytest.mark.parametrize("number", range(-(-KILLS // IN_ONE)))
def test_kills(tmp_path, number, request):
    chance = random.Random(SEED * 1_000 + number)
    folder = tmp_path / "archive"
    process, heard = forked(_begin, folder)
    assert said(heard, wait=_PATIENCE) is None
    process.join(_PATIENCE)
    delays: dict[str, list[float]] = defaultdict(list)
    state = dict(START)
    counts: Counter[str] = Counter()
    for count in range(IN_ONE):
        step = draw(state, chance=chance, count=count)
        done = killed(step, state, folder, delays, chance)
        found = checked(folder, state, step)
        if done:
            acknowledged(step, state, found)
        counts[f"{step.kind}, {'acknowledged' if done else 'in the middle'}"] += 1
        state = found
    request.node.user_properties.append(("kills", dict(counts)))
