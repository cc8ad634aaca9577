"""The evaluation page: the last report, and a run started from here."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from eval.questions import packaged_questions
from rag.archive import Archive
from ui.feedback import write_questions
from ui.fetching import time_left
from ui.web.common import markup
from ui.web.common.frame import DOWNLOAD, QUIETLY, Update, archive_of, header, own_html, told
from ui.web.common.jobs import Job, Jobs
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.evaluation.verdicts import verdicts_html
from ui.web.network.access import Access
from ui.web.network.users import Role

PAGE = "Evaluation"
FOR_ADMINISTRATORS = "Evaluations are for administrators."
NONE_YET = (
    "No evaluation of this archive yet. One asks questions whose answers are known, and shows "
    "which were answered right, which wrong, and which not at all."
)
WHOLE = "The full last report, with all its scores"
STOPPED = "Stopped; an evaluation counts only when it is complete."
_PACKAGED, _FEEDBACK, _FILE = "packaged", "feedback", "file"
# How often a running evaluation is looked at, in seconds.
_LOOK_EVERY = 1.0

EvalJob = Job[Path]


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read or change."""

    form: gr.Accordion
    source: gr.Radio
    file: gr.File
    most: gr.Number
    start: gr.Button
    stop: gr.Button
    progress: gr.HTML
    report: gr.HTML
    download: gr.Button
    saved: gr.JSON
    timer: gr.Timer

    @property
    def looked(self) -> list[gr.blocks.Block]:
        """The outputs of a look at the running evaluation."""
        return [self.progress, self.start, self.stop, self.timer, self.report, self.download]


def build(page: gr.Blocks, library: Library, models: Models, access: Access) -> None:
    """Lay the page out and connect it; see `ui.web.app.build`.

    It is for administrators, since the questions of a report may be those of other users.
    """
    top = own_html(header(library, library.first, PAGE))
    with gr.Column(elem_id="dl-page"):
        parts = _layout()
    _wire(page, parts, library, models, access, top)


def evaluate(
    archive: Archive, questions: Path, *, models: Models, most: int | None, job: EvalJob
) -> Path:
    """Ask the questions of a file, telling `job`, and return the folder of the report."""
    from eval import report as reporting

    job.tell("Loading the models...")
    _, folder = reporting.evaluate(
        archive,
        questions,
        generator=models.load(archive),
        most=most,
        progress=lambda done, total: job.tell("", done=done, total=total),
    )
    return folder


def last_report(archive: Archive) -> Path | None:
    """Return the page of the archive's last report; None when there is none."""
    # Imported here because it takes half a second, for which the chat page need not wait.
    from eval import report as reporting
    from eval.saved import latest

    folder = latest(archive.folder / reporting.FOLDER)
    file = folder / reporting.HTML_FILE if folder else None
    return file if file and file.exists() else None


def report_html(archive: Archive) -> str:
    """Return what became of the questions of the last reports, and the last one in full.

    It stands in a frame that runs no script.
    """
    file = last_report(archive)
    if file is None:
        return markup.status_html(NONE_YET)
    text = html.escape(file.read_text(encoding="utf-8"))
    compared = verdicts_html(archive, sorted(file.parent.parent.iterdir(), reverse=True))
    frame = (
        '<iframe class="dl-report" title="The last report" sandbox="" loading="lazy" '
        f'srcdoc="{text}"></iframe>'
    )
    return f'{compared}<details class="dl-in-full"><summary>{WHOLE}</summary>{frame}</details>'


def progress_html(job: EvalJob | None) -> str:
    """Return how far an evaluation has come, or how it ended."""
    if job is None:
        return ""
    if job.running:
        note = f"{job.note} {time_left(job.seconds_left)}"
        return markup.progress_html(note, done=job.done, total=job.total)
    if job.problem:
        return markup.problem_html(job.problem)
    return markup.status_html(STOPPED if job.stopped else f"Done. The report is in {job.result}")


