"""The process that files are read in, so that a bad file ends only this process: see `apart`.

Each line it reads is a job, each line it writes something found. It ends itself when a file
takes too long, also while a library holds the interpreter.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from pathlib import Path
from typing import IO, Any

from rag.errors import SourceError
from rag.types import Article, Note, ReadLimits, Skipped

# Exit statuses that say why.
OUT_OF_MEMORY, FAILED = 77, 78
OUT_OF_TIME = tuple(
    -getattr(signal, name) for name in ("SIGPROF", "SIGALRM") if hasattr(signal, name)
)


class _Talk:
    """Writes lines for the process that asked, and keeps to the time between two of them."""

    def __init__(self, stream: IO[str], *, seconds: float, waiting: float) -> None:
        self._stream = stream
        self._limits = (seconds, waiting)

    def say(self, **message: Any) -> None:
        """Write one line; the time it takes to be taken does not count."""
        self._clock(0, 0)
        self._stream.write(json.dumps(message) + "\n")
        self._stream.flush()
        self._clock(*self._limits)

    def rest(self) -> None:
        """Stop the clock until the next line."""
        self._clock(0, 0)

    def _clock(self, seconds: float, waiting: float) -> None:
        if hasattr(signal, "setitimer"):
            # Both end the process by default, wherever it is.
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.setitimer(signal.ITIMER_REAL, waiting)


class _Count:
    """Passes over the files that an earlier process has begun, and names the next ones."""

    def __init__(self, talk: _Talk, *, after: int) -> None:
        self._talk = talk
        self._left = after

    def wants(self, name: str) -> bool:
        """Tell whether the file is to be read."""
        if self._left:
            self._left -= 1
            return False
        self._talk.say(file=name)
        return True


def main() -> None:
    """Read jobs from standard input until it ends."""
    # Whatever a library prints must not come between the lines.
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    limits = ReadLimits(**json.loads(sys.stdin.readline()))
    _limit_memory(limits.memory)
    talk = _Talk(stream, seconds=limits.seconds, waiting=limits.waiting)
    for line in sys.stdin:
        try:
            _do(json.loads(line), talk, limits=limits)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BrokenPipeError:
            os._exit(0)
        except SourceError as error:
            talk.say(error=str(error))
        except Exception as error:  # noqa: BLE001 - the process's edge: the file is named
            talk.say(failed=f"{type(error).__name__}: {error}")
            os._exit(FAILED)
        talk.rest()


def _do(job: dict[str, Any], talk: _Talk, *, limits: ReadLimits) -> None:
    # Imported here because it takes half a second, in which the process that asked goes on.
    from rag.sources.files.handle import LIMITS
    from rag.sources.read import read

    LIMITS.set(limits)
    path = job["path"] if job["address"] else Path(job["path"])
    count = _Count(talk, after=job["after"])
    found = read(
        [path],
        columns=job["columns"],
        on_skip=_teller(talk),
        on_note=_teller(talk),
        private=job["private"],
        wants=count.wants,
    )
    for article in found:
        talk.say(article=dataclasses.asdict(article))
    talk.say(end=True)


def _teller(talk: _Talk) -> Any:
    def tell(found: Skipped | Note | Article) -> None:
        talk.say(**{type(found).__name__.lower(): dataclasses.asdict(found)})

    return tell


def _limit_memory(most: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    # Of what it allocates; mapped libraries do not count.
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    main()
