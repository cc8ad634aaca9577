"""Whose an open page is: the user who came with its number first, and nobody else.

Gradio keeps what a page shows under a random number that the browser draws, and gives it to
whoever sends that number.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict, defaultdict
from threading import Lock

from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Open pages of one user that are remembered. Who opens more gives up the oldest of the own.
MOST = 1_000

_KEY = "session_hash"
_IN_PATH = re.compile(r"/(?:heartbeat|stream)/([^/]+)")


class Owners:
    """Which user each page's number belongs to. Safe for use by several threads at once."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._owner: dict[str, str] = {}
        self._pages: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)

    def may(self, user: str, page: str) -> bool:
        """Tell whether a page is the user's; a number that nobody has becomes so."""
        with self._lock:
            if self._owner.setdefault(page, user) != user:
                return False
            own = self._pages[user]
            own[page] = None
            own.move_to_end(page)
            if len(own) > self._most:
                oldest, _ = own.popitem(last=False)
                del self._owner[oldest]
            return True


class Owned:
    """Refuses requests with the number of another user's page, as ASGI middleware.

    It stands behind the log-in, which tells the user's name.
    """

    def __init__(self, app: ASGIApp, *, owners: Owners | None = None) -> None:
        self._app = app
        self._owners = owners or Owners()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        user = scope.get("user_name")
        if scope["type"] != "http" or user is None:
            await self._app(scope, receive, send)
            return
        pages = _named(scope)
        if scope["method"] == "POST" and not scope["path"].rstrip("/").endswith("/upload"):
            if _is_form(scope):
                await _refusal("forms are not accepted here", 415)(scope, receive, send)
                return
            messages = await _whole(receive)
            pages |= _named_in(b"".join(message.get("body", b"") for message in messages))
            receive = _again(messages, receive)
        if all(self._owners.may(user, page) for page in pages):
            await self._app(scope, receive, send)
            return
        await _refusal("this page belongs to another user; open your own", 403)(
            scope, receive, send
        )


def _refusal(words: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(words, status)


def _named(scope: Scope) -> set[str]:
    """Return the numbers in an address."""
    found = set(QueryParams(scope["query_string"]).getlist(_KEY))
    return found | set(_IN_PATH.findall(scope["path"]))


def _named_in(body: bytes) -> set[str]:
    """Return the number in a JSON body, read as the app behind reads it."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    page = record.get(_KEY) if isinstance(record, dict) else None
    return {page} if isinstance(page, str) else set()


def _is_form(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "").lower()
    return kind.startswith(("multipart/", "application/x-www-form-urlencoded"))


async def _whole(receive: Receive) -> list[Message]:
    """Return the messages of a request up to its end."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives messages that were taken already, then the others."""
    left = iter(messages)

    async def again() -> Message:
        return next(left, None) or await receive()

    return again
