"""Ask one of several equal servers, and another one when it fails."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from rag.errors import ModelError, extra
from rag.models.servers.breaker import Breaker

# Seconds: to connect, for one answer, to be found well, and for all attempts together.
_CONNECT, _ANSWER, _HEALTH, _ALL = 2.0, 30.0, 1.0, 60.0
# Seconds between attempts, drawn at random below a bound that doubles, so that those whom one
# server failed do not all come to the next one at once.
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0
# Answers of a server that is overloaded or going down, which another one may do better.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
# Enough for a reason, and not for a page of HTML.
_REPLY_CHARACTERS = 300


class _PassingError(Exception):
    """A server did not answer, or not properly; another one may, or the same one later."""


@dataclass(slots=True)
class _Server:
    address: str
    breaker: Breaker
    busy: int = 0
    last: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Pool:
    """Servers that give the same answers. Safe for use by several threads.

    A call goes to the server with the fewest calls in work. One that fails is not asked
    until it says at ``/health`` that it is well, and its calls go to the others. An answer is
    asked for again, so calls must change nothing.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        token: str | None = None,
        answer_seconds: float = _ANSWER,
        all_seconds: float = _ALL,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not addresses:
            raise ValueError("a pool has no server; name one address or more")
        self._servers = [_Server(address, Breaker(clock)) for address in addresses]
        self._turn = itertools.count()
        self._all_seconds = all_seconds
        self._sleep = sleep
        self._client = httpx.Client(
            timeout=httpx.Timeout(answer_seconds, connect=_CONNECT),
            headers={"Authorization": f"Bearer {token}"} if token else None,
            transport=transport,
            # A question that waits here for a connection counts as waiting for its answer.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
        )

    def close(self) -> None:
        """Close the connections; the pool must not be used afterwards."""
        self._client.close()

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON that a server answers; with a `body` it is posted.

        Raises `ModelError` when a server refuses the request, and when none has answered in time.
        """
        with extra("servers", error=ModelError):
            import tenacity

        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            stop=tenacity.stop_after_delay(self._all_seconds),
            wait=tenacity.wait_random_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT),
            sleep=self._sleep,
        )
        try:
            return again(self._once, path, body)
        except tenacity.RetryError:
            said = "; ".join(
                f"{_shown(server.address)}: {server.last or 'is left alone'}"
                for server in self._servers
            )
            raise ModelError(
                f"no model server has answered in {self._all_seconds:.0f} s ({said}); "
                "start one with `rag serve-models`, or correct the addresses in the settings"
            ) from None

    def _once(self, path: str, body: Mapping[str, Any] | None) -> Any:
        """Ask one server once."""
        server = self._chosen()
        with server.lock:
            server.busy += 1
        try:
            answer = self._answer(server, path, body)
        except _PassingError as error:
            server.last = str(error)
            server.breaker.fail()
            raise
        finally:
            with server.lock:
                server.busy -= 1
        server.breaker.succeed()
        return answer

    def _answer(self, server: _Server, path: str, body: Mapping[str, Any] | None) -> Any:
        try:
            response = self._client.request(
                "GET" if body is None else "POST", server.address + path, json=body
            )
        except httpx.InvalidURL as error:
            raise ModelError(f"{server.address!r} is not an address: {error}") from error
        except httpx.HTTPError as error:
            raise _PassingError(f"{type(error).__name__}: {error}".rstrip(": ")) from error
        if response.status_code in _PASSING:
            raise _PassingError(f"it answered {response.status_code}")
        if response.is_success:
            return _json(response)
        raise ModelError(
            f"{_shown(server.address)} answered {response.status_code} to {path}: "
            f"{response.text[:_REPLY_CHARACTERS]}; check address and token"
        )

    def _chosen(self) -> _Server:
        """Return the server to ask; raises `_PassingError` while all are left alone."""
        for server in self._servers:
            if server.breaker.probe() and self._is_well(server):
                server.breaker.succeed()
        turn = next(self._turn)
        count = len(self._servers)
        ready = [
            server
            for at in range(count)
            if not (server := self._servers[(turn + at) % count]).breaker.is_open
        ]
        if not ready:
            raise _PassingError("all servers have failed and are not asked for a while")
        return min(ready, key=lambda server: server.busy)

    def _is_well(self, server: _Server) -> bool:
        try:
            found = self._client.get(f"{server.address}/health", timeout=_HEALTH)
        except httpx.HTTPError as error:
            server.last = f"{type(error).__name__}: {error}".rstrip(": ")
            return False
        return found.is_success


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise ModelError(
            f"{_shown(str(response.url))} does not answer with JSON; was it started by "
            "`rag serve-models`?"
        ) from error


def _shown(address: str) -> str:
    """Return an address without the user and password that it may have."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
