"""Commands that put questions to an archive."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Annotated, Any

import typer
from rich.text import Text

from rag.frameworks import bibliography
from rag.types import Answer, Article, Filter, Hit, Query, Stance, calendar_date
from ui.cli.asking import asker
from ui.cli.console import (
    AnswerFormat,
    ArchiveName,
    AsJson,
    Format,
    FormatName,
    Publisher,
    Since,
    Today,
    Until,
    check_dates,
    chosen_format,
    heard,
    notes,
    only_one,
    output,
    write,
)
from ui.cli.opening import settings

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
        help="The question; - or nothing reads one per line from standard input.",
        show_default=False,
    ),
]
Local = Annotated[
    bool,
    typer.Option("--local", help="Load the models here, even if a running page could answer."),
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
    where = Filter.read(since=since, until=until, publishers=publisher)
    day = calendar_date(today) or date.today()
    found = settings(reader=reader, generator=generator)
    live = wanted is AnswerFormat.TEXT and bool(found.generator)
    with asker(archive, settings=found, local=local) as asks:
        for number, one in enumerate(asked.questions):
            answers = asks.stream(Query(one, where, today=day, stance=stance))
            if asked.many and wanted in (AnswerFormat.TEXT, AnswerFormat.MARKDOWN):
                _show_question(one, first=not number)
            answer = _last(answers, live=live)
            _show(answer, wanted, many=asked.many, said=live)
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
    where = Filter.read(since=since, until=until, publishers=publisher)
    day = calendar_date(today) or date.today()
    with asker(archive, settings=settings(), local=local) as asks:
        for number, one in enumerate(asked.questions):
            hits = asks.search(Query(one, where, k=k, today=day))
            if asked.many and wanted is not Format.JSON:
                _show_question(one, first=not number)
            _show_hits(hits, wanted, many=asked.many)
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


def _show(answer: Answer, wanted: AnswerFormat, *, many: bool, said: bool) -> None:
    if wanted is AnswerFormat.JSON:
        _show_json(answer.to_dict(), many=many)
    elif wanted is AnswerFormat.MARKDOWN:
        typer.echo(answer.to_markdown().rstrip())
    elif wanted in bibliography.FORMATS:
        typer.echo(bibliography.FORMATS[wanted](_cited(answer)).rstrip())
    else:
        # What the reader finds comes all at once, and only then is it known what to set off.
        output.print("" if said else _set_off(answer))
        _show_sources(answer)


def _cited(answer: Answer) -> list[Article]:
    """Return the articles that an answer cites, each once."""
    return list({item.article.id: item.article for item in answer.citations}.values())


def _show_json(record: Any, *, many: bool) -> None:
    """Print a record to be read, or those of many questions in a line each."""
    if many:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        output.print_json(json.dumps(record))


def _show_hits(hits: Sequence[Hit], wanted: Format, *, many: bool) -> None:
    if wanted is Format.JSON:
        _show_json([_hit_record(hit) for hit in hits], many=many)
        return
    if not hits:
        write("Nothing found.")
    for number, hit in enumerate(hits, start=1):
        text = " ".join(hit.text.split())
        if wanted is Format.MARKDOWN:
            write(f"{number}. {hit.article.heading_as_markdown()}\n   > {text}")
            continue
        parts = hit.parts
        write(f"{number}. {_heading(hit.article)}", style="bold")
        write(
            f"   score {hit.score:.3f} (dense {_figure(parts.dense)}, lexical "
            f"{_figure(parts.lexical)}, headline {_figure(parts.headline)}) "
            f"id {hit.article.id}",
            style="dim",
        )
        write(f"   {text}\n")


def _set_off(answer: Answer) -> Text:
    """Return the text of an answer with its short answers in bold, where they stand in it."""
    text = Text(answer.text)
    for short in answer.short.split("; "):
        if short and (at := answer.text.find(short)) >= 0:
            text.stylize("bold", at, at + len(short))
    return text


def _show_sources(answer: Answer) -> None:
    for line in _understood(answer):
        write(line, style="dim")
    if answer.citations:
        write("")
    for citation in answer.citations:
        article = citation.article
        write(f"[{citation.number}] {_heading(article)}", style="bold")
        quote = " ".join(citation.quote.split())
        # A digest is made of quotations, which are not shown twice.
        if quote not in answer.text:
            write(f'    "{quote}"')
        if article.url:
            output.print(f"    {article.url}", style="dim", markup=False, soft_wrap=True)
    if answer.abstained and answer.hits:
        titles = dict.fromkeys(hit.article.title for hit in answer.hits)
        write("\nNearest articles, which are not an answer:", style="dim")
        for title in list(titles)[:3]:
            write(f"  {title}", style="dim")
    write(f"{answer.timings.total:.1f} s", to=notes, style="dim")


def _understood(answer: Answer) -> Iterator[str]:
    """Yield how the question was understood, if that is not plain."""
    if answer.question != answer.asked:
        yield f"Understood as: {answer.question}"
    if answer.period and answer.period.exact:
        since, until = answer.period.since or "the first", answer.period.until or "the last"
        yield f'Articles from {since} to {until} ("{answer.period.phrase}")'


def _hit_record(hit: Hit) -> dict[str, Any]:
    record = dataclasses.asdict(hit)
    del record["article"]["text"]
    return record


def _heading(article: Article) -> str:
    return " · ".join(part for part in (article.title, article.publisher, article.date) if part)


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
