"""Question and passage as tokens, and tokens as characters of the passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

# Tokens of a pair at most; what is beyond them in a passage is not read.
LONGEST_PAIR = 384
# Characters of a question that are read.
LONGEST_QUESTION = 400


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with one passage, ready for the network.

    `ids` are T tokens: question, heading, text. `offsets` are, for each token of the text,
    its characters there; None elsewhere.
    """

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int] | None, ...]

    def token_at(self, character: int) -> int | None:
        """Return the token that holds a character of the text."""
        for index, place in enumerate(self.offsets):
            if place and place[0] <= character < place[1]:
                return index
        return None


@dataclass(frozen=True, slots=True)
class Batch:
    """B pairs as tensors: `input_ids` int64, `attention_mask` int64, `in_passage` bool [B, T]."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    in_passage: torch.Tensor


class PairTokenizer:
    """Makes pairs with the tokenizer of the encoder."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def pairs(self, questions: Sequence[str], passages: Sequence[tuple[str, str]]) -> list[Pair]:
        """Return a pair for each question and its passage, a heading and a text."""
        if not passages:
            return []
        headings = [f"{heading}\n" if heading else "" for heading, _ in passages]
        encoded = self._tokenizer(
            [question[:LONGEST_QUESTION] for question in questions],
            [heading + text for heading, (_, text) in zip(headings, passages, strict=True)],
            truncation="only_second",
            max_length=LONGEST_PAIR,
            return_offsets_mapping=True,
        )
        return [
            _pair(encoded["input_ids"][row], encoded["offset_mapping"][row],
                  encoded.sequence_ids(row), len(heading))
            for row, heading in enumerate(headings)
        ]  # fmt: skip

    def batch(self, pairs: Sequence[Pair]) -> Batch:
        """Return pairs as one batch, filled up to the longest of them."""
        width = max(len(pair.ids) for pair in pairs)
        filler = int(self._tokenizer.pad_token_id)
        ids = torch.full((len(pairs), width), filler)
        mask = torch.zeros(len(pairs), width, dtype=torch.long)
        inside = torch.zeros(len(pairs), width, dtype=torch.bool)
        for row, pair in enumerate(pairs):
            count = len(pair.ids)
            ids[row, :count] = torch.tensor(pair.ids)
            mask[row, :count] = 1
            inside[row, :count] = torch.tensor([place is not None for place in pair.offsets])
        return Batch(ids, mask, inside)


def _pair(
    ids: Sequence[int],
    offsets: Sequence[tuple[int, int]],
    parts: Sequence[int | None],
    heading: int,
) -> Pair:
    places = tuple(
        (start - heading, end - heading) if part == 1 and start >= heading and end > start else None
        for part, (start, end) in zip(parts, offsets, strict=True)
    )
    return Pair(tuple(ids), places)
