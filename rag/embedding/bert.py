"""BERT encoders with mean pooling, on PyTorch and tokenizers alone.

They give the vectors that sentence-transformers gives. Importing that library takes
several seconds and this module one, which is most of what a first search waits for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from rag.models.linear import product

# What a folder of sentence-transformers lists as its stages when this module can run it.
_STAGES = [["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]]
# Tokens of a batch, padding included. A core is equally fast with 1024 to 2048, and slower with
# fewer and with more; a GPU is idle between small batches.
_BATCH_TOKENS = {"cpu": 2048, "cuda": 65_536}


class BertEncoder:
    """A sentence encoder: tokens, BERT, and the mean over the tokens.

    Devlin et al. 2019; Reimers and Gurevych 2019.
    """

    def __init__(self, network: Bert, tokenizer: Tokenizer, *, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._network = network.eval()
        self._counter = tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.enable_truncation(max_tokens)
        self._device = network.words.weight.device
        # One core a batch and as many batches as cores: a batch shared among cores leaves each
        # of them waiting for the others after every product.
        self._cores = torch.get_num_threads() if self._device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(
            self._cores,
            thread_name_prefix="embedder",
            initializer=torch.set_num_threads,
            initargs=(1,),
        )

    @staticmethod
    def fits(folder: Path) -> bool:
        """Tell whether the model in `folder` is one that this module can run."""
        try:
            config, stages = read_json(folder / "config.json"), read_json(folder / "modules.json")
            pooling = read_json(folder / stages[1]["path"] / "config.json")
        except (OSError, ValueError, IndexError, KeyError, TypeError):
            return False
        used = {name for name, value in pooling.items() if value is True}
        return (
            config.get("model_type") == "bert"
            and config.get("hidden_act") == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
            and [stage["type"].rpartition(".")[2] for stage in stages] in _STAGES
            and used - {"include_prompt"} == {"pooling_mode_mean_tokens"}
            and not read_json(folder / "config_sentence_transformers.json").get("prompts")
            and (folder / "tokenizer.json").is_file()
        )

    @classmethod
    def load(cls, folder: Path, *, dtype: torch.dtype) -> BertEncoder:
        """Load the model in `folder`; OSError, ValueError, KeyError, RuntimeError when damaged."""
        config = read_json(folder / "config.json")
        network = Bert(config)
        try:
            weights = load_file(folder / "model.safetensors")
        except SafetensorError as error:
            raise ValueError(f"model.safetensors is damaged: {error}") from error
        network.load_state_dict(renamed(weights, layers=config["num_hidden_layers"]))
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        longest = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
        network.to(device, dtype).apply(lay_out)
        return cls(
            network,
            Tokenizer.from_file(str(folder / "tokenizer.json")),
            max_tokens=int(longest or config["max_position_embeddings"]),
        )

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._network.width

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        found = self._counter.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in found]

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of `texts`, not yet of length one, shape (len(texts), dimension)."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.empty((len(ids), self.dimension), np.float32)
        batches = list(_batches([len(item) for item in ids], most=_BATCH_TOKENS[self._device.type]))
        # A lone batch, such as a question, has all cores to itself.
        run = self._pool.map if len(batches) >= self._cores > 1 else map
        encoded = run(self._encode, ([ids[row] for row in rows] for rows in batches))
        for rows, found in zip(batches, encoded, strict=True):
            vectors[rows] = found
        return vectors

    @torch.inference_mode()
    def _encode(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._network(ids).float().cpu().numpy()
        return found

    # Models with another prompt for questions are left to sentence-transformers.
    encode_query = encode_document


class Bert(nn.Module):
    """The network."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.width = int(config["hidden_size"])
        self.words = nn.Embedding(config["vocab_size"], self.width)
        self.places = nn.Embedding(config["max_position_embeddings"], self.width)
        self.types = nn.Embedding(config["type_vocab_size"], self.width)
        self.norm = nn.LayerNorm(self.width, config["layer_norm_eps"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Return the mean vector of each row of token ids, shape (len(ids), width)."""
        return mean(*self.states(ids))

    def states(
        self, ids: Sequence[Sequence[int]], *, second: int | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the state of each token, shape (len(ids), longest, width), and which are there.

        The latter has shape (len(ids), longest) and is false for padding. Tokens from place
        `second` on belong to a second text; by default there is one.
        """
        device = self.words.weight.device
        rows = [torch.tensor(row) for row in ids]
        tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True).to(device)
        lengths = torch.tensor([len(row) for row in ids], device=device)
        places = torch.arange(tokens.shape[1], device=device)
        there = places < lengths[:, None]
        kinds = (places >= (tokens.shape[1] if second is None else second)).long()
        state = self.norm(self.words(tokens) + self.places(places) + self.types(kinds))
        for layer in self.layers:
            state = layer(state, there[:, None, None])
        return state, there


def mean(states: Tensor, there: Tensor) -> Tensor:
    """Return the mean state of each row, padding left out, shape (rows, width), in float32."""
    total: Tensor = (states * there[..., None]).float().sum(1)
    return total / there.sum(1, keepdim=True)


class Linear(nn.Linear):
    """A linear map whose weights, once loaded, can be laid out for the processor."""

    _product: Callable[[Tensor], Tensor] | None = None

    def lay_out(self) -> None:
        """Keep the weights in the fastest layout; they must not change any more."""
        self._product = product(self.weight.detach(), self.bias.detach())
        # A second copy in the layout of PyTorch would take as much memory again.
        del self.weight, self.bias

    def forward(self, rows: Tensor) -> Tensor:
        """Return `rows` [..., N] mapped to [..., M]."""
        return self._product(rows) if self._product else super().forward(rows)


class Layer(nn.Module):
    """Attention and a feed-forward network, each with its residual and normalisation.

    PyTorch's `TransformerEncoderLayer` computes the same; in bfloat16 on a processor its
    fast path takes 1.4 times as long.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        width, epsilon = int(config["hidden_size"]), float(config["layer_norm_eps"])
        self._heads = int(config["num_attention_heads"])
        self.attend = Linear(width, 3 * width)
        self.gather = Linear(width, width)
        self.norm1 = nn.LayerNorm(width, epsilon)
        self.widen = Linear(width, config["intermediate_size"])
        self.narrow = Linear(config["intermediate_size"], width)
        self.norm2 = nn.LayerNorm(width, epsilon)

    def forward(self, state: Tensor, there: Tensor) -> Tensor:
        """Return the next state; `there` says which tokens are not padding."""
        parts = self.attend(state).unflatten(-1, (3, self._heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind()
        heads = functional.scaled_dot_product_attention(query, key, value, attn_mask=there)
        state = self.norm1(state + self.gather(heads.transpose(1, 2).flatten(2)))
        found: Tensor = self.norm2(state + self.narrow(functional.gelu(self.widen(state))))
        return found


def lay_out(module: nn.Module) -> None:
    """Lay the weights of a linear map out; for `Module.apply`."""
    if isinstance(module, Linear):
        module.lay_out()


def _batches(lengths: Sequence[int], *, most: int) -> Iterator[list[int]]:
    """Yield the numbers of texts of about equal length that make a batch, the longest first.

    A batch has at most `most` tokens, padding included, unless one text alone has more.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > most:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def renamed(weights: dict[str, Tensor], *, layers: int) -> dict[str, Tensor]:
    """Return the weights of a published BERT under the names that `Bert` has for them."""
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    named = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "places.weight": weights["embeddings.position_embeddings.weight"],
        "types.weight": weights["embeddings.token_type_embeddings.weight"],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for layer in range(layers):
        old = f"encoder.layer.{layer}"
        for kind in ("weight", "bias"):
            parts = [weights[f"{old}.attention.self.{x}.{kind}"] for x in ("query", "key", "value")]
            named[f"layers.{layer}.attend.{kind}"] = torch.cat(parts)
            for mine, theirs in _LAYER.items():
                named[f"layers.{layer}.{mine}.{kind}"] = weights[f"{old}.{theirs}.{kind}"]
    return named


_LAYER = {
    "gather": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm2": "output.LayerNorm",
}


def read_json(path: Path) -> Any:
    """Return what a JSON file holds; OSError or ValueError when it cannot be read."""
    return json.loads(path.read_text(encoding="utf-8"))
