"""The training loop: low-rank adapters (LoRA, Hu et al. 2021) on frozen weights.

It runs on the device that the model is on. It has been run on processors only, not on CUDA.
"""

from __future__ import annotations

import hashlib
import pickle
import random
import time
import warnings
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy

from rag.errors import TrainingError
from rag.models import files as model_files
from rag.models.adapters import WEIGHTS, write_checksum
from rag.training.sequences import Packed

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

CHECKPOINT = "checkpoint.pt"
# What torch raises for a file that is not a checkpoint.
_UNREADABLE = (RuntimeError, OSError, EOFError, LookupError, ValueError, pickle.UnpicklingError)


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


def train(
    model: PreTrainedModel,
    sequences: Sequence[Packed],
    *,
    folder: Path,
    recipe: Recipe,
    base: str | None = None,
    start: Path | None = None,
    checkpoint_every: int = 50,
) -> Generator[Progress, None, None]:
    """Train an adapter, one sequence per step, and write it to `folder`; yield after each step.

    `base` is the model's name for `rag.models.resolving.resolve`, by which the adapter will find
    it; by default the place it was loaded from. `start` is the folder of an adapter to go on
    from, of the same base and rank; by default the adapter is new. Closing the iterator
    leaves a checkpoint; a run that was stopped goes on from its last one when it is begun
    again with the same model, sequences, recipe and start. Raises `TrainingError` for a
    checkpoint of another run, for a folder that has an adapter already, and for a `start`
    that does not fit.
    """
    order = _order(sequences, recipe)
    _check_unused(folder)
    run = _Run(model, recipe, order=order, base=base)
    if start:
        run.go_on_from(start)
    done = run.resume(folder)
    tokens, started = 0, time.perf_counter()
    left = sum(len(sequence.tokens) for sequence in order[done:])
    for step, sequence in enumerate(order[done:], start=done + 1):
        loss = run.step(sequence, rate=_rate(step - 1, len(order), recipe))
        tokens += len(sequence.tokens)
        if step % checkpoint_every == 0:
            run.checkpoint(folder, step)
        seconds = time.perf_counter() - started
        try:
            yield Progress(step, len(order), loss, tokens, seconds, left - tokens)
        except GeneratorExit:
            run.checkpoint(folder, step)
            raise
    run.finish(folder)