def _layout() -> Parts:
    with gr.Accordion("Run an evaluation", open=False) as form:
        source = gr.Radio(
            [
                ("Those that come with Dateline, about its sample articles", _PACKAGED),
                ("From the thumbs given on the chat page", _FEEDBACK),
                ("Your own file", _FILE),
            ],
            value=_PACKAGED,
            label="Questions",
        )
        file = gr.File(label="JSON lines, or SQuAD's format", visible=False, height=120)
        most = gr.Number(label="How many of them (0 for all)", value=0, precision=0, minimum=0)
        with gr.Row():
            start = gr.Button("Run", variant="primary", scale=0, min_width=120)
            stop = gr.Button("Stop", interactive=False, scale=0, min_width=120)
    progress = own_html("")
    report = own_html("")
    with gr.Row():
        download = gr.Button(
            "Download this report", size="sm", scale=0, min_width=200, visible=False
        )
    saved = gr.JSON(visible=False)
    timer = gr.Timer(_LOOK_EVERY, active=False)
    return Parts(form, source, file, most, start, stop, progress, report, download, saved, timer)


def _wire(
    page: gr.Blocks,
    parts: Parts,
    library: Library,
    models: Models,
    access: Access,
    top: gr.HTML,
) -> None:
    jobs: Jobs[Path] = Jobs()

    def allowed(request: gr.Request) -> Archive:
        with told():
            access.check(request.username, Role.ADMIN)
        return archive_of(library, request)

    def look(request: gr.Request) -> tuple[Update, ...]:
        archive = allowed(request)
        job = jobs.of(archive)
        running = job is not None and job.running
        file = last_report(archive)
        return (
            progress_html(job),
            gr.Button(interactive=not running),
            gr.Button(interactive=running),
            gr.Timer(active=running),
            gr.skip() if running and file else "" if running else report_html(archive),
            gr.Button(visible=file is not None),
        )

    def opened(request: gr.Request) -> tuple[Update, ...]:
        heading = header(library, archive_of(library, request), PAGE, user=request.username)
        if not access.may(request.username, Role.ADMIN):
            hidden = (gr.Button(interactive=False), gr.Button(interactive=False))
            told_why = markup.status_html(FOR_ADMINISTRATORS)
            return heading, gr.skip(), "", *hidden, gr.skip(), told_why, gr.Button(visible=False)
        # Where there is no report yet, one is what to begin with.
        none_yet = last_report(archive_of(library, request)) is None
        return heading, gr.Accordion(open=none_yet), *look(request)

    def start(
        source: str, file: str | None, most: float | None, request: gr.Request
    ) -> tuple[Update, ...]:
        archive = allowed(request)
        if source == _FILE and not file:
            raise gr.Error("There are no questions; choose a file that has some.")

        def work(job: EvalJob) -> Path:
            questions = Path(file or "") if source == _FILE else packaged_questions()
            if source == _FEEDBACK:
                questions, _ = write_questions(archive.folder, archive.shared())
            first = int(most or 0) or None
            return evaluate(archive, questions, models=models, most=first, job=job)

        with told():
            jobs.start(archive, work)
        return look(request)

    def stop(request: gr.Request) -> None:
        jobs.stop(allowed(request))

    def downloaded(request: gr.Request) -> dict[str, str]:
        # As text: Gradio hands out files of the working and the temporary folder only.
        file = last_report(allowed(request))
        if file is None:
            raise gr.Error(NONE_YET)
        return {"name": file.name, "text": file.read_text(encoding="utf-8")}

    page.load(opened, None, [top, parts.form, *parts.looked], **QUIETLY)
    parts.timer.tick(look, None, parts.looked, **QUIETLY)
    parts.source.change(
        lambda source: gr.File(visible=source == _FILE), parts.source, parts.file, **QUIETLY
    )
    parts.start.click(start, [parts.source, parts.file, parts.most], parts.looked, **QUIETLY)
    parts.stop.click(stop, None, None, **QUIETLY)
    parts.download.click(downloaded, None, parts.saved, **QUIETLY).success(
        None, parts.saved, None, js=DOWNLOAD, **QUIETLY
    )
