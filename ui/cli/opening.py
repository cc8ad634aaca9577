"""How commands open archives and fill them."""

from __future__ import annotations

import dataclasses
import os
import time
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from threading import Thread

import typer
from rich.progress import Progress, TaskID

import rag
from rag.errors import SettingsError, SourceError
from rag.settings import (
    IN_FOLDER,
    Settings,
    SettingsFile,
    StoreSettings,
    archive_path,
    with_limits,
)
from rag.store import archives
from rag.types import Engine, Filter, IngestReport, ReadLimits
from rag.types import Progress as IngestProgress
from ui.cli.console import note
from ui.cli.fetching import fetching
from ui.cli.progress import ingest_bar
from ui.counted import counted


def settings(*, reader: str | None = None, generator: str | None = None) -> Settings:
    """Return the settings of ``dateline.toml`` with the models that options name."""
    found = SettingsFile.find().settings
    return dataclasses.replace(
        found, reader=reader or found.reader, generator=generator or found.generator
    )


def limited(found: Settings, limits: list[str] | None) -> Settings:
    """Return the settings with the limits of options, or refuse those as a usage error."""
    try:
        return with_limits(found, limits or ())
    except SettingsError as error:
        raise typer.BadParameter(f"--limit: {error}") from None


def archive_folder(name: str | None) -> Path:
    """Return the folder of the archive called `name`, or of the default one.

    While there is no archive, that is the sample one. Raises `ArchiveError` for a name that
    no archive has.
    """
    name = name or archives.default() or _sample_stands_in()
    path = archive_path(name)
    plain = os.sep not in name and not name.startswith((".", "~"))
    if plain and name != archives.SAMPLE and name not in archives.names():
        raise archives.missing(name)
    return path


def archive_to_fill(name: str | None) -> Path:
    """Return the folder of the archive to add articles to, which need not exist."""
    return archive_path(name or archives.default() or archives.UNNAMED)


def open_archive(name: str | Path | None, *, settings: Settings | None = None) -> rag.Archive:
    """Open the archive called `name`, or the default one; the sample is made at its first use."""
    path = name if isinstance(name, Path) else archive_folder(name)
    chosen = settings or SettingsFile.find().settings
    if path == archive_path(archives.SAMPLE):
        return _open_sample(path, chosen)
    return rag.Archive.open(path, create=False, settings=chosen)


def narrowing(
    *,
    since: str | None,
    until: str | None,
    publishers: list[str] | None,
    names: list[str] | None,
) -> Filter:
    """Return the filter of options, or refuse as a usage error what is none."""
    try:
        return Filter.read(since=since, until=until, publishers=publishers, names=names)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def known(
    archive: rag.Archive,
    *,
    since: str | None,
    until: str | None,
    publishers: list[str] | None,
    names: list[str] | None,
) -> Filter:
    """Return the filter of options, or refuse as a usage error what no article has."""
    where = narrowing(since=since, until=until, publishers=publishers, names=names)
    try:
        archive.check_filter(where)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return where


def _sample_stands_in() -> str:
    note(
        "This is the sample archive, because you have none of your own yet; "
        "`rag ingest FILES` makes one."
    )
    return archives.SAMPLE


def _open_sample(path: Path, settings: Settings) -> rag.Archive:
    """Open the sample archive at `path`, ingesting the packaged articles when it is new."""
    here = dataclasses.replace(settings, store=StoreSettings(IN_FOLDER))
    archive = rag.Archive.open(path, settings=here)
    if not archive.stats().articles:
        ingest_with_progress(archive, [Path(str(files("rag") / "sample"))])
    return archive


def ingest_with_progress(
    archive: rag.Archive,
    paths: list[str | Path],
    *,
    columns: dict[str, str] | None = None,
    private: bool = False,
    engine: Engine = "local",
) -> IngestReport:
    """Ingest `paths` under a progress line with count, rate and time."""
    with ingest_bar() as bar:
        task = bar.add_task("Ingesting", total=None, rate="")
        begun = time.monotonic()

        def show(progress: IngestProgress) -> None:
            # A bar that does not move knows no speed.
            speed = bar.tasks[task].speed or progress.done / (time.monotonic() - begun)
            bar.update(
                task,
                completed=progress.done,
                rate=f"{speed:.1f} articles/s, {counted(progress.chunks, 'chunk')}",
            )

        # What takes a cluster is not read a second time by one machine to be counted.
        if engine == "local":
            limits = archive.settings.reading
            Thread(target=_count, args=(paths, columns, limits, bar, task), daemon=True).start()
        # Loaded here so that a first download shows; an ingest of nothing does not need it.
        with fetching(archive.settings.embedder) as say:
            archive.embedder(on_progress=say)
        return archive.ingest(paths, columns=columns, progress=show, private=private, engine=engine)


def _count(
    paths: list[str | Path],
    columns: dict[str, str] | None,
    limits: ReadLimits,
    bar: Progress,
    task: TaskID,
) -> None:
    """Give the bar its total, and so the time left, while the first articles are embedded.

    Reading takes a three-hundredth of the time of embedding. Addresses are not fetched twice: if
    there is one, the total stays unknown.
    """
    # Imported here because it takes half a second, which `rag --help` need not pay.
    from rag.sources import apart
    from rag.sources.web.address import is_address

    if any(is_address(str(path)) for path in paths):
        return
    # What is wrong is told by the ingest itself.
    with suppress(SourceError):
        found = apart.read(
            paths,
            columns=columns,
            on_skip=lambda _skipped: None,
            on_note=lambda _note: None,
            limits=limits,
        )
        bar.update(task, total=sum(1 for _ in found))
