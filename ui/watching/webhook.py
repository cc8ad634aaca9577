"""Changed answers sent to another program, as one POST of JSON each, with retries."""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from rag.settings import Timeouts
from ui.watching.alerts import Changed

# Seconds between the attempts.
_PAUSES = (1.0, 4.0, 12.0)
# Changes that are kept for later when none gets through; older ones are in the log.
_KEPT = 100
# Answers that may be others later; any other one says that the request itself is wrong.
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What went wrong with an attempt, and whether another one may go better."""

    fault: str = ""
    again: bool = False


class Webhook:
    """An address to which changed answers are sent. The address and the token are secrets.

    Neither is logged or shown, except for the host of the address. Redirects are not followed, so
    what is sent goes nowhere else. `timeouts` say how long an attempt and all of them may take,
    and `pauses` are the seconds between them. Raises `ValueError` for what is not an http or https
    address.
    """

    def __init__(
        self,
        url: str,
        *,
        archive: str,
        token: str = "",
        pauses: tuple[float, ...] = _PAUSES,
        timeouts: Timeouts | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._host = _host_of(url)
        self._url, self._archive, self._token = url, archive, token
        timeouts = timeouts or Timeouts()
        self._pauses, self._limit = pauses, timeouts.webhook
        self._longest_attempt = timeouts.webhook_attempt
        self._transport = transport
        self._waiting: deque[Changed] = deque(maxlen=_KEPT)

    @property
    def name(self) -> str:
        """What may be said of the address."""
        return f"the webhook at {self._host}"

    @property
    def waiting(self) -> bool:
        """Whether there are changes that did not get through yet."""
        return bool(self._waiting)

    def tell(self, *changes: Changed) -> str:
        """Send changes, after those that did not get through before; return what went wrong.

        The result is empty if all got through. Those that did not are sent with the next ones.
        """
        self._waiting.extend(changes)
        while self._waiting:
            if fault := self._within_limit(lambda: self._send(self._waiting[0])):
                return fault
            self._waiting.popleft()
        return ""

    def _within_limit(self, send: Callable[[], str]) -> str:
        """Return what `send` returns, without waiting for a server that answers too slowly."""
        said: list[str] = []
        # A daemon, so that it keeps no process from ending.
        thread = threading.Thread(target=lambda: said.append(send()), daemon=True)
        thread.start()
        thread.join(self._limit)
        return said[0] if said else f"it did not answer in {self._limit:g} s"

    def _send(self, change: Changed) -> str:
        end = time.monotonic() + self._limit
        body = json.dumps(
            {"event": "Changed", "archive": self._archive, **dataclasses.asdict(change)},
            ensure_ascii=False,
        ).encode()
        outcome = self._attempt(body)
        for pause in self._pauses:
            if not outcome.again or time.monotonic() + pause > end:
                break
            time.sleep(pause)
            outcome = self._attempt(body)
        return outcome.fault

    def _attempt(self, body: bytes) -> _Outcome:
        headers = {"content-type": "application/json", "user-agent": "Dateline"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        try:
            with (
                _unlogged(),
                httpx.Client(timeout=self._longest_attempt, transport=self._transport) as client,
                client.stream("POST", self._url, content=body, headers=headers) as reply,
            ):
                status = reply.status_code
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            # Its words may have the address in them.
            return _Outcome(f"it could not be reached ({type(error).__name__})", again=True)
        if httpx.codes.is_success(status):
            return _Outcome()
        return _Outcome(f"it answered {status}", again=status in _AGAIN)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep httpx from logging the address of each request that this thread makes."""
    here = threading.get_ident()

    def others(record: logging.LogRecord) -> bool:
        return record.thread != here

    # httpcore's say addresses and headers at the level of debugging.
    names = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addFilter(others)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(others)


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts.hostname
    except ValueError:
        pass
    # Without the address, which may hold a secret.
    raise ValueError("the address of the webhook must begin with http:// or https://; correct it")
