"""What the pages share: their heading, how they are found, and types for Gradio's handlers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware

from rag.archive import Archive
from rag.errors import RagError
from rag.settings import ServerLimits
from ui.web.common import assets
from ui.web.common.header import header_html
from ui.web.common.library import Library
from ui.web.common.markup import sentence
from ui.web.common.shell import Shell
from ui.web.network import health
from ui.web.network.door import Door, Doorman, user_of
from ui.web.network.guard import LOOPBACK, Guard, is_loopback
from ui.web.network.logged import Logged
from ui.web.network.owners import Owned
from ui.web.network.users import Users

# No overlay on the components while a handler runs, and no endpoint for other programs.
QUIETLY: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# What saves a text that a hidden component has brought, with the name of its file.
DOWNLOAD = "(file) => dateline.download(file.name, file.text)"

_STYLES = ("tokens.css", "base.css", "chat.css", "pages.css")
_SCRIPTS = (
    "core.js",
    "thread.js",
    "waiting.js",
    "bar.js",
    "conversations.js",
    "archive.js",
    "alerts.js",
    "timeline.js",
)

# A component's new value: what Gradio's handlers return is not typed.
Update = Any

# Names in quotes would be looked for as files: Gradio serves fonts of its own.
_SANS = gr.themes.Font("sans-serif")
_MONO = gr.themes.Font("monospace")
_RED, _DEEP_RED = "#dc2626", "#b91c1c"


def own_html(value: str, **options: Any) -> gr.HTML:
    """Return a component of our own markup, without Gradio's style for texts."""
    # A click is nothing to tell the server of, unless `js_on_load` says so.
    return gr.HTML(value, apply_default_css=False, **{"js_on_load": None, **options})


@contextmanager
def told() -> Iterator[None]:
    """Show the user the words of an error raised inside."""
    try:
        yield
    except (RagError, ValueError) as error:
        raise gr.Error(sentence(str(error))) from error


def archive_of(library: Library, request: gr.Request) -> Archive:
    """Return the archive that the page's address names; an error shown to the user else."""
    with told():
        return library.get(request.query_params.get("archive"))


def header(library: Library, archive: Archive, page: str, *, user: str | None = None) -> str:
    """Return the heading of `page` over an archive, for the user who has logged in."""
    return header_html(
        archive.folder.name, archive.stats(), page=page, names=library.names, user=user
    )


def serve(
    page: gr.Blocks,
    *,
    host: str,
    port: int,
    token: str | None = None,
    users: Users | None = None,
    limits: ServerLimits | None = None,
    **options: Any,
) -> str:
    """Start the page's server, return its address and leave it running.

    Nothing is fetched from elsewhere: no web fonts, no share link, no statistics. Requests
    of other pages are refused, and with a `token` all that do not bear it: see
    `ui.web.network.guard`. With `users` nothing is answered but to those who have logged in.
    Raises `RagError` when the port is taken. `options` are Gradio's.
    """
    limits = limits or ServerLimits()
    body_limit = limits.request_mb << 20
    hosts = LOOPBACK if is_loopback(host) else None
    guard = Middleware(Guard, hosts=hosts, token=token, body_limit=body_limit)
    before = [Middleware(Logged), guard]
    if users:
        before += [Middleware(Door, doorman=Doorman.of(users, limits=limits)), Middleware(Owned)]
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=port or None,
            prevent_thread_lock=True,
            share=False,
            app_kwargs={"middleware": [*before, Middleware(Shell)], "routes": health.ROUTES},
            **appearance(body_limit),
            **options,
        )
    except OSError as error:
        # Gradio's own words name settings that are not ours.
        raise RagError(
            f"cannot serve on {host}:{port}, which may be in use; choose another port with --port"
        ) from error
    _put_first(page.app, before)
    if users:
        # What Gradio tells handlers of who asks.
        page.app.auth_dependency = user_of
    return address


def _put_first(app: FastAPI, before: Sequence[Middleware]) -> None:
    """Put middleware before that of Gradio, which else answers other pages' first questions."""
    others = [each for each in app.user_middleware if each not in before]
    app.user_middleware = [*before, *others]
    app.middleware_stack = app.build_middleware_stack()


def appearance(body_limit: int) -> dict[str, Any]:
    """Return what Gradio is told of the pages, however they are served."""
    return {
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "max_file_size": body_limit,
        "footer_links": [],
        "theme": _theme(),
        "css": assets.read(*_STYLES),
        "head": f"<script>{assets.read(*_SCRIPTS)}</script>",
    }


def _theme() -> gr.themes.Base:
    """Return Gradio's theme with as much contrast as WCAG 2 asks of text, 4.5 to 1."""
    theme = gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=_SANS, font_mono=_MONO)
    return theme.set(
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
        button_cancel_background_fill=_RED,
        button_cancel_background_fill_dark=_RED,
        button_cancel_background_fill_hover=_DEEP_RED,
        button_cancel_background_fill_hover_dark=_DEEP_RED,
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
