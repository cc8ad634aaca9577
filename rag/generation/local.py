"""Generation with a transformers model in this process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import torch
from jinja2 import TemplateError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    StoppingCriteria,
    StoppingCriteriaList,
    TextStreamer,
)
from transformers.utils import logging as transformers_logging

from rag.errors import GenerationError, ModelError
from rag.generation.prompt_memory import PromptMemory
from rag.generation.work_queue import Stop, WorkQueue
from rag.models.device import compute_dtype
from rag.models.resolving import LocalModel, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from rag.generation.base import Message


class TransformersGenerator:
    """Greedy decoding with one model; conversations take turns."""

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        terse: bool = False,
    ) -> None:
        self.name, self.terse = name, terse
        self.context_tokens = int(model.config.get_text_config().max_position_embeddings)
        self._model = model
        self._tokenizer = tokenizer
        self._memory = PromptMemory(model)
        self._queue = WorkQueue()

    @classmethod
    def load(
        cls,
        model: LocalModel | str,
        *,
        dtype: torch.dtype | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> TransformersGenerator:
        """Load a model folder, or a name as `rag.models.resolving.resolve` takes it.

        `dtype` is by default the one the machine is fastest in. Raises `ModelError` when
        the model cannot be found, read, or is not one for conversations.
        """
        local = resolve(model, on_progress=on_progress) if isinstance(model, str) else model
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(local.path, **safe)
            network: Any = AutoModelForCausalLM.from_pretrained(
                local.path, dtype=dtype or compute_dtype(), use_safetensors=True, **safe
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"cannot load {local.name} from {local.path}: {error}; the generator must be a "
                "causal language model that transformers supports"
            ) from error
        if not tokenizer.chat_template:
            raise ModelError(
                f"{local.name} has no chat template, so it was not trained on conversations; "
                "choose an instruct or chat model"
            )
        network.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
        return cls(network.eval(), tokenizer=tokenizer, name=local.name, terse=local.adapted)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of `text`, without the template around it."""
        return len(self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def log_likelihood(self, messages: Sequence[Message], reply: str) -> float | None:
        """Return the mean log-probability of the tokens of `reply`, in nats, at most 0.

        None when the model cannot go back to the messages it has read.
        """
        if not self._memory.goes_back:
            return None
        tokens = self._encode(messages, room=0)["input_ids"]
        said = torch.tensor([self._tokens(reply)])
        return self._queue.wait_for(self._memory.likelihood, tokens, said)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the answer in pieces of whole words; joined, they are the answer.

        Closing the iterator, or setting `stop`, ends the work within a token, or a part of
        the prompt. Raises `GenerationError` at once when the messages do not fit the window,
        and while iterating when the model fails.
        """
        prompt = self._encode(messages, room=max_new_tokens)

        def write(say: Callable[[str], None], ends: Stop) -> None:
            self._generate(prompt, max_new_tokens=max_new_tokens, say=say, ends=ends)

        return self._queue.stream(write, stop=stop or threading.Event())

    def _encode(self, messages: Sequence[Message], *, room: int) -> Any:
        """Return the prompt; `GenerationError` when it leaves no room for the answer."""
        prompt = self._templated(messages)
        used = int(prompt["input_ids"].shape[1])
        if used + room > self.context_tokens:
            raise GenerationError(
                f"the prompt has {used} tokens and the answer may have {room}, but the "
                f"window of {self.name} is {self.context_tokens}; give it fewer passages"
            )
        return prompt

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _templated(self, messages: Sequence[Message]) -> Any:
        chat = [{"role": m.role, "content": self._harmless(m.content)} for m in messages]
        try:
            return self._tokenizer.apply_chat_template(
                chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        except TemplateError as error:
            raise GenerationError(
                f"the chat template of {self.name} refused the messages: {error}; "
                "choose a model that takes a system message"
            ) from error

    def _harmless(self, text: str) -> str:
        """Break up special tokens, with which an article could pose as another message."""
        for token in self._tokenizer.all_special_tokens:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _generate(
        self,
        prompt: Any,
        *,
        max_new_tokens: int,
        say: Callable[[str], None],
        ends: Stop,
    ) -> None:
        cache = self._memory.recall(prompt["input_ids"], stop=ends)
        if ends.is_set():
            return
        self._model.generate(  # type: ignore[operator]
            **prompt.to(self._model.device),
            past_key_values=cache,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            # Set for sampling by some models, and warned about when decoding is greedy.
            temperature=None,
            top_p=None,
            top_k=None,
            streamer=_Pieces(self._tokenizer, say),
            stopping_criteria=StoppingCriteriaList([_Stopped(ends)]),
        )


class _Pieces(TextStreamer):
    """Passes on the words that are finished."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, say: Callable[[str], None]) -> None:
        super().__init__(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self._say = say

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002
        if text:
            self._say(text)


class _Stopped(StoppingCriteria):
    """Ends generation after the current token once it is to stop."""

    def __init__(self, ends: Stop) -> None:
        self._ends = ends

    def __call__(
        self,
        input_ids: torch.Tensor,
        scores: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self._ends.is_set(), device=input_ids.device)
