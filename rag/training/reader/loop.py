"""The training loop of the reader: low-rank adapters (LoRA, Hu et al. 2021) and a head.

The encoder's own weights stay as they are, in the type that the machine is fastest in; what
is learnt is kept in float32 and is a few megabytes. A run that was stopped goes on.
"""

from __future__ import annotations

import hashlib
import random
import time
import warnings
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from torch.nn.functional import log_softmax

from rag.errors import TrainingError
from rag.models.adapters import HEADS, WEIGHTS
from rag.reading.network import Logits, ReaderNetwork
from rag.reading.pairs import Pair, PairTokenizer
from rag.training.masters import Masters
from rag.training.reader.lessons import Lesson

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result of a run, besides the lessons."""

    # 2.7 million weights on an encoder of 109 million, 5 MB in float16.
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 4e-4
    batch: int = 12
    warmup_steps: int = 60
    # Share of the run, at its end, in which the learning rate falls to zero.
    decay: float = 0.4
    passes: int = 1
    # The run ends after this time, with what it has learnt by then; None for no limit.
    minutes: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands after `step` of `steps`; `loss` in nats per lesson."""

    step: int
    steps: int
    loss: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Target:
    """A lesson as token positions of its answer, 0 and 0 for none.

    `somewhere` when the passage answers, but it is not known where.
    """

    pair: Pair
    start: int
    end: int
    somewhere: bool = False


def train(
    network: ReaderNetwork,
    tokenizer: PairTokenizer,
    lessons: Sequence[Lesson],
    *,
    folder: Path,
    recipe: Recipe,
    start: Path | None = None,
    checkpoint_every: int = 100,
) -> Generator[Standing, None, dict[str, torch.Tensor]]:
    """Train `network` on the lessons; yield after each step, return what it has learnt.

    `start` is the folder of a trained reader of the same base and rank to go on from.
    Closing the iterator leaves a checkpoint in `folder`; the same call goes on from it.
    Raises `TrainingError` for a checkpoint of another run and when no lesson can be used.
    """
    targets = _targets(tokenizer, lessons)
    if not targets:
        raise TrainingError(
            f"none of {len(lessons)} lessons can be used; an answer must occur in its passage"
        )
    batches = _batches(targets, recipe)
    run = _Run(network, recipe, digest=_digest(targets))
    if start:
        run.go_on_from(start)
    done, before = run.resume(folder)
    started = time.perf_counter() - before
    for step, batch in enumerate(batches[done:], start=done + 1):
        spent = time.perf_counter() - started
        share = max((step - 1) / len(batches), spent / 60 / (recipe.minutes or float("inf")))
        if share >= 1:
            break
        loss = run.step(tokenizer, batch, rate=_rate(step, share, recipe))
        spent = time.perf_counter() - started
        if step % checkpoint_every == 0:
            run.checkpoint(folder, step, spent)
        try:
            yield Standing(step, len(batches), loss, spent)
        except GeneratorExit:
            run.checkpoint(folder, step, spent)
            raise
    return run.finished(folder)


