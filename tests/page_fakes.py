"""An embedder and a generator for the pages, whose results a reader can work out by hand."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter

import numpy as np


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
