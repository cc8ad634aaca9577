"""The command that measures how good the answers are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag import reading
from rag.store import archives
from ui.cli.console import AsJson, complete_archive, errors, heard, note, output, write
from ui.cli.fetching import fetching
from ui.cli.opening import open_archive, settings
from ui.cli.progress import work_bar
from ui.cli.questions import GeneratorName, ReaderName
from ui.counted import counted

if TYPE_CHECKING:
    import rag
    from eval.questions import Question


@heard
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
    archive: Annotated[
        str | None,
        typer.Option(
            "--archive",
            "-a",
            envvar="DATELINE_ARCHIVE",
            help="Name of the archive, or the path of its folder; by default the sample, and with "
            "--questions or --feedback the one that `rag archives` marks.",
            autocompletion=complete_archive,
        ),
    ] = None,
    reader: ReaderName = None,
    generator: GeneratorName = None,
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
    as_json: AsJson = False,
) -> None:
    """Run the question set and report how good the answers are."""
    from eval import report as reporting
    from eval.questions import load_questions, packaged_questions
    from ui.feedback import write_questions

    if feedback and questions:
        raise typer.BadParameter("give either --feedback or --questions, not both")
    chosen = archive if archive or feedback or questions else archives.SAMPLE
    with (
        open_archive(chosen, settings=settings(reader=reader, generator=generator)) as opened,
        work_bar() as bar,
    ):
        if feedback:
            questions, left_out = write_questions(opened.folder, opened.shared())
            note(f"{questions} has the feedback as questions")
            if left_out:
                note(f"{left_out} left out, because their right answer is not known")
        asked = questions or packaged_questions()
        _tell_missing(opened, load_questions(asked)[:limit])
        with fetching(opened.settings.reader) as say:
            reading.load_reader(opened.settings.reader, on_progress=say)
        task = bar.add_task("Asking", total=limit, note="")
        report, written = reporting.evaluate(
            opened,
            asked,
            most=limit,
            folder=reports,
            earlier=compare,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        output.print_json(reporting.to_json(report))
        note(f"Report: {written}")
        return
    for table in reporting.to_tables(report):
        output.print(table)
    write(f"Report: {written}")


def _tell_missing(archive: rag.Archive, questions: list[Question]) -> None:
    """Name the gold articles that the archive lacks; without any other, there is nothing to ask."""
    from eval.gold import missing_gold

    missing = missing_gold(archive, questions)
    if not missing.names:
        return
    if missing.all:
        raise missing.error(archive)
    errors.print(
        f"Not in {archive.folder.name}, and counted as not found: "
        f"{counted(len(missing.names), 'gold article')}",
        style="yellow",
        markup=False,
    )
    for name in missing.names:
        write(f"  {name}", to=errors)
