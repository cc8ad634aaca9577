"""What a model worked out for the last prompts, kept for the next ones."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache

from rag.generation.work_queue import Stop

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# The prompt is read in parts of so many tokens, so that stopping need not wait for all of it.
READ_AT_ONCE = 256
# Prompts whose states are kept.
_KEPT = 4


@dataclass(slots=True)
class _State:
    """What a model worked out for `tokens`, int64 [T]."""

    tokens: torch.Tensor
    cache: DynamicCache


class PromptMemory:
    """What the model worked out for the last prompts, kept for the next ones.

    Prompts share their instructions, and an answer its question's whole prompt; only the
    tokens after the shared ones are read. Used by one thread at a time. A model with a
    running state or a sliding window cannot go back, so it reads from the start.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model: Any = model
        self._states: list[_State] = []
        stateful = getattr(model, "_is_stateful", False)
        self.goes_back = not (stateful or any(DynamicCache(config=model.config).is_sliding))

    @torch.inference_mode()
    def read(self, tokens: torch.Tensor, *, stop: threading.Event | Stop) -> Any:
        """Read `tokens`, int64 [1, T]; return the scores of what follows, [V].

        None when it was stopped.
        """
        state = self._nearest(tokens[0, :-1])
        self._states = [*self._states, state][-_KEPT:]
        scores = None
        for part in torch.split(tokens[:, len(state.tokens) :], READ_AT_ONCE, dim=1):
            if stop.is_set():
                return None
            scores = self._forward(state, part, logits_to_keep=1)[0, -1]
        return scores

    def recall(self, tokens: torch.Tensor, *, stop: Stop) -> DynamicCache | None:
        """Return the state after all of `tokens` but the last; None for a model without."""
        if not self.goes_back:
            return None
        state = self._nearest(tokens[0, :-1])
        if len(state.tokens) < tokens.shape[1] - 1:
            self.read(tokens[:, :-1], stop=stop)
            state = self._nearest(tokens[0, :-1])
        return state.cache

    @torch.inference_mode()
    def likelihood(self, tokens: torch.Tensor, reply: torch.Tensor) -> float:
        """Return the mean log-probability of `reply`, int64 [1, R], after `tokens`."""
        first = self.read(tokens, stop=threading.Event())
        rest = self._forward(self._nearest(tokens[0]), reply)[0, :-1]
        scores = torch.cat([first[None], rest]).log_softmax(-1)
        return float(scores.gather(1, reply[0][:, None].to(scores.device)).mean())

    def _nearest(self, tokens: torch.Tensor) -> _State:
        """Return a copy of what is known of `tokens`, int64 [T], from their beginning on."""
        shared = [_shared(state.tokens, tokens) for state in self._states]
        count = max(shared, default=0)
        if count == 0:
            return _State(tokens[:0].cpu(), DynamicCache(config=self._model.config))
        cache = copy.deepcopy(self._states[shared.index(count)].cache)
        if (excess := cache.get_seq_length() - count) > 0:
            # Negative: how many tokens to remove.
            cache.crop(-excess)
        return _State(tokens[:count].cpu(), cache)

    def _forward(self, state: _State, tokens: torch.Tensor, **options: Any) -> torch.Tensor:
        device = self._model.device
        found = self._model(input_ids=tokens.to(device), past_key_values=state.cache, **options)
        state.tokens = torch.cat([state.tokens, tokens[0].cpu()])
        scores: torch.Tensor = found.logits.float()
        return scores


def _shared(one: torch.Tensor, other: torch.Tensor) -> int:
    """Return how many leading tokens are the same."""
    length = min(len(one), len(other))
    different = (one[:length] != other[:length].cpu()).nonzero()
    return int(different[0]) if len(different) else length
