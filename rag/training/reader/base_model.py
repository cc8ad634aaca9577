"""The bare encoder that a reader is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoModel, AutoTokenizer

from rag.models.device import compute_dtype
from rag.reading.network import ReaderNetwork
from rag.reading.pairs import PairTokenizer


def load_base(folder: Path) -> tuple[ReaderNetwork, PairTokenizer]:
    """Return the encoder in `folder` with new heads, in the type that the machine is fast in.

    Nothing is dropped out in training: on a processor drawing the numbers takes longer than
    half of the network, and a pass over thousands of questions does not overfit 2.7 million
    weights.
    """
    safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    encoder = AutoModel.from_pretrained(
        folder,
        dtype=compute_dtype(),
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        **safe,
    ).requires_grad_(False)
    network = ReaderNetwork(encoder, width=encoder.config.hidden_size).to(compute_dtype())
    return network, PairTokenizer(AutoTokenizer.from_pretrained(folder, **safe))
