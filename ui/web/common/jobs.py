"""Work that goes on when its page is closed: an ingest, an evaluation."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from rag.archive import Archive
from rag.errors import ArchiveError, RagError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

FAILED = "Something went wrong in this program; its terminal says what."


class StoppedError(Exception):
    """Raised inside of a job that the user has stopped."""


class Job(Generic[Result]):
    """A function that runs in a thread of its own and tells how far it has come.

    It is called with the job, and calls `tell` at every step. `result` is what it
    returned, `problem` why it failed; both are empty while it runs.
    """

    def __init__(self, work: Callable[[Job[Result]], Result]) -> None:
        self.note = ""
        self.done, self.total = 0, 0
        self.result: Result | None = None
        self.problem = ""
        self.stopped = False
        # When the first of all steps was done, which alone may have taken longer.
        self._first: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the function has not yet returned."""
        return self._thread.is_alive()

    @property
    def seconds_left(self) -> float | None:
        """How long it still takes if it goes on as until now; None when that is not known."""
        if self._first is None or self.done < 2:
            return None
        return (time.monotonic() - self._first) / (self.done - 1) * (self.total - self.done)

    def tell(self, note: str, *, done: int = 0, total: int = 0) -> None:
        """Say what was done last, and how much of how much; `StoppedError` ends the job."""
        self.note, self.done, self.total = note, done, total
        if done and self._first is None:
            self._first = time.monotonic()
        if self._stop.is_set():
            raise StoppedError

    def stop(self) -> None:
        """End the job at its next step."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the function has returned."""
        self._thread.join(seconds)

    def _run(self, work: Callable[[Job[Result]], Result]) -> None:
        try:
            self.result = work(self)
        except StoppedError:
            self.stopped = True
        except (RagError, ValueError) as error:
            self.problem = str(error)
        except Exception:
            # The thread's edge: whatever it is, the page must say that the work has ended.
            log.exception("a job failed")
            self.problem = FAILED


class Jobs(Generic[Result]):
    """The last job of each archive. Safe for use by several threads at once."""

    def __init__(self) -> None:
        self._jobs: dict[Archive, Job[Result]] = {}
        self._lock = threading.Lock()

    def of(self, archive: Archive) -> Job[Result] | None:
        """Return the last job of an archive, running or not."""
        return self._jobs.get(archive)

    def start(self, archive: Archive, work: Callable[[Job[Result]], Result]) -> None:
        """Start a job; `ArchiveError` while another one of the archive runs."""
        with self._lock:
            last = self._jobs.get(archive)
            if last is not None and last.running:
                raise ArchiveError(
                    f"{archive.folder.name!r} is still busy with the one before; wait until it "
                    "ends, or stop it"
                )
            self._jobs[archive] = Job(work)

    def stop(self, archive: Archive) -> None:
        """End the archive's running job, if any, at its next step."""
        if job := self._jobs.get(archive):
            job.stop()
