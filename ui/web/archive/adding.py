"""Adding articles on the archive page: files and addresses, ingested behind the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from rag.archive import Archive
from rag.types import Article, IngestReport, Note, Progress, Skipped
from ui.web.archive.formats import FORMATS
from ui.web.common import markup
from ui.web.common.frame import QUIETLY, Update, archive_of, told
from ui.web.common.jobs import Job, Jobs
from ui.web.common.library import Library
from ui.web.network.access import Access
from ui.web.network.users import Role

# How often a running ingest is looked at, in seconds.
_LOOK_EVERY = 0.5

IngestJob = Job[IngestReport]


@dataclass(frozen=True, slots=True)
class Adding:
    """The components that add articles."""

    files: gr.File
    addresses: gr.Textbox
    start: gr.Button
    stop: gr.Button
    progress: gr.HTML
    timer: gr.Timer


def layout() -> Adding:
    """Return the components."""
    files = gr.File(label="Files", file_count="multiple", height=160, elem_id="dl-files")
    gr.HTML(markup.quiet(FORMATS))
    addresses = gr.Textbox(
        label="Addresses of pages and feeds, one per line", lines=3, placeholder="https://"
    )
    with gr.Row():
        start = gr.Button("Add to this archive", variant="primary", scale=0, min_width=220)
        stop = gr.Button("Stop", interactive=False, scale=0, min_width=120)
    progress = gr.HTML(elem_id="dl-progress")
    return Adding(files, addresses, start, stop, progress, gr.Timer(_LOOK_EVERY, active=False))


def wire(
    page: gr.Blocks,
    adding: Adding,
    library: Library,
    jobs: Jobs[IngestReport],
    access: Access,
    *,
    changed: gr.State,
) -> None:
    """Connect what adds articles; `changed` takes another value when an ingest has ended."""

    def look(request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        job = jobs.of(archive)
        running = job is not None and job.running
        return (
            progress_html(job),
            gr.Timer(active=running),
            gr.Button(interactive=not running),
            gr.Button(interactive=running),
            gr.skip() if running else archive.stats().generation,
        )

    def start(files: list[str] | None, addresses: str, request: gr.Request) -> tuple[Update, ...]:
        # Imported here because it takes a third of a second, for which the chat page need not
        # wait.
        from rag.sources.web.address import is_address

        with told():
            access.check(request.username, Role.EDITOR)
        archive = archive_of(library, request)
        pasted = [line.strip() for line in addresses.splitlines() if line.strip()]
        for line in pasted:
            if not is_address(line):
                raise gr.Error(
                    f"{line} is not an address; addresses begin with http:// or https://"
                )
        paths = [*(files or []), *pasted]
        if not paths:
            raise gr.Error("There is nothing to add: drop files, or paste addresses.")
        # What was dropped stays in its box when another page's ingest runs.
        with told():
            jobs.start(archive, lambda job: ingest(archive, paths, job))
        return None, "", *look(request)

    def stop(request: gr.Request) -> None:
        with told():
            access.check(request.username, Role.EDITOR)
        jobs.stop(archive_of(library, request))

    looked = [adding.progress, adding.timer, adding.start, adding.stop, changed]
    adding.start.click(
        start,
        [adding.files, adding.addresses],
        [adding.files, adding.addresses, *looked],
        **QUIETLY,
    )
    adding.stop.click(stop, None, None, **QUIETLY)
    page.load(look, None, looked, **QUIETLY)
    adding.timer.tick(look, None, looked, **QUIETLY)


def progress_html(job: IngestJob | None) -> str:
    """Return how far an ingest has come, or what it did."""
    if job is None:
        return ""
    if job.running:
        return markup.progress_html(job.note, done=job.done, total=job.total)
    if job.problem:
        return markup.problem_html(job.problem)
    if job.stopped or job.result is None:
        return markup.status_html("Stopped. What was stored stays; adding the same again goes on.")
    return report_html(job.result)


def report_html(report: IngestReport) -> str:
    """Return what an ingest did, and what it skipped and why."""
    return markup.render(
        "added.html",
        report=report,
        skipped=markup.table_html(
            ("Source", "Why"), [(skipped.source, skipped.reason) for skipped in report.skipped]
        ),
        notes=markup.table_html(
            ("Source", "What"), [(note.source, note.text) for note in report.notes]
        ),
    )


def ingest(archive: Archive, paths: Sequence[str], job: IngestJob) -> IngestReport:
    """Ingest files and addresses, telling `job` how far it has come.

    The reports name a file as it was called where it came from, not the copy of it that
    was uploaded.
    """
    from rag.sources import apart
    from rag.sources.web.address import is_address

    skipped: list[Skipped] = []
    notes: list[Note] = []

    def skip(item: Skipped) -> None:
        skipped.append(item if is_address(item.source) else _renamed(item))

    def note(item: Note) -> None:
        notes.append(item if is_address(item.source) else _renamed_note(item))

    def articles() -> Iterator[Article]:
        for path in paths:
            for article in apart.read([path], on_skip=skip, on_note=note):
                named = path if is_address(path) else Path(path).name
                yield dataclasses.replace(article, source=named)

    def tell(progress: Progress) -> None:
        job.tell(progress.note, done=progress.done, total=total)

    job.tell("Reading...")
    total = 0
    if not any(map(is_address, paths)):
        # Reading takes a three-hundredth of the time of embedding.
        total = sum(1 for _ in apart.read(paths, on_skip=lambda _: None, on_note=lambda _: None))
    job.tell("Loading the model...", total=total)
    archive.embedder()
    report = archive.ingest(articles(), progress=tell)
    left_out = sum(item.count for item in skipped)
    return dataclasses.replace(
        report,
        read=report.read + left_out,
        left_out=report.left_out + left_out,
        skipped=(*skipped, *report.skipped),
        notes=(*notes, *report.notes),
    )


def _renamed(skipped: Skipped) -> Skipped:
    return dataclasses.replace(skipped, source=Path(skipped.source).name)


def _renamed_note(note: Note) -> Note:
    return dataclasses.replace(note, source=Path(note.source).name)
