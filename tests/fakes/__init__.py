"""Fakes whose results a reader can work out by hand."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from rag.reading import Asked, Candidate, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.embedding.embedder import Vectors
    from rag.generation import Message
    from rag.types import Passage

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
    terse = False

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[Sequence[Message]] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        self.asked.append(messages)
        for piece in re.findall(r"\s*\S+", self.text)[:max_new_tokens]:
            if stop is not None and stop.is_set():
                return
            yield piece


class FakeReader:
    """Finds the sentence with most of the question's words, and in it the first number.

    Without a number it takes the last capitalised word, else the whole sentence. A passage
    with at least half of the question's words of four letters or more answers it, with odds
    of 8 nats, and otherwise does not, with -8.
    """

    id = "fake"

    def read(
        self, question: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> list[Reading]:
        return [self._read(question, passage) for passage in passages]

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        return [self.read(item.question, item.passages) for item in asked]

    def _read(self, question: str, passage: Passage) -> Reading:
        asked = {word for word in _lower(question) if len(word) > 3}
        here = asked & set(_lower(f"{passage.heading} {passage.text}"))
        sentences = list(re.finditer(r"[^.!?]+[.!?]*", passage.text))
        if not sentences:
            return Reading((), -8.0)
        best = max(sentences, key=lambda found: len(asked & set(_lower(found[0]))))
        start, end = self._span(best)
        odds = 8.0 if 2 * len(here) >= len(asked) > 0 else -8.0
        return Reading((Candidate(start, end, odds),), odds)

    def _span(self, sentence: re.Match[str]) -> tuple[int, int]:
        numbers = list(re.finditer(r"\d+", sentence[0]))
        names = list(re.finditer(r"(?<=[a-z] )[A-Z]\w+", sentence[0]))
        found = (numbers[:1] or names[-1:] or list(re.finditer(r"\S.*\S", sentence[0])))[0]
        return sentence.start() + found.start(), sentence.start() + found.end()


def _lower(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


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

    name, context_tokens, terse = "script", 4096, False

    def __init__(self, *pieces, go=None, error=None):
        self.pieces, self.go, self.error = pieces, go, error
        self.started = threading.Event()
        self.ended = threading.Event()

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, messages, *, max_new_tokens, stop=None):
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
