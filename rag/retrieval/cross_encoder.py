"""A small network that reads a question and a passage together and says how well they fit.

Reading both at once sees what two vectors made apart cannot (Nogueira and Cho, "Passage
Re-ranking with BERT", 2019). It is the first layers of the default embedder, trained further;
`rag/ranker/MODEL_CARD.md` says on what. The vectors of words are the embedder's own.
"""

from __future__ import annotations

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

from rag.embedding.bert import Bert, lay_out, mean, read_json, renamed
from rag.errors import ModelError
from rag.models import files as model_files
from rag.models.device import compute_dtype
from rag.models.registry import DEFAULT_EMBEDDER, resolve

FOLDER = Path(__file__).parents[1] / "ranker"
# As `sha256sum rag/ranker/model.safetensors` prints it.
SHA256 = "d9d2d433bb0a940064e6f5396969d81acd539a5ebcc6a62f15ca18b4d4e5cd86"
WEIGHTS = "model.safetensors"
# Tokens read of a question, a title and a passage; the network was trained on as many.
_QUESTION, _TITLE, _PASSAGE = 28, 14, 56
# The weights that the ranker shares with the embedder, and their names there.
SHARED = {
    "words.weight": "embeddings.word_embeddings.weight",
    "places.weight": "embeddings.position_embeddings.weight",
}
# Passages read at once; those of about equal length, so that little is padding.
_BATCH = 10


class CrossEncoder:
    """A loaded network with its tokenizer."""

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self.network = network.eval()
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        # What stands before a first text and after each one.
        self._open, self._part = tokenizer.encode("").ids

    @classmethod
    def load(cls, folder: Path = FOLDER, *, sha256: str | None = SHA256) -> CrossEncoder:
        """Load the ranker in `folder`, whose weights must have that SHA-256, if one is given.

        Raises `ModelError` when it or the default embedder is missing or damaged.
        """
        if sha256:
            model_files.verify(folder / WEIGHTS, expected=sha256)
        base = resolve(DEFAULT_EMBEDDER).path
        try:
            weights = load_file(folder / WEIGHTS)
            with safe_open(base / WEIGHTS, framework="pt") as file:
                weights |= {name: file.get_tensor(theirs) for name, theirs in SHARED.items()}
            layers = 1 + max(int(name.split(".")[1]) for name in weights if "layers." in name)
            network = Network(_config(base, layers=layers))
            network.load_state_dict(weights)
            tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise ModelError(
                f"cannot load the ranker in {folder}: {error}; install dateline-rag again"
            ) from error
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network.to(device, compute_dtype()).apply(lay_out)
        return cls(network, tokenizer)

    @classmethod
    def fresh(cls, *, layers: int) -> CrossEncoder:
        """Return one to be trained: the first `layers` of the default embedder, in float32."""
        base = resolve(DEFAULT_EMBEDDER).path
        network = Network(_config(base, layers=layers))
        named = renamed(load_file(base / WEIGHTS), layers=layers)
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
        rows, second = self.rows(question, titles, passages)
        found = np.empty(len(rows), np.float32)
        ordered = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        with torch.inference_mode():
            for at in range(0, len(rows), _BATCH):
                batch = ordered[at : at + _BATCH]
                odds = self.network([rows[row] for row in batch], second=second)
                found[batch] = odds.float().cpu().numpy()
        return found

    def rows(
        self, question: str, titles: Sequence[str], passages: Sequence[str]
    ) -> tuple[list[list[int]], int]:
        """Return the token ids to be read for each passage, and where its title begins there."""
        asked = self._ids([question], _QUESTION)[0]
        heads, bodies = self._ids(titles, _TITLE), self._ids(passages, _PASSAGE)
        first = [self._open, *asked, self._part]
        rows = [[*first, *h, *b, self._part] for h, b in zip(heads, bodies, strict=True)]
        return rows, len(first)

    def _ids(self, texts: Sequence[str], most: int) -> list[list[int]]:
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [encoding.ids[:most] for encoding in found]


class Network(Bert):
    """BERT with a score read off its first state and the mean of its states."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.head = nn.Linear(2 * self.width, 1)

    def forward(self, ids: Sequence[Sequence[int]], *, second: int | None = None) -> Tensor:
        """Return a score for each row of token ids, shape (len(ids),).

        The second text of every row begins at place `second`.
        """
        states, there = self.states(ids, second=second)
        first = states[:, 0]
        scores: Tensor = self.head(torch.cat([first, mean(states, there).to(first.dtype)], dim=1))
        return scores.squeeze(1)


def _config(base: Path, *, layers: int) -> dict[str, Any]:
    return {**read_json(base / "config.json"), "num_hidden_layers": layers}
