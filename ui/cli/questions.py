"""Commands that put questions to an archive."""

from __future__ import annotations

import dataclasses
import gc
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.text import Text

import rag
from rag import reading
from rag.models.registry import DEFAULT_GENERATOR, DEFAULT_READER
from rag.settings import Settings
from rag.types import Answer, Article, Hit, Stance
from ui.cli.console import (
    DEFAULT_ARCHIVE,
    SAMPLE_ARCHIVE,
    ArchiveName,
    AsJson,
    Publisher,
    Since,
    Today,
    Until,
    errors,
    open_archive,
    output,
)

GeneratorName = Annotated[
    str,
    typer.Option(
        envvar="DATELINE_GENERATOR",
        help="A model to write the answers: a name, a path, a hub id, or http://host/v1#model. "
        "By default the reader alone answers.",
    ),
]
ReaderName = Annotated[
    str,
    typer.Option(
        envvar="DATELINE_READER",
        help="The model that finds the answers: a name, or a folder that `rag train reader` made.",
    ),
]


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    archive: ArchiveName = DEFAULT_ARCHIVE,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    today: Today = None,
    strict: Annotated[
        bool | None,
        typer.Option(
            "--strict/--lenient",
            help="Refuse more often, or less often, if it is doubtful that the articles answer.",
            show_default=False,
        ),
    ] = None,
    reader: ReaderName = DEFAULT_READER,
    generator: GeneratorName = DEFAULT_GENERATOR,
    as_json: AsJson = False,
) -> None:
    """Answer one question, with the sentences it rests on."""
    stance: Stance = "balanced" if strict is None else "strict" if strict else "lenient"
    settings = Settings(reader=reader, generator=generator)
    with open_archive(archive, settings=settings) as opened:
        reading.load_reader(reader, on_progress=_say)
        for piece in rag.stream(
            question,
            archive=opened,
            since=since,
            until=until,
            publishers=publisher,
            stance=stance,
            today=today,
        ):
            if isinstance(piece, Answer):
                answer = piece
            elif not as_json and generator != DEFAULT_GENERATOR:
                output.print(piece, end="", markup=False, highlight=False)
    if as_json:
        output.print_json(json.dumps(_answer_record(answer)))
        return
    # What the reader finds comes all at once, and only then is it known what to set off.
    if generator == DEFAULT_GENERATOR:
        output.print(_set_off(answer), end="")
    _show_sources(answer)


