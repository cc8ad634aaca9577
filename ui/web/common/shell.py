"""What a page shows at once, until Gradio's scripts have drawn it.

Gradio draws its pages in the browser, which takes a second or more. Meanwhile there would be
nothing to see; with this the title stands where it will stay, from the first response on.
"""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.web.common import assets, markup
from ui.web.common.header import PAGES

_PLACE = b"<gradio-app"
# Gradio's styles and scripts, for which a browser would wait before it shows anything.
_STYLES = re.compile(rb'<link rel="stylesheet" crossorigin href="([^"]*)">')
# They stay in their place: which of two rules counts depends on it.
_LATER = (
    rb'<link rel="stylesheet" crossorigin href="\1" media="print"'
    rb""" onload="this.media='all'">"""
)
_SCRIPT = re.compile(rb'<script type="module" crossorigin src="([^"]*)"></script>')
_FETCHED = rb'<link rel="modulepreload" crossorigin href="\1">'
# A page that asks for a name and a password is drawn by Gradio alone.
_LOGIN = b'"auth_required":true'
_CHAT, *_OTHERS = (path.removeprefix("./") for _, path, _ in PAGES)


class Shell:
    """Puts the shell into Gradio's pages, as ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; what is not a page stays as it is."""
        name = scope.get("path", "").rpartition("/")[2]
        if scope["type"] != "http" or scope["method"] != "GET" or name not in (_CHAT, *_OTHERS):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Page(send, chat=name == _CHAT))


class _Page:
    """Sends a page with the shell in it; it is held back until all of it is there."""

    def __init__(self, send: Send, *, chat: bool) -> None:
        self._send = send
        self._chat = chat
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of the response."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._whole(self._start)

    async def _whole(self, start: Message) -> None:
        body = self._body
        if _LOGIN not in body.replace(b" ", b""):
            body = _with_shell(body, shell(chat=self._chat).encode())
        MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


@cache
def shell(*, chat: bool) -> str:
    """Return the shell of the chat page or of another one; it knows nothing of any archive."""
    style = Markup(assets.read("tokens.css", "shell.css"))  # noqa: S704 - our own file
    return markup.render("shell.html", chat=chat, style=style)


def _with_shell(page: bytes, shell: bytes) -> bytes:
    """Return a page with the shell, whose first look waits for nothing else."""
    page = _SCRIPT.sub(_FETCHED, _STYLES.sub(_LATER, page))
    return page.replace(_PLACE, shell + _PLACE, 1)


def _is_html(start: Message) -> bool:
    headers = dict(start["headers"])
    # What is compressed already could not be read.
    plain = b"content-encoding" not in headers
    return bool(plain and headers.get(b"content-type", b"").startswith(b"text/html"))
