"""The pages, put together and served."""

from __future__ import annotations

import secrets
import signal
import threading
import webbrowser
from collections.abc import Callable, Sequence
from functools import partial

import gradio as gr

from rag.archive import Archive
from rag.generation import Generator
from rag.store.shared.database import Shared
from rag.types import IngestReport
from ui.logs import answered
from ui.web.archive import page as archive_page
from ui.web.chat import page as chat_page
from ui.web.common.frame import serve
from ui.web.common.jobs import Jobs
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.evaluation import page as evaluation_page
from ui.web.network.access import Access
from ui.web.network.guard import is_loopback
from ui.web.network.users import required

_DAY = 86_400  # seconds


def build(
    archive: Archive,
    *,
    generator: Generator | None = None,
    models: Models | None = None,
    library: Library | None = None,
    examples: Sequence[str] | None = None,
    access: Access | None = None,
) -> gr.Blocks:
    """Return the pages over `archive` and the archives in the folder beside it.

    The models are `generator` and the archives' embedders, loaded at the first question;
    hand over `models` to load them earlier, and a `library` to share it. `examples` are
    questions offered on the empty chat page; by default they are made from the archive.
    `access` says what each visitor may do, by default everything. What the pages look like is
    set when they are served: see `launch`.
    """
    library = library or Library(archive)
    allowed = access or Access()
    loaded = models or Models(generator=generator, name=archive.settings.generator)
    jobs: Jobs[IngestReport] = Jobs()
    page = gr.Blocks(
        title="Dateline",
        analytics_enabled=False,
        fill_width=True,
        # Uploads are ingested at once; what is left of them goes within a day.
        delete_cache=(_DAY, _DAY),
    )
    with page:
        chat_page.build(page, library, loaded, jobs, allowed, examples=examples)
    with page.route("Archive", "archive") as second:
        archive_page.build(second, library, jobs, allowed)
    with page.route("Evaluation", "evaluation") as third:
        evaluation_page.build(third, library, loaded, allowed)
    return page


def launch(
    archive: Archive,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    generator: Generator | None = None,
    examples: Sequence[str] | None = None,
    log_questions: bool = False,
    on_ready: Callable[[str], None] | None = None,
    on_loading: Callable[[Models, threading.Thread], None] = lambda _models, _loading: None,
) -> None:
    """Serve the pages until Ctrl-C or SIGTERM, and load the models behind them.

    `port` 0 takes a free one. `on_ready` is called with the chat page's address; without
    it Gradio prints the address. `on_loading` is called with the models and the thread that loads
    them. On this machine the address holds a token, without which
    nothing is answered; on any other `host` the users of the archives' folder log in. Raises
    `RagError` when the port is taken, and where others reach the page but there are no users.
    """
    token = secrets.token_urlsafe(24) if is_loopback(host) else None
    shared = Shared.beside(archive.folder.parent, url=archive.settings.database)
    users = None if token else required(shared)
    models = Models(
        generator=generator,
        name=archive.settings.generator,
        on_answer=partial(answered, questions=log_questions),
        limits=archive.settings.limits,
    )
    access = Access(users, trusted=token is not None)
    page = build(archive, models=models, examples=examples, access=access)
    address = serve(
        page,
        host=host,
        port=port,
        token=token,
        users=users,
        limits=archive.settings.limits,
        quiet=on_ready is not None,
    )
    if token:
        address += f"?token={token}"
    if open_browser:
        webbrowser.open(address)
    # Only now: loaded meanwhile, they would hold the server up.
    loading = models.load_in_background(archive)
    if on_ready is not None:
        on_ready(address)
    on_loading(models, loading)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
    page.block_thread()
    models.end()


def end(_signal: int, _frame: object) -> None:
    """End as Ctrl-C does: answers that are being written stop, and what was stored is whole."""
    raise KeyboardInterrupt
