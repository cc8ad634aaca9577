"""Commands that put questions to an archive."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Annotated

import typer

from rag.types import Answer, Query, Stance, calendar_date
from ui.cli.asking import asker
from ui.cli.console import (
    AnswerFormat,
    ArchiveName,
    AsJson,
    Format,
    FormatName,
    MentionedName,
    Publisher,
    Since,
    Today,
    Until,
    check_dates,
    chosen_format,
    heard,
    only_one,
    write,
)
from ui.cli.opening import narrowing, settings
from ui.cli.shown import show_answer, show_hits

# The exit status for a question that is refused, or a search that finds nothing.
REFUSED = 3

GeneratorName = Annotated[
    str | None,
    typer.Option(
        envvar="DATELINE_GENERATOR",
        help="A model to write the answers: a name, a path, a hub id, or http://host/v1#model. "
        "By default the reader alone answers.",
    ),
]
ReaderName = Annotated[
    str | None,
    typer.Option(
        envvar="DATELINE_READER",
        help="The model that finds the answers: a name, or a folder that `rag train reader` made.",
    ),
]
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="QUESTION",
        help="The question. With - or nothing, questions are read from standard input, one "
        "per line.",
        show_default=False,
    ),
]
Local = Annotated[
    bool,
    typer.Option(
        "--local", help="Load the models in this process, even if a running page could answer."
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a command; those of standard input are `many`, even if there is one."""

    questions: Iterable[str]
    many: bool


@heard
def ask(
    question: Words = None,
    archive: ArchiveName = None,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    name: MentionedName = None,
    today: Today = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse more often if it is doubtful.")
    ] = False,
    lenient: Annotated[bool, typer.Option("--lenient", help="Refuse less often.")] = False,
    reader: ReaderName = None,
    generator: GeneratorName = None,
    local: Local = False,
    format_: Annotated[
        AnswerFormat | None,
        typer.Option(
            "--format",
            help="How to print the answer; bibtex and ris list the articles that it cites.",
            show_default="text",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer questions, with the sentences that the answers rest on.

    The exit status is 0 for an answer and 3 if a question was refused.
    """
    wanted = chosen_format(format_, as_json=as_json, kind=AnswerFormat)
    only_one(strict=strict, lenient=lenient)
    check_dates(since, until)
    asked = read_questions(question)
    stance: Stance = "strict" if strict else "lenient" if lenient else "balanced"
    refused = False
    where = narrowing(since=since, until=until, publishers=publisher, names=name)
    day = calendar_date(today) or date.today()
    found = settings(reader=reader, generator=generator)
    live = wanted is AnswerFormat.TEXT and bool(found.generator)
    with asker(archive, settings=found, local=local) as asks:
        for number, one in enumerate(asked.questions):
            answers = asks.stream(Query(one, where, today=day, stance=stance))
            if asked.many and wanted in (AnswerFormat.TEXT, AnswerFormat.MARKDOWN):
                _show_question(one, first=not number)
            answer = _last(answers, live=live)
            show_answer(answer, wanted, many=asked.many, said=live)
            refused = refused or answer.abstained
    if refused:
        raise typer.Exit(REFUSED)


@heard
def search(
    question: Words = None,
    archive: ArchiveName = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 8,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    name: MentionedName = None,
    today: Today = None,
    local: Local = False,
    format_: FormatName = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages that match a question best.

    The exit status is 0 if there are some and 3 if there are none.
    """
    wanted = chosen_format(format_, as_json=as_json, kind=Format)
    check_dates(since, until)
    asked = read_questions(question)
    missed = False
    where = narrowing(since=since, until=until, publishers=publisher, names=name)
    day = calendar_date(today) or date.today()
    with asker(archive, settings=settings(), local=local) as asks:
        for number, one in enumerate(asked.questions):
            hits = asks.search(Query(one, where, k=k, today=day))
            if asked.many and wanted is not Format.JSON:
                _show_question(one, first=not number)
            show_hits(hits, wanted, many=asked.many)
            missed = missed or not hits
    if missed:
        raise typer.Exit(REFUSED)


def read_questions(words: list[str] | None) -> Asked:
    """Return the question in the words of the command line, or those of standard input."""
    if words and words != ["-"]:
        question = " ".join(words).strip()
        if not question:
            raise typer.BadParameter("the question is blank; write one")
        return Asked((question,), many=False)
    lines = (line.strip() for line in sys.stdin if line.strip())
    # The others are read as they are asked, since a program may wait for an answer to each.
    first = None if not words and sys.stdin.isatty() else next(lines, None)
    if first is None:
        raise typer.BadParameter("there is no question; write one, or pipe one per line in")
    return Asked(chain((first,), lines), many=True)


def _show_question(question: str, *, first: bool) -> None:
    if not first:
        write("")
    write(question, style="bold")


def _last(pieces: Iterator[str | Answer], *, live: bool) -> Answer:
    """Return the answer at the end of a stream, printing its pieces as they come if `live`."""
    for piece in pieces:
        if isinstance(piece, Answer):
            return piece
        if live:
            write(piece, end="")
    raise AssertionError("a stream ends with its answer")
