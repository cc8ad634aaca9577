"""Commands that look after archives."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import rag
from rag.errors import ArchiveError, RagError
from rag.settings import IN_FOLDER, SettingsFile, archive_path, archives_folder
from rag.store import archives as library
from ui.cli.console import (
    ArchiveName,
    AsJson,
    complete_archive,
    heard,
    note,
    output,
    write,
)
from ui.cli.opening import archive_folder, open_archive
from ui.cli.progress import ingest_bar
from ui.counted import counted

archives = typer.Typer(
    help="List, make, choose, rename, copy and remove archives.", invoke_without_command=True
)

MEGABYTE = 1_000_000

Name = Annotated[str, typer.Argument(help="Name of the archive.", autocompletion=complete_archive)]


@archives.callback()
def list_by_default(context: typer.Context) -> None:
    """List, make, choose, rename, copy and remove archives."""
    if context.invoked_subcommand is None:
        _show_list(as_json=False)


@archives.command("list")
@heard
def list_archives(as_json: AsJson = False) -> None:
    """List the archives; a star marks the one that commands use without --archive."""
    _show_list(as_json=as_json)


@archives.command("make")
@heard
def make_archive(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Make an empty archive."""
    library.make(name)
    write(f"Made {name}; `rag ingest --archive {name} FILES` fills it.")


@archives.command("use")
@heard
def use_archive(name: Name) -> None:
    """Choose the archive that commands use without --archive."""
    library.choose(name)
    write(f"Commands use {name} now, unless --archive names another one.")


@archives.command("rename")
@heard
def rename_archive(
    name: Name, new_name: Annotated[str, typer.Argument(help="Its new name.")]
) -> None:
    """Give an archive another name."""
    library.rename(name, to=new_name)
    write(f"{name} is now called {new_name}.")


@archives.command("remove")
@heard
def remove_archive(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete an archive with all its articles."""
    if not yes and name in library.names():
        count = _articles(name)
        held = f"all of its {count} articles" if count is not None else "all that is in it"
        typer.confirm(f"Delete {name} with {held}?", abort=True)
    library.remove(name)
    write(f"Removed {name}.")


@archives.command("copy")
@heard
def copy_archive(
    name: Name,
    new_name: Annotated[str, typer.Argument(help="Name of the archive to copy into.")],
    to: Annotated[
        str | None,
        typer.Option(
            help="Where a new one is kept: the address of a Milvus server, or folder. Without it, "
            "as the settings say."
        ),
    ] = None,
) -> None:
    """Copy an archive into another one, also in another store. Run it again to continue."""
    settings = SettingsFile.find().settings
    if to is not None:
        settings = dataclasses.replace(
            settings, store=dataclasses.replace(settings.store, uri=to or IN_FOLDER)
        )
    with (
        rag.Archive.open(archive_folder(name), create=False) as source,
        rag.Archive.open(archive_path(library.check_name(new_name)), settings=settings) as target,
    ):
        with ingest_bar() as bar:
            task = bar.add_task("Copying", total=source.count(), rate="")
            found = source.copy_to(
                target, progress=lambda done: bar.update(task, completed=done.done)
            )
        stats = target.stats()
    library.remember_first(new_name)
    write(
        f"{found.copied} articles copied with {found.chunks} passages, "
        f"{found.unchanged} were there; "
        f"{new_name} holds {stats.articles} articles with {stats.chunks} passages."
    )


def _show_list(*, as_json: bool) -> None:
    names, default = library.names(), _default()
    if as_json:
        rows = [
            {"name": name, "articles": _articles(name), "default": name == default}
            for name in names
        ]
        output.print_json(json.dumps(rows))
        return
    if not names:
        write(f"No archive in {archives_folder()}; `rag ingest FILES` makes one.")
        return
    table = Table("", "archive", "articles", box=None, pad_edge=False)
    for name in names:
        count = _articles(name)
        shown = "cannot be read; see `rag doctor`" if count is None else str(count)
        table.add_row("*" if name == default else "", name, shown)
    output.print(table, markup=False)
    if default is None and len(names) > 1:
        note("None is the default; `rag archives use NAME` makes it so.")


def _default() -> str | None:
    try:
        return library.default()
    except ArchiveError:
        return None


def _articles(name: str) -> int | None:
    """Return the number of articles; None when the archive cannot be read."""
    from rag.store.folder.examination import examine
    from rag.store.folder.storage import FolderStorage

    path = archive_path(name)
    try:
        if FolderStorage.is_at(path):
            return examine(FolderStorage.database_in(path)).articles
        with rag.Archive.open(path, create=False) as opened:
            return opened.count()
    except RagError:
        return None


@heard
def stats(archive: ArchiveName = None, as_json: AsJson = False) -> None:
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
    table.add_row("dates", f"{found.first} to {found.last}" if found.first else "none")
    shown = [f"{name} ({count})" for name, count in publishers[:8]]
    more = [f"{len(publishers) - 8} more"] if len(publishers) > 8 else []
    table.add_row("publishers", ", ".join([*shown, *more]) or "none")
    table.add_row("embedder", found.embedder)
    table.add_row("on disk", f"{size / MEGABYTE:.1f} MB")
    output.print(table, markup=False)


@heard
def reembed(
    embedder: Annotated[str, typer.Option(help="The embedding model to change to.")],
    archive: ArchiveName = None,
) -> None:
    """Rebuild an archive's vectors with another embedding model."""
    with rag.Archive.open(archive_folder(archive), create=False) as opened:
        before = opened.stats()
        note(f"Embedding {before.articles} articles again, with {embedder}.")
        opened.reembed(embedder).close()
    write(f"{before.articles} articles now use {embedder}.")


@heard
def backup(
    file: Annotated[Path, typer.Argument(help="File to write, which must not exist.")],
    archive: ArchiveName = None,
) -> None:
    """Copy an archive into one file, also while it is read and written."""
    with rag.Archive.open(archive_folder(archive), create=False) as opened:
        found = opened.backup(file)
    size = file.stat().st_size / MEGABYTE
    articles = counted(found.articles, "article")
    write(f"{articles} in {file}, {size:.1f} MB, read back and complete.")


@heard
def restore(
    file: Annotated[Path, typer.Argument(help="File that `rag backup` has written.")],
    archive: Annotated[
        str, typer.Option("--archive", "-a", help="Name of the archive to make, or its folder.")
    ],
) -> None:
    """Make an archive from a backup."""
    found = rag.restore(file, archive)
    with rag.Archive.open(archive, create=False):
        # Which builds its indexes.
        write(f"{counted(found.articles, 'article')} in {archive_path(archive)}.")
    library.remember_first(archive)
