"""An embedder behind the addresses of servers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from rag.embedding.embedder import Vectors
from rag.errors import ModelError
from rag.models.servers.names import addresses
from rag.models.servers.pool import Pool
from rag.models.servers.protocol import COUNT, EMBED, INFO, unpacked

# Texts of one request: some seconds of work for one core.
_TEXTS = 64


class RemoteEmbedder:
    """The embedder of servers of models, which must all have the same one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        found = pool.ask(INFO)
        try:
            about = found["embedder"]
            self.id, self.checksum = str(about["id"]), str(about["checksum"])
            self.dimension, self.max_tokens = int(about["dimension"]), int(about["max_tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the server of models says of its embedder {found!r}") from error

    @classmethod
    def connect(cls, text: str) -> RemoteEmbedder:
        """Return the embedder at addresses, with commas between them.

        The token is ``$DATELINE_MODELS_TOKEN``. Raises `ModelError` when no server answers.
        """
        where = addresses(text)
        if not where:
            raise ModelError(f"{text!r} is not the address of a server; write http://HOST:PORT")
        return cls(Pool(where, token=os.environ.get("DATELINE_MODELS_TOKEN")))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        return [int(count) for count in self._asked(COUNT, list(texts), "tokens")] if texts else []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of `texts`, shape (len(texts), dimension)."""
        parts = [
            self._vectors(texts[first : first + _TEXTS], question=False)
            for first in range(0, len(texts), _TEXTS)
        ]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *parts])

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,)."""
        vector: Vectors = self._vectors([text], question=True)[0]
        return vector

    def _vectors(self, texts: Sequence[str], *, question: bool) -> Vectors:
        found = self._asked(EMBED, list(texts), "vectors", question=question)
        try:
            vectors = unpacked(found, dimension=self.dimension)
        except (TypeError, ValueError) as error:
            raise ModelError(f"the server sent no vectors: {error}") from error
        if len(vectors) != len(texts):
            raise ModelError(f"{len(vectors)} vectors came from the server for {len(texts)} texts")
        return vectors

    def _asked(self, path: str, texts: list[str], answer: str, **more: Any) -> Any:
        found = self._pool.ask(path, {"texts": texts, **more})
        if not isinstance(found, dict) or answer not in found:
            raise ModelError(
                f"the answer of the server to {path} lacks {answer!r}; is it the same version?"
            )
        return found[answer]
