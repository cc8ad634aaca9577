"""Lay an episode out as the tokens of one trunk and many branches.

Every branch sees the trunk up to where it leaves it, and itself; no branch sees another.
So the model computes for a branch exactly what it would compute for that conversation alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from rag.training.episodes import Exchange


@dataclass(frozen=True, slots=True)
class Branch:
    """The tokens of a conversation, and those of the reply that should follow."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """One sequence of T tokens for the model.

    `tokens`, `positions`, `owner` and `limit` are int64 [T]: a token belongs to branch
    `owner`, or to the trunk where that is -1, and sees the first `limit` tokens of the
    trunk. The tokens of replies are predicted by the model's output at `predicting`,
    int64 [N]; they are `targets`, int64 [N]. There are `replies` of them.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    owner: torch.Tensor
    limit: torch.Tensor
    predicting: torch.Tensor
    targets: torch.Tensor
    replies: int

    def visible(self) -> torch.Tensor:
        """Return bool [T, T]: whether the row's token may attend to the column's."""
        index = torch.arange(len(self.owner))
        in_trunk = (self.owner == -1) & (index < self.limit[:, None])
        own = self.owner == self.owner[:, None]
        return (in_trunk | own) & (index <= index[:, None])


def encode(exchange: Exchange, tokenizer: PreTrainedTokenizerBase) -> Branch:
    """Return the tokens of a conversation in the tokenizer's chat template."""
    chat = [{"role": item.role, "content": item.content} for item in exchange.messages]
    prompt: Any = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    reply = tokenizer(exchange.reply, add_special_tokens=False)["input_ids"]
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    return Branch(tuple(ids), (*reply, tokenizer.eos_token_id))


def pack(branches: Sequence[Branch]) -> Packed:
    """Lay the branches of an episode out around the trunk that their prompts share."""
    trunk, limits = _trunk(branches)
    tokens, positions = list(trunk), list(range(len(trunk)))
    owner, limit_of = [-1] * len(trunk), [len(trunk)] * len(trunk)
    predicting: list[int] = []
    targets: list[int] = []
    for number, (branch, limit) in enumerate(zip(branches, limits, strict=True)):
        own = [*branch.prompt[limit:], *branch.reply[:-1]]
        end = len(tokens) + len(own)
        predicting += range(end - len(branch.reply), end)
        targets += branch.reply
        tokens += own
        positions += range(limit, limit + len(own))
        owner += [number] * len(own)
        limit_of += [limit] * len(own)
    return Packed(
        torch.tensor(tokens),
        torch.tensor(positions),
        torch.tensor(owner),
        torch.tensor(limit_of),
        torch.tensor(predicting),
        torch.tensor(targets),
        len(branches),
    )


def _trunk(branches: Sequence[Branch]) -> tuple[tuple[int, ...], list[int]]:
    """Return the shared tokens, and how many of them each branch starts with.

    The trunk is what the longest prompt shares with any other, so that the turns of one
    conversation, each the beginning of the next, share it too.
    """
    longest = max(branches, key=lambda branch: len(branch.prompt)).prompt
    # The last token of a prompt stays in its branch, because it predicts the reply.
    limits = [min(_shared(b.prompt, longest), len(b.prompt) - 1) for b in branches]
    trunk = max(
        (limit for limit, b in zip(limits, branches, strict=True) if b.prompt is not longest),
        default=0,
    )
    return longest[:trunk], [min(limit, trunk) for limit in limits]


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))
