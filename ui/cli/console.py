"""The options that several commands share, and how they open an archive."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

import rag
from rag.settings import Settings, archive_path
from rag.types import IngestReport, iso_date
from rag.types import Progress as IngestProgress

output = Console()
# Everything that is not the result goes to standard error, so that pipes stay clean.
errors = Console(stderr=True)

DEFAULT_ARCHIVE = "default"
SAMPLE_ARCHIVE = "sample"


def parse_date(value: str) -> str:
    """Return `value` as YYYY-MM-DD, or a usage error."""
    try:
        return iso_date(value) or ""
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


ArchiveName = Annotated[
    str,
    typer.Option(
        "--archive",
        "-a",
        envvar="DATELINE_ARCHIVE",
        help="Name of the archive, or the path of its folder.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(parser=parse_date, metavar="DATE", help="Only articles from this day on."),
]
Until = Annotated[
    str | None,
    typer.Option(parser=parse_date, metavar="DATE", help="Only articles up to this day."),
]
Today = Annotated[
    str | None,
    typer.Option(
        parser=parse_date,
        metavar="DATE",
        help='The day from which "yesterday" and "last week" are counted; default: today.',
    ),
]
Publisher = Annotated[
    list[str] | None, typer.Option("--publisher", help="Only this publisher; may be repeated.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def open_archive(name: str, *, settings: Settings | None = None) -> rag.Archive:
    """Open the archive called `name`; the sample archive is made at its first use.

    While there is no default archive yet, the sample one stands in for it.
    """
    path = archive_path(name)
    if name == DEFAULT_ARCHIVE and not path.exists():
        errors.print(
            "No archive yet, so this is the sample archive; `rag ingest FILES` makes your own.",
            style="dim",
            soft_wrap=True,
        )
        name, path = SAMPLE_ARCHIVE, archive_path(SAMPLE_ARCHIVE)
    if name == SAMPLE_ARCHIVE:
        return _open_sample(path, settings)
    return rag.Archive.open(path, create=False, settings=settings)


def _open_sample(path: Path, settings: Settings | None) -> rag.Archive:
    """Open the sample archive at `path`, ingesting the packaged articles when it is new."""
    archive = rag.Archive.open(path, settings=settings)
    if not archive.stats().articles:
        ingest_with_progress(archive, [Path(str(files("rag") / "sample"))])
    return archive


def ingest_with_progress(
    archive: rag.Archive,
    paths: list[str | Path],
    *,
    columns: dict[str, str] | None = None,
    private: bool = False,
) -> IngestReport:
    """Ingest `paths` under a progress line with count, rate and time."""
    archive_bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    )
    with archive_bar:
        task = archive_bar.add_task("Ingesting", total=None, rate="")

        def show(progress: IngestProgress) -> None:
            speed = archive_bar.tasks[task].finished_speed or archive_bar.tasks[task].speed or 0.0
            archive_bar.update(
                task,
                completed=progress.done,
                rate=f"{speed:.1f} articles/s, {progress.chunks} chunks",
            )

        def say(line: str) -> None:
            archive_bar.console.print(line, style="dim")

        Thread(target=_count, args=(paths, columns, archive_bar, task), daemon=True).start()
        # Loaded here so that a first download shows; an ingest of nothing does not need it.
        archive.embedder(on_progress=say)
        return archive.ingest(paths, columns=columns, progress=show, private=private)


def _count(
    paths: list[str | Path], columns: dict[str, str] | None, bar: Progress, task: TaskID
) -> None:
    """Give the bar its total, and so the time left, while the first articles are embedded.

    Reading takes a three-hundredth of the time of embedding. Addresses are not fetched twice: if
    there is one, the total stays unknown.
    """
    # Imported here because it takes half a second, which `rag --help` need not pay.
    from rag.sources import apart
    from rag.sources.web.fetch import is_address

    if not any(is_address(str(path)) for path in paths):
        found = apart.read(
            paths, columns=columns, on_skip=lambda _skipped: None, on_note=lambda _note: None
        )
        bar.update(task, total=sum(1 for _ in found))
