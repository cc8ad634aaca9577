"""Measure a server under load: seconds of an answer, refusals and memory, by users at once.

    python -m eval.load --users 1,5,20,50 --questions 3
    python -m eval.load --users 3 --minutes 30 --every 10

Starts ``rag serve`` over the sample archive, or the one that ``--archive`` names. Each user has
a connection of its own and asks the packaged questions, one after the other. A question that is
refused, since the line is full, is asked again when the reply says so. With ``--minutes`` the
users go on until the time is over, and the server's memory is told on the way.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import httpx
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from eval.questions import load_questions, packaged_questions

MEGABYTE = 1_000_000
_ADDRESS = re.compile(r"(http://\S+?)/\?token=(\S+)")
# Seconds that a server may take to load its models, and an answer to come.
_START, _ANSWER = 300.0, 900.0
_METRICS = ("process_cpu_seconds_total", "process_resident_memory_bytes")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where it is, and what it lets in."""

    address: str
    token: str

    def client(self) -> httpx.AsyncClient:
        """Return the connection of one user."""
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=_ANSWER)

    def usage(self) -> Usage:
        """Return what the server has used so far."""
        headers = {"authorization": f"Bearer {self.token}"}
        text = httpx.get(f"{self.address}/metrics", headers=headers, timeout=60).text
        return Usage(*(_value(text, name) for name in _METRICS))


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of processors that a process has used, and bytes of memory that it holds."""

    seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Reply:
    """How one question ended: seconds from its first sending, refusals before it was taken."""

    seconds: float
    refusals: int
    status: int


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of users met; `lost` are the questions that ended without an answer."""

    users: int
    replies: Sequence[Reply]
    seconds: float
    processor: float
    memory: float

    @property
    def answers(self) -> int:
        """The number of questions that were answered."""
        return sum(reply.status == 200 for reply in self.replies)

    @property
    def lost(self) -> int:
        """The number of those that were not."""
        return len(self.replies) - self.answers

    @property
    def refusals(self) -> int:
        """How often a question was sent back, to be asked again."""
        return sum(reply.refusals for reply in self.replies)

    def percentile(self, share: float) -> float:
        """Return the seconds within which that share of the answers came, in percent."""
        return float(np.percentile([reply.seconds for reply in self.replies], share))


async def ask(client: httpx.AsyncClient, question: str) -> Reply:
    """Ask until the question is taken; a server that is full says when to come again."""
    begun = time.monotonic()
    for refusals in itertools.count():
        answer = await client.post("/v1/answer", json={"question": question})
        if answer.status_code not in (429, 503):
            return Reply(time.monotonic() - begun, refusals, answer.status_code)
        await asyncio.sleep(float(answer.headers["retry-after"]))
    raise AssertionError("the loop has no end")


async def _user(
    server: Server, questions: Iterator[str], *, most: int, until: float
) -> list[Reply]:
    replies: list[Reply] = []
    async with server.client() as client:
        for question in itertools.islice(questions, most):
            if time.monotonic() >= until:
                break
            replies.append(await ask(client, question))
    return replies


async def _all(
    server: Server, questions: Sequence[str], *, users: int, most: int, until: float
) -> list[Reply]:
    """Let the users begin at different places of the same questions."""
    starts = (index * len(questions) // users for index in range(users))
    lists = (itertools.islice(itertools.cycle(questions), start, None) for start in starts)
    work = (_user(server, own, most=most, until=until) for own in lists)
    return list(itertools.chain.from_iterable(await asyncio.gather(*work)))


def measure(
    server: Server, questions: Sequence[str], *, users: int, most: int, minutes: float = 0.0
) -> Load:
    """Let `users` ask at the same time: `most` questions each, or as many as the minutes hold."""
    before, begun = server.usage(), time.monotonic()
    until = begun + 60 * minutes if minutes else float("inf")
    replies = asyncio.run(_all(server, questions, users=users, most=most, until=until))
    after = server.usage()
    processor = after.seconds - before.seconds
    return Load(users, replies, time.monotonic() - begun, processor, after.memory)


@contextmanager
def serving(archive: str | None) -> Iterator[Server]:
    """Start a server whose models are loaded, and end it."""
    command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", "0"]
    command += ["--archive", archive] if archive else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        server = _address(process)
        _until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _address(process: subprocess.Popen[str]) -> Server:
    for line in process.stdout or ():
        if found := _ADDRESS.search(line):
            return Server(found[1], found[2].rstrip(","))
    raise SystemExit("the server did not start; `rag serve` says why")


def _until_ready(server: Server) -> None:
    deadline = time.monotonic() + _START
    while httpx.get(f"{server.address}/readyz", timeout=60).status_code != 200:
        if time.monotonic() > deadline:
            raise SystemExit("the models were not loaded in time")
        time.sleep(0.5)


def _value(metrics: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else float("nan")


def _show(loads: Sequence[Load]) -> Table:
    table = Table("users", "answers", "lost", "refused", "p50, s", "p95, s", "answers/min",
                  "processor s/answer", "memory, MB")  # fmt: skip
    for load in loads:
        figures = (
            f"{load.percentile(50):.1f}",
            f"{load.percentile(95):.1f}",
            f"{60 * load.answers / load.seconds:.1f}",
            f"{load.processor / max(load.answers, 1):.2f}",
            f"{load.memory / MEGABYTE:.0f}",
        )
        counts = (load.users, load.answers, load.lost, load.refusals)
        table.add_row(*map(str, counts), *figures)
    return table


def main(
    archive: str | None = None,
    users: Annotated[str, typer.Option(help="Numbers of users, with commas.")] = "1,5,20,50",
    questions: Annotated[int, typer.Option(help="Questions of each user.")] = 3,
    minutes: Annotated[float, typer.Option(help="How long they go on instead.")] = 0.0,
    every: Annotated[float, typer.Option(help="Minutes between two looks at memory.")] = 10.0,
) -> None:
    """Start a server, put it under load and print what came of it."""
    console = Console()
    asked = [item.question for item in load_questions(packaged_questions())]
    with serving(archive) as server:
        console.print(f"at the start {server.usage().memory / MEGABYTE:.0f} MB")
        for count in map(int, users.split(",")):
            parts = max(1, round(minutes / every)) if minutes else 1
            most = sys.maxsize if minutes else questions
            for _ in range(parts):
                load = measure(server, asked, users=count, most=most, minutes=minutes / parts)
                console.print(_show([load]))


if __name__ == "__main__":
    typer.run(main)
