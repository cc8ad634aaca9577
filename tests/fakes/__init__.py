"""Fakes whose results a reader can work out by hand."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


class BagOfWords:
    """An embedder whose vectors count words, each in the place its hash names."""

    id, checksum, dimension, max_tokens = "bag-of-words", "0" * 64, 512, 254

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts):
        return np.array([self.embed_question(text) for text in texts], dtype=np.float32)

    def embed_question(self, text):
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word, count in Counter(re.findall(r"\w+", text.lower())).items():
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dimension] = count
        return vector / (np.linalg.norm(vector) or 1)


class Script:
    """A generator that says given pieces; it waits for `go` before each but the first."""

    name, context_tokens = "script", 4096

    def __init__(self, *pieces, go=None, error=None):
        self.pieces, self.go, self.error = pieces, go, error
        self.started = threading.Event()
        self.ended = threading.Event()

    def count_tokens(self, text):
        return len(text.split())

    def inclination(self, messages, reply, *, stop=None):
        return None

    def stream(self, messages, *, max_new_tokens, avoid=None, stop=None):
        if self.error:
            raise self.error
        self.ended.clear()
        try:
            yield from self._pieces(stop)
        finally:
            self.ended.set()

    def _pieces(self, stop):
        for index, piece in enumerate(self.pieces):
            if index:
                self.started.set()
                while self.go is not None and not self.go.wait(0.01):
                    if stop is not None and stop.is_set():
                        return
            if stop is not None and stop.is_set():
                return
            yield piece
