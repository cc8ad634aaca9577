"""The training loop: low-rank adapters (LoRA, Hu et al. 2021) on frozen weights.

It runs on the device that the model is on. It has been run on processors only, not on CUDA.
"""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy

from rag.errors import TrainingError
from rag.models import files as model_files
from rag.models.adapters import WEIGHTS, write_checksum
from rag.training.masters import Masters
from rag.training.recipe import Progress, Recipe, digest, in_order, share_of_rate
from rag.training.sequences import Packed

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

CHECKPOINT = "checkpoint.pt"
# What torch raises for a file that is not a checkpoint.
_UNREADABLE = (RuntimeError, OSError, EOFError, LookupError, ValueError, pickle.UnpicklingError)


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
    order = in_order(sequences, recipe)
    _check_unused(folder)
    run = _Run(model, recipe, order=order, base=base)
    if start:
        run.go_on_from(start)
    done = run.resume(folder)
    tokens, started = 0, time.perf_counter()
    left = sum(len(sequence.tokens) for sequence in order[done:])
    for step, sequence in enumerate(order[done:], start=done + 1):
        loss = run.step(sequence, rate=share_of_rate(step - 1, len(order), recipe))
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
        self._masters = Masters(self._adapted, learning_rate=recipe.learning_rate)
        self._begun = {"recipe": asdict(recipe), "sequences": len(order)}
        self._data = digest(order, base)

    def go_on_from(self, folder: Path) -> None:
        """Take over the weights of a finished adapter."""
        # As peft writes it: without the name of the adapter.
        self._masters.fill(
            load_file(folder / WEIGHTS),
            source=f"the adapter in {folder}",
            named=lambda name: name.replace(".default.", "."),
        )
        self._begun["start"] = model_files.sha256(folder / WEIGHTS)

    def step(self, sequence: Packed, *, rate: float) -> float:
        """Learn from one sequence at `rate` of the learning rate; return its loss."""
        self._masters.use()
        return self._masters.learn(_loss(self._adapted, sequence), rate=rate)

    def checkpoint(self, folder: Path, step: int) -> None:
        """Write everything needed to go on after `step`, completely or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / (CHECKPOINT + ".part")
        state = {
            "step": step,
            "begun": self._begun,
            "data": self._data,
            "weights": self._masters.values,
            "optimizer": self._masters.optimizer.state_dict(),
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
        given = dict(zip(self._masters.names, state["weights"], strict=True))
        self._masters.fill(given, source=str(path))
        self._masters.optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])

    def finish(self, folder: Path) -> None:
        """Write the adapter as peft does, in float16, and drop the checkpoint."""
        self._masters.use()
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


def _check_unused(folder: Path) -> None:
    if (folder / WEIGHTS).exists() and not (folder / CHECKPOINT).exists():
        raise TrainingError(f"{folder} holds a finished adapter; choose another folder")


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


def _read_checkpoint(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except _UNREADABLE as error:
        raise TrainingError(
            f"cannot read {path}: {error}; delete it to start the run again"
        ) from error
    return state
