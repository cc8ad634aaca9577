"""Llama decoders (Touvron et al. 2023, arXiv 2302.13971) on PyTorch alone.

They give the scores that transformers gives. On a processor reading waits for arithmetic and
writing for memory, so that each has weights of its own: floats laid out for oneDNN, and the
same numbers as the half floats that they were published as, half as many bytes a token.
Laying out the latter takes as long as an answer, so that a process which gives only one does
without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rag.models.linear import product

# Rows for which half floats are faster. On two cores 8 take as long in either way.
_FEW = 8
# Times that few rows are multiplied before a weight is laid out for them; the layers do so one
# after the other, so that no token waits for all of them.
_PATIENCE = 12
# Engines that multiply with half floats, by FBGEMM.
_FBGEMM = ("x86", "fbgemm")

Multiply = Callable[[Tensor], Tensor]


@dataclass(slots=True)
class State:
    """What a decoder worked out for `tokens`.

    `stored` has the keys and values of their heads, [layers, 2 * heads, room, head size]; what
    lies beyond the tokens will be overwritten. `scores` are those of what follows, [V].
    """

    tokens: list[int]
    stored: Tensor
    scores: Tensor | None = None

    @property
    def room(self) -> int:
        """How many tokens it can take in all."""
        return self.stored.shape[2]

    def rewind(self, count: int) -> None:
        """Forget all but the first `count` tokens."""
        if count < len(self.tokens):
            del self.tokens[count:]
            self.scores = None


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many leading tokens are the same."""
    length = min(len(one), len(other))
    return next((n for n in range(length) if one[n] != other[n]), length)


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a decoder that its weights do not tell."""

    layers: int
    heads: int
    key_heads: int
    head_size: int
    epsilon: float
    theta: float
    window: int

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Shape:
        """Return the numbers in the `config.json` of a published model."""
        heads = int(config["num_attention_heads"])
        rope = config.get("rope_parameters") or config
        return cls(
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            key_heads=int(config.get("num_key_value_heads") or heads),
            head_size=int(config.get("head_dim") or config["hidden_size"] // heads),
            epsilon=float(config["rms_norm_eps"]),
            theta=float(rope.get("rope_theta", 10_000.0)),
            window=int(config["max_position_embeddings"]),
        )


class Decoder:
    """A network and the work of reading tokens with it."""

    def __init__(self, weights: Mapping[str, Tensor], shape: Shape, *, dtype: torch.dtype) -> None:
        self.shape = shape
        self._dtype = dtype
        self._words = weights["model.embed_tokens.weight"]
        self._norm = weights["model.norm.weight"].to(dtype)
        head = weights.get("lm_head.weight", self._words)
        self._head = _Matrix([head], dtype, patience=_PATIENCE)
        self._turns = _turns(shape).to(self._words.device)
        # Laying weights out is work for one core, which PyTorch does outside Python's lock.
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            numbers = range(shape.layers)
            self._layers = list(pool.map(lambda n: _Layer(weights, n, shape, dtype), numbers))

    def start(self, room: int) -> State:
        """Return the state before any token, for at most `room` tokens."""
        shape = (self.shape.layers, 2 * self.shape.key_heads, room, self.shape.head_size)
        return State([], torch.empty(shape, dtype=self._dtype, device=self._words.device))

    def copy(self, state: State, count: int, *, room: int) -> State:
        """Return the state after the first `count` tokens of `state`, with room of its own."""
        copied = self.start(room)
        copied.tokens = state.tokens[:count]
        copied.scores = state.scores if count == len(state.tokens) else None
        copied.stored[:, :, :count] = state.stored[:, :, :count]
        return copied

    @torch.inference_mode()
    def read(self, tokens: Sequence[int], state: State, *, last: int = 1) -> Tensor:
        """Read `tokens` after those of `state`, which then has them too.

        Return what follows each of the `last` ones, as scores in float32, [last, V].
        """
        begin, end = len(state.tokens), len(state.tokens) + len(tokens)
        # Checked because a write beyond the room would be cut off in silence.
        if end > state.room:
            raise ValueError(f"{end} tokens are more than the room for {state.room}")
        rows = self._words[torch.tensor(tokens, device=self._words.device)].to(self._dtype)
        turns, seen = self._turns[begin:end, None], self._seen(begin, end)
        for number, layer in enumerate(self._layers):
            stored = state.stored[number, :, :end]
            wanted = last if number == len(self._layers) - 1 else len(tokens)
            rows = layer(rows, stored, turns=turns, seen=seen, wanted=wanted)
        state.tokens.extend(tokens)
        state.scores = None
        return self._head(_normal(rows, self._norm, self.shape)).float()

    def _seen(self, begin: int, end: int) -> Tensor | None:
        """Return which tokens each of the new ones sees, [new, end]; None for all."""
        if end - begin == 1:
            return None
        seen = torch.ones(end - begin, end, dtype=torch.bool, device=self._words.device)
        return seen.tril(begin)


class _Layer:
    """Attention and a gated feed-forward network, each added to what it reads."""

    def __init__(
        self, weights: Mapping[str, Tensor], number: int, shape: Shape, dtype: torch.dtype
    ) -> None:
        def named(name: str) -> Tensor:
            return weights[f"model.layers.{number}.{name}.weight"]

        def matrix(*parts: Tensor) -> _Matrix:
            return _Matrix(parts, dtype, patience=_PATIENCE + number)

        query, key, value = (named(f"self_attn.{x}_proj") for x in "qkv")
        self._shape = shape
        self._norm1 = named("input_layernorm").to(dtype)
        self._attend = matrix(_paired(query, shape), _paired(key, shape), value)
        self._gather = matrix(named("self_attn.o_proj"))
        self._norm2 = named("post_attention_layernorm").to(dtype)
        self._widen = matrix(named("mlp.gate_proj"), named("mlp.up_proj"))
        self._narrow = matrix(named("mlp.down_proj"))

    def __call__(
        self, rows: Tensor, stored: Tensor, *, turns: Tensor, seen: Tensor | None, wanted: int
    ) -> Tensor:
        """Return the last `wanted` of the rows after this layer; keys and values go to `stored`."""
        shape = self._shape
        # Numbers are turned as float32 for the sake of far tokens.
        found = self._attend(_normal(rows, self._norm1, shape)).float()
        heads = torch.unflatten(found, 1, (-1, shape.head_size))
        turning = torch.unflatten(heads[:, : shape.heads + shape.key_heads], 2, (-1, 2))
        torch.view_as_complex(turning).mul_(turns)
        stored[:, -len(rows) :] = heads[:, shape.heads :].transpose(0, 1)
        query, rows = heads[-wanted:, : shape.heads].to(rows.dtype), rows[-wanted:]
        seen = seen if seen is None else seen[-wanted:]
        rows = rows + self._gather(_attention(query, stored, seen))
        gate, up = self._widen(_normal(rows, self._norm2, shape)).chunk(2, dim=1)
        return rows + self._narrow(functional.silu(gate) * up)


class _Matrix:
    """The weights `parts`, one below the other, to multiply rows with."""

    def __init__(self, parts: Sequence[Tensor], dtype: torch.dtype, *, patience: int) -> None:
        self._many = product(torch.cat([*parts]).to(dtype))
        self._few = self._many
        self._patience = patience
        # Parts rather than the whole, because they are pages of a file.
        self._parts = parts if _halves_pay(parts[0], dtype) else ()

    def __call__(self, rows: Tensor) -> Tensor:
        """Return `rows` [R, N] times the weight [M, N], so [R, M]."""
        if len(rows) > _FEW:
            return self._many(rows)
        self._patience -= 1
        if self._parts and self._patience < 0:
            self._few, self._parts = _halves(torch.cat([*self._parts])), ()
        return self._few(rows)


def _halves_pay(weight: Tensor, dtype: torch.dtype) -> bool:
    """Tell whether float32 can be multiplied with `weight` as half floats, without loss."""
    engine = torch.backends.quantized.engine
    published = weight.dtype in (torch.float16, torch.bfloat16)
    return dtype == torch.float32 and published and not weight.is_cuda and engine in _FBGEMM


def _halves(weight: Tensor) -> Multiply:
    packed = torch.ops.quantized.linear_prepack_fp16(weight.float(), None)
    return lambda rows: torch.ops.quantized.linear_dynamic_fp16(rows, packed)


def _normal(rows: Tensor, weight: Tensor, shape: Shape) -> Tensor:
    return functional.rms_norm(rows, list(weight.shape), weight, shape.epsilon)


def _attention(query: Tensor, stored: Tensor, seen: Tensor | None) -> Tensor:
    """Return what the queries [R, heads, size] find in `stored` [2 * key heads, T, size].

    Heads that share a key are rows of one head: so the keys need not be repeated.
    """
    key, value = stored.to(query.dtype).chunk(2)
    count, shared = len(query), query.shape[1] // len(key)
    folded = torch.unflatten(query, 1, (-1, shared)).permute(1, 2, 0, 3).flatten(1, 2)
    mask = seen if seen is None else seen.repeat(shared, 1)
    found = functional.scaled_dot_product_attention(
        folded[None], key[None], value[None], attn_mask=mask
    )[0]
    return torch.unflatten(found, 1, (shared, count)).permute(2, 0, 1, 3).flatten(1)


def _paired(weight: Tensor, shape: Shape) -> Tensor:
    """Return a query's or key's weight with the two numbers that turn together side by side.

    Published weights have them half a head apart.
    """
    halves = torch.unflatten(weight, 0, (-1, 2, shape.head_size // 2))
    return halves.transpose(1, 2).flatten(0, 2)


def _turns(shape: Shape) -> Tensor:
    """Return by what the pairs of every position are turned, complex [window, head size / 2].

    Su et al. 2021, arXiv 2104.09864.
    """
    steps = torch.arange(0, shape.head_size, 2, dtype=torch.float32) / shape.head_size
    angles = torch.arange(shape.window, dtype=torch.float32)[:, None] / shape.theta**steps
    return torch.polar(torch.ones_like(angles), angles)
