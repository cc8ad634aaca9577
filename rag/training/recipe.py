"""What decides the result of a training run: the recipe, the order and the learning rate."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import TrainingError
from rag.training.sequences import Packed


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything besides the data that decides the result of a training run."""

    # 4.9 million weights on SmolLM2-135M, 9.8 MB in float16.
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 5e-4
    warmup_steps: int = 30
    # Share of the run, at its end, during which the learning rate falls to zero.
    decay: float = 0.3
    passes: int = 1
    # Longer sequences are left out; attention to 2,000 tokens takes 2 GB.
    longest: int = 1800
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, after `step` of `steps`.

    `loss` is that of the last step, in nats per reply. `tokens` were read in `seconds`
    since the run was begun or resumed; `tokens_left` are still to be read.
    """

    step: int
    steps: int
    loss: float
    tokens: int
    seconds: float
    tokens_left: int

    @property
    def speed(self) -> float:
        """Tokens read per second."""
        return self.tokens / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float:
        """Seconds until the end at this speed."""
        return self.tokens_left / max(self.speed, 1e-9)


def in_order(sequences: Sequence[Packed], recipe: Recipe) -> list[Packed]:
    """Return the sequences in the order of training, one pass after another."""
    rng = random.Random(recipe.seed)  # noqa: S311
    kept = [item for item in sequences if len(item.tokens) <= recipe.longest]
    if not kept:
        raise TrainingError(
            f"none of {len(sequences)} sequences has at most {recipe.longest} tokens, so there "
            "is nothing to train on; give more questions, or shorter passages"
        )
    order = []
    for _ in range(recipe.passes):
        order += rng.sample(kept, len(kept))
    return order


def digest(order: Sequence[Packed], base: str | None) -> str:
    """Return a SHA-256 that tells runs on different text apart."""
    told = hashlib.sha256(str(base).encode())
    for sequence in order:
        told.update(sequence.tokens.numpy().tobytes())
    return told.hexdigest()


def share_of_rate(step: int, steps: int, recipe: Recipe) -> float:
    """Return the share of the learning rate: a short rise, a plateau, a fall to zero."""
    rise = min(1.0, (step + 1) / recipe.warmup_steps)
    fall = min(1.0, (steps - step) / max(1.0, steps * recipe.decay))
    return rise * fall
