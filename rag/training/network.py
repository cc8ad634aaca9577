"""Load the network to train, and make it answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from rag.errors import ModelError
from rag.generation.prompts import REFUSAL
from rag.models.device import compute_dtype
from rag.training.sequences import encode

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from rag.models.resolving import LocalModel
    from rag.training.episodes import Exchange

# Enough for a list; the short answers of the training data need a fifth of it.
_MOST_TOKENS = 48


def load(
    local: LocalModel, *, dtype: torch.dtype | None = None
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return the model and its tokenizer, on the GPU where there is one.

    `dtype` is by default the one the machine is fastest in. Raises `ModelError` for what
    is not a causal language model for conversations.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(local.path, **safe)
        model: Any = AutoModelForCausalLM.from_pretrained(
            local.path, dtype=dtype or compute_dtype(), use_safetensors=True, **safe
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"cannot load {local.name} from {local.path}: {error}; the base must be a causal "
            "language model that transformers supports"
        ) from error
    if not tokenizer.chat_template:
        raise ModelError(f"{local.name} has no chat template; choose an instruct or chat model")
    return model.to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer


def answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    exchanges: Sequence[Exchange],
) -> Iterator[str]:
    """Yield the model's own reply to each conversation; it may not refuse.

    Decoding is greedy; the first token of the refusal is kept from coming first.
    """
    refusing = tokenizer(REFUSAL, add_special_tokens=False)["input_ids"][0]
    network: Any = model
    network.eval()
    for exchange in exchanges:
        prompt = torch.tensor([encode(exchange, tokenizer).prompt], device=network.device)
        with torch.inference_mode():
            ids = network.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=_MOST_TOKENS,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                begin_suppress_tokens=[refusing],
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.eos_token_id,
            )
        yield str(tokenizer.decode(ids[0, prompt.shape[1] :], skip_special_tokens=True)).strip()
