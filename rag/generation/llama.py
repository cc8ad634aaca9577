"""Generation with a Llama model, without transformers.

Importing that library takes seconds, and its general loop more time than the arithmetic of a
small model.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import torch
from jinja2 import TemplateError
from safetensors import SafetensorError
from safetensors.torch import load_file

from rag.errors import GenerationError, ModelError
from rag.generation.base import Message
from rag.generation.chat import Chat
from rag.generation.decoder import Decoder, Shape, State, shared
from rag.generation.greedy import greedy
from rag.generation.work_queue import Stop, Turns
from rag.models.device import compute_dtype
from rag.models.registry import LocalModel

# The prompt is read in parts of so many tokens, so that stopping need not wait for all of it.
READ_AT_ONCE = 256
# Prompts whose states are kept: the passages of one question.
_KEPT = 8
# Tokens that a prompt's state has room for beyond it: an answer, so that it goes on in place.
_ROOM = 128
# Settings of a model that this module cannot run otherwise.
_ONLY = {"model_type": "llama", "hidden_act": "silu"}
_NEVER = ("attention_bias", "mlp_bias", "rope_scaling", "quantization_config", "auto_map")


class LlamaGenerator:
    """Greedy decoding with one model; conversations take turns."""

    def __init__(
        self, decoder: Decoder, chat: Chat, *, name: str, ends: Sequence[int], trained: bool = False
    ) -> None:
        self.name = name
        self.context_tokens = decoder.shape.window
        self._decoder = decoder
        self._chat = chat
        self._ends = frozenset(ends)
        self._trained = trained
        self._memory = _Memory(decoder)
        self._turns = Turns()

    @staticmethod
    def fits(folder: Path) -> bool:
        """Tell whether the model in `folder` is one that this module can run."""
        try:
            config = _json(folder / "config.json")
            rope = config.get("rope_parameters") or {}
            return (
                all(config.get(name) == value for name, value in _ONLY.items())
                and not any(config.get(name) for name in _NEVER)
                and rope.get("rope_type", "default") == "default"
                and (folder / "model.safetensors").is_file()
                and Chat.fits(folder)
            )
        except (OSError, ValueError, AttributeError):
            return False

    @classmethod
    def load(cls, local: LocalModel, *, dtype: torch.dtype | None = None) -> LlamaGenerator:
        """Load a model folder that fits, by default in the type the machine is fastest in.

        Raises `ModelError` when it is damaged.
        """
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            weights = load_file(local.path / "model.safetensors", device=str(device))
            shape = Shape.read(_json(local.path / "config.json"))
            decoder = Decoder(weights, shape, dtype=dtype or compute_dtype())
            chat, ends = Chat.load(local.path), _ends(local.path)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise ModelError(
                f"cannot load {local.name} from {local.path}: {error}; fetch or make it again"
            ) from error
        return cls(decoder, chat, name=local.name, ends=ends, trained=local.adapted)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of `text`, without the template around it."""
        return len(self._chat.tokens(text))

    def inclination(
        self, messages: Sequence[Message], reply: str, *, stop: threading.Event | None = None
    ) -> float | None:
        """Return the probability that the reply begins with the first token of `reply`.

        The messages stay in memory: `stream` goes on from there. None when `stop` was set
        before they were read, and for a model that was not trained to refuse, whose
        probability says little. Raises as `stream` does.
        """
        if not self._trained:
            return None
        tokens = self._prompt(messages, room=1)
        ends = stop or threading.Event()
        state = self._turns.wait_for(self._memory.read, tokens, room=_ROOM, stop=ends)
        if state is None or state.scores is None:
            return None
        return float(state.scores.softmax(-1)[self._chat.tokens(reply)[0]])

    def log_likelihood(self, messages: Sequence[Message], reply: str) -> float:
        """Return the mean log-probability of the tokens of `reply`, in nats, at most 0."""
        tokens, said = self._prompt(messages, room=0), self._chat.tokens(reply)
        return self._turns.wait_for(self._memory.likelihood, tokens, said)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        avoid: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the answer in pieces of whole words; joined, they are the answer.

        It does not begin with the first token of `avoid`. Closing the iterator, or
        setting `stop`, ends the work within a token, or a part of the prompt. Raises
        `GenerationError` at once when the messages do not fit the window, and while
        iterating when the model fails.
        """
        tokens = self._prompt(messages, room=max_new_tokens)
        avoided = self._chat.tokens(avoid)[0] if avoid else None

        def write(say: Callable[[str], None], ends: Stop) -> None:
            state = self._memory.read(tokens, room=max_new_tokens, stop=ends)
            if state is None:
                return
            made = takewhile(self._goes_on, greedy(self._decoder, state, avoid=avoided))
            for piece in self._chat.words(islice(made, max_new_tokens)):
                if ends.is_set():
                    break
                if piece:
                    say(piece)
            state.rewind(len(tokens))

        return self._turns.stream(write, stop=stop or threading.Event())

    def _goes_on(self, token: int) -> bool:
        return token not in self._ends

    def _prompt(self, messages: Sequence[Message], *, room: int) -> list[int]:
        """Return the prompt; `GenerationError` when it leaves no room for the answer."""
        try:
            tokens = self._chat.prompt(messages)
        except TemplateError as error:
            raise GenerationError(
                f"the chat template of {self.name} refused the messages: {error}; "
                "choose a model that takes a system message"
            ) from error
        if len(tokens) + room > self.context_tokens:
            raise GenerationError(
                f"the prompt has {len(tokens)} tokens and the answer may have {room}, but the "
                f"window of {self.name} is {self.context_tokens}; give it fewer passages"
            )
        return tokens


class _Memory:
    """What the decoder worked out for the last prompts, kept for the next ones.

    Prompts share their instructions, and an answer its question's whole prompt; only the
    tokens after the shared ones are read. Used by one thread at a time.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._states: list[State] = []

    def read(
        self, tokens: Sequence[int], *, room: int, stop: Stop | threading.Event
    ) -> State | None:
        """Return the state after `tokens`, with room for so many more; None when stopped."""
        window = self._decoder.shape.window
        state = self._nearest(tokens, room=min(len(tokens) + room, window))
        for begin in range(len(state.tokens), len(tokens), READ_AT_ONCE):
            if stop.is_set():
                return None
            state.scores = self._decoder.read(tokens[begin : begin + READ_AT_ONCE], state)[0]
        return state

    def likelihood(self, tokens: Sequence[int], reply: Sequence[int]) -> float:
        """Return the mean log-probability of `reply` after `tokens`."""
        state = self.read(tokens, room=len(reply), stop=threading.Event())
        assert state is not None and state.scores is not None  # noqa: S101, PT018
        first, count = state.scores[None], len(reply)
        rest = self._decoder.read(reply, state, last=count)[:-1]
        state.rewind(len(tokens))
        scores = torch.cat([first, rest]).log_softmax(-1)
        return float(scores[range(count), list(reply)].mean())

    def _nearest(self, tokens: Sequence[int], *, room: int) -> State:
        """Return a state of what is known of `tokens`, from their beginning on.

        At least its last token is still to be read, unless its scores are known.
        """
        counts = [shared(state.tokens, tokens) for state in self._states]
        count = max(counts, default=0)
        if count == 0:
            return self._keep(self._decoder.start(room))
        known = self._states[counts.index(count)]
        whole = count == len(known.tokens)
        if not (whole and count == len(tokens) and known.scores is not None):
            count = min(count, len(tokens) - 1)
        if whole:
            # Nobody needs it as it is: what is read next goes on from it.
            self._states.remove(known)
        if whole and known.room >= room:
            known.rewind(count)
            return self._keep(known)
        return self._keep(self._decoder.copy(known, count, room=room))

    def _keep(self, state: State) -> State:
        self._states = [*self._states, state][-_KEPT:]
        return state


def _ends(folder: Path) -> list[int]:
    """Return the tokens that end a reply."""
    files = [folder / "generation_config.json", folder / "config.json"]
    found = [_json(file).get("eos_token_id") for file in files if file.is_file()]
    ends: int | list[int] = next((value for value in found if value is not None), [])
    return ends if isinstance(ends, list) else [ends]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
