"""Feeds that are asked whether they have changed, less and less often while they fail."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from rag.errors import SourceError
from ui.watching.files import write_whole

# A feed that fails is asked again after twice the time, up to this many seconds.
_LONGEST = 86_400.0


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed: what its server called the last version, and when to ask again.

    `next_at` is in seconds since 1970; `failures` are those since it last answered.
    """

    etag: str | None = None
    modified: str | None = None
    failures: int = 0
    next_at: float = 0.0

    def unread(self) -> FeedState:
        """Return the state of a feed that is to be read again although it has not changed."""
        return dataclasses.replace(self, etag=None, modified=None)


class Feeds:
    """The feeds that are watched; what is known of them outlives the process in `file`."""

    def __init__(
        self,
        addresses: Iterable[str],
        *,
        file: Path,
        every: float,
        client: httpx.Client,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._addresses = tuple(dict.fromkeys(addresses))
        self._file = file
        self._every = every
        self._client = client
        self._clock = clock
        self._states = _read(file)
        # An earlier run may have asked less often.
        self.hurry(seconds=every)

    def due(self) -> list[str]:
        """Return the feeds that it is time to ask."""
        now = self._clock()
        return [address for address in self._addresses if self._state(address).next_at <= now]

    def hurry(self, *, seconds: float) -> None:
        """Let no feed wait longer than that, unless it has failed: then its wait stays."""
        latest = self._clock() + seconds
        for address, state in self._states.items():
            if not state.failures:
                sooner = min(state.next_at, latest)
                self._states[address] = dataclasses.replace(state, next_at=sooner)

    def seconds_left(self) -> float:
        """Return the time until a feed is due, at most the time between two questions."""
        times = [self._state(address).next_at for address in self._addresses]
        return max(0.0, min([*times, self._clock() + self._every]) - self._clock())

    def ask(self, address: str) -> FeedState | None:
        """Return the state to keep once a feed that has changed is read; None for no change.

        Raises `SourceError` when the server does not answer as it should; the feed is then left
        alone for longer each time, or as long as the server says.
        """
        known = self._state(address)
        given = {"if-none-match": known.etag, "if-modified-since": known.modified}
        headers = {name: value for name, value in given.items() if value}
        try:
            # What it has is read by the ingest, so the connection ends after the first lines.
            with self._client.stream("GET", address, headers=headers) as reply:
                return self._answered(address, known, reply)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise self.failed(address, str(error) or type(error).__name__) from error

    def keep(self, address: str, state: FeedState) -> None:
        """Keep what is known of a feed, for the next start too."""
        self._states[address] = state
        write_whole(
            self._file,
            json.dumps({name: dataclasses.asdict(item) for name, item in self._states.items()}),
        )

    def failed(self, address: str, why: str, *, wait: float | None = None) -> SourceError:
        """Make a feed wait longer, and return the error that says so."""
        known = self._state(address)
        failures = known.failures + 1
        longer = max(self._every * 2.0**failures, wait or 0.0)
        seconds = min(longer, _LONGEST)
        state = dataclasses.replace(known, failures=failures, next_at=self._clock() + seconds)
        self.keep(address, state)
        return SourceError(f"{why}; asked again in {_spelled(seconds)}")

    def _state(self, address: str) -> FeedState:
        return self._states.get(address, FeedState())

    def _answered(self, address: str, known: FeedState, reply: httpx.Response) -> FeedState | None:
        next_at = self._clock() + self._every
        if reply.status_code == httpx.codes.NOT_MODIFIED:
            self.keep(address, dataclasses.replace(known, failures=0, next_at=next_at))
            return None
        if reply.status_code != httpx.codes.OK:
            why = f"the server answered {reply.status_code} {reply.reason_phrase}".strip()
            raise self.failed(address, why, wait=self._wait(reply))
        headers = reply.headers
        return FeedState(headers.get("etag"), headers.get("last-modified"), next_at=next_at)

    def _wait(self, reply: httpx.Response) -> float | None:
        """Return the seconds that the server asks to wait: a number of them, or until when."""
        said = reply.headers.get("retry-after", "").strip()
        if said.isdecimal():
            return float(said)
        try:
            return parsedate_to_datetime(said).timestamp() - self._clock()
        except (ValueError, OverflowError):
            return None


def _read(file: Path) -> dict[str, FeedState]:
    """Return what was kept; nothing when the file is damaged, as feeds can be asked again."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {address: FeedState(**state) for address, state in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _spelled(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
