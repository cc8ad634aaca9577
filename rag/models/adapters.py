"""Adapters: small weights made by training, added to those of a base model.

An adapter is a folder as peft writes it. Of the many kinds, the plain low-rank one is read
(LoRA, Hu et al. 2021, arXiv 2106.09685): a weight W becomes W + alpha / rank * B A. Merged
once, the model writes as fast as its base; unmerged it has twice as many matrices to
multiply for every token.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ModelError
from rag.models import files as model_files
from rag.models.gguf import RECORD, write_conversion

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
# What a model adds to its encoder, in the encoder's place of an output layer.
HEADS = "heads.safetensors"
StoredType = Literal["bfloat16", "float32"]
# A line as `sha256sum` writes it; made by `rag train`, and checked where it is present.
CHECKSUM = f"{WEIGHTS}.sha256"

_PREFIX = "base_model.model."
_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"
# Settings of peft that change what is added to the base; none of them is supported.
_UNSUPPORTED = (
    *("use_rslora", "use_dora", "use_qalora", "use_bdlora", "rank_pattern", "alpha_pattern"),
    *("fan_in_fan_out", "layer_replication", "modules_to_save", "lora_bias", "arrow_config"),
    *("target_parameters", "trainable_token_indices", "alora_invocation_tokens"),
)
# Ways to begin training that leave the base as it is; others (PiSSA, OLoRA) change it.
_PLAIN_STARTS = (None, True, False, "gaussian", "orthogonal", "eva")


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter that was checked.

    `base` is a name for `rag.models.resolving.resolve`; `checksum` is the SHA-256 of its weights.
    """

    folder: Path
    base: str
    rank: int
    alpha: float
    checksum: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is added to a weight [M, N], as factors: `up` [M, rank] and `down` [rank, N]."""

    up: Tensor
    down: Tensor


def is_adapter(folder: Path) -> bool:
    """Tell whether `folder` holds an adapter."""
    return (folder / CONFIG).is_file()


def read(folder: Path) -> Adapter:
    """Return the adapter in `folder`.

    Raises `ModelError` when a file is missing or damaged, when the weights do not have the
    checksum written beside them, or when it is not a plain low-rank adapter.
    """
    lacks = [name for name in (CONFIG, WEIGHTS) if not (folder / name).is_file()]
    if lacks:
        raise ModelError(f"{folder} is not a complete adapter: it lacks {', '.join(lacks)}")
    settings = _settings(folder / CONFIG)
    _check_kind(folder, settings)
    base, rank, alpha = (settings.get(k) for k in ("base_model_name_or_path", "r", "lora_alpha"))
    if not (base and isinstance(rank, int) and rank > 0 and isinstance(alpha, int | float)):
        raise ModelError(
            f"{folder / CONFIG} must say base_model_name_or_path, r and lora_alpha, but has "
            f"{base!r}, {rank!r} and {alpha!r}"
        )
    return Adapter(folder, str(base), rank, alpha, _checksum(folder))


def write_checksum(folder: Path) -> str:
    """Write the checksum of the adapter's weights beside them and return it."""
    digest = model_files.sha256(folder / WEIGHTS)
    (folder / CHECKSUM).write_text(f"{digest}  {WEIGHTS}\n", encoding="ascii")
    return digest


def merge(adapter: Adapter, *, base: Path, to: Path, most: StoredType = "float32") -> None:
    """Write the model in folder `base` with `adapter` added to it to folder `to`.

    The sum is made in float32 and stored in the type that the base has, or in bfloat16 when
    that is the `most`, which halves what is read at every start. The heads that come with an
    adapter are copied. Raises `ModelError` when the adapter does not fit the base.
    """
    from safetensors.torch import save_file

    pairs = _pairs(adapter)
    to.mkdir(parents=True, exist_ok=True)
    _copy_settings(base, to)
    for file in model_files.weights(base):
        tensors = _tensors(file)
        for name in sorted(pairs.keys() & tensors.keys()):
            tensors[name] = _add(tensors[name], pairs.pop(name), adapter, name)
        if most == "bfloat16":
            tensors = {name: _halved(tensor) for name, tensor in tensors.items()}
        target = to / file.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, target, metadata={"format": "pt"})
    if pairs:
        raise ModelError(
            f"{adapter.folder} is an adapter for another model than {adapter.base}: it changes "
            f"{min(pairs)}, which {base} lacks"
        )
    if (heads := adapter.folder / HEADS).is_file():
        shutil.copyfile(heads, to / HEADS)
    write_conversion(to, source=f"{adapter.base} + {WEIGHTS}", source_sha256=adapter.checksum)


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(
            f"{path} is not readable JSON ({error}); copy the adapter again"
        ) from error
    if not isinstance(settings, dict):
        raise ModelError(f"{path} is not a JSON object; copy the adapter again")
    return settings


