"""The command `rag`: words of a command line in, text or JSON out.

A module per group of commands; `questions` has `rag ask`. They share `console` (where to write,
common options), `opening` (archives) and `shown` (answers as text).
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer

from rag.errors import RagError, SettingsError
from rag.settings import SettingsFile, check_keys
from ui.cli import (
    archives,
    articles,
    benchmark,
    chat,
    evaluation,
    ingest,
    questions,
    serving,
    system,
    users,
    watching,
)
from ui.cli.console import errors, unwrap, write
from ui.cli.training import generator, reader, rewording

_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)

app = typer.Typer(
    name="rag",
    help="Ask a news archive in plain language; every sentence of the answer cites its source.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(chat.chat)
app.command()(serving.serve)
app.command()(serving.serve_models)
app.command()(serving.mcp)
app.command()(questions.ask)
app.command()(questions.search)
app.command()(ingest.ingest)
app.command()(watching.watch)
app.add_typer(watching.alerts, name="alerts")
app.add_typer(archives.archives, name="archives")
app.add_typer(articles.articles, name="articles")
app.command()(archives.stats)
app.command()(archives.reembed)
app.command()(archives.backup)
app.command()(archives.restore)
app.command("eval")(evaluation.evaluate)
app.command()(benchmark.bench)
train = typer.Typer(help="Train the reader or the generator.", no_args_is_help=True)
train.command("reader")(reader.train)
train.command("reword")(rewording.reword)
train.command("mean")(reader.mean)
train.command("generator")(generator.train)
app.add_typer(train, name="train")
app.add_typer(users.users, name="users")
app.command()(system.models)
app.command()(system.doctor)


def _show_version(asked: bool) -> None:
    if asked:
        write(f"dateline-rag {version('dateline-rag')}")
        raise typer.Exit


@app.callback()
def prepare(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Ask a news archive in plain language; every sentence of the answer cites its source."""
    unwrap()
    options = SettingsFile.find()
    _check_options(context.command, options.commands, where=f"{options.path}: commands")
    context.default_map = dict(options.commands)


def _check_options(command: Any, table: Any, *, where: str) -> None:
    """Raise `SettingsError` where a file sets an option that a command does not have."""
    if not isinstance(table, dict):
        raise SettingsError(f"{where} must be a table of options, not {table!r}")
    if inner := getattr(command, "commands", None):
        check_keys(table, inner, where=where)
        for name, options in table.items():
            _check_options(inner[name], options, where=f"{where}.{name}")
        return
    check_keys(table, [option.name for option in command.params], where=where)


def main() -> None:
    """Run the command line.

    The exit status is 0 on success, 2 for a wrong option or value, 3 for a question that is
    refused, 130 after Ctrl-C and 1 for anything else, told in a line.
    """
    # The libraries' own progress bars and notes would break up an answer on the screen.
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    logging.getLogger("rag").setLevel(logging.WARNING)
    if not sys.stderr.isatty():
        # Else what is wrong stands in a frame, cut into lines, also for another program.
        app.rich_markup_mode = None
    try:
        app()
    except RagError as error:
        _fail(error, status=1)
    # What a caller got wrong.
    except ValueError as error:
        _fail(error, status=2)
    except OSError as error:
        if error.errno in _NO_ROOM:
            place = error.filename or "a file cannot be written"
            _fail(f"{place}: {error.strerror}; make room, and run this again", status=1)
        # Of a file or folder that was named; anything else is a mistake of ours.
        if error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror}; check the path and its rights", status=1)


def _fail(error: Exception | str, *, status: int) -> None:
    write(f"Error: {error}", to=errors, style="red")
    sys.exit(status)
