"""What stands before the pages: only this machine's own browser gets through.

A page on the web that the user visits can send requests to a server on this machine. Its
requests bear its own origin, or, when it has a name of its own point here, its own host; and
it does not know the token that stands in the address which `rag chat` prints.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import ServerLimits

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What may be sent at a time: uploads are the largest.
BODY_LIMIT = ServerLimits().request_mb * 2**20
# Asked by Gradio itself when it starts, and by who watches over the server.
OPEN = ("/gradio_api/startup-events", "/healthz", "/readyz")
# What Gradio would answer and the pages do not use: it fetches addresses, hands out streams and
# components of other programs, watches and edits itself.
_CLOSED = re.compile(
    r"(?i)/+(?:gradio_api/+)?(?:proxy=|file[=/]+\s*[a-z][a-z+.-]*:|stream/|custom_component/|dev/"
    r"|monitoring|profiling|run-history|runs(?:/|$)|vibe-|undo-vibe-|deep_link|process_recording)"
)
_HEADERS = {
    # Gradio's own scripts are inline and evaluate what events do in the browser.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Nothing for other sites; with "no-referrer" browsers also leave the origin out of a form.
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Refusal(Exception):  # noqa: N818
    """A request that is not let through: its status, and why in words."""

    status: int
    reason: str


def plain(_path: str, refused: Refusal) -> Response:
    """Return what a browser is told of a refusal."""
    return PlainTextResponse(refused.reason, refused.status)


class Guard:
    """Lets requests through that come from the server's own pages, as ASGI middleware.

    `hosts` are the names it may be called by, whatever the port; None for any. With a `token`,
    the address of the first visit must bear it; a cookie remembers it for the browser. A program
    sends it, or a key, as ``Authorization: Bearer TOKEN``; the scope then has `user_name`, as
    `user_of_key` tells it. `told` makes the reply to a refusal at a path.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Collection[str] | None = LOOPBACK,
        token: str | None = None,
        body_limit: int = BODY_LIMIT,
        user_of_key: Callable[[str], str | None] = lambda _key: None,
        told: Callable[[str, Refusal], Response] = plain,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token
        self._body_limit = body_limit
        self._user_of_key = user_of_key
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in words."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
            answer = self._admitted(scope)
        except Refusal as refused:
            answer = self._told(scope["path"], refused)
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        await self._pass_on(scope, receive, _with_headers(send))

    def _check(self, scope: Scope) -> None:
        if _CLOSED.match(scope["path"]):
            raise Refusal(404, "there is nothing here")
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts is not None and _name(f"//{host}") not in self._hosts:
            raise Refusal(403, f"this server is not called {host!r}; open the address it printed")
        origin = headers.get("origin")
        if origin is not None and _place(origin) != host:
            raise Refusal(403, f"requests from {origin!r} are not answered")
        if int(headers.get("content-length") or 0) > self._body_limit:
            raise self._too_much()

    def _admitted(self, scope: Scope) -> Response | None:
        """Return None for one who may go on; a redirection for the first visit with the token."""
        if self._token is None or scope["path"] in OPEN:
            return None
        scheme, _, bearer = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if self._is_token(bearer):
                return None
            if user := self._user_of_key(bearer):
                scope["user_name"] = user
                return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        cookie = _cookie_name(scope)
        if any(name == "token" and self._is_token(value) for name, value in query):
            # Out of the address, so that it is neither shared nor seen over a shoulder.
            rest = urlencode([item for item in query if item[0] != "token"])
            # Two slashes at the front would be the name of another server.
            path = f"/{scope['path'].lstrip('/')}"
            answer = RedirectResponse(f"{path}{f'?{rest}' if rest else ''}", 303)
            answer.set_cookie(cookie, self._token, httponly=True, samesite="strict")
            return answer
        if self._is_token(HTTPConnection(scope).cookies.get(cookie, "")):
            return None
        raise Refusal(401, "open the address that `rag` printed when it started: it holds a token")

    def _is_token(self, value: str) -> bool:
        return hmac.compare_digest(value.encode(), (self._token or "").encode())

    def _too_much(self) -> Refusal:
        return Refusal(413, f"more than {self._body_limit >> 20} MB are not accepted at a time")

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer, unless more than the limit comes in before it does."""
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > self._body_limit else message

        async def sent(message: Message) -> None:
            nonlocal begun
            # What the app says of a body that broke off is not the reason.
            if begun or taken <= self._body_limit:
                begun = True
                await send(message)

        try:
            await self._app(scope, counted, sent)
        except ClientDisconnect:
            if taken <= self._body_limit:
                raise
        if taken > self._body_limit and not begun:
            await self._told(scope["path"], self._too_much())(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server on `host`."""
    return host in LOOPBACK


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _place(address: str) -> str | None:
    """Return the name and port of an address; None for one that cannot be read."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return None


def _cookie_name(scope: Scope) -> str:
    # Cookies know no ports: two servers on this machine must not take each other's.
    server = scope.get("server")
    return f"dateline-{server[1] if server else 0}"


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            for name in ("access-control-allow-origin", "access-control-allow-credentials"):
                if name in headers:
                    del headers[name]
        await send(message)

    return sent
