"""Commands that fill and look after archives."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import rag
from rag.settings import archive_path
from rag.types import IngestReport
from ui.cli.console import (
    DEFAULT_ARCHIVE,
    ArchiveName,
    AsJson,
    Publisher,
    Since,
    Until,
    errors,
    ingest_with_progress,
    open_archive,
    output,
)

articles = typer.Typer(help="List, show and delete the articles of an archive.")

_MEGABYTE = 1_000_000


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|FOLDER|URL...",
            help="Text dumps, Markdown, HTML, PDF, Word, JSON, CSV, Parquet, feeds, "
            "also zipped; folders of them; addresses of pages and feeds.",
        ),
    ],
    archive: ArchiveName = DEFAULT_ARCHIVE,
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
    as_json: AsJson = False,
) -> None:
    """Read articles into an archive; only what is new or edited is indexed."""
    columns = dict(_pair(item) for item in column or [])
    with rag.Archive.open(archive_path(archive)) as opened:
        try:
            report = ingest_with_progress(
                opened, list(paths), columns=columns or None, private=allow_private
            )
        except KeyboardInterrupt:
            count = opened.stats().articles
            errors.print(f"Stopped. The archive has {count} articles; run again to go on.")
            raise typer.Exit(130) from None
    if as_json:
        output.print_json(json.dumps(dataclasses.asdict(report)))
    else:
        _show_report(report)
    if report.skipped and not report.added + report.updated + report.unchanged:
        raise typer.Exit(1)


@articles.command("list")
def list_articles(
    archive: ArchiveName = DEFAULT_ARCHIVE,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    limit: Annotated[int, typer.Option(min=1, help="The most articles to list.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="How many articles to skip.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List articles, newest first."""
    with open_archive(archive) as opened:
        found = opened.articles(
            since=since, until=until, publishers=publisher, limit=limit, offset=offset
        )
        total = opened.stats().articles
    if as_json:
        rows = [dataclasses.asdict(item) for item in found]
        for row in rows:
            del row["text"]
        output.print_json(json.dumps(rows))
        return
    table = Table("id", "date", "publisher", "title", box=None, pad_edge=False)
    for item in found:
        table.add_row(item.id, item.date or "", item.publisher or "", item.title)
    output.print(table, markup=False) if found else output.print("No articles.")
    if offset + len(found) < total:
        errors.print(f"{len(found)} of {total} articles; --limit and --offset show more.")


@articles.command("show")
def show_article(
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    archive: ArchiveName = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Show one article as it is stored."""
    with open_archive(archive) as opened:
        found = opened.article(article_id)
        linked = opened.linked(article_id)
    if as_json:
        output.print_json(json.dumps(dataclasses.asdict(found)))
        return
    output.print(found.title, style="bold", markup=False, highlight=False)
    facts = (found.publisher, found.author, found.date, found.url, found.source)
    output.print(" · ".join(fact for fact in facts if fact), markup=False, style="dim")
    output.print(f"\n{found.text}", markup=False, highlight=False)
    for copy in linked:
        output.print(f"\nNear-duplicate: {copy.id} {copy.title}", markup=False, style="dim")


@articles.command("delete")
def delete_article(
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    archive: ArchiveName = DEFAULT_ARCHIVE,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete one article from an archive."""
    with open_archive(archive) as opened:
        title = opened.article(article_id).title
        if not yes:
            typer.confirm(f"Delete {title!r}?", abort=True)
        opened.delete(article_id)
    output.print(f"Deleted {title!r}.", markup=False)


def stats(archive: ArchiveName = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """Count what an archive holds."""
    with open_archive(archive) as opened:
        found, size = opened.stats(), opened.size_on_disk()
        publishers, folder = opened.publishers(), opened.folder
    if as_json:
        output.print_json(json.dumps({**dataclasses.asdict(found), "bytes": size}))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("folder", str(folder.resolve()))
    table.add_row("articles", f"{found.articles} ({found.linked} linked as near-duplicates)")
    table.add_row("chunks", str(found.chunks))
    table.add_row("dates", f"{found.first or '?'} to {found.last or '?'}")
    table.add_row("publishers", ", ".join(f"{name} ({n})" for name, n in publishers[:8]))
    table.add_row("embedder", found.embedder)
    table.add_row("on disk", f"{size / _MEGABYTE:.1f} MB")
    output.print(table)


def reembed(
    embedder: Annotated[str, typer.Option(help="The embedding model to change to.")],
    archive: ArchiveName = DEFAULT_ARCHIVE,
) -> None:
    """Rebuild an archive's vectors with another embedding model."""
    with rag.Archive.open(archive_path(archive), create=False) as opened:
        before = opened.stats()
        errors.print(f"Embedding {before.articles} articles again, with {embedder}.")
        opened.reembed(embedder).close()
    output.print(f"{before.articles} articles now use {embedder}.", markup=False)


def backup(
    archive: Annotated[str, typer.Argument(help="Name of the archive, or its folder.")],
    file: Annotated[Path, typer.Argument(help="File to write, which must not exist.")],
) -> None:
    """Copy an archive into one file, also while it is read and written."""
    with rag.Archive.open(archive_path(archive), create=False) as opened:
        found = opened.backup(file)
    size = file.stat().st_size / _MEGABYTE
    output.print(f"{found.articles} articles in {file}, {size:.1f} MB, read back and whole.")


def restore(
    archive: Annotated[str, typer.Argument(help="Name of the archive to make, or its folder.")],
    file: Annotated[Path, typer.Argument(help="File that `rag backup` has written.")],
) -> None:
    """Make an archive of a backup."""
    found = rag.restore(file, archive_path(archive))
    with rag.Archive.open(archive_path(archive), create=False):
        # Which builds its indexes.
        output.print(f"{found.articles} articles in {archive_path(archive)}.", soft_wrap=True)


def _show_report(report: IngestReport) -> None:
    rate = report.chunks / report.seconds if report.seconds else 0.0
    output.print(
        f"{report.read} read: {report.added} added, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.left_out} skipped; "
        f"{report.seconds:.1f} s ({report.chunks} chunks, {rate:.0f}/s)."
    )
    if report.linked:
        output.print(f"{report.linked} are near-duplicates of others and linked to them.")
    if report.undated:
        output.print(f"{report.undated} have no date; a question about a time leaves them out.")
    if report.skipped:
        errors.print(f"{report.left_out} skipped:", style="yellow")
    for item in report.skipped:
        errors.print(f"  {item.source}: {item.reason}", markup=False, soft_wrap=True)
    if report.notes:
        errors.print("Worth knowing:", style="yellow")
    for note in report.notes:
        errors.print(f"  {note.source} {note.text}", markup=False, soft_wrap=True)


def _pair(text: str) -> tuple[str, str]:
    field, sign, column = text.partition("=")
    if not (field and sign and column):
        raise typer.BadParameter(f"--column {text!r}: write it as FIELD=COLUMN")
    return field.strip(), column.strip()