def search(
    question: Annotated[str, typer.Argument(help="What to look for, in quotes.")],
    archive: ArchiveName = DEFAULT_ARCHIVE,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 8,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages that match a question best."""
    with open_archive(archive) as opened:
        hits = opened.search(
            question,
            k=k,
            since=since,
            until=until,
            publishers=publisher,
            today=today or date.today(),
        )
    if as_json:
        output.print_json(json.dumps([_hit_record(hit) for hit in hits]))
        return
    if not hits:
        output.print("Nothing found.")
    for number, hit in enumerate(hits, start=1):
        parts = hit.parts
        head = _heading(hit.article)
        output.print(f"{number}. {head}", style="bold", markup=False, highlight=False)
        output.print(
            f"   score {hit.score:.3f} (dense {_figure(parts.dense)}, lexical "
            f"{_figure(parts.lexical)}, headline {_figure(parts.headline)}) "
            f"id {hit.article.id}",
            style="dim",
            markup=False,
        )
        output.print(f"   {' '.join(hit.text.split())}\n", markup=False, highlight=False)


def chat(
    archive: ArchiveName = DEFAULT_ARCHIVE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
    reader: ReaderName = DEFAULT_READER,
    generator: GeneratorName = DEFAULT_GENERATOR,
) -> None:
    """Open the chat page over an archive."""
    # Gradio takes seconds to import, which no other command should pay. Its objects stay for good,
    # and looking for garbage among them takes a tenth of the time.
    gc.disable()
    from ui.web.app import launch

    gc.enable()
    with open_archive(archive, settings=Settings(reader=reader, generator=generator)) as opened:
        launch(
            opened,
            host=host,
            port=port,
            open_browser=open_browser,
            on_ready=lambda address: output.print(f"Chat at {address} (Ctrl-C stops it)"),
        )


def evaluate(
    questions: Annotated[
        Path | None,
        typer.Option(
            help="Questions as JSON lines or in SQuAD's format; by default those about the "
            "sample archive.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    feedback: Annotated[
        bool,
        typer.Option(
            "--feedback", help="Ask the questions that users of the chat page gave feedback on."
        ),
    ] = False,
    archive: ArchiveName = SAMPLE_ARCHIVE,
    reader: ReaderName = DEFAULT_READER,
    generator: GeneratorName = DEFAULT_GENERATOR,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first N.")] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            help="An earlier report to compare with; by default the archive's last.", exists=True
        ),
    ] = None,
    reports: Annotated[
        Path | None, typer.Option(help="Folder for the reports; default: the archive's.")
    ] = None,
) -> None:
    """Run the question set and report how good the answers are."""
    from eval import report as reporting
    from eval.questions import packaged_questions
    from ui.feedback import write_questions

    if feedback and questions:
        raise typer.BadParameter("give either --feedback or --questions, not both")
    with (
        open_archive(archive, settings=Settings(reader=reader, generator=generator)) as opened,
        Progress(console=errors, transient=True) as bar,
    ):
        if feedback:
            questions, left_out = write_questions(opened.folder)
            errors.print(f"{questions} has the feedback as questions", markup=False)
            if left_out:
                errors.print(f"{left_out} left out, for want of a right answer")
        reading.load_reader(reader, on_progress=_say)
        task = bar.add_task("Asking", total=limit)
        report, written = reporting.evaluate(
            opened,
            questions or packaged_questions(),
            most=limit,
            folder=reports,
            earlier=compare,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for table in reporting.to_tables(report):
        output.print(table)
    output.print(f"Report: {written}", markup=False, soft_wrap=True)


def _say(line: str) -> None:
    errors.print(line, style="dim")


def _set_off(answer: Answer) -> Text:
    """Return the text of an answer with its short answers in bold, where they stand in it."""
    text = Text(answer.text)
    for short in answer.short.split("; "):
        if short and (at := answer.text.find(short)) >= 0:
            text.stylize("bold", at, at + len(short))
    return text


def _show_sources(answer: Answer) -> None:
    output.print("\n")
    for line in _notes(answer):
        output.print(line, style="dim", markup=False, highlight=False)
    for citation in answer.citations:
        article = citation.article
        output.print(
            f"[{citation.number}] {_heading(article)}", style="bold", markup=False, highlight=False
        )
        quote = " ".join(citation.quote.split())
        # A digest is made of quotations, which are not shown twice.
        if quote not in answer.text:
            output.print(f'    "{quote}"', markup=False, highlight=False)
        if article.url:
            output.print(f"    {article.url}", style="dim", markup=False, soft_wrap=True)
    if answer.abstained and answer.hits:
        titles = dict.fromkeys(hit.article.title for hit in answer.hits)
        output.print("Nearest articles, which are not an answer:", style="dim")
        for title in list(titles)[:3]:
            output.print(f"  {title}", style="dim", markup=False, highlight=False)
    output.print(f"{answer.timings.total:.1f} s", style="dim", highlight=False)


def _notes(answer: Answer) -> Iterator[str]:
    """Yield how the question was understood, if that is not plain."""
    if answer.question != answer.asked:
        yield f"Understood as: {answer.question}"
    if answer.period and answer.period.exact:
        since, until = answer.period.since or "the first", answer.period.until or "the last"
        yield f'Articles from {since} to {until} ("{answer.period.phrase}")'


def _answer_record(answer: Answer) -> dict[str, Any]:
    """Return an answer for JSON; articles come without their text."""
    return {
        "question": answer.question,
        "asked": answer.asked,
        "period": dataclasses.asdict(answer.period) if answer.period else None,
        "kind": answer.kind,
        "short": answer.short,
        "text": answer.text,
        "abstained": answer.abstained,
        "confidence": dataclasses.asdict(answer.confidence) if answer.confidence else None,
        # The numbers of the citations that contradict each other, newest first.
        "disagreement": [c.number for c in answer.disagreement],
        "citations": [_without_text(dataclasses.asdict(c)) for c in answer.citations],
        "hits": [_hit_record(hit) for hit in answer.hits],
        "timings": dataclasses.asdict(answer.timings),
    }


def _hit_record(hit: Hit) -> dict[str, Any]:
    return _without_text(dataclasses.asdict(hit))


def _without_text(record: dict[str, Any]) -> dict[str, Any]:
    del record["article"]["text"]
    return record


def _heading(article: Article) -> str:
    return " · ".join(part for part in (article.title, article.publisher, article.date) if part)


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
