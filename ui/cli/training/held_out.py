"""How well a trained generator answers questions that it has not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.marks import split_marks
from rag.errors import TrainingError
from rag.generation.prompts import REFUSAL
from rag.models.resolving import resolve
from ui.cli.progress import work_bar

if TYPE_CHECKING:
    from rag.training.episodes import Exchange
    from rag.training.examples import AnswerExample

# The most questions to measure at the end; on two cores each takes about a second.
_MEASURED = 300


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of held-out questions, from 0 to 1, when the generator may not refuse."""

    questions: int
    exact_match: float
    token_f1: float
    cited: float


def measure(path: Path, out: Path) -> Figures:
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
