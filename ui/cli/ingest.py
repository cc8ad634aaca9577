"""The command that fills archives."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

import rag
from rag.store import archives
from rag.types import Engine, IngestReport
from ui.cli.console import (
    ArchiveName,
    AsJson,
    ReadingLimits,
    errors,
    heard,
    notes,
    output,
    write,
)
from ui.cli.opening import archive_to_fill, ingest_with_progress, limited, settings
from ui.counted import counted


@heard
def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|FOLDER|URL",
            help="Text dumps, Markdown, HTML, PDF, Word, JSON, CSV, Parquet, feeds, "
            "also zipped; folders of them; addresses of pages and feeds.",
        ),
    ],
    archive: ArchiveName = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="The column of a field in a table, as in --column text=body; may be repeated."
        ),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private", help="Also read addresses of this machine and its own network."
        ),
    ] = False,
    engine: Annotated[
        Engine,
        typer.Option(help="Where to read and embed: here, or on the Ray cluster at $RAY_ADDRESS."),
    ] = "local",
    limit: ReadingLimits = None,
    as_json: AsJson = False,
) -> None:
    """Read articles into an archive; only what is new or edited is indexed."""
    columns = dict(_pair(item) for item in column or [])
    folder = archive_to_fill(archive)
    found = limited(settings(), limit)
    with rag.Archive.open(folder, settings=found) as opened:
        archives.remember_first(folder.name)
        try:
            report = ingest_with_progress(
                opened, list(paths), columns=columns or None, private=allow_private, engine=engine
            )
        except KeyboardInterrupt:
            count = opened.stats().articles
            errors.print(f"Stopped. The archive has {count} articles; run again to go on.")
            raise typer.Exit(130) from None
    if as_json:
        output.print_json(json.dumps(dataclasses.asdict(report)))
    else:
        show_report(report)
    if report.skipped and not report.added + report.updated + report.unchanged:
        raise typer.Exit(1)


def show_report(report: IngestReport) -> None:
    """Print what an ingest did."""
    rate = report.chunks / report.seconds if report.seconds else 0.0
    write(
        f"{report.read} read: {report.added} added, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.left_out} skipped; "
        f"{report.seconds:.1f} s ({counted(report.chunks, 'chunk')}, {rate:.0f}/s)."
    )
    if report.linked:
        write(f"{report.linked} are near-duplicates of others and linked to them.")
    if report.undated:
        write(f"{report.undated} have no date; a question about a time leaves them out.")
    if report.skipped:
        errors.print(f"{report.left_out} skipped:", style="yellow")
    for item in report.skipped:
        write(f"  {item.source}: {item.reason}", to=errors)
    if report.notes:
        notes.print("Worth knowing:", style="yellow")
    for told in report.notes:
        write(f"  {told.source} {told.text}", to=notes)


def _pair(text: str) -> tuple[str, str]:
    field, sign, column = text.partition("=")
    if not (field and sign and column):
        raise typer.BadParameter(f"--column {text!r}: write it as FIELD=COLUMN")
    return field.strip(), column.strip()
