"""How well Dateline answers newcomers.

    python -m eval.newcomers open talk --archive sample

Asks every question of the sets named and prints those that are not answered right, and tables.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import rag
from eval.newcomers.report import conclusions, describe, verdict_table
from eval.newcomers.sets import OPENLY, Row, load
from eval.newcomers.verdicts import Outcome, Verdict, judge
from rag import Archive
from rag.settings import archive_path
from rag.types import Turn

_WIDTH = 120


def ask(row: Row, archive: Archive) -> Outcome:
    """Return what becomes of a question put to `archive`."""
    turns = list(row.history)
    for earlier in row.before:
        told = rag.answer(earlier, archive=archive, history=turns, today=row.today)
        turns.append(Turn(earlier, told.text, told.short))
    return judge(row, rag.answer(row.question, archive=archive, history=turns, today=row.today))


def main(
    sets: Annotated[list[str] | None, typer.Argument(help="Sets to ask.")] = None,
    archive: Annotated[str, typer.Option(help="Archive of the sample articles.")] = "sample",
    out: Annotated[Path | None, typer.Option("--json", help="File for the outcomes.")] = None,
) -> None:
    """Ask the questions of the sets, all but the one kept aside by default."""
    # Wide enough for the table when the output goes to a file.
    width = None if sys.stdout.isatty() else _WIDTH
    console = Console(soft_wrap=True, highlight=False, markup=False, width=width)
    outcomes: list[Outcome] = []
    with Archive.open(archive_path(archive), create=False) as opened:
        for name in sets or OPENLY:
            asked = [ask(row, opened) for row in load(name)]
            _print(console, asked, name)
            outcomes += asked
    if out:
        out.write_text(json.dumps([_record(each) for each in outcomes], indent=1), "utf-8")


def _print(console: Console, outcomes: list[Outcome], name: str) -> None:
    for outcome in outcomes:
        if outcome.verdict is not Verdict.RIGHT:
            console.print(describe(outcome))
    console.print(verdict_table(outcomes, name))
    _print_lines(console, conclusions(outcomes))


def _print_lines(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line)


def _record(outcome: Outcome) -> dict[str, object]:
    row, answer = outcome.row, outcome.answer
    return {
        "set": row.set,
        "id": row.id,
        "kind": row.kind,
        "verdict": outcome.verdict,
        "question": row.question,
        "searched": answer.question,
        "text": answer.text,
        "short": answer.short,
        "cited": [citation.article.title for citation in answer.citations],
        "reads_alone": outcome.reads_alone,
        "listed": outcome.listed,
        "seconds": answer.timings.total,
    }


if __name__ == "__main__":
    typer.run(main)
