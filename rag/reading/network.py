"""The reader's network: an encoder with a head that says where an answer begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class Logits:
    """What the network says of B pairs of T tokens.

    `start` and `end`, float32 [B, T], score each token as the first and the last of the
    answer; the first token of a pair stands for "not in this passage".
    """

    start: torch.Tensor
    end: torch.Tensor


class ReaderNetwork(nn.Module):
    """An encoder that reads question and passage together (BERT for SQuAD, Devlin et al. 2019)."""

    def __init__(self, encoder: nn.Module, *, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(width, 2)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, in_passage: torch.Tensor
    ) -> Logits:
        """Return the logits of a batch; all three tensors are [B, T].

        Outside the passage (`in_passage` false) a token is no place of an answer, but for the
        first one.
        """
        encoded: Any = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        states = encoded.last_hidden_state
        allowed = in_passage.clone()
        allowed[:, 0] = True
        span = self.span(states).float().masked_fill(~allowed[..., None], -1e4)
        return Logits(span[..., 0], span[..., 1])
