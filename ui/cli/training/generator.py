"""The command that trains the generator on one's own questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.models import adapters
from rag.models.registry import WRITER
from rag.models.resolving import resolve
from ui.cli.console import heard, note, write
from ui.cli.progress import work_bar
from ui.cli.training.held_out import Figures, measure
from ui.cli.training.material import QuestionArchive, material
from ui.cli.training.stopping import interruptible, need_peft

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from rag.training.episodes import Episode
    from rag.training.examples import AnswerExample
    from rag.training.recipe import Progress as Standing
    from rag.training.recipe import Recipe
    from rag.training.sequences import Packed

# Steps over which the loss shown is averaged: one sequence says little.
_SMOOTHED = 50


@heard
def train(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Questions with passages and answers, as JSON lines, also gzipped; "
            "`python -m pydoc rag.training.examples` shows the forms.",
        ),
    ],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the adapter.")],
    base: Annotated[
        str, typer.Option(help="The model to begin with: a name, a path or a hub id.")
    ] = WRITER,
    start: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="An adapter of the same base to go on from."
        ),
    ] = None,
    passes: Annotated[int, typer.Option(min=1, help="How many times to read everything.")] = 1,
    rank: Annotated[int, typer.Option(min=1, help="Size of the adapter; 16 makes 10 MB.")] = 16,
    learning_rate: Annotated[float, typer.Option(min=0.0, help="The learning rate.")] = 5e-4,
    seed: Annotated[int, typer.Option(help="The seed of the order and of the first weights.")] = 0,
    held_out: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Questions on which to measure the result."),
    ] = None,
    archive: QuestionArchive = None,
) -> None:
    """Train the generator on questions; after a stop, the same command continues.

    It takes hours on a processor: two cores read 150 to 280 tokens per second.
    """
    need_peft()
    from rag.training.recipe import Recipe

    recipe = Recipe(
        rank=rank, alpha=2 * rank, learning_rate=learning_rate, passes=passes, seed=seed
    )
    readings = material(files, archive)
    finished = _run(readings, out=out, base=_lasting(base), start=start, recipe=recipe)
    if not finished:
        note("Stopped, with a checkpoint. To continue, give the same command again.")
        raise typer.Exit(130)
    _show_result(out)
    if held_out:
        _show_figures(measure(held_out, out))


def _lasting(base: str) -> str:
    """Return a name by which the adapter finds its base, whatever the current folder."""
    path = Path(base).expanduser()
    return str(path.resolve()) if path.exists() else base


def _run(
    readings: Sequence[AnswerExample],
    *,
    out: Path,
    base: str,
    start: Path | None,
    recipe: Recipe,
) -> bool:
    """Train; return whether the run was completed."""
    from rag.training import episodes, loop, network

    with work_bar() as bar:
        task = bar.add_task("Preparing", total=None, note="")
        local = resolve(base, on_progress=lambda line: bar.console.print(line, style="dim"))
        model, tokenizer = network.load(local)
        found = episodes.episodes(readings, seed=recipe.seed)
        packed = _packed(found, tokenizer, recipe)
        bar.update(task, description="Training")
        losses: list[float] = []
        steps = loop.train(model, packed, folder=out, recipe=recipe, base=base, start=start)
        with interruptible() as asked:
            for now in steps:
                losses = [*losses, now.loss][-_SMOOTHED:]
                bar.update(task, completed=now.step, total=now.steps, note=_note(now, losses))
                if asked() and now.step < now.steps:
                    steps.close()
                    return False
    return True


def _packed(
    found: Sequence[Episode], tokenizer: PreTrainedTokenizerBase, recipe: Recipe
) -> list[Packed]:
    from rag.training.sequences import encode, pack

    packed = [pack([encode(item, tokenizer) for item in episode]) for episode in found]
    if long := sum(len(item.tokens) > recipe.longest for item in packed):
        note(f"{long} of {len(packed)} sequences are too long and left out.")
    return packed


def _note(now: Standing, losses: Sequence[float]) -> str:
    mean = sum(losses) / len(losses)
    left = timedelta(seconds=round(now.seconds_left))
    return f"loss {mean:.3f}, {now.speed:.0f} tokens/s, {left} left"


def _show_result(out: Path) -> None:
    adapter = adapters.read(out)
    write(f"Adapter for {adapter.base} in {out}")
    write(f"SHA-256 {adapter.checksum}")
    write(f"Use it: rag ask --generator {out} QUESTION")


def _show_figures(figures: Figures) -> None:
    write(
        f"Held out, {figures.questions} questions, made to answer: exact match "
        f"{figures.exact_match:.3f}, token F1 {figures.token_f1:.3f}, right passage cited "
        f"{figures.cited:.3f}"
    )
