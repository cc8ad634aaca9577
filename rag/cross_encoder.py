"""A small network that reads a question and a passage together and says how well they fit.

Reading both at once sees what two vectors made apart cannot (Nogueira and Cho, "Passage
Re-ranking with BERT", 2019). It is the first layers of the default embedder, trained further;
`rag/ranker/MODEL_CARD.md` says on what. The vectors of words are the embedder's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from rag import model_files
from rag.bert import Layer, renamed
from rag.errors import ModelError
from rag.hardware import compute_dtype
from rag.models import DEFAULT_EMBEDDER, resolve

FOLDER = Path(__file__).parent / "ranker"
# As `sha256sum rag/ranker/model.safetensors` prints it.
SHA256 = "0" * 64
_WEIGHTS = "model.safetensors"
# Tokens read of a question, a title and a passage; the network was trained on as many.
_QUESTION, _TITLE, _PASSAGE = 28, 14, 56
# The weights that the ranker shares with the embedder, and their names there.
SHARED = {
    "words.weight": "embeddings.word_embeddings.weight",
    "places.weight": "embeddings.position_embeddings.weight",
}


class CrossEncoder:
    """A loaded network with its tokenizer."""

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self.network = network.eval()
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._open, self._part = (tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))

    @classmethod
    def load(cls, folder: Path = FOLDER, *, sha256: str | None = SHA256) -> CrossEncoder:
        """Load the ranker in `folder`, whose weights must have that SHA-256, if one is given.

        Raises `ModelError` when it or the default embedder is missing or damaged.
        """
        if sha256:
            model_files.verify(folder / _WEIGHTS, expected=sha256)
        base = resolve(DEFAULT_EMBEDDER).path
        try:
            weights = load_file(folder / _WEIGHTS)
            with safe_open(base / _WEIGHTS, framework="pt") as file:
                for name, theirs in SHARED.items():
                    weights[name] = file.get_tensor(theirs)
            layers = 1 + max(int(name.split(".")[1]) for name in weights if "layers." in name)
            network = Network(_config(base, layers=layers))
            network.load_state_dict(weights)
            tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise ModelError(
                f"cannot load the ranker in {folder}: {error}; install dateline-rag again"
            ) from error
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return cls(network.to(device, compute_dtype()), tokenizer)

    @classmethod
    def fresh(cls, *, layers: int) -> CrossEncoder:
        """Return one to be trained: the first `layers` of the default embedder, in float32."""
        base = resolve(DEFAULT_EMBEDDER).path
        network = Network(_config(base, layers=layers))
        named = renamed(load_file(base / _WEIGHTS), layers=layers)
        network.load_state_dict(named, strict=False)
        nn.init.normal_(network.head.weight, std=0.02)
        nn.init.zeros_(network.head.bias)
        return cls(network, Tokenizer.from_file(str(base / "tokenizer.json")))

    def scores(
        self, question: str, titles: Sequence[str], passages: Sequence[str]
    ) -> NDArray[np.float32]:
        """Return how well each passage under its title fits `question`, shape (len(passages),).

        Log-odds, higher is better; what is too long is cut at its end.
        """
        if not passages:
            return np.empty(0, np.float32)
        with torch.inference_mode():
            return np.asarray(self.logits(question, titles, passages).float().cpu(), np.float32)

    def logits(self, question: str, titles: Sequence[str], passages: Sequence[str]) -> Tensor:
        """Return the scores as a tensor, through which a network in training can learn."""
        asked = self._ids([question], _QUESTION)[0]
        heads, bodies = self._ids(titles, _TITLE), self._ids(passages, _PASSAGE)
        first = [self._open, *asked, self._part]
        rows = [[*first, *h, *b, self._part] for h, b in zip(heads, bodies, strict=True)]
        return self.network(rows, first=len(first))

    def _ids(self, texts: Sequence[str], most: int) -> list[list[int]]:
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [encoding.ids[:most] for encoding in found]


class Network(nn.Module):
    """BERT with a score read off its first state and the mean of its states."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        width = int(config["hidden_size"])
        self.words = nn.Embedding(config["vocab_size"], width)
        self.places = nn.Embedding(config["max_position_embeddings"], width)
        self.types = nn.Embedding(config["type_vocab_size"], width)
        self.norm = nn.LayerNorm(width, config["layer_norm_eps"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.head = nn.Linear(2 * width, 1)

    def forward(self, ids: Sequence[Sequence[int]], *, first: int) -> Tensor:
        """Return a score for each row of token ids, whose `first` ones are the question."""
        device = self.words.weight.device
        rows = [torch.tensor(row) for row in ids]
        tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True).to(device)
        lengths = torch.tensor([len(row) for row in ids], device=device)
        places = torch.arange(tokens.shape[1], device=device)
        there = places < lengths[:, None]
        kind = (places >= first).long()
        state = self.norm(self.words(tokens) + self.places(places) + self.types(kind))
        for layer in self.layers:
            state = layer(state, there[:, None, None])
        mean = (state * there[..., None]).float().sum(1) / lengths[:, None]
        scores: Tensor = self.head(torch.cat([state[:, 0], mean.to(state.dtype)], dim=1))
        return scores.squeeze(1)


def _config(base: Path, *, layers: int) -> dict[str, Any]:
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    return {**config, "num_hidden_layers": layers}
