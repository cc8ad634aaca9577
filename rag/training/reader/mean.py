"""The mean of trained readers, which is often better than each of them.

Readers that went on from one another differ in little, and what each has learnt of its own partly
survives in the mean of their weights (Wortsman et al. 2022, "Model soups", arXiv 2203.05482). It is
no slower than one of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from rag.errors import TrainingError
from rag.models import adapters
from rag.models.adapters import CONFIG, HEADS, WEIGHTS


def save_mean(folders: Sequence[Path], out: Path) -> None:
    """Write the mean of the readers in `folders`, each weight's, to folder `out`.

    Of a low-rank pair the factors are averaged, not their product: for readers that went on from
    one another the difference is small. Raises `ModelError` for what is no adapter, and
    `TrainingError` when they are of different kinds or `out` has files.
    """
    first, *others = (adapters.read(folder) for folder in folders)
    kind = (first.base, first.rank, first.alpha)
    for other in others:
        if (other.base, other.rank, other.alpha) != kind:
            raise TrainingError(f"{other.folder} is of another base or size than {first.folder}")
    if out.exists() and any(out.iterdir()):
        raise TrainingError(f"{out} has files; name a new folder")
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(first.folder / CONFIG, out / CONFIG)
    for name in (WEIGHTS, HEADS):
        save_file(_mean([folder / name for folder in folders]), out / name)
    adapters.write_checksum(out)


def _mean(files: Sequence[Path]) -> dict[str, torch.Tensor]:
    loaded = [load_file(file) for file in files]
    if any(tensors.keys() != loaded[0].keys() for tensors in loaded):
        raise TrainingError(f"{files[0]} and {files[-1]} hold different weights")
    return {
        name: torch.stack([tensors[name].float() for tensors in loaded]).mean(0).to(first.dtype)
        for name, first in loaded[0].items()
    }
