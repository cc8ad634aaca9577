"""A trained reader as a folder: the adapter as peft writes it, and the heads beside it."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from rag.models.adapters import CONFIG, HEADS, WEIGHTS, write_checksum
from rag.training.reader.loop import Recipe, saved_name

_HEADS = ("span.",)


def save(weights: dict[str, torch.Tensor], folder: Path, *, base: str, recipe: Recipe) -> None:
    """Write what was learnt, by the names that `loop` gives it, to `folder`, in float16.

    `base` is the encoder's name for `rag.models.resolving.resolve`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    learnt = {name: tensor.detach().half().contiguous() for name, tensor in weights.items()}
    heads = {name: tensor for name, tensor in learnt.items() if name.startswith(_HEADS)}
    adapter = {saved_name(name): tensor for name, tensor in learnt.items() if "lora_" in name}
    settings = {
        "peft_type": "LORA",
        "base_model_name_or_path": base,
        "r": recipe.rank,
        "lora_alpha": recipe.alpha,
        "target_modules": sorted({name.split(".lora_")[0].split(".")[-1] for name in adapter}),
        "bias": "none",
        "inference_mode": True,
    }
    (folder / CONFIG).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    save_file(heads, folder / HEADS)
    save_file(adapter, folder / WEIGHTS)
    write_checksum(folder)
