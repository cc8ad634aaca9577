"""Fakes whose results a reader can work out by hand, and the fixtures made of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag import Archive, Article

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rag.embedding.embedder import Vectors
    from rag.generation import Message

VOCABULARY = (
    *("election", "vote", "minister", "storm", "flood", "harbour", "ferry", "strike"),
    *("hospital", "vaccine", "school", "trial", "court", "oil", "price", "football"),
)


class FakeEmbedder:
    """Counts words: one axis for each word of a vocabulary, and a last one that is 1.

    "Storm, storm and flood" is 2 on the axis of "storm", 1 on that of "flood" and 1 on
    the last, all divided by the root of 4 + 1 + 1. A token is a word between blanks.
    """

    max_tokens = 254

    def __init__(
        self,
        *,
        id: str = "fake",  # noqa: A002
        checksum: str = "f" * 64,
        vocabulary: Sequence[str] = VOCABULARY,
    ) -> None:
        self.id = id
        self.checksum = checksum
        self.vocabulary = tuple(vocabulary)
        self.dimension = len(self.vocabulary) + 1
        self.passages_embedded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages_embedded += len(texts)
        return np.array([self._vector(text) for text in texts], np.float32).reshape(
            len(texts), self.dimension
        )

    def embed_question(self, text: str) -> Vectors:
        return np.array(self._vector(text), np.float32)

    def _vector(self, text: str) -> list[float]:
        found = re.findall(r"\w+", text.casefold())
        counts = [*(found.count(word) for word in self.vocabulary), 1]
        length = sum(count**2 for count in counts) ** 0.5
        return [count / length for count in counts]


class FakeGenerator:
    """Says the text it was made with, word by word, whatever it is asked.

    `asked` holds the messages of every call. A token is a word between blanks.
    """

    name = "fake"
    context_tokens = 2048

    def __init__(self, text: str, *, refusing: float | None = None) -> None:
        self.text = text
        self.refusing = refusing
        self.asked: list[Sequence[Message]] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def inclination(
        self, messages: Sequence[Message], reply: str, *, stop: threading.Event | None = None
    ) -> float | None:
        return self.refusing

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        avoid: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        self.asked.append(messages)
        for piece in re.findall(r"\s*\S+", self.text)[:max_new_tokens]:
            if stop is not None and stop.is_set():
                return
            yield piece


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def archive(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive", embedder=embedder) as opened:
        yield opened


@pytest.fixture
def make_article() -> Callable[..., Article]:
    """Return a function that makes an article of a text and any other fields."""

    def make(text: str, /, **fields: str | None) -> Article:
        return Article(**{"title": "", "text": text, **fields})  # type: ignore[arg-type]

    return make
