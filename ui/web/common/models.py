"""The models behind the pages, loaded once and in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rag import reading
from rag.archive import Archive
from rag.errors import RagError
from rag.generation import Generator, load_generator
from rag.settings import ServerLimits
from rag.types import Answer
from ui.fetching import Fetched, Fetching
from ui.web.common.waiting import Line

LOADING = "Loading the models; questions are answered as soon as they are ready..."


class Models:
    """The reader, the archives' embedders, and a generator that was named.

    Safe for use by several threads at once.
    """

    def __init__(
        self,
        *,
        generator: Generator | None = None,
        name: str = "",
        on_answer: Callable[[Answer], None] = lambda _answer: None,
        limits: ServerLimits | None = None,
    ) -> None:
        self._generator = generator
        self._name = name
        # Told of every answer, whoever asked.
        self.on_answer = on_answer
        self._lock = threading.Lock()
        # Why the models were not loaded at the last try; empty when they were.
        self.problem = ""
        self._fetching: Fetching | None = None
        self._ready: set[Archive] = set()
        # The questions to all archives, which share the models.
        self.line = Line(limits)
        self._counting = threading.Condition()
        self._asking = self._working = 0
        # Set while a visitor waits for an answer: work that can wait stops.
        self.wanted = threading.Event()

    @property
    def status(self) -> str:
        """What to tell the user: that they are loading, why they failed, or nothing."""
        return self.problem or (LOADING if self.loading else "")

    @property
    def loading(self) -> bool:
        """Whether the models are being loaded."""
        return self._lock.locked()

    @property
    def fetched(self) -> Fetched | None:
        """How far the fetching of a model has come; None while none is fetched."""
        return self._fetching.now if self.loading and self._fetching else None

    def ready_for(self, archive: Archive) -> bool:
        """Tell whether a question to `archive` need not wait for a model."""
        return archive in self._ready

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Put off what can wait while a visitor's question is answered."""
        with self._counting:
            self._asking += 1
            self.wanted.set()
        try:
            yield
        finally:
            with self._counting:
                self._asking -= 1
                if not self._asking:
                    self.wanted.clear()
                self._counting.notify_all()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count work that nobody waits for, which `end` waits for."""
        with self._counting:
            self._working += 1
        try:
            yield
        finally:
            with self._counting:
                self._working -= 1
                self._counting.notify_all()

    def end(self, *, seconds: float = 5.0) -> None:
        """Stop for good what can wait, and wait until all work has left the models.

        A thread that is inside of them when the process ends makes it end with an error.
        """
        with self._counting:
            self._asking += 1
            self.wanted.set()
            self._counting.wait_for(
                lambda: self._asking == 1 and not self._working, timeout=seconds
            )

    def wait_until_free(self) -> None:
        """Wait until no visitor's question is being answered."""
        with self._counting:
            self._counting.wait_for(lambda: not self._asking)

    def load(self, archive: Archive) -> Generator | None:
        """Load all models and return the generator that writes, None where none was named.

        A second caller waits for the first.

        Raises `ModelError`, `GenerationError` or `ArchiveError`, which is the `problem` from then
        on; calling again tries again.
        """
        with self._lock:
            self.problem = ""
            try:
                self._load(archive)
            except RagError as error:
                self.problem = str(error)
                raise
            return self._generator

    def _load(self, archive: Archive) -> None:
        archive.embedder(on_progress=self._telling(archive.settings.embedder))
        reader = archive.settings.reader
        reading.load_reader(reader, on_progress=self._telling(reader))
        if self._generator is None and self._name:
            self._generator = load_generator(
                self._name,
                timeouts=archive.settings.timeouts,
                on_progress=self._telling(self._name),
            )
        self._ready.add(archive)

    def load_in_background(self, archive: Archive) -> threading.Thread:
        """Start loading and return at once; a failure becomes the `status`."""
        thread = threading.Thread(
            target=self._try, args=(archive,), name="load-models", daemon=True
        )
        thread.start()
        return thread

    def _telling(self, name: str) -> Callable[[str], None]:
        """Return what is told of each long step of loading a model."""
        self._fetching = Fetching(name)
        return self._fetching.say

    def _try(self, archive: Archive) -> None:
        with suppress(RagError):
            self.load(archive)
