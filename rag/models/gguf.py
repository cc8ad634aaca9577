"""GGUF files, the format of llama.cpp, turned into a folder that transformers loads fast.

Reading a GGUF takes transformers about 25 s each time, because the weights are unpacked
and the tokenizer is rebuilt; the converted folder loads in half a second.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError, extra
from rag.models.files import checksum, sha256

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

RECORD = "dateline.json"
# What gguf and transformers raise for a damaged or unknown file; a NotImplementedError, and torch's
# complaint about a shape, are RuntimeErrors.
_UNREADABLE = (ValueError, LookupError, RuntimeError, OSError, struct.error)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The source of a converted folder, and the digests of its weights and of its other files.

    `others` is blank in a folder that was made before they were noted.
    """

    source: str
    source_sha256: str
    checksum: str
    others: str = ""


def read_conversion(folder: Path) -> Conversion | None:
    """Return how `folder` was converted; None if `convert` did not make it."""
    record = folder / RECORD
    if not record.is_file():
        return None
    try:
        return Conversion(**json.loads(record.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ModelError(f"{record} is damaged ({error}); delete {folder} and run again") from error


def write_conversion(folder: Path, *, source: str, source_sha256: str) -> None:
    """Note in a folder that is finished what it was made from, and what it holds."""
    record = Conversion(source, source_sha256, checksum(folder), others(folder))
    (folder / RECORD).write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")


def others(folder: Path) -> str:
    """Return one SHA-256 for the files beside the weights: settings, tokenizer, template."""
    files = sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and file.suffix != ".safetensors" and file.name != RECORD
    )
    lines = "".join(f"{file.name}:{sha256(file)}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def convert(source: Path, *, to: Path) -> None:
    """Write the model in GGUF file `source` to folder `to`: safetensors, tokenizer, record.

    The weights are written as float16. For SmolLM2-135M that is 269 MB against 538 in
    float32, and a machine that computes in float32 still gets what the GGUF gives: next
    tokens agree at 99.9 % of 1,500 places, against 99.7 % for bfloat16, which would load
    0.15 s faster where it needs no conversion. Raises `ModelError` when the file is damaged
    or its kind is not supported.
    """
    with extra("generate", error=ModelError):
        import gguf  # noqa: F401 - transformers reads with it
    try:
        model, tokenizer = _read(source)
    except _UNREADABLE as error:
        raise ModelError(
            f"cannot convert {source}: {error}; transformers may not support this kind of GGUF, "
            "so serve it with llama.cpp and give the server's address as the model"
        ) from error
    model.save_pretrained(to)
    tokenizer.save_pretrained(to)
    write_conversion(to, source=source.name, source_sha256=sha256(source))


def _read(source: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    # First, so that a damaged file is told before torch is loaded.
    rule = _pre_tokenizer(source)
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    where: dict[str, Any] = {"gguf_file": source.name, "local_files_only": True}
    config = AutoConfig.from_pretrained(source.parent, **where)
    # `from_pretrained(gguf_file=...)` would need accelerate, and what it returns cannot be
    # saved; filling an empty model with the same tensors needs neither.
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    content = load_gguf_checkpoint(  # type: ignore[no-untyped-call]
        str(source), return_tensors=True, model_to_load=model
    )
    _fill(model, content["tensors"])
    tokenizer = AutoTokenizer.from_pretrained(source.parent, **where)
    tokenizer.model_max_length = config.max_position_embeddings
    if rule == "smollm":
        _split_digits(tokenizer)
    return model.to(torch.float16), tokenizer


def _fill(model: PreTrainedModel, tensors: dict[str, Any]) -> None:
    """Fill an empty model with weights; raises `ValueError` if some are missing or left over."""
    result = model.load_state_dict(tensors, strict=False, assign=True)
    model.tie_weights()
    lacking = [name for name, weight in model.named_parameters() if weight.is_meta]
    if lacking or result.unexpected_keys:
        raise ValueError(f"weights missing {lacking}, unknown {result.unexpected_keys}")


def _pre_tokenizer(source: Path) -> str:
    """Return the name of the rule by which the tokenizer splits text before merging."""
    from gguf import GGUFReader

    field = GGUFReader(source).fields.get("tokenizer.ggml.pre")
    return str(field.contents()) if field else ""


def _split_digits(tokenizer: PreTrainedTokenizerBase) -> None:
    """Restore the digit rule of SmolLM tokenizers, which transformers' GGUF reader drops.

    Numbers come out the same either way, but white space before a digit does not:
    "a  1" must be "a", two spaces as one token, "1".
    """
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    rules = [Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence(rules)
