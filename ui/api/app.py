"""One server: the web API, the pages, and what watches over both."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import gradio as gr
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rag.archive import Archive
from rag.generation import Generator
from rag.store.shared.database import Shared
from rag.types import Answer
from ui.api import answers, archives, articles, chat, faults
from ui.api.desk import Desk
from ui.api.listening import address_of, listening, run
from ui.api.login import GUARDED, Accounts, Login, is_guarded
from ui.api.meter import Meter
from ui.logs import answered
from ui.web import app as pages
from ui.web.common.frame import appearance
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.common.shell import Shell
from ui.web.network import health
from ui.web.network.access import Access
from ui.web.network.door import Door, user_of
from ui.web.network.guard import BODY_LIMIT, LOOPBACK, Guard, Refusal, is_loopback, plain
from ui.web.network.logged import Logged
from ui.web.network.owners import Owned
from ui.web.network.users import required

_UNKNOWN = "send the server's token, or a user's key, as Authorization: Bearer TOKEN"


@dataclass(frozen=True, slots=True)
class Entry:
    """Who gets in: with a `token`, anyone who has it or a key; without one, the users.

    Nobody brings more than `body_limit` bytes at a time.
    """

    host: str
    token: str | None
    accounts: Accounts
    body_limit: int = BODY_LIMIT

    @classmethod
    def of(cls, archive: Archive, *, host: str, token: str | None = None) -> Entry:
        """Return the entry of a server on `host`; `RagError` when there must be users."""
        shared = Shared.beside(archive.folder.parent, url=archive.settings.database)
        limits = archive.settings.limits
        accounts, most = Accounts.of(shared, limits=limits), limits.request_mb << 20
        if is_loopback(host):
            return cls(host, token or secrets.token_urlsafe(24), accounts, most)
        required(shared)
        return cls(host, None, accounts, most)

    @property
    def access(self) -> Access:
        """What those who get in may do."""
        return Access(self.accounts.users, trusted=self.token is not None)

    @property
    def middleware(self) -> list[Middleware]:
        """What stands before the whole app, outermost first."""
        if self.token is None:
            return [
                Middleware(Logged),
                Middleware(Guard, hosts=None, body_limit=self.body_limit, told=told),
                Middleware(Login, name_of=self.accounts.name),
                Middleware(Door, doorman=self.accounts.doorman, elsewhere=GUARDED),
            ]
        user_of_key = self.accounts.user_of_key
        guard = Middleware(
            Guard,
            hosts=LOOPBACK,
            token=self.token,
            body_limit=self.body_limit,
            user_of_key=user_of_key,
            told=told,
        )
        return [Middleware(Logged), guard]


def told(path: str, refused: Refusal) -> Response:
    """Return the reply to what is refused at a path: to programs as to any other error."""
    if not is_guarded(path):
        return plain(path, refused)
    unknown = refused.status == HTTPStatus.UNAUTHORIZED
    return faults.reply(_UNKNOWN if unknown else refused.reason, status=refused.status)


def build_api(desk: Desk, *, access: Access | None = None) -> FastAPI:
    """Return the app of the web API alone, which describes itself at ``/openapi.json``.

    Without `access` nobody has a name, and everybody may do everything.
    """
    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        static_url="/docs-files",
        # By default the page asks a server elsewhere whether the description is valid.
        swagger_ui_parameters={"validatorUrl": None},
        title="Dateline",
        version=version("dateline-rag"),
        description="Ask a news archive; every sentence of an answer cites its source.",
        # Declared for the description only: `ui.api.login` and the guard check it.
        dependencies=[Depends(HTTPBearer(auto_error=False))],
        responses=faults.COMMON,
    )
    for module in (answers, articles, archives, chat):
        app.include_router(module.router)
    app.state.desk = desk
    app.state.access = access or Access()
    faults.handle(app)
    return app


def build(desk: Desk, *, entry: Entry, log_questions: bool = False) -> FastAPI:
    """Return the app of a server: the web API at ``/v1``, health and counts, but no pages.

    The log tells of every answer, and what was asked only with `log_questions`.
    """
    meter = Meter()
    meter.watch(desk.models.line)

    def tell(answer: Answer) -> None:
        meter.count(answer)
        answered(answer, questions=log_questions)

    desk.models.on_answer = tell
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, middleware=entry.middleware)
    app.router.routes += health.ROUTES
    app.add_route("/readyz", _readiness(desk))
    app.add_route("/metrics", meter.show)
    app.mount("/v1", build_api(desk, access=entry.access))
    if find_spec("mcp"):
        _add_tools(app, desk)
    return app


def _add_tools(app: FastAPI, desk: Desk) -> None:
    """Add the tools for language models, which live as long as the app."""
    from ui.api import tools

    server = tools.build_tools(desk)
    app.router.routes += tools.over_http(server).routes
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with before(served) as state, server.session_manager.run():
            yield state

    app.router.lifespan_context = lifespan


def add_pages(
    app: FastAPI, desk: Desk, *, entry: Entry, examples: Sequence[str] | None = None
) -> FastAPI:
    """Mount the pages at ``/`` of an app that has all its other places."""
    page = pages.build(
        desk.library.first,
        models=desk.models,
        library=desk.library,
        examples=examples,
        access=entry.access,
    )
    # Where nobody has a name, Gradio must not ask for one.
    named = None if entry.token else user_of
    with warnings.catch_warnings():
        # That it works without what it was told to leave out.
        warnings.filterwarnings("ignore", message="SSR mode")
        kwargs = {"middleware": [Middleware(Owned), Middleware(Shell)]}
        shown = appearance(entry.body_limit)
        gr.mount_gradio_app(app, page, "/", auth_dependency=named, app_kwargs=kwargs, **shown)
    return app


def serve(
    archive: Archive,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    token: str | None = None,
    generator: Generator | None = None,
    log_questions: bool = False,
    on_ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve the pages and the web API until Ctrl-C or SIGTERM, and load the models behind them.

    `port` 0 takes a free one. `on_ready` is called with the pages' address. On this machine the
    address holds `token`, by default a new one; on any other `host` users log in. Raises
    `RagError` when the port is taken, and where others reach it but there are no users.
    """
    entry = Entry.of(archive, host=host, token=token)
    models = Models(
        generator=generator, name=archive.settings.generator, limits=archive.settings.limits
    )
    desk = Desk(Library(archive), models)
    app = add_pages(build(desk, entry=entry, log_questions=log_questions), desk, entry=entry)
    with closing(listening(host, port)) as place:
        models.load_in_background(archive)
        address = address_of(place, host)
        on_ready(f"{address}?token={entry.token}" if entry.token else address)
        run(app, place)


def _readiness(desk: Desk) -> Callable[[Request], Response]:
    def ready(_request: Request) -> Response:
        """Tell whether a question need not wait for a model to be loaded."""
        if desk.models.ready_for(desk.library.first):
            return PlainTextResponse("ready")
        return PlainTextResponse(desk.models.status or "not ready", 503)

    return ready
