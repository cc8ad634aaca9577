"""The first screen: what is in the archive, what can be asked, and files for an empty one."""

from __future__ import annotations

import gradio as gr

from rag.errors import ArchiveError
from rag.types import IngestReport
from ui.web.archive import adding
from ui.web.chat import layout
from ui.web.chat.examples import Examples
from ui.web.chat.parts import Parts
from ui.web.common import markup
from ui.web.common.frame import QUIETLY, Update, archive_of, header, told
from ui.web.common.jobs import Jobs
from ui.web.common.library import Library
from ui.web.common.models import LOADING, Models
from ui.web.network.access import Access
from ui.web.network.users import Role


def wire(
    page: gr.Blocks,
    parts: Parts,
    library: Library,
    models: Models,
    jobs: Jobs[IngestReport],
    examples: Examples,
    access: Access,
) -> None:
    """Bring the screen up to date when it is opened, and while there is something to wait for."""
    # Whether this page has seen articles being added, and so shows the report of it.
    watching = gr.State(False)

    def look(seen: bool, request: gr.Request, *, anew: bool = False) -> tuple[Update, ...]:
        try:
            archive = library.get(request.query_params.get("archive"))
        except ArchiveError:
            missing = layout.missing_html(library, request)
            return gr.skip(), gr.Timer(active=False), "", missing, gr.File(visible=False), "", False
        status, found, job = models.status, examples.of(archive), jobs.of(archive)
        busy, empty = job is not None and job.running, not archive.stats().articles
        seen = seen or busy
        return (
            # It counts the articles, of which an ingest that has ended left more.
            header(library, archive, "Chat", user=request.username)
            if anew or (job and not busy)
            else gr.skip(),
            gr.Timer(active=status == LOADING or found.looking or found.waiting or busy),
            _status_html(models),
            layout.welcome_html(archive, found),
            gr.File(visible=empty and not busy and access.may(request.username, Role.EDITOR)),
            # A report is of interest to who has dropped the files, and to nobody after.
            adding.progress_html(job) if seen or empty else "",
            seen,
        )

    def opened(request: gr.Request) -> tuple[Update, ...]:
        try:
            archive = library.get(request.query_params.get("archive"))
        except ArchiveError:
            return gr.skip(), *look(False, request)
        return layout.filters_html(archive), *look(False, request, anew=True)

    def dropped(files: list[str], request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        with told():
            access.check(request.username, Role.EDITOR)
            jobs.start(archive, lambda job: adding.ingest(archive, files, job))
        top, _, status, welcome, _, *progress = look(True, request)
        # At least one more look, however soon the work ends.
        again, gone = gr.Timer(active=True), gr.File(value=None, visible=False)
        return top, again, status, welcome, gone, *progress

    looked = [
        *(parts.header, parts.timer, parts.status),
        *(parts.welcome, parts.drop, parts.dropped, watching),
    ]

    def named(request: gr.Request) -> Update:
        try:
            return layout.names_html(library.get(request.query_params.get("archive")))
        except ArchiveError:
            return gr.skip()

    page.load(opened, outputs=[parts.filters, *looked], **QUIETLY)
    # On its own, since it reads articles.
    page.load(named, outputs=parts.names, **QUIETLY)
    parts.timer.tick(look, watching, looked, **QUIETLY)
    parts.drop.upload(dropped, parts.drop, looked, **QUIETLY)


def _status_html(models: Models) -> str:
    """Return how far the models are; what is typed meanwhile is answered when they are there."""
    fetched = models.fetched
    if models.problem:
        return markup.problem_html(models.problem)
    if fetched is None:
        return markup.status_html(models.status)
    return markup.render("fetching.html", fetched=fetched)