class _Run:
    """A model with an adapter in training, and its optimizer."""

    def __init__(
        self,
        model: PreTrainedModel,
        recipe: Recipe,
        *,
        order: Sequence[Packed],
        base: str | None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._base = base
        self._adapted = _with_adapter(model, recipe)
        self._weights = [w for w in self._adapted.parameters() if w.requires_grad]
        # Updates are smaller than bfloat16 can tell, so they are added up in float32.
        self._masters = [w.detach().float().clone().requires_grad_() for w in self._weights]
        self._optimizer = torch.optim.AdamW(
            self._masters, lr=recipe.learning_rate, betas=(0.9, 0.99)
        )
        self._peak = recipe.learning_rate
        self._begun = {"recipe": asdict(recipe), "sequences": len(order)}
        self._data = _digest(order, base)

    def go_on_from(self, folder: Path) -> None:
        """Take over the weights of a finished adapter."""
        given = load_file(folder / WEIGHTS)
        names = [n for n, w in self._adapted.named_parameters() if w.requires_grad]
        with torch.no_grad():
            for name, master in zip(names, self._masters, strict=True):
                # As peft writes it: without the name of the adapter.
                found = given.get(name.replace(".default.", "."))
                if found is None or found.shape != master.shape:
                    raise TrainingError(
                        f"the adapter in {folder} does not fit at {name}; give the base and the "
                        "rank that it was made with"
                    )
                master.copy_(found)
        self._begun["start"] = model_files.sha256(folder / WEIGHTS)

    def step(self, sequence: Packed, *, rate: float) -> float:
        """Learn from one sequence at `rate` of the learning rate; return its loss."""
        self._use_masters()
        loss = _loss(self._adapted, sequence)
        loss.backward()  # type: ignore[no-untyped-call]
        for weight, master in zip(self._weights, self._masters, strict=True):
            master.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self._masters, 1.0)
        self._optimizer.param_groups[0]["lr"] = self._peak * rate
        self._optimizer.step()
        return loss.item()

    def checkpoint(self, folder: Path, step: int) -> None:
        """Write everything needed to go on after `step`, completely or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / (CHECKPOINT + ".part")
        state = {
            "step": step,
            "begun": self._begun,
            "data": self._data,
            "weights": [master.detach() for master in self._masters],
            "optimizer": self._optimizer.state_dict(),
        }
        torch.save(state, partial)
        partial.replace(folder / CHECKPOINT)

    def resume(self, folder: Path) -> int:
        """Load the last checkpoint, if any; return the steps done."""
        path = folder / CHECKPOINT
        if not path.exists():
            return 0
        state = _read_checkpoint(path)
        if state["begun"] != self._begun:
            raise TrainingError(
                f"{path} is of another run ({state['begun']}, not {self._begun}); choose another "
                "folder or delete it"
            )
        if state.get("data", self._data) != self._data:
            raise TrainingError(
                f"{path} is of a run on other questions or another base model (digest "
                f"{state['data'][:16]}, not {self._data[:16]}); choose another folder or delete it"
            )
        with torch.no_grad():
            for master, weight in zip(self._masters, state["weights"], strict=True):
                master.copy_(weight)
        self._optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])

    def finish(self, folder: Path) -> None:
        """Write the adapter as peft does, in float16, and drop the checkpoint."""
        self._use_masters()
        folder.mkdir(parents=True, exist_ok=True)
        settings: Any = self._adapted.peft_config["default"]
        settings.base_model_name_or_path = self._base or settings.base_model_name_or_path
        settings.inference_mode = True
        settings.save_pretrained(str(folder))
        # Not peft's own `save_pretrained`, which asks the hub about the base model.
        state: dict[str, torch.Tensor] = get_peft_model_state_dict(  # type: ignore[no-untyped-call]
            self._adapted, save_embedding_layers=False
        )
        partial = folder / (WEIGHTS + ".part")
        save_file({name: w.detach().cpu().half() for name, w in state.items()}, partial)
        partial.replace(folder / WEIGHTS)
        write_checksum(folder)
        (folder / CHECKPOINT).unlink(missing_ok=True)

    def _use_masters(self) -> None:
        with torch.no_grad():
            for master, weight in zip(self._masters, self._weights, strict=True):
                weight.copy_(master)


def _check_unused(folder: Path) -> None:
    if (folder / WEIGHTS).exists() and not (folder / CHECKPOINT).exists():
        raise TrainingError(f"{folder} holds a finished adapter; choose another folder")


def _order(sequences: Sequence[Packed], recipe: Recipe) -> list[Packed]:
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


def _digest(order: Sequence[Packed], base: str | None) -> str:
    """Return a SHA-256 that tells runs on different text apart."""
    digest = hashlib.sha256(str(base).encode())
    for sequence in order:
        digest.update(sequence.tokens.numpy().tobytes())
    return digest.hexdigest()


def _with_adapter(model: PreTrainedModel, recipe: Recipe) -> PeftModel:
    config = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules="all-linear")
    with warnings.catch_warnings():
        # peft calls a method that transformers is about to rename.
        warnings.simplefilter("ignore", FutureWarning)
        # Adapters in the model's own type: mixing types costs a tenth of the speed.
        adapted = get_peft_model(model, config, autocast_adapter_dtype=False)
    return cast("PeftModel", adapted).train()


def _loss(adapted: PeftModel, sequence: Packed) -> torch.Tensor:
    """Return the negative log-likelihood of the replies, per reply.

    The vocabulary is 85 times as wide as the model's states, so scores are worked out
    only where a reply is predicted.
    """
    model: Any = adapted.get_base_model()
    device = model.device
    visible = sequence.visible()[None, None].to(device)
    mask = torch.zeros(visible.shape, dtype=model.dtype, device=device)
    mask.masked_fill_(~visible, torch.finfo(model.dtype).min)
    states = model.base_model(
        input_ids=sequence.tokens[None].to(device),
        position_ids=sequence.positions[None].to(device),
        attention_mask=mask,
        use_cache=False,
    ).last_hidden_state[0]
    scores = model.get_output_embeddings()(states[sequence.predicting.to(device)]).float()
    return cross_entropy(scores, sequence.targets.to(device), reduction="sum") / sequence.replies


def _rate(step: int, steps: int, recipe: Recipe) -> float:
    """Return the share of the learning rate: a short rise, a plateau, a fall to zero."""
    rise = min(1.0, (step + 1) / recipe.warmup_steps)
    fall = min(1.0, (steps - step) / max(1.0, steps * recipe.decay))
    return rise * fall


def _read_checkpoint(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except _UNREADABLE as error:
        raise TrainingError(
            f"cannot read {path}: {error}; delete it to begin the run anew"
        ) from error
    return state