def _check_kind(folder: Path, settings: dict[str, Any]) -> None:
    odd = {name: settings[name] for name in _UNSUPPORTED if settings.get(name)}
    if (kind := settings.get("peft_type")) != "LORA":
        odd["peft_type"] = kind
    if (bias := settings.get("bias", "none")) != "none":
        odd["bias"] = bias
    if (start := settings.get("init_lora_weights")) not in _PLAIN_STARTS:
        odd["init_lora_weights"] = start
    if odd:
        found = ", ".join(f"{name} = {value!r}" for name, value in odd.items())
        raise ModelError(
            f"{folder} is not a plain LoRA adapter: {found}; merge it with peft and give the "
            "folder of the merged model"
        )


def _checksum(folder: Path) -> str:
    """Return the SHA-256 of the weights; `ModelError` when another one is written beside them."""
    actual, beside = model_files.sha256(folder / WEIGHTS), folder / CHECKSUM
    if beside.is_file():
        expected = beside.read_text(encoding="utf-8").partition(" ")[0].strip()
        if actual != expected:
            raise ModelError(
                f"{folder / WEIGHTS} is damaged or was changed: its SHA-256 is {actual}, but "
                f"{CHECKSUM} says {expected}; copy the adapter again"
            )
    return actual


def _tensors(file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except SafetensorError as error:
        raise ModelError(f"{file} is damaged ({error}); copy it again") from error


def _pairs(adapter: Adapter) -> dict[str, _Pair]:
    """Return what the adapter adds, by the names of the base's weights."""
    tensors = _tensors(adapter.folder / WEIGHTS)
    modules = {key.removesuffix(_DOWN).removesuffix(_UP) for key in tensors}
    pairs = {}
    for module in sorted(modules):
        down, up = tensors.get(module + _DOWN), tensors.get(module + _UP)
        if down is None or up is None:
            raise ModelError(
                f"{adapter.folder / WEIGHTS} has {module} without the two factors "
                f"{_DOWN[1:]} and {_UP[1:]}; only plain LoRA adapters are supported"
            )
        if (down.shape[0], up.shape[-1]) != (adapter.rank, adapter.rank):
            raise ModelError(
                f"{adapter.folder / WEIGHTS}: the factors of {module} have ranks {down.shape[0]} "
                f"and {up.shape[-1]}, but {CONFIG} says {adapter.rank}"
            )
        pairs[module.removeprefix(_PREFIX) + ".weight"] = _Pair(up, down)
    return pairs


def _add(weight: Tensor, pair: _Pair, adapter: Adapter, name: str) -> Tensor:
    if (found := (pair.up.shape[0], pair.down.shape[1])) != tuple(weight.shape):
        raise ModelError(
            f"{adapter.folder} is an adapter for another model than {adapter.base}: what it adds "
            f"to {name} has shape {found}, but the weight has {tuple(weight.shape)}"
        )
    added = pair.up.float() @ pair.down.float() * (adapter.alpha / adapter.rank)
    return (weight.float() + added).to(weight.dtype)


def _halved(tensor: Tensor) -> Tensor:
    import torch

    return tensor.to(torch.bfloat16) if tensor.dtype == torch.float32 else tensor


def _copy_settings(base: Path, to: Path) -> None:
    """Copy what belongs to a model besides its weights: settings, tokenizer, template."""
    for file in base.iterdir():
        wanted = file.suffix in model_files.SAFE_SUFFIXES and file.suffix != ".safetensors"
        if file.is_file() and wanted and file.name != RECORD:
            shutil.copyfile(file, to / file.name)
