"""Write the help of every command into the page of the commands, when the docs are built."""

from __future__ import annotations

from typing import Any

from typer.cli import get_docs_for_click
from typer.main import get_command

from ui.cli import app

_MARK = "<!-- commands -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the mark by the commands' help."""
    return markdown.replace(_MARK, commands()) if _MARK in markdown else markdown


def commands() -> str:
    """Return the help of all commands as Markdown."""
    command = get_command(app)
    context = command.make_context("rag", [], resilient_parsing=True)
    text = get_docs_for_click(obj=command, ctx=context, name="rag")
    # The page has a title of its own.
    return text.replace("# `rag`\n", "", 1)