class _Run:
    """A network in training, with its optimizer."""

    def __init__(self, network: ReaderNetwork, recipe: Recipe, *, digest: str) -> None:
        torch.manual_seed(recipe.seed)
        config = LoraConfig(
            r=recipe.rank, lora_alpha=recipe.alpha, target_modules=["q", "k", "v", "o", "dense"]
        )
        torch.nn.init.normal_(network.span.weight, std=0.02)
        torch.nn.init.zeros_(network.span.bias)
        with warnings.catch_warnings():
            # peft calls a method that transformers is about to rename.
            warnings.simplefilter("ignore", FutureWarning)
            # Adapters in the encoder's own type: mixing types costs a tenth of the speed.
            network.encoder = get_peft_model(network.encoder, config, autocast_adapter_dtype=False)  # type: ignore[arg-type]
        self._network = network.train()
        self._masters = Masters(network, learning_rate=recipe.learning_rate)
        self._begun = {"recipe": asdict(recipe), "digest": digest}

    def step(self, tokenizer: PairTokenizer, targets: Sequence[_Target], *, rate: float) -> float:
        """Learn from one batch at `rate` of the learning rate; return its mean loss."""
        self._masters.use()
        batch = tokenizer.batch([target.pair for target in targets])
        logits = self._network(batch.input_ids, batch.attention_mask, batch.in_passage)
        return self._masters.learn(_loss(logits, targets), rate=rate)

    def checkpoint(self, folder: Path, step: int, seconds: float) -> None:
        """Write everything that is needed to go on after `step`, all or nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / (CHECKPOINT + ".part")
        torch.save(
            {
                "step": step,
                "seconds": seconds,
                "begun": self._begun,
                "weights": self._learnt(),
                "optimizer": self._masters.optimizer.state_dict(),
            },
            partial,
        )
        partial.replace(folder / CHECKPOINT)

    def resume(self, folder: Path) -> tuple[int, float]:
        """Load the last checkpoint, if any; return the steps done and the seconds spent."""
        path = folder / CHECKPOINT
        if not path.exists():
            return 0, 0.0
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["begun"] != self._begun:
            raise TrainingError(
                f"{path} is of another run, with other lessons or another recipe; choose another "
                "folder or delete it"
            )
        self._masters.fill(state["weights"], source=str(path))
        self._masters.optimizer.load_state_dict(state["optimizer"])
        return int(state["step"]), float(state["seconds"])

    def go_on_from(self, folder: Path) -> None:
        """Take over what a trained reader has learnt."""
        given = load_file(folder / WEIGHTS) | load_file(folder / HEADS)
        self._masters.fill(given, source=f"the reader in {folder}", named=saved_name)

    def finished(self, folder: Path) -> dict[str, torch.Tensor]:
        """Return what was learnt, by its names in the network; the checkpoint is dropped."""
        (folder / CHECKPOINT).unlink(missing_ok=True)
        return self._learnt()

    def _learnt(self) -> dict[str, torch.Tensor]:
        return dict(zip(self._masters.names, self._masters.values, strict=True))


def saved_name(name: str) -> str:
    """Return the name that a weight has in the files of an adapter."""
    return name.removeprefix("encoder.").replace(".default.", ".")


def _targets(tokenizer: PairTokenizer, lessons: Sequence[Lesson]) -> list[_Target]:
    pairs = tokenizer.pairs(
        [lesson.question for lesson in lessons], [(item.heading, item.text) for item in lessons]
    )
    found = (_target(pair, lesson) for pair, lesson in zip(pairs, lessons, strict=True))
    return [target for target in found if target]


def _target(pair: Pair, lesson: Lesson) -> _Target | None:
    if not lesson.spans:
        return _Target(pair, 0, 0, somewhere=lesson.verdict is not None)
    span = lesson.spans[0]
    start, end = pair.token_at(span.start), pair.token_at(span.end - 1)
    # The end of a long passage may have been cut off, and the answer with it.
    return _Target(pair, start, end) if start and end else None


def _batches(targets: Sequence[_Target], recipe: Recipe) -> list[list[_Target]]:
    """Return batches of like lengths, in random order, all passes after one another."""
    rng = random.Random(recipe.seed)  # noqa: S311
    batches = []
    for _ in range(recipe.passes):
        order = rng.sample(targets, len(targets))
        pool = recipe.batch * 50
        for first in range(0, len(order), pool):
            near = sorted(order[first : first + pool], key=lambda item: len(item.pair.ids))
            cut = [near[i : i + recipe.batch] for i in range(0, len(near), recipe.batch)]
            batches += rng.sample(cut, len(cut))
    return batches


def _digest(targets: Sequence[_Target]) -> str:
    """Return a SHA-256 that tells runs on different lessons apart."""
    digest = hashlib.sha256()
    for target in targets:
        digest.update(repr((target.pair.ids, target.start, target.end)).encode())
    return digest.hexdigest()


def _loss(logits: Logits, targets: Sequence[_Target]) -> torch.Tensor:
    """Return the mean negative log-likelihood of what the lessons say."""
    losses = []
    starts, ends = log_softmax(logits.start, dim=-1), log_softmax(logits.end, dim=-1)
    for row, target in enumerate(targets):
        if target.somewhere:
            losses.append(_not_none(starts[row]) + _not_none(ends[row]))
        else:
            losses.append(-starts[row, target.start] - ends[row, target.end])
    return torch.stack(losses).mean()


def _not_none(log_probabilities: torch.Tensor) -> torch.Tensor:
    """Return the negative log-probability that the answer is somewhere in the passage."""
    return -torch.logsumexp(log_probabilities[1:], dim=-1)


def _rate(step: int, share: float, recipe: Recipe) -> float:
    """Return the share of the learning rate: a short rise, a plateau, a fall to zero."""
    return min(1.0, step / recipe.warmup_steps, max(0.02, (1 - share) / recipe.decay))
