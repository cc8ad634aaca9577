"""The command that trains the reader, on one's own questions or as the shipped one was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.models.registry import BASE_READER, DEFAULT_READER
from rag.models.resolving import resolve
from ui.cli.console import heard, note, notes, only_one, write
from ui.cli.progress import work_bar
from ui.cli.training.material import QuestionArchive, records
from ui.cli.training.stopping import interruptible, need_peft

if TYPE_CHECKING:
    from rag.training.reader.lessons import Lesson
    from rag.training.reader.loop import Recipe, Standing

# Steps over which the loss shown is averaged: one batch says little.
_SMOOTHED = 50


@heard
def train(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the trained reader.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Questions with passages and answers, as JSON lines, also gzipped; "
            "`python -m pydoc rag.training.examples` shows the forms.",
        ),
    ] = None,
    archive: QuestionArchive = None,
    mix: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the sets of the shipped mix."),
    ] = None,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="With --mix: two in five lessons ask for a reason.")
    ] = False,
    reworded: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="With --mix: half of the lessons ask in the words of this file of `rag train "
            "reword`.",
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="A trained reader to go on from; by default the shipped one.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with the bare encoder.")] = False,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, help="End after this time, and keep what was learnt.")
    ] = None,
    passes: Annotated[int, typer.Option(min=1, help="How many times to read everything.")] = 1,
    learning_rate: Annotated[float, typer.Option(min=0.0, help="The learning rate.")] = 4e-4,
    seed: Annotated[int, typer.Option(help="The seed of the order and of the first weights.")] = 0,
) -> None:
    """Train the reader on questions; after a stop, the same command continues.

    One core with bfloat16 reads 2 to 4 questions per second, one without it about one.
    """
    if bool(files) == bool(mix):
        raise typer.BadParameter("give either files of questions or a folder with --mix")
    only_one(start=start, fresh=fresh)
    only_one(mix=mix, archive=archive)
    only_one(reasons=reasons, reworded=reworded)
    if (reasons or reworded) and not mix:
        raise typer.BadParameter(
            "--reasons and --reworded need the public sets; give their folder with --mix"
        )
    need_peft()
    from rag.training.reader.loop import Recipe
    from rag.training.reader.mix import own_lessons
    from rag.training.reader.saving import save

    recipe = Recipe(learning_rate=learning_rate, passes=passes, minutes=minutes, seed=seed)
    with notes.status("Preparing lessons"):
        if mix:
            found = _of_sets(mix, reasons=reasons, reworded=reworded, start=start, seed=seed)
        else:
            found = own_lessons(records(files or [], archive), seed=seed)
    begun = None if fresh else start or DEFAULT_READER
    learnt = _run(found, out=out, start=begun, recipe=recipe)
    if learnt is None:
        note("Stopped, with a checkpoint. To continue, give the same command again.")
        raise typer.Exit(130)
    save(learnt, out, base=BASE_READER, recipe=recipe)
    write(f"Reader in {out}")
    write(f"Use it: rag ask --reader {out} QUESTION")


@heard
def mean(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER...", exists=True, file_okay=False, help="Trained readers."),
    ],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for their mean.")],
) -> None:
    """Write the mean of trained readers that went on from one another.

    It often reads better than each of them, and as fast.
    """
    from rag.training.reader.mean import save_mean

    if len(folders) < 2:
        raise typer.BadParameter("a mean needs two readers or more")
    save_mean(folders, out)
    write(f"Reader in {out}")
    write(f"Use it: rag ask --reader {out} QUESTION")


def _of_sets(
    mix: Path, *, reasons: bool, reworded: Path | None, start: str | None, seed: int
) -> list[Lesson]:
    from rag.reading import load_reader
    from rag.training.reader.mix import lessons, lessons_on_reasons, lessons_reworded
    from rag.training.reader.rewording import read_rewordings

    if reworded:
        rewordings = read_rewordings(reworded)
        reader = load_reader(start or DEFAULT_READER)
        return lessons_reworded(mix, rewordings, reader=reader, seed=seed)
    return (lessons_on_reasons if reasons else lessons)(mix, seed=seed)


def _run(
    found: Sequence[Lesson], *, out: Path, start: str | None, recipe: Recipe
) -> dict[str, Any] | None:
    """Train, and return what was learnt; None when it was stopped before its end."""
    from rag.models.resolving import adapter_folder
    from rag.training.reader.base_model import load_base
    from rag.training.reader.loop import train

    with work_bar() as bar:
        task = bar.add_task("Training", total=None, note="")
        base = resolve(BASE_READER, on_progress=lambda line: bar.console.print(line, style="dim"))
        network, tokenizer = load_base(base.path)
        folder = adapter_folder(start) if start else None
        steps = train(network, tokenizer, found, folder=out, recipe=recipe, start=folder)
        losses: list[float] = []
        with interruptible() as asked:
            while True:
                try:
                    now = next(steps)
                except StopIteration as done:
                    return dict(done.value)
                losses = [*losses, now.loss][-_SMOOTHED:]
                bar.update(task, completed=now.step, total=now.steps, note=_note(now, losses))
                if asked() and now.step < now.steps:
                    steps.close()
                    return None


def _note(now: Standing, losses: Sequence[float]) -> str:
    left = timedelta(seconds=round(now.seconds / now.step * (now.steps - now.step)))
    return f"loss {sum(losses) / len(losses):.3f}, {left} left"
