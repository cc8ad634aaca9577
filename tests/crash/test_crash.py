"""Kills at any moment lose nothing that was acknowledged, and leave no archive shut.

`DATELINE_KILLS=200 pytest -m crash` is the long run. A kill ends the process, not the machine:
what the system holds for the disk is not lost with it.
"""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

import rag.ingest.run  # noqa: F401 - before the first fork, so that no process pays for it
from rag import Archive
from tests.crash.work import KINDS, SETTINGS, Step, article, check, do, draw
from tests.fakes import FakeEmbedder

KILLS = int(os.environ.get("DATELINE_KILLS", "30"))
SEED = int(os.environ.get("DATELINE_SEED", "1"))
# Kills of one archive, after which another one is begun.
IN_ONE = 10
# Versions of the articles there are before the first kill.
START = dict.fromkeys(range(12), 1)
# Seconds that a piece of work takes before it was ever measured.
_GUESS = 0.1

pytestmark = [pytest.mark.crash, pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")]


def forked(work: Callable[[Callable[[bytes], None]], None]) -> tuple[int, int]:
    """Run `work` in a process of its own; return its id and where it can be heard."""
    heard, told = os.pipe()
    if child := os.fork():
        os.close(told)
        return child, heard
    os.close(heard)
    try:
        work(lambda line: os.write(told, line))
    except BaseException:  # noqa: BLE001 - the process's edge: the parent is told
        os.write(told, traceback.format_exc().encode()[-60_000:])
        os._exit(1)
    os._exit(0)


def begin(folder: Path) -> None:
    with Archive.open(folder, embedder=FakeEmbedder(), settings=SETTINGS) as archive:
        archive.ingest([article(*item) for item in START.items()])


def all_of(heard: int) -> str:
    with os.fdopen(heard, "rb") as stream:
        return stream.read().decode()


def killed(step: Step, state, folder: Path, delays, chance: random.Random) -> bool:
    """Begin a piece of work and kill it at some moment; tell whether it was done before."""

    def work(tell):
        do(step, state, folder, begun=lambda: tell(b"B"))
        tell(b"E")

    child, heard = forked(work)
    first = os.read(heard, 1)
    begun = time.monotonic()
    usual = sorted(delays[step.kind] or [_GUESS])
    time.sleep(chance.uniform(0, 1.3 * usual[len(usual) // 2]))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rest = all_of(heard)
    assert first == b"B", first.decode() + rest
    assert rest in ("", "E"), rest
    # How long it takes is learnt from those that were done, and from those that took longer.
    taken = time.monotonic() - begun
    delays[step.kind].append(taken * (0.9 if rest else 1.3))
    return rest == "E"


def checked(folder: Path, state, step: Step) -> dict[int, int]:
    """Check in another process, whose threads and locks end with it."""
    child, heard = forked(lambda tell: tell(repr(check(folder, state=state, step=step)).encode()))
    said = all_of(heard)
    _, status = os.waitpid(child, 0)
    assert status == 0, f"after {step.kind}: {said}"
    return dict(eval(said))


def acknowledged(step: Step, state, found) -> None:
    """What was done before the kill is there in full."""
    assert found == step.after, f"{step.kind} was acknowledged, and {state} is {found}"


@pytest.mark.parametrize("number", range(-(-KILLS // IN_ONE)))
def test_kills(tmp_path, number, record_property):
    chance = random.Random(SEED * 1_000 + number)
    folder = tmp_path / "archive"
    child, heard = forked(lambda _tell: begin(folder))
    assert all_of(heard) == ""
    os.waitpid(child, 0)
    delays: dict[str, list[float]] = defaultdict(list)
    state = dict(START)
    counts = dict.fromkeys(KINDS, 0)
    for count in range(IN_ONE):
        step = draw(state, chance=chance, count=count)
        done = killed(step, state, folder, delays, chance)
        found = checked(folder, state, step)
        if done:
            acknowledged(step, state, found)
        counts[step.kind] += 1
        state = found
    record_property("kills", counts)
