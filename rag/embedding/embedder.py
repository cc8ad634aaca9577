"""Text to unit vectors: the seam, and its implementation for sentence-transformers models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError
from rag.models.device import compute_dtype

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product measures likeness.

    `id` and `checksum` say which weights made a vector; vectors of different
    checksums must never be compared. `max_tokens` is the longest text read whole.
    """

    @property
    def id(self) -> str:
        """The model's name."""

    @property
    def checksum(self) -> str:
        """SHA-256 of the weights, in hexadecimal."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    @property
    def max_tokens(self) -> int:
        """The most tokens of a text that are read; the rest is ignored."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of `texts`, shape (len(texts), dimension)."""

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,)."""


class Encoder(Protocol):
    """A loaded network with its tokenizer; its vectors need not have length one."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    @property
    def max_tokens(self) -> int:
        """The most tokens read, including those that open and close the text."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""

    def encode_document(self, texts: Sequence[str]) -> npt.NDArray[np.floating]:
        """Return the vectors of passages."""

    def encode_query(self, texts: Sequence[str]) -> npt.NDArray[np.floating]:
        """Return the vectors of questions."""


class TransformerEmbedder:
    """A sentence-transformers model on the best device and number type at hand."""

    def __init__(self, encoder: Encoder, *, id: str, checksum: str) -> None:  # noqa: A002
        self._encoder = encoder
        self.id = id
        self.checksum = checksum
        self.dimension = encoder.dimension
        # Two tokens of the window open and close the text.
        self.max_tokens = encoder.max_tokens - 2

    @classmethod
    def load(
        cls, name: str, *, on_progress: Callable[[str], None] | None = None
    ) -> TransformerEmbedder:
        """Load the model called `name`; see `rag.models.registry.resolve` for the names.

        A BERT with mean pooling, as the default one is, runs on PyTorch alone; all others
        on sentence-transformers, which takes seconds longer to import. Raises `ModelError`
        when it cannot be found, verified or read.
        """
        # Imported here because it takes a second, which `rag --help` must not pay.
        from rag.embedding.bert import BertEncoder
        from rag.models.registry import resolve

        local = resolve(name, on_progress=on_progress)
        try:
            encoder: Encoder = (
                BertEncoder.load(local.path, dtype=compute_dtype())
                if BertEncoder.fits(local.path)
                else _Library(local.path)
            )
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(
                f"cannot load {local.name} from {local.path}: {error}; the embedder must be a "
                "model that sentence-transformers supports"
            ) from error
        return cls(encoder, id=local.name, checksum=local.checksum)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        return self._encoder.count_tokens(texts) if texts else []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of `texts`, shape (len(texts), dimension)."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return _unit(self._encoder.encode_document(texts))

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,)."""
        vector: Vectors = _unit(self._encoder.encode_query([text]))[0]
        return vector


class _Library:
    """Any model of sentence-transformers, run by that library."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(
            str(folder), local_files_only=True, model_kwargs={"dtype": compute_dtype()}
        )
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, verbose=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_document(self, texts: Sequence[str]) -> npt.NDArray[np.floating]:
        return np.asarray(self._model.encode_document(list(texts), show_progress_bar=False))

    def encode_query(self, texts: Sequence[str]) -> npt.NDArray[np.floating]:
        return np.asarray(self._model.encode_query(list(texts), show_progress_bar=False))


def _unit(vectors: npt.NDArray[np.floating]) -> Vectors:
    """Scale rows to length one; bfloat16 leaves them slightly off."""
    rows: Vectors = np.asarray(vectors, dtype=np.float32)
    lengths: Vectors = np.linalg.norm(rows, axis=1, keepdims=True).clip(min=1e-12)
    unit: Vectors = rows / lengths
    return unit
