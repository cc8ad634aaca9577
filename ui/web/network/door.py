"""What stands before the pages where others reach them: a form to log in with."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs, quote, urlsplit

import anyio
from markupsafe import Markup
from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import SharedError
from rag.settings import ServerLimits
from ui.web.common import assets, markup
from ui.web.network.attempts import Attempts
from ui.web.network.guard import OPEN
from ui.web.network.sessions import Sessions
from ui.web.network.users import Role, Users

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LOGIN, LOGOUT = "/login", "/logout"
COOKIE = "dateline-session"
# Bytes of a form with a name and a password.
_FORM = 4_096
# Passwords checked at once: each takes 64 MB and a twentieth of a second.
CHECKS = 2
# Log-ins looked up at once.
LOOKS = 8
WRONG = "That is not the password of this user."
UNKNOWN = "The server cannot check at the moment who is logged in. Try again soon."


@dataclass(frozen=True, slots=True)
class Doorman:
    """Lets users in by their passwords, and wrong ones wait."""

    users: Users
    sessions: Sessions
    attempts: Attempts

    @classmethod
    def of(cls, users: Users, *, limits: ServerLimits | None = None) -> Doorman:
        """Return one for those users."""
        sessions = Sessions(users, limits=limits)
        return cls(users, sessions, Attempts(users.shared, limits=limits))

    def refusal(self, name: str, password: str, *, address: str) -> str:
        """Return why a name and password from an address are not taken; blank when they are."""
        keys = (f"name {name}", f"address {address}")
        if wait := self.attempts.begin(*keys):
            return f"There were too many wrong passwords. Try again in {math.ceil(wait)} s."
        if not self.users.verify(name, password):
            return WRONG
        self.attempts.succeeded(*keys)
        return ""


class Door:
    """Lets requests of logged-in browsers through, as ASGI middleware; others get the form.

    The scope then has `user_name`. Nothing behind it answers anybody else, except the places
    in `elsewhere`, which have a log-in of their own, and those that are open to watchers.
    """

    def __init__(self, app: ASGIApp, *, doorman: Doorman, elsewhere: tuple[str, ...] = ()) -> None:
        self._app = app
        self._doorman = doorman
        self._elsewhere = elsewhere
        self._checks = anyio.CapacityLimiter(CHECKS)
        # Threads of their own: those that there are may all be taken by questions that wait.
        self._looks = anyio.CapacityLimiter(LOOKS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, log a user in or out, or show the form."""
        if scope["type"] not in ("http", "websocket") or self._is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        user: str | None = None
        answer: Response | None
        try:
            user = await self._look(self._doorman.sessions.user_of, _secret(scope))
            answer = await self._answer(scope, receive, user)
        except SharedError as error:
            log.error("%s", error)
            answer = PlainTextResponse(UNKNOWN, 503, headers={"retry-after": "5"})
        if answer is not None:
            await answer(scope, receive, send)
            return
        await self._app({**scope, "user_name": user}, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in OPEN or any(
            path == place or path.startswith(f"{place}/") for place in self._elsewhere
        )

    async def _answer(self, scope: Scope, receive: Receive, user: str | None) -> Response | None:
        """Return the answer to a request; None for one that is passed on."""
        path = scope["path"].rstrip("/")
        if path == LOGIN:
            if scope["method"] == "POST":
                return await self._logged_in(Request(scope, receive))
            return _form(_here(QueryParams(scope["query_string"]).get("next", "")))
        if path == LOGOUT:
            await self._look(self._doorman.sessions.end, _secret(scope))
            return RedirectResponse(LOGIN, 303)
        if user is None:
            return _first(scope)
        if path.endswith("/upload") and not await self._look(self._may_upload, user):
            return PlainTextResponse("readers cannot add files; ask an administrator", 403)
        return None

    async def _look(self, ask: Callable[[str], Result], name: str) -> Result:
        """Ask the database, which may be far away."""
        return await anyio.to_thread.run_sync(ask, name, limiter=self._looks)

    def _may_upload(self, user: str) -> bool:
        known = self._doorman.users.get(user)
        return known is not None and known.role.may(Role.EDITOR)

    async def _logged_in(self, request: Request) -> Response:
        given = parse_qs(await _short(request), keep_blank_values=True)
        name, password, to = (given.get(key, [""])[0] for key in ("name", "password", "next"))
        address = request.client.host if request.client else "unknown"

        def refusal() -> str:
            return self._doorman.refusal(name, password, address=address)

        if words := await anyio.to_thread.run_sync(refusal, limiter=self._checks):
            return _form(_here(to), name=name, refused=words)
        answer = RedirectResponse(_here(to), 303)
        answer.set_cookie(
            COOKIE,
            await self._look(self._doorman.sessions.begin, name),
            max_age=int(self._doorman.sessions.longest),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer


def user_of(request: Request) -> str | None:
    """Return the user whom `Door` let through."""
    return request.scope.get("user_name")


async def _short(request: Request) -> str:
    """Return the body of a request; blank when it is longer than a form can be."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _FORM:
            return ""
    return body.decode("utf-8", "replace")


def _first(scope: Scope) -> Response:
    """Return what tells one who is not logged in to do so."""
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if scope["type"] == "http" and scope["method"] == "GET" and wants_page:
        query = scope["query_string"].decode("latin-1")
        here = f"{scope['path']}?{query}" if query else scope["path"]
        return RedirectResponse(f"{LOGIN}?next={quote(here)}", 303)
    return PlainTextResponse(f"log in at {LOGIN}", 401)


def _form(to: str, *, name: str = "", refused: str = "") -> Response:
    style = Markup(assets.read("tokens.css", "login.css"))  # noqa: S704 - our own files
    page = markup.render("login.html", to=to, name=name, refused=refused, action=LOGIN, style=style)
    # 200 or not, a browser shows it; who counts refusals sees them.
    return HTMLResponse(page, 401 if refused else 200, headers={"cache-control": "no-store"})


def _here(to: str) -> str:
    """Return a place on this server; the first page for what leads elsewhere."""
    try:
        parts = urlsplit(to)
    except ValueError:
        return "/"
    ours = to.startswith("/") and not to.startswith("//") and not (parts.scheme or parts.netloc)
    return to if ours and to.isprintable() and "\\" not in to else "/"


def _secret(scope: Scope) -> str:
    return HTTPConnection(scope).cookies.get(COOKIE, "")
