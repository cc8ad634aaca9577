"""The command that trains the generator on one's own questions."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import rag
from rag.answering.marks import split_marks
from rag.errors import TrainingError
from rag.generation.prompts import REFUSAL
from rag.models import adapters
from rag.models.registry import WRITER
from rag.models.resolving import resolve
from rag.types import Hit, Passage
from ui.cli.console import heard, note, write
from ui.cli.opening import open_archive
from ui.cli.progress import work_bar

if TYPE_CHECKING:
    from types import FrameType

    from transformers import PreTrainedTokenizerBase

    from eval.questions import Question
    from rag.training.episodes import Episode, Exchange
    from rag.training.examples import AnswerExample
    from rag.training.loop import Progress as Standing
    from rag.training.loop import Recipe
    from rag.training.sequences import Packed

# Steps over which the loss shown is averaged: one sequence says little.
_SMOOTHED = 50
# The most questions to measure at the end; on two cores each takes about a second.
_MEASURED = 300
# Passages to search for the one that a question is about.
_SEARCHED = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of held-out questions, from 0 to 1, when the generator may not refuse."""

    questions: int
    exact_match: float
    token_f1: float
    cited: float


@heard
def train(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
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
        typer.Option(exists=True, dir_okay=False, help="Questions to measure the result on."),
    ] = None,
    archive: Annotated[
        str | None,
        typer.Option(
            help="Take the files to be questions as for `rag eval`, and their passages from "
            "this archive."
        ),
    ] = None,
) -> None:
    """Train the generator on questions; after a stop, the same command goes on.

    It takes hours on a processor: two cores read 150 to 280 tokens per second.
    """
    need_peft()
    from rag.training.loop import Recipe

    recipe = Recipe(
        rank=rank, alpha=2 * rank, learning_rate=learning_rate, passes=passes, seed=seed
    )
    readings = _material(files, archive)
    finished = _run(readings, out=out, base=_lasting(base), start=start, recipe=recipe)
    if not finished:
        note("Stopped, with a checkpoint. To go on, give the same command again.")
        raise typer.Exit(130)
    _show_result(out)
    if held_out:
        _show_figures(_measure(held_out, out))


def need_peft() -> None:
    """Raise `TrainingError` where peft is not installed."""
    if find_spec("peft") is None:
        raise TrainingError("training needs peft; pip install 'dateline-rag[train]'")


def _lasting(base: str) -> str:
    """Return a name by which the adapter finds its base, whatever the current folder."""
    path = Path(base).expanduser()
    return str(path.resolve()) if path.exists() else base


def _material(files: list[Path], archive: str | None) -> list[AnswerExample]:
    from rag.training.examples import read

    if archive is None:
        return read(files)
    from eval.questions import load_questions

    questions = [question for file in files for question in load_questions(file)]
    with open_archive(archive) as opened:
        readings = list(_from_archive(questions, opened))
    if len(readings) < len(questions):
        note(
            f"{len(questions) - len(readings)} of {len(questions)} questions are left out: they "
            "are follow-ups, or no passage found holds an accepted answer word for word."
        )
    return readings


def _from_archive(questions: Sequence[Question], archive: rag.Archive) -> Iterator[AnswerExample]:
    """Yield questions with the passage that the archive's own search finds for them.

    That is the best passage of a gold article that holds an accepted answer. For a question without
    answers it is the best passage of all, which must be refused.
    """
    from rag.training.examples import AnswerExample

    for question in questions:
        if question.history:
            continue
        hits = archive.search(
            question.question, k=_SEARCHED, since=question.since, until=question.until
        )
        if found := _passage(question, hits):
            passage, answer = found
            gold = (0,) if answer else ()
            yield AnswerExample(question.question, (passage,), gold, answer)


def _passage(question: Question, hits: Sequence[Hit]) -> tuple[Passage, str] | None:
    """Return the passage to learn from, and the answer in it if there is one."""
    from eval.metrics import gold_name, is_yes_no

    for hit in hits:
        passage = Passage(hit.article.title, " ".join(hit.text.split()))
        if not question.answers:
            return passage, ""
        if gold_name(hit.article, question.gold_articles) is None:
            continue
        if is_yes_no(question.answers):
            return passage, question.answers[0].capitalize()
        held = next((answer for answer in question.answers if answer in passage.text), None)
        if held:
            return passage, held
    return None


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


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Lend a function that tells whether Ctrl-C was pressed; a second one ends at once.

    A step that is cut off may leave half of the weights changed, so the step is finished.
    """
    pressed = False

    def press(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        note("Stopping after this step.")

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _show_result(out: Path) -> None:
    adapter = adapters.read(out)
    write(f"Adapter for {adapter.base} in {out}")
    write(f"SHA-256 {adapter.checksum}")
    write(f"Use it: rag ask --generator {out} QUESTION")


def _measure(path: Path, out: Path) -> Figures:
    """Return how well the trained model answers the questions in file `path`."""
    from eval.metrics import exact_match, token_f1
    from rag.answering.marks import strip_marks
    from rag.training import examples as records
    from rag.training import network

    asked = _answerable(records.read([path]))
    model, tokenizer = network.load(resolve(str(out)))
    exact = f1 = cited = 0.0
    with work_bar() as bar:
        task = bar.add_task("Measuring", total=len(asked), note="")
        for item, reply in zip(asked, network.answers(model, tokenizer, asked), strict=True):
            accepted = (strip_marks(item.reply),)
            exact += exact_match(reply, accepted)
            f1 += token_f1(reply, accepted)
            cited += split_marks(reply)[1] == split_marks(item.reply)[1]
            bar.advance(task)
    count = len(asked)
    return Figures(count, exact / count, f1 / count, cited / count)


def _answerable(readings: Sequence[AnswerExample]) -> list[Exchange]:
    """Return the questions as in training, without those to refuse."""
    from rag.training.episodes import episodes

    asked = [item for episode in episodes(readings) for item in episode]
    kept = [item for item in asked if item.reply != REFUSAL][:_MEASURED]
    if not kept:
        raise TrainingError("no held-out question has an answer; give some that have")
    return kept


def _show_figures(figures: Figures) -> None:
    write(
        f"Held out, {figures.questions} questions, made to answer: exact match "
        f"{figures.exact_match:.3f}, token F1 {figures.token_f1:.3f}, right passage cited "
        f"{figures.cited:.3f}"
    )
