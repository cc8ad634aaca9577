"""Generation with a transformers model in this process."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
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
from rag.hardware import compute_dtype
from rag.models import LocalModel, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from rag.generation.base import Message

# Answers quote their passages, so the tokens that followed the last ones in the prompt are
# tried first, three at a time: 24 tokens a second against 18 on two cores in bfloat16. In
# float32 the text stays the same; bfloat16 rounds differently, and a near tie may tip over.
PROMPT_LOOKUP_TOKENS = 3
# How often a conversation that waits for its turn looks whether it was stopped, in seconds.
_POLL = 0.1


class TransformersGenerator:
    """Greedy decoding with one model; conversations take turns."""

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        prompt_lookup: int | None = PROMPT_LOOKUP_TOKENS,
    ) -> None:
        self.name = name
        self.context_tokens = int(model.config.get_text_config().max_position_embeddings)
        self._model = model
        self._tokenizer = tokenizer
        self._prompt_lookup = prompt_lookup
        # One worker: a model answers one conversation at a time, the others wait in line.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="generator")

    @classmethod
    def load(
        cls,
        model: LocalModel | str,
        *,
        dtype: torch.dtype | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> TransformersGenerator:
        """Load a model folder, or a name as `rag.models.resolve` takes it.

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
        # A model with a running state cannot take back tokens that were tried in vain.
        lookup = None if getattr(network, "_is_stateful", False) else PROMPT_LOOKUP_TOKENS
        return cls(network.eval(), tokenizer=tokenizer, name=local.name, prompt_lookup=lookup)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of `text`, without the template around it."""
        return len(self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the answer in pieces of whole words; joined, they are the answer.

        Closing the iterator, or setting `stop`, ends the work within a token. Raises
        `GenerationError` at once when the messages do not fit the window, and while
        iterating when the model fails.
        """
        prompt = self._encode(messages)
        used = int(prompt["input_ids"].shape[1])
        if used + max_new_tokens > self.context_tokens:
            raise GenerationError(
                f"the prompt has {used} tokens and the answer may have {max_new_tokens}, but the "
                f"window of {self.name} is {self.context_tokens}; give it fewer passages"
            )
        return self._run(prompt, max_new_tokens=max_new_tokens, stop=stop or threading.Event())

    def _encode(self, messages: Sequence[Message]) -> Any:
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

    def _run(self, prompt: Any, *, max_new_tokens: int, stop: threading.Event) -> Iterator[str]:
        closed = threading.Event()
        pieces = _Pieces(self._tokenizer)
        work = self._worker.submit(
            self._generate,
            prompt,
            max_new_tokens=max_new_tokens,
            pieces=pieces,
            ends=_Stopped(stop, closed),
        )
        work.add_done_callback(pieces.finish)
        try:
            yield from _until_finished(pieces, work, stop)
        finally:
            closed.set()
            work.cancel()

    def _generate(
        self, prompt: Any, *, max_new_tokens: int, pieces: _Pieces, ends: _Stopped
    ) -> None:
        if ends.asked():
            return
        self._model.generate(  # type: ignore[operator]
            **prompt.to(self._model.device),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            # Set for sampling by some models, and warned about when decoding is greedy.
            temperature=None,
            top_p=None,
            top_k=None,
            prompt_lookup_num_tokens=self._prompt_lookup,
            streamer=pieces,
            stopping_criteria=StoppingCriteriaList([ends]),
        )


class _Pieces(TextStreamer):
    """Hands text from the thread that makes it to the one that reads it."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        super().__init__(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self.ready: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002
        if text:
            self.ready.put(text)

    def finish(self, _work: Future[None]) -> None:
        """Mark the end, also of work that failed or was never begun."""
        self.ready.put(None)


class _Stopped(StoppingCriteria):
    """Ends generation after the current token once one of the events is set."""

    def __init__(self, *events: threading.Event) -> None:
        self._events = events

    def asked(self) -> bool:
        return any(event.is_set() for event in self._events)

    def __call__(
        self,
        input_ids: torch.Tensor,
        scores: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self.asked(), device=input_ids.device)


def _until_finished(pieces: _Pieces, work: Future[None], stop: threading.Event) -> Iterator[str]:
    """Yield pieces until the work is done; `GenerationError` when it failed."""
    while True:
        try:
            piece = pieces.ready.get(timeout=_POLL)
        except queue.Empty:
            if stop.is_set() and work.cancel():
                return
            continue
        if piece is None:
            break
        yield piece
    # Torch reports trouble, out of memory included, as a RuntimeError; transformers
    # reports settings that do not go together as a ValueError.
    error = work.exception()
    if isinstance(error, (RuntimeError, ValueError, TypeError, IndexError)):
        raise GenerationError(
            f"the generator failed: {error}; try a shorter question or another model"
        ) from error
    work.result()
