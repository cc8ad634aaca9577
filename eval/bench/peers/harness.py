"""The interface of a measured system, and the protocol in which it is asked.

A script gets its job as JSON on its command line. Lines on its standard output that begin
with `MARK` are JSON: ``{"event": "first"}`` at the first result, and at the end
``{"event": "done", ...}`` with what was measured. Only the standard library is used, as the
systems run in different environments.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

MARK = "@bench "

# Called with every piece of an answer as soon as there is one.
Heard = Callable[[str], None]


class Job(NamedTuple):
    """What to measure, with which files; a `NamedTuple` because it crosses as JSON.

    `stage` is ingest, search or answer. `articles` is a file of JSON lines with `id`,
    `title` and `text`, `questions` one of a JSON list of texts. The index is kept in
    `folder`. `embedder` and `generator` are model folders.
    """

    stage: str
    articles: str
    questions: str
    folder: str
    embedder: str
    generator: str
    chunk_tokens: int
    passages: int
    max_new_tokens: int
    packages: list[str]


class System(Protocol):
    """A system under measurement, with its embedder loaded."""

    def ingest(self, articles: Path) -> int:
        """Index the articles of a file and keep the index; return the number of chunks."""

    def open(self, *, answering: bool) -> None:
        """Open the index of an earlier process; with `answering`, load the generator too."""

    def search(self, question: str) -> list[str]:
        """Return the article ids of the best passages, best first."""

    def answer(self, question: str, heard: Heard) -> str:
        """Return the answer to a question."""


def serve(system: Callable[[Job], System]) -> None:
    """Do the job on the command line and print what was measured."""
    job = Job(**json.loads(sys.argv[1]))
    started = time.perf_counter()
    made = system(job)
    loaded = time.perf_counter() - started
    measured = {"ingest": _ingest, "search": _search, "answer": _answer}[job.stage](made, job)
    versions = {name: version(name) for name in job.packages}
    say({"event": "done", "loaded": loaded, "versions": versions, **measured})


def say(line: dict[str, Any]) -> None:
    """Print one line of the protocol."""
    print(MARK + json.dumps(line), flush=True)  # noqa: T201


def read(articles: Path) -> Iterator[dict[str, str]]:
    """Yield the articles of a file."""
    with articles.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _ingest(system: System, job: Job) -> dict[str, Any]:
    started = time.perf_counter()
    chunks = system.ingest(Path(job.articles))
    return {"seconds": time.perf_counter() - started, "chunks": chunks}


def _search(system: System, job: Job) -> dict[str, Any]:
    """Time every question once, after a first one that is part of the start."""
    first, *rest = _questions(job)
    system.open(answering=False)
    system.search(first)
    say({"event": "first"})
    seconds, found = [], []
    for question in rest:
        started = time.perf_counter()
        found.append(system.search(question)[: job.passages])
        seconds.append(time.perf_counter() - started)
    return {"seconds": seconds, "found": found}


def _answer(system: System, job: Job) -> dict[str, Any]:
    first, *rest = _questions(job)
    system.open(answering=True)
    system.answer(first, lambda _piece: None)
    say({"event": "first"})
    return {"answers": [_timed(system, question) for question in rest]}


def _timed(system: System, question: str) -> dict[str, Any]:
    """Return one answer with the seconds to its first text and to its end."""
    heard: list[float] = []

    def note(piece: str) -> None:
        if piece and not heard:
            heard.append(time.perf_counter() - started)

    started = time.perf_counter()
    text = system.answer(question, note)
    total = time.perf_counter() - started
    return {"text": text, "first_text": heard[0] if heard else total, "total": total}


def _questions(job: Job) -> list[str]:
    asked: list[str] = json.loads(Path(job.questions).read_text(encoding="utf-8"))
    return asked
