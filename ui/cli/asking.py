"""Who answers a command: a process that has the models loaded, or this one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer

from rag.settings import Settings
from rag.types import Answer, Hit, Query
from ui.cli.fetching import fetching
from ui.cli.opening import archive_folder, open_archive

if TYPE_CHECKING:
    from pathlib import Path

    import rag
    from ui.warm.client import Warm

log = logging.getLogger("rag.cli")


class Asker(Protocol):
    """Answers the questions of a command."""

    def stream(self, query: Query) -> Iterator[str | Answer]:
        """Yield the pieces of an answer, if they come one by one, and then the answer."""

    def search(self, query: Query) -> list[Hit]:
        """Return the passages that fit best."""


class Elsewhere:
    """Has the questions answered by a warm process."""

    def __init__(self, warm: Warm) -> None:
        self._warm = warm

    def stream(self, query: Query) -> Iterator[str | Answer]:
        """Yield the answer, in one piece."""
        yield self._warm.answer(query)

    def search(self, query: Query) -> list[Hit]:
        """Return the passages that fit best."""
        return self._warm.search(query)


class Here:
    """Answers in this process; the models are loaded at the first question."""

    def __init__(self, archive: rag.Archive) -> None:
        self._archive = archive

    def stream(self, query: Query) -> Iterator[str | Answer]:
        """Yield the pieces of an answer and then the answer."""
        from rag import reading
        from rag.answering.pipeline import run

        self._archive.check_filter(query.where)
        # Each is loaded once; what is on the disk already says nothing.
        with fetching(self._archive.settings.embedder) as say:
            self._archive.embedder(on_progress=say)
        with fetching(self._archive.settings.reader) as say:
            reading.load_reader(self._archive.settings.reader, on_progress=say)
        return run(query, archive=self._archive)

    def search(self, query: Query) -> list[Hit]:
        """Return the passages that fit best."""
        self._archive.check_filter(query.where)
        return self._archive.retrieve(query)


@contextmanager
def asker(archive: str | None, *, settings: Settings, local: bool) -> Iterator[Asker]:
    """Provide what answers questions to an archive; with `local` it is always this process.

    A caller's mistake, such as a publisher that no article has, is a usage error.
    """
    try:
        with _asker(archive, settings=settings, local=local) as found:
            yield found
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _asker(archive: str | None, *, settings: Settings, local: bool) -> Iterator[Asker]:
    folder = archive_folder(archive)
    # A warm process does not send the pieces of a written answer as they come.
    if not local and not settings.generator and _may_be_warm(folder):
        from ui.warm.client import connected

        with connected(folder, settings) as warm:
            if warm is not None:
                log.info("a running page or server answers; --local does without")
                yield Elsewhere(warm)
                return
    with open_archive(folder, settings=settings) as opened:
        yield Here(opened)


def _may_be_warm(folder: Path) -> bool:
    from ui.warm import SOCKET

    return (folder / SOCKET).exists()
