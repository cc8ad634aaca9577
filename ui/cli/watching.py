"""Commands that keep an archive current, and tell when the answer to a question changes."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

import rag
from rag.errors import extra
from rag.store import archives
from ui.cli.console import (
    ArchiveName,
    AsJson,
    ReadingLimits,
    errors,
    heard,
    note,
    output,
    write,
)
from ui.cli.opening import archive_to_fill, limited, open_archive, settings

if TYPE_CHECKING:
    from ui.watching.alerts import Changed, Version
    from ui.watching.watch import Happening
    from ui.watching.webhook import Webhook

alerts = typer.Typer(
    help="Questions that are asked again when articles come in.", no_args_is_help=True
)


WebhookAddress = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        envvar="DATELINE_WEBHOOK",
        show_envvar=True,
        help="POST each changed answer there, with $DATELINE_WEBHOOK_TOKEN if it is set.",
    ),
]


@heard
def watch(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="FOLDER|FEED", help="Folders, and addresses of feeds."),
    ],
    archive: ArchiveName = None,
    every: Annotated[
        float, typer.Option(min=1.0, help="Minutes between two checks of a feed.")
    ] = 15.0,
    once: Annotated[
        bool, typer.Option("--once", help="Look once and end, as for a cron job.")
    ] = False,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private", help="Also read addresses of this machine and its own network."
        ),
    ] = False,
    webhook: WebhookAddress = "",
    limit: ReadingLimits = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, one line per event.")
    ] = False,
) -> None:
    """Keep an archive current with folders and feeds, until Ctrl-C.

    What came in while it did not run is taken in at its start. Saved questions are asked again
    when articles come in: see `rag alerts`.
    """
    # Imported here because the reader and the indexes take seconds.
    with extra("watch"):
        from ui.warm.server import warm
    from ui.watching.watch import Watch

    found = limited(settings(), limit)
    folder = archive_to_fill(archive)
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        with (
            rag.Archive.open(folder, settings=found) as opened,
            nullcontext() if once else warm(opened),
        ):
            archives.remember_first(folder.name)
            watcher = Watch(
                opened,
                sources,
                every=every * 60,
                private=allow_private,
                webhook=_webhook(webhook, opened),
            )
            if not once:
                note(f"Watching for {folder.name} (Ctrl-C stops it)")
            failed = False
            for happening in watcher.once() if once else watcher.run(stop):
                _tell(happening, as_json=as_json)
                failed |= _has_failed(happening)
    except KeyboardInterrupt:
        note("Stopped. To continue, give the same command again.")
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)
    if once and failed:
        raise typer.Exit(1)


@alerts.command("add")
@heard
def add_alert(
    question: Annotated[list[str], typer.Argument(help="The question.")],
    archive: ArchiveName = None,
) -> None:
    """Save a question with its present answer."""
    from ui.watching.alerts import Alerts

    with open_archive(archive) as opened:
        alert = Alerts(opened).add(" ".join(question))
    write(f"Saved. For now: {alert.version.text}")


@alerts.command("list")
@heard
def list_alerts(archive: ArchiveName = None, as_json: AsJson = False) -> None:
    """List the saved questions with their last answers."""
    from ui.watching.alerts import Alerts

    with open_archive(archive) as opened:
        saved = Alerts(opened).saved()
    if as_json:
        output.print_json(json.dumps([dataclasses.asdict(alert) for alert in saved]))
        return
    if not saved:
        write("No saved questions; `rag alerts add QUESTION` saves one.")
    for number, alert in enumerate(saved, start=1):
        write(f"{number}. {alert.question}", style="bold")
        write(f"   {alert.version.text}")


@alerts.command("remove")
@heard
def remove_alert(
    number: Annotated[int, typer.Argument(help="Its number in `rag alerts list`.")],
    archive: ArchiveName = None,
) -> None:
    """Remove a saved question."""
    from ui.watching.alerts import Alerts

    with open_archive(archive) as opened:
        removed = Alerts(opened).remove(number)
    write(f"Removed {removed.question!r}.")


@alerts.command("check")
@heard
def check_alerts(
    archive: ArchiveName = None,
    webhook: WebhookAddress = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, one line per event.")
    ] = False,
) -> None:
    """Ask all saved questions again, and print the answers that have changed."""
    from ui.watching.alerts import Alerts

    with open_archive(archive) as opened:
        told = _webhook(webhook, opened)
        changes = Alerts(opened).check()
    for change in changes:
        _tell(change, as_json=as_json)
    if not changes:
        note("No answer has changed.")
    if told and (fault := told.tell(*changes)):
        raise rag.RagError(f"{told.name} was not told: {fault}; `rag alerts log` has the changes")


@alerts.command("log")
@heard
def show_log(
    archive: ArchiveName = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, one line per event.")
    ] = False,
) -> None:
    """Show all answers that have changed, with their sources before and after."""
    from ui.watching.alerts import Alerts

    with open_archive(archive) as opened:
        changes = list(Alerts(opened).changes())
    for change in changes:
        _tell(change, as_json=as_json)
    if not changes:
        note("No answer has changed yet.")


def _webhook(address: str, archive: rag.Archive) -> Webhook | None:
    """Return what is told of changed answers; None where no address is given."""
    if not address:
        return None
    from ui.watching.webhook import Webhook

    token = os.environ.get("DATELINE_WEBHOOK_TOKEN", "")
    return Webhook(
        address, archive=archive.folder.name, token=token, timeouts=archive.settings.timeouts
    )


def _has_failed(happening: Happening) -> bool:
    """Tell whether a source could not be read, or a webhook not be told."""
    from ui.watching.watch import CameIn, Trouble

    if isinstance(happening, CameIn):
        found = happening.report
        return bool(found.skipped) and not found.added + found.updated + found.unchanged
    return isinstance(happening, Trouble)


def _tell(happening: Happening, *, as_json: bool) -> None:
    from ui.watching.alerts import Changed
    from ui.watching.watch import CameIn, Gone

    if as_json:
        record = {"event": type(happening).__name__, **dataclasses.asdict(happening)}
        typer.echo(json.dumps(record, ensure_ascii=False))
    elif isinstance(happening, Changed):
        _tell_change(happening)
    elif isinstance(happening, CameIn):
        _tell_ingest(happening.sources, happening.report)
    elif isinstance(happening, Gone):
        _tell_line(f"{happening.source} is gone; its articles stay")
    else:
        write(f"{_now()}  {happening.source}: {happening.reason}", to=errors)


def _tell_ingest(sources: tuple[str, ...], report: rag.IngestReport) -> None:
    if report.added or report.updated:
        named = sources[0] if len(sources) == 1 else f"{len(sources)} files"
        _tell_line(f"{named}: {report.added} added, {report.updated} updated")
    for item in report.skipped:
        write(f"{_now()}  {item.source}: {item.reason}", to=errors)


def _tell_line(text: str) -> None:
    write(f"{_now()}  {text}")


def _tell_change(change: Changed) -> None:
    _tell_line(f"The answer has changed: {change.question}")
    _tell_version("before", change.before)
    _tell_version("now", change.after)


def _tell_version(name: str, version: Version) -> None:
    write(f"  {name}, {version.time}: {version.text}")
    for number, source in enumerate(version.sources, start=1):
        facts = [fact for fact in (source.title, source.publisher, source.date) if fact]
        write(f"    [{number}] {' · '.join(facts)}", style="dim")


def _now() -> str:
    return f"{datetime.now():%H:%M}"
