"""Files read in a separate process, within limits of time and memory; see `worker`."""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.errors import SourceError
from rag.sources import worker
from rag.types import Article, Note, ReadLimits, Skipped

Line = dict[str, Any]

# Lines read ahead while articles are embedded.
_AHEAD = 64
# Seconds beyond the time that the process allows itself, for systems where it cannot, and for
# its start on a busy machine.
_PATIENCE = 120.0


class Apart:
    """A process that reads files, restarted when a file has ended it.

    Use it as a context manager; one thread at a time.
    """

    def __init__(self, limits: ReadLimits | None = None) -> None:
        self._limits = limits or ReadLimits()
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[Line | None] = queue.Queue(_AHEAD)

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            # The thread that listens may wait for room.
            while process.poll() is None or not self._lines.empty():
                try:
                    self._lines.get(timeout=0.05)
                except queue.Empty:
                    continue
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()

    def read(
        self,
        path: str | Path,
        *,
        columns: Mapping[str, str] | None = None,
        on_skip: Callable[[Skipped], None],
        on_note: Callable[[Note], None],
        private: bool = False,
    ) -> Iterator[Article]:
        """Yield the articles at a path or address; as `rag.sources.read`.

        A file that takes too long, needs too much memory or ends the process is passed to
        `on_skip`, and reading goes on with the next one. Raises `SourceError` for a mapping
        of an unknown field.
        """
        finished = False
        try:
            job = _job(path, columns=columns, private=private)
            yield from self._files(job, on_skip, on_note)
            finished = True
        finally:
            if not finished:
                # What it has still to say of this path must not be taken for the next one's.
                self.close()

    def _files(
        self,
        job: Line,
        on_skip: Callable[[Skipped], None],
        on_note: Callable[[Note], None],
    ) -> Iterator[Article]:
        """Yield articles file by file, going on in a new process where one has ended."""
        begun, seen = 0, set[Skipped | Note]()
        ended = True
        while ended:
            before, name, ended = begun, job["path"], False
            for line in self._ask({**job, "after": begun}):
                if "article" in line:
                    yield Article(**line["article"])
                elif "file" in line:
                    begun, name = begun + 1, line["file"]
                elif "skipped" in line:
                    _once(Skipped(**line["skipped"]), seen, on_skip)
                elif "note" in line:
                    _once(Note(**line["note"]), seen, on_note)
                elif "error" in line:
                    raise SourceError(line["error"])
                elif "status" in line:
                    on_skip(Skipped(name, self._why(line)))
                    # One that does not even come to the next file would go on for ever.
                    ended = begun > before

    def _ask(self, job: Line) -> Iterator[Line]:
        """Yield what the process says of one job; a last line of its own when it has ended."""
        process = self._running()
        try:
            process.stdin.write(json.dumps(job) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            yield self._ended(process)
            return
        while True:
            line = self._next()
            if line is None or "failed" in line:
                yield {**self._ended(process), **(line or {})}
                return
            yield line
            if "end" in line or "error" in line:
                return

    def _next(self) -> Line | None:
        try:
            return self._lines.get(timeout=self._limits.waiting + _PATIENCE)
        except queue.Empty:
            return None

    def _ended(self, process: subprocess.Popen[str]) -> Line:
        """Make sure of the process's end and return the last line, which says how it came."""
        try:
            status = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            status = 0
        self.close()
        return {"status": status}

    def _why(self, line: Line) -> str:
        """Return why the file being read has ended the process."""
        if "failed" in line:
            return f"is damaged or of another type than its name says ({line['failed']})"
        if line["status"] == worker.OUT_OF_MEMORY:
            most = self._limits.memory >> 20
            return (
                f"needs more than {most} MB of memory to be read; split it into smaller files, "
                "or raise reading.memory"
            )
        if line["status"] in worker.OUT_OF_TIME:
            return (
                f"took longer than {self._limits.seconds:g} s of work or "
                f"{self._limits.waiting:g} s in all to read, and was skipped; split it into "
                "smaller files, or raise reading.seconds and reading.waiting"
            )
        return (
            f"ended the process that read it ({line['status']}), as too little memory does; "
            "split it into smaller files"
        )

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._lines = queue.Queue(_AHEAD)
            self._process = _start(self._limits)
            listener = threading.Thread(
                target=_listen, args=(self._process, self._lines), daemon=True
            )
            listener.start()
        return self._process


def read(
    paths: Iterable[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    on_skip: Callable[[Skipped], None],
    on_note: Callable[[Note], None],
    private: bool = False,
    limits: ReadLimits | None = None,
) -> Iterator[Article]:
    """Yield the articles at some paths and addresses; as `rag.sources.read`, but apart."""
    with Apart(limits) as apart:
        for path in paths:
            yield from apart.read(
                path, columns=columns, on_skip=on_skip, on_note=on_note, private=private
            )


def _job(path: str | Path, *, columns: Mapping[str, str] | None, private: bool) -> Line:
    return {
        "path": str(path),
        "address": isinstance(path, str),
        "columns": dict(columns) if columns else None,
        "private": private,
    }


def _start(limits: ReadLimits) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    # -P: nothing in the folder it is started from can stand for a module.
    command = [sys.executable, "-P", "-m", "rag.sources.worker"]
    process = subprocess.Popen(  # noqa: S603 - a fixed command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths},
    )
    first = dataclasses.asdict(limits)
    process.stdin.write(json.dumps(first) + "\n")  # type: ignore[union-attr]
    return process


def _listen(process: subprocess.Popen[str], lines: queue.Queue[Line | None]) -> None:
    """Pass on the lines of a process, then None."""
    try:
        for line in process.stdout or ():
            lines.put(json.loads(line))
    except ValueError:
        # Cut off in the middle of a line, or closed.
        pass
    lines.put(None)


def _once(found: Any, seen: set[Any], tell: Callable[[Any], None]) -> None:
    """Pass on what a restarted process did not find a second time."""
    if found not in seen:
        seen.add(found)
        tell(found)
