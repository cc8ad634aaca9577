"""Generation by a server that speaks the OpenAI protocol: vLLM, llama.cpp, Ollama, a cloud."""

from __future__ import annotations

import json
import math
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import openai

from rag.errors import GenerationError
from rag.settings import Timeouts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openai.types.chat import ChatCompletionChunk

    from rag.generation.base import Message

# English text has a little over four characters per token in common vocabularies.
_CHARACTERS_PER_TOKEN = 4
# Enough for a reason, and not for a page of HTML.
_REPLY_CHARACTERS = 300


def without_password(url: str) -> str:
    """Return an address whose user and password, if it has them, are masked: for messages."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl()


class OpenAIGenerator:
    """A model behind an OpenAI-compatible address such as ``http://localhost:8000/v1``."""

    # What is trained here is rarely served to others.
    terse = False

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        api_key: str | None = None,
        context_tokens: int = 8192,
        timeouts: Timeouts | None = None,
    ) -> None:
        timeouts = timeouts or Timeouts()
        self._address = without_password(base_url).rstrip("/")
        self.name = f"{self._address}#{model}"
        self.context_tokens = context_tokens
        self._model = model
        self._patience = timeouts.generator
        # The client insists on a key; servers that want none ignore it. Without retries,
        # because a person is waiting and the message says what to do.
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            timeout=openai.Timeout(timeouts.generator, connect=timeouts.generator_connect),
            max_retries=0,
        )

    def count_tokens(self, text: str) -> int:
        """Return an estimate, characters / 4 rounded up; the server's tokenizer is unknown."""
        return math.ceil(len(text) / _CHARACTERS_PER_TOKEN)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the answer in the pieces the server sends.

        Closing the iterator, or setting `stop`, closes the connection at the next piece,
        on which servers end the work. Raises `GenerationError` while iterating when the
        server cannot be reached, refuses, or breaks off.
        """
        used = sum(self.count_tokens(message.content) for message in messages)
        if used + max_new_tokens > self.context_tokens:
            raise GenerationError(
                f"the prompt has about {used} tokens and the answer may have {max_new_tokens}, but "
                f"the window of {self.name} is taken to be {self.context_tokens}; "
                "give it fewer passages"
            )
        return self._run(messages, max_new_tokens=max_new_tokens, stop=stop or threading.Event())

    def _run(
        self, messages: Sequence[Message], *, max_new_tokens: int, stop: threading.Event
    ) -> Iterator[str]:
        if stop.is_set():
            return
        chat: list[Any] = [{"role": m.role, "content": m.content} for m in messages]
        try:
            with self._client.chat.completions.create(
                model=self._model,
                messages=chat,
                max_tokens=max_new_tokens,
                temperature=0,
                stream=True,
            ) as chunks:
                yield from _texts(chunks, stop)
        # Clients before version 3 do not translate the error of a connection that breaks off.
        except (openai.APIError, httpx.HTTPError, json.JSONDecodeError) as error:
            raise GenerationError(f"{self.name}: {self._advice(error)}") from error

    def _advice(self, error: Exception) -> str:
        """Say what went wrong and what to do about it."""
        match error:
            case openai.APITimeoutError() | httpx.TimeoutException():
                return (
                    f"no word in {self._patience:g} s; is the server overloaded or the prompt too "
                    "long? If it needs more time, raise `timeouts.generator` in the settings"
                )
            case openai.APIConnectionError():
                return "cannot connect; start the server, or check the address and the port"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return "the API key was refused; set DATELINE_API_KEY (or OPENAI_API_KEY)"
            case openai.NotFoundError():
                return (
                    "not found; does the address end in /v1, and does the server have this "
                    f"model (see {self._address}/models)?"
                )
            case openai.RateLimitError():
                return f"too many requests for this server; wait, then ask again: {_reply(error)}"
            case openai.APIStatusError():
                return f"the server answered {error.status_code}: {_reply(error)}"
            case json.JSONDecodeError():
                return "the answer is not in the OpenAI protocol; does the address end in /v1?"
            case _:
                return f"the connection broke off: {error}; ask again"


def _reply(error: openai.APIStatusError) -> str:
    """Return the start of what the server said; servers differ in where they put the reason."""
    return error.response.text[:_REPLY_CHARACTERS] or error.message


def _texts(chunks: openai.Stream[ChatCompletionChunk], stop: threading.Event) -> Iterator[str]:
    """Yield the text in `chunks` until `stop` is set."""
    for chunk in chunks:
        if stop.is_set():
            return
        # The last chunk of some servers counts tokens and has no choices.
        if chunk.choices and (text := chunk.choices[0].delta.content):
            yield text
