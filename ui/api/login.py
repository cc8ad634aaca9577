"""Who may use the web API from other machines: a user's password, or one of their keys."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import SharedError
from rag.settings import ServerLimits
from rag.store.shared.database import Shared
from ui.api import faults
from ui.web.network.door import CHECKS, UNKNOWN, Doorman
from ui.web.network.keys import Keys
from ui.web.network.users import Users

log = logging.getLogger(__name__)

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
    doorman: Doorman

    @classmethod
    def of(cls, shared: Shared, *, limits: ServerLimits | None = None) -> Accounts:
        """Return those of a database."""
        users = Users(shared)
        return cls(users, Keys(shared), Doorman.of(users, limits=limits))

    def user_of_key(self, key: str) -> str | None:
        """Return whose key that is; None when it is none, or there is no such user any more."""
        user = self.keys.user_of(key)
        return user if user in self.users.names else None

    def name(self, given: Credentials, *, address: str = "") -> str | None:
        """Return the user whose credentials those are; None for wrong ones.

        After some wrong passwords of a name or an address, the next ones are not looked at for
        a while.
        """
        if given.scheme == "bearer":
            return self.user_of_key(given.value)
        if given.scheme == "basic":
            user, password = _pair(given.value)
            return None if self.doorman.refusal(user, password, address=address) else user
        return None


class Login:
    """Lets users through to `GUARDED`, as ASGI middleware; the scope then has `user_name`."""

    def __init__(self, app: ASGIApp, *, name_of: Callable[..., str | None]) -> None:
        self._app = app
        self._name_of = name_of
        self._checks = anyio.CapacityLimiter(CHECKS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that a log-in is needed."""
        if scope["type"] == "http" and is_guarded(scope["path"]):
            # In a thread, since a password takes a twentieth of a second to check.
            address = scope["client"][0] if scope.get("client") else "unknown"
            name_of = partial(self._name_of, credentials(scope), address=address)
            try:
                name = await anyio.to_thread.run_sync(name_of, limiter=self._checks)
            except SharedError as error:
                log.error("%s", error)
                await faults.reply(UNKNOWN, status=503)(scope, receive, send)
                return
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


def is_guarded(path: str) -> bool:
    """Tell whether programs ask at a path, and not browsers for a page."""
    return any(path == place or path.startswith(f"{place}/") for place in GUARDED)


def _pair(value: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password
