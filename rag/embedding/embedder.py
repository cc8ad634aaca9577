"""Text to unit vectors: the seam, and its implementation for sentence-transformers models."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError

from rag.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

# Texts of a batch. A core is as fast with 8 as with 32, and waits less for the longest of
# them; a GPU is idle between small batches.
_BATCH = {"cpu": 8, "cuda": 256, "mps": 32}
# Tokens of a model that does not say how many it reads.
_WINDOW = 512


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


class TransformerEmbedder:
    """A sentence-transformers model on the best device and number type at hand."""

    def __init__(self, model: SentenceTransformer, *, id: str, checksum: str) -> None:  # noqa: A002
        self._model = model
        self.id = id
        self.checksum = checksum
        self.dimension = int(model.get_embedding_dimension() or 0)
        # Two tokens of the window open and close a text.
        self.max_tokens = int(model.max_seq_length or _WINDOW) - 2
        self._batch = _BATCH[model.device.type]
        # Counting and embedding set padding and truncation in the tokenizer, and an ingest does
        # both at once in two threads; with a tokenizer of its own neither disturbs the other.
        self._counter = copy.deepcopy(model.tokenizer)
        self._counting = threading.Lock()

    @classmethod
    def load(
        cls, name: str, *, on_progress: Callable[[str], None] | None = None
    ) -> TransformerEmbedder:
        """Load the model called `name`; see `rag.models.resolving.resolve` for the names.

        Raises `ModelError` when it cannot be found, verified or read.
        """
        # Imported here because it takes seconds, which `rag --help` must not pay.
        from sentence_transformers import SentenceTransformer

        from rag.models.device import compute_dtype
        from rag.models.resolving import resolve

        local = resolve(name, on_progress=on_progress)
        try:
            model = SentenceTransformer(
                str(local.path), local_files_only=True, model_kwargs={"dtype": compute_dtype()}
            )
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise ModelError(
                f"cannot load {local.name} from {local.path}: {error}; the embedder must be a "
                "model that sentence-transformers supports"
            ) from error
        return cls(model, id=local.name, checksum=local.checksum)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        if not texts:
            return []
        with self._counting:
            encoded = self._counter(
                list(texts), add_special_tokens=False, truncation=False, verbose=False
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of `texts`, shape (len(texts), dimension)."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # The library sorts texts by length, so that a batch has little padding.
        found = self._model.encode_document(
            list(texts), batch_size=self._batch, show_progress_bar=False
        )
        return _unit(np.asarray(found))

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,)."""
        found = self._model.encode_query([text], show_progress_bar=False)
        vector: Vectors = _unit(np.asarray(found))[0]
        return vector


def _unit(vectors: npt.NDArray[np.floating]) -> Vectors:
    """Scale rows to length one; bfloat16 leaves them slightly off."""
    rows: Vectors = np.asarray(vectors, dtype=np.float32)
    lengths: Vectors = np.linalg.norm(rows, axis=1, keepdims=True).clip(min=1e-12)
    unit: Vectors = rows / lengths
    return unit
