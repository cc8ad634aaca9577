"""A line of the log for each request."""

from __future__ import annotations

import re
import time
import uuid
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.logs import log, request_id

_HEADER = "x-request-id"
_GIVEN_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


class Logged:
    """Logs each request when it has been answered, as ASGI middleware.

    The line has a path without its query, which may hold a token, and nothing of the body. Every
    log that is written meanwhile bears the request's id, and so does the answer; a proxy may give
    one as ``X-Request-Id``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = _id(Headers(scope=scope).get(_HEADER, ""))
        status, begun = 500, time.monotonic()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = id_
            await send(message)

        before = request_id.set(id_)
        try:
            await self._app(scope, receive, sent)
        finally:
            _log_request(scope, status=status, seconds=round(time.monotonic() - begun, 3))
            request_id.reset(before)


def _log_request(scope: Scope, *, status: int, seconds: float) -> None:
    # As it came, so that no path begins a line of its own.
    method, path = scope["method"], quote(scope["path"], safe="/:@!$&'()*+,;=~")
    fields = {"method": method, "path": path, "status": status, "seconds": seconds}
    log.info("%s %s %s in %s s", method, path, status, seconds, extra={"fields": fields})


def _id(given: str) -> str:
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex[:16]
