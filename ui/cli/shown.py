"""Answers and what a search found, in the forms that commands print."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from rich.text import Text

from rag.frameworks import bibliography
from rag.types import Answer, Article, Hit
from ui.cli.console import AnswerFormat, Format, notes, output, write


def show_answer(answer: Answer, wanted: AnswerFormat, *, many: bool, said: bool) -> None:
    """Print an answer; `many` as one of several, `said` without the text that was printed."""
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


def show_hits(hits: Sequence[Hit], wanted: Format, *, many: bool) -> None:
    """Print what a search found; `many` as what one of several found."""
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
