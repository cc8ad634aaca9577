"""Commands about models and the machine."""

from __future__ import annotations

import dataclasses
import json
import platform
import shutil
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

import rag
from rag.errors import RagError
from rag.models.registry import DEFAULT_EMBEDDER, DEFAULT_READER, known_models
from rag.models.resolving import resolve, status
from rag.settings import archives_folder, archives_in
from ui.cli.console import AsJson, complete_archive, errors, heard, output, write
from ui.cli.fetching import fetching
from ui.cli.opening import archive_folder

if TYPE_CHECKING:
    from rag.store.types import Examination

_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "tantivy", "gradio")
_GIGABYTE = 1e9
_NEEDED_BYTES = 2e9


@heard
def models(
    fetch: Annotated[
        bool,
        typer.Option("--fetch", help="Fetch the default models now, for use without a network."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the models this machine has."""
    if fetch:
        for name in (DEFAULT_EMBEDDER, DEFAULT_READER):
            with fetching(name) as say:
                resolve(name, on_progress=say)
    if as_json:
        records = [dataclasses.asdict(status(known.name)) for known in known_models()]
        output.print_json(json.dumps(records))
        return
    table = Table("model", "here", "size", "licence", "where", box=None, pad_edge=False)
    for known in known_models():
        found = status(known.name)
        table.add_row(
            known.name,
            "yes" if found.present else "no",
            f"{(found.bytes or known.download) / 1e6:.0f} MB",
            known.licence,
            found.where,
        )
    output.print(table)


@heard
def doctor(
    archive: Annotated[
        str | None,
        typer.Option(
            "--archive",
            "-a",
            help="Read all of this archive, and check every article and vector.",
            autocompletion=complete_archive,
        ),
    ] = None,
) -> None:
    """Check that everything an answer needs is in place, or that an archive is whole."""
    if archive is not None:
        _examine(archive)
        return
    problems = [problem for check in (_python, _disk, _models, _archives) for problem in check()]
    for problem in problems:
        write(f"Problem: {problem}", to=errors, style="red")
    if problems:
        raise typer.Exit(1)
    write("Everything is in place.")


def _python() -> list[str]:
    from rag.models.device import compute_dtype

    write(f"Python {platform.python_version()} at {sys.prefix}")
    write(", ".join(filter(None, map(_named, _PACKAGES))))
    write(f"Models compute in {str(compute_dtype()).removeprefix('torch.')}.")
    return []


def _named(package: str) -> str | None:
    """Return a package with its version; None where it is not installed, as of an extra."""
    with suppress(PackageNotFoundError):
        return f"{package} {version(package)}"
    return None


def _disk() -> list[str]:
    folder = archives_folder()
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(existing).free
    write(f"Archives in {folder.absolute()}, {free / _GIGABYTE:.1f} GB free")
    if free < _NEEDED_BYTES:
        return [f"only {free / _GIGABYTE:.1f} GB free at {existing}; free at least 2 GB"]
    return []


def _models() -> list[str]:
    problems = []
    for name in (DEFAULT_EMBEDDER, DEFAULT_READER):
        if not status(name).present:
            problems.append(f"{name} is not on this machine; run `rag models --fetch`")
            continue
        try:
            write(f"{name}: {resolve(name).path}")
        except RagError as error:
            problems.append(str(error))
    return problems


def _archives() -> list[str]:
    problems = []
    for name in archives_in(archives_folder()):
        path = archives_folder() / name
        try:
            found = _examined(path)
        except RagError as error:
            problems.append(str(error))
            continue
        write(f"{name}: {found.articles} articles, {found.embedder}")
        if found.faults:
            problems.append(
                f"{path} is damaged in {len(found.faults)} places; "
                f"`rag doctor --archive {name}` lists them"
            )
    return problems


def _examined(path: Path) -> Examination:
    """Read all of an archive; one in its folder without opening it, which changes files."""
    from rag.store.folder.examination import examine
    from rag.store.folder.storage import FolderStorage

    if FolderStorage.is_at(path):
        return examine(FolderStorage.database_in(path))
    with rag.Archive.open(path, create=False) as opened:
        return opened.examine()


def _examine(name: str) -> None:
    """Print every fault of one archive, and exit with status 1 if its database has any."""
    from rag.store.folder.examination import examine
    from rag.store.folder.storage import FolderStorage

    path = archive_folder(name)
    # Before it is opened, which a damaged one may not allow.
    found = examine(FolderStorage.database_in(path)) if FolderStorage.is_at(path) else None
    if found is None or not found.faults:
        with rag.Archive.open(path, create=False) as opened:
            found = opened.examine()
    write(f"{path}: {found.articles} articles, {found.chunks} passages")
    for fault in found.mended:
        write(f"An index was damaged and has been rebuilt: {fault}")
    for fault in found.faults:
        write(f"Problem: {fault}", to=errors, style="red")
    if found.faults:
        write(
            f"Searches leave out what is damaged. Ingest those articles again; or copy {path}, "
            f"move it away and put a backup in its place: rag restore FILE --archive {name}",
            to=errors,
        )
        raise typer.Exit(1)
    if FolderStorage.is_at(path):
        write("Every page, article and vector is as it was written.")
    else:
        write("Every article has all its passages.")
