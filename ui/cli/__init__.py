"""The command `rag`."""

from __future__ import annotations

import logging
import os
import sys

import typer

from rag.errors import RagError
from ui.cli import (
    archives,
    benchmark,
    questions,
    reader_training,
    serving,
    system,
    training,
    users,
)
from ui.cli.console import errors

app = typer.Typer(
    name="rag",
    help="Ask a news archive in plain language; every sentence of the answer cites its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(questions.chat)
app.command()(serving.serve)
app.command()(serving.mcp)
app.command()(questions.ask)
app.command()(questions.search)
app.command()(archives.ingest)
app.add_typer(archives.articles, name="articles")
app.command()(archives.stats)
app.command()(archives.reembed)
app.command()(archives.backup)
app.command()(archives.restore)
app.command("eval")(questions.evaluate)
app.command()(benchmark.bench)
train = typer.Typer(help="Train the reader or the generator.", no_args_is_help=True)
train.command("reader")(reader_training.train)
train.command("generator")(training.train)
app.add_typer(train, name="train")
app.add_typer(users.users, name="users")
app.command()(system.models)
app.command()(system.doctor)


def main() -> None:
    """Run the command line; a known error is one line and exit status 1."""
    # The libraries' own progress bars and notes would break up an answer on the screen.
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    logging.getLogger("rag").setLevel(logging.WARNING)
    try:
        app()
    except (RagError, ValueError) as error:
        errors.print(f"Error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
