"""Who may use the web API from other machines: a user's password, or one of his keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.api import faults
from ui.web.network.keys import Keys
from ui.web.network.users import Users

# Everything but the pages, which have a form to log in with, and what a watcher asks.
GUARDED = ("/v1", "/mcp", "/metrics")


class Credentials(NamedTuple):
    """What an ``Authorization`` header says."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """The users of a server and their keys."""

    users: Users
    keys: Keys

    def has_key(self, key: str) -> bool:
        """Tell whether that is a key of a user there still is."""
        return self.name(Credentials("bearer", key)) is not None

    def name(self, given: Credentials) -> str | None:
        """Return the user whose credentials those are; None for wrong ones."""
        if given.scheme == "bearer":
            user = self.keys.user_of(given.value)
            return user if user in self.users.names else None
        if given.scheme == "basic":
            user, password = _pair(given.value)
            return user if self.users.verify(user, password) else None
        return None


class Login:
    """Lets users through to `GUARDED`, as ASGI middleware; the scope then has `user_name`."""

    def __init__(self, app: ASGIApp, *, name_of: Callable[[Credentials], str | None]) -> None:
        self._app = app
        self._name_of = name_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that a log-in is needed."""
        if scope["type"] == "http" and _is_guarded(scope["path"]):
            # In a thread, since a password takes a twentieth of a second to check.
            name = await anyio.to_thread.run_sync(self._name_of, credentials(scope))
            if name is None:
                answer = faults.reply("send a user's key or password with it", status=401)
                answer.headers["www-authenticate"] = 'Basic realm="Dateline", charset="UTF-8"'
                await answer(scope, receive, send)
                return
            scope["user_name"] = name
        await self._app(scope, receive, send)


def credentials(scope: Scope) -> Credentials:
    """Return what the request's ``Authorization`` header says; blank without one."""
    scheme, _, value = Headers(scope=scope).get("authorization", "").partition(" ")
    return Credentials(scheme.lower(), value.strip())


def _is_guarded(path: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in GUARDED)


def _pair(value: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password
