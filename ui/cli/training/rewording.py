"""The command that has the questions of the public sets put in other words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import TrainingError
from rag.generation import load_generator
from ui.cli.console import heard, note, notes, write
from ui.cli.progress import work_bar
from ui.cli.training.stopping import interruptible


@heard
def reword(
    out: Annotated[Path, typer.Option(dir_okay=False, help="File of the rewordings.")],
    mix: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the sets.")],
    generator: Annotated[
        str, typer.Option(help="A model that follows instructions, best one on a server.")
    ],
    most: Annotated[int, typer.Option(min=1, help="Questions to reword at most.")] = 3000,
    seed: Annotated[int, typer.Option(help="The seed of the choice of questions.")] = 0,
) -> None:
    """Put questions of public sets in other words, to train the reader on them.

    After a stop, the same command continues.
    """
    from rag.training.reader.mix import asked_in_sets
    from rag.training.reader.rewording import reword as reworded

    with notes.status("Reading the sets"):
        questions = asked_in_sets(mix, seed=seed)[:most]
    done = _done(out)
    left = [question for question in questions if question not in done]
    writer = load_generator(generator)
    with work_bar() as bar, out.open("a", encoding="utf-8") as file, interruptible() as asked:
        task = bar.add_task("Rewording", total=len(questions), note="")
        for number, question in enumerate(left, start=len(questions) - len(left) + 1):
            row = {"question": question, "reworded": reworded(question, generator=writer)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            bar.update(task, completed=number)
            if asked() and number < len(questions):
                note("Stopped. To continue, give the same command again.")
                raise typer.Exit(130)
    write(f"Rewordings in {out}")
    write(f"Use them: rag train reader --mix {mix} --reworded {out} --out FOLDER")


def _done(file: Path) -> set[str]:
    """Return the questions that a run before this one has tried."""
    if not file.exists():
        return set()
    try:
        return {json.loads(line)["question"] for line in file.open(encoding="utf-8")}
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{file} holds something else; name a new file") from error
