"""Folders and feeds watched: what comes in is ingested, and saved questions are asked again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.errors import LockedError, RagError, SourceError, extra
from rag.sources.web.address import is_address
from rag.sources.web.fetch import open_client
from rag.types import IngestReport
from ui.watching.alerts import Alerts, Changed
from ui.watching.feeds import Feeds
from ui.watching.webhook import Webhook

if TYPE_CHECKING:
    from watchfiles import Change

log = logging.getLogger(__name__)

# In the archive's folder.
STATE = "watch.json"
# Milliseconds between two looks at the feeds and at what has to be tried again.
_TICK = 1_000


@dataclass(frozen=True, slots=True)
class CameIn:
    """An ingest of something that has changed: the files or addresses, and its report."""

    sources: tuple[str, ...]
    report: IngestReport


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that could not be read now, and why; it is tried again."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A file that was deleted; its articles stay in the archive."""

    source: str


Happening = CameIn | Trouble | Gone | Changed


class Watch:
    """Keeps an archive current with folders, files and addresses of feeds.

    `every` is the time between two questions to a feed, in seconds. Raises `SourceError` for a
    folder that is not there. Changed answers are sent to a `webhook`.
    """

    def __init__(
        self,
        archive: Archive,
        sources: Sequence[str],
        *,
        every: float,
        private: bool = False,
        webhook: Webhook | None = None,
    ) -> None:
        self._archive = archive
        self._webhook = webhook
        self._private = private
        self._places = [source for source in sources if not is_address(source)]
        for place in self._places:
            if not Path(place).exists():
                raise SourceError(f"there is nothing at {place} to watch; make the folder first")
        self._client = open_client(private=private)
        self._feeds = Feeds(
            [source for source in sources if is_address(source)],
            file=archive.folder / STATE,
            every=every,
            client=self._client,
        )
        # Leaves out what editors and version control put beside files.
        with extra("watch"):
            import watchfiles
        self._filter = watchfiles.DefaultFilter()
        # What has changed and is not ingested yet, as while another process writes.
        self._waiting: dict[str, None] = {}

    def once(self) -> Iterator[Happening]:
        """Look at everything once, and yield what has changed since the last run.

        Feeds are asked whenever it is called; only those that have failed are left alone.
        """
        self._feeds.hurry(seconds=0)
        self._waiting.update(dict.fromkeys(self._places))
        yield from self._take_in()

    def run(self, stop: threading.Event) -> Iterator[Happening]:
        """Look at everything, then yield what happens until `stop` is set."""
        # Everything is looked at once files are watched, so that nothing falls between.
        self._waiting.update(dict.fromkeys(self._places))
        for changes in self._changes(stop):
            for change, path in sorted(changes, key=lambda item: item[1]):
                if change.name == "deleted":
                    yield Gone(path)
                else:
                    self._waiting[path] = None
            yield from self._take_in()
        self._client.close()

    def _changes(self, stop: threading.Event) -> Iterator[Iterable[tuple[Change, str]]]:
        """Yield changes of files as they come, and none at each tick."""
        if self._places:
            import watchfiles

            yield from watchfiles.watch(
                *self._places,
                stop_event=stop,
                watch_filter=self._is_of_others,
                rust_timeout=_TICK,
                yield_on_timeout=True,
            )
            return
        while not stop.is_set():
            yield ()
            stop.wait(_TICK / 1000)

    def _is_of_others(self, change: Change, path: str) -> bool:
        """Tell whether a change is outside the archive, which may lie in the watched folder."""
        own = self._archive.folder.resolve()
        place = Path(path).resolve()
        return self._filter(change, path) and own != place and own not in place.parents

    def _take_in(self) -> Iterator[Happening]:
        """Ingest what waits and what feeds have; then ask the saved questions, if it matters."""
        news = 0
        for happening in chain(self._files(), self._from_feeds()):
            if isinstance(happening, CameIn):
                news += happening.report.added + happening.report.updated
            yield happening
        if news:
            try:
                changes = Alerts(self._archive).check()
            except RagError as error:
                yield Trouble("alerts", str(error))
                return
            yield from changes
            if self._webhook and (fault := self._webhook.tell(*changes)):
                yield Trouble(self._webhook.name, f"{fault}; it is sent with the next change")

    def _files(self) -> Iterator[Happening]:
        paths = [path for path in self._waiting if Path(path).exists()]
        if not paths:
            self._waiting.clear()
            return
        try:
            report = self._archive.ingest([Path(path) for path in paths])
        except LockedError as error:
            log.info("tried again: %s", error)
            return
        self._waiting.clear()
        yield CameIn(tuple(paths), report)

    def _from_feeds(self) -> Iterator[Happening]:
        for address in self._feeds.due():
            try:
                state = self._feeds.ask(address)
                if state is None:
                    continue
                report = self._archive.ingest(address, private=self._private)
            except SourceError as error:
                yield Trouble(address, str(error))
            except LockedError as error:
                log.info("tried again: %s", error)
            else:
                # Only now, and not when a page that it links to failed: what a crash or a fault
                # keeps from being ingested is asked for again.
                self._feeds.keep(address, state if not report.skipped else state.unread())
                yield CameIn((address,), report)
