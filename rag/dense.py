"""The vector index: FAISS inner products over unit vectors, with stable ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from rag.embedding import Vectors


class DenseIndex:
    """Chunk vectors by chunk id. Scores are cosines, higher is closer.

    `IndexIDMap2` keeps the ids that SQLite gave, so a deletion shifts nothing.
    """

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index = index

    @classmethod
    def build(cls, dimension: int) -> DenseIndex:
        """Return an empty index for vectors of length `dimension`."""
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Read an index that `save` wrote; `RuntimeError` when the file is damaged."""
        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Write the index to `path`."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add one vector an id; `vectors` has shape (len(ids), dimension)."""
        if len(ids):
            self._index.add_with_ids(
                np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64)
            )

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors with those ids; unknown ids are ignored."""
        if len(ids):
            self._index.remove_ids(np.asarray(ids, dtype=np.int64))

    def search(
        self, vector: Vectors, *, k: int, allowed: Sequence[int] | None = None
    ) -> dict[int, float]:
        """Return the `k` nearest chunk ids with their cosines, best first.

        With `allowed`, only those ids are looked at.
        """
        if len(self) == 0 or (allowed is not None and len(allowed) == 0):
            return {}
        parameters = None
        if allowed is not None:
            chosen = faiss.IDSelectorBatch(np.asarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=chosen)
        scores, ids = self._index.search(vector[None, :], min(k, len(self)), params=parameters)
        # FAISS pads a short result with -1.
        return {
            int(id_): float(score) for id_, score in zip(ids[0], scores[0], strict=True) if id_ >= 0
        }

    def scores(self, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """Return the cosine of `vector` with each of the indexed `ids`."""
        return {id_: float(self._index.reconstruct(int(id_)) @ vector) for id_ in ids}
