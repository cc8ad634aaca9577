"""The seam between the pipeline and whatever writes text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Generator(Protocol):
    """Writes the next message of a conversation, piece by piece."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def context_tokens(self) -> int:
        """Tokens that the messages and the answer may have together."""

    @property
    def terse(self) -> bool:
        """Whether it was trained to answer in a few words, by `rag train generator`."""

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of `text`."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the answer in pieces as they are made; joined, they are the answer.

        Closing the iterator, or setting `stop`, ends the work within a token. Raises
        `GenerationError` when the messages do not fit the window or the work fails.
        """
