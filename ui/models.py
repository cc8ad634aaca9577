"""The models behind the page, loaded once and in the background."""

from __future__ import annotations

import threading

from rag.archive import Archive
from rag.errors import RagError
from rag.generation import Generator, load_generator

LOADING = "Loading the models..."


class Models:
    """An archive's embedder and the generator. Safe for use by several threads at once."""

    def __init__(self, archive: Archive, *, generator: Generator | None = None) -> None:
        self._archive = archive
        self._generator = generator
        self._lock = threading.Lock()
        self._problem = ""
        self.ready = False

    @property
    def status(self) -> str:
        """What to tell the user: that they are loading, why they failed, or nothing."""
        if self.ready:
            return ""
        return self._problem or (LOADING if self._lock.locked() else "")

    def load(self) -> Generator:
        """Return the generator, with all models loaded; a second caller waits for the first.

        Raises `ModelError`, `GenerationError` or `ArchiveError`; calling again tries again.
        """
        with self._lock:
            self._problem = ""
            self._archive.embedder()
            if self._generator is None:
                self._generator = load_generator(self._archive.settings.generator)
            self.ready = True
            return self._generator

    def load_in_background(self) -> threading.Thread:
        """Start loading and return at once; a failure becomes the `status`."""
        thread = threading.Thread(target=self._try, name="load-models", daemon=True)
        thread.start()
        return thread

    def _try(self) -> None:
        try:
            self.load()
        except RagError as error:
            self._problem = str(error)
