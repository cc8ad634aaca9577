"""The records of OpenAI's chat API, as far as an archive has something to say in them."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.types import MOST_CHARACTERS, Stance, Turn
from ui.api.replies import AnswerRecord
from ui.api.requests import Narrowing, Whole

# What follows the answer in a message, and is not part of it when it comes back as history.
SOURCES = "\n\nSources:\n"
_MOST_MESSAGES = 200


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: str
    text: Annotated[str, Whole] = ""


class Message(BaseModel):
    """What somebody said; of no `content` when a tool was called."""

    role: Literal["developer", "system", "user", "assistant", "tool", "function"]
    content: Annotated[str, Whole] | list[Part] | None = None

    @property
    def text(self) -> str:
        """What it says, without the list of sources below an answer."""
        if isinstance(self.content, list):
            said = "\n".join(part.text for part in self.content if part.type == "text")
        else:
            said = self.content or ""
        return said.partition(SOURCES)[0].strip() if self.role == "assistant" else said.strip()


class Completion(Narrowing):
    """A chat whose last message is a question to the archive that `model` names.

    Settings of a language model, such as `temperature`, change nothing. The fields of a question
    at ``/v1/answer`` narrow this one too.
    """

    model_config = ConfigDict(extra="ignore")

    model: str
    messages: list[Message] = Field(min_length=1, max_length=_MOST_MESSAGES)
    stream: bool | None = False
    n: Literal[1] | None = 1
    stance: Stance = "balanced"

    @property
    def question(self) -> str:
        """The last message of the user; `ValueError` when there is none, or it is too long."""
        last = self.messages[-1]
        if last.role != "user" or not last.text:
            raise ValueError("the last message must be a question of the user")
        if len(last.text) > MOST_CHARACTERS:
            raise ValueError(
                f"the question has {len(last.text):,} characters, and at most "
                f"{MOST_CHARACTERS:,} are read; ask it in fewer words"
            )
        return last.text

    @property
    def history(self) -> tuple[Turn, ...]:
        """The questions before it that were answered, oldest first."""
        said = [item for item in self.messages if item.role in ("user", "assistant")]
        return tuple(
            Turn(first.text, second.text)
            for first, second in itertools.pairwise(said)
            if (first.role, second.role) == ("user", "assistant") and first.text
        )


class UrlCitation(BaseModel):
    """Where a mark stands in the message, and what it leads to."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """A mark that leads to an article with an address."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Reply(BaseModel):
    """What the archive says, or the next piece of it."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    refusal: str | None = None
    annotations: list[Annotation] | None = None


class Choice(BaseModel):
    """The one reply to a chat: a whole `message`, or a `delta` of a stream."""

    index: Literal[0] = 0
    message: Reply | None = None
    delta: Reply | None = None
    finish_reason: Literal["stop"] | None = None


class Usage(BaseModel):
    """Tokens, which nobody pays for here and nobody counts; some clients insist on the field."""

    prompt_tokens: Literal[0] = 0
    completion_tokens: Literal[0] = 0
    total_tokens: Literal[0] = 0


class ChatReply(BaseModel):
    """An answer as a chat message; `dateline` is the record that ``/v1/answer`` gives."""

    id: str
    object: Literal["chat.completion", "chat.completion.chunk"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = None
    dateline: AnswerRecord | None = None

    def dumped(self) -> dict[str, Any]:
        """Return it for JSON, without what a reply of this kind does not have."""
        return self.model_dump(mode="json", exclude_none=True)


class Model(BaseModel):
    """An archive as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["dateline"] = "dateline"


class ModelList(BaseModel):
    """The archives of the server as models."""

    object: Literal["list"] = "list"
    data: list[Model]
