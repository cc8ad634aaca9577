"""The vector index: FAISS inner products over unit vectors, by chunk id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from rag.embedding.embedder import Vectors
from rag.index import Ids
from rag.index.faults import IndexFault, faults

# Memory-mapped, so that opening reads next to nothing and what searches do not touch stays
# on disk.
_MAPPED = faiss.IO_FLAG_MMAP_IFC
# If a filter lets at most this many vectors pass, all partitions are searched, at 0.1 us per
# vector. With a wider filter, twice as many vectors are looked at as without one.
_SCANNED = 50_000
_WIDER = 2

Bits = npt.NDArray[np.uint8]


class DenseIndex:
    """Chunk vectors by chunk id: a file that is only read, and what has changed since.

    Scores are cosines, higher is closer; those of a partitioned file, whose vectors are
    kept in 8 bits per number, are off by .0004 on average and .005 at most. `base` holds
    chunks with ids up to `last`; what is added has ids above, as SQLite gives them.
    """

    def __init__(self, dimension: int, *, base: faiss.Index | None = None, last: int = 0) -> None:
        self.dimension = dimension
        self._base = base
        self._last = last
        self._gone: Ids = np.empty(0, np.int64)
        self._present: Bits = np.empty(0, np.uint8)
        self._tail = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))

    @classmethod
    def load(cls, path: Path, *, dimension: int, last: int) -> DenseIndex:
        """Memory-map the index in file `path`; `IndexFault` when it is damaged."""
        with faults():
            base = faiss.read_index(str(path), _MAPPED)
        if base.d != dimension:
            raise IndexFault(f"{path} has {base.d} dimensions, the archive {dimension}")
        return cls(dimension, base=base, last=last)

    def __len__(self) -> int:
        return self._in_base - len(self._gone) + int(self._tail.ntotal)

    @property
    def pending(self) -> int:
        """Vectors added and removed that the file does not know of."""
        return int(self._tail.ntotal) + len(self._gone)

    @property
    def _in_base(self) -> int:
        return int(self._base.ntotal) if self._base else 0

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Add one vector per id; `vectors` has shape (len(ids), dimension)."""
        if len(ids):
            self._tail.add_with_ids(
                np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64)
            )

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove the vectors with those ids; unknown ids above `last` are ignored."""
        given = np.asarray(ids, np.int64)
        later, earlier = given[given > self._last], given[given <= self._last]
        if len(earlier):
            self._gone = np.union1d(self._gone, earlier)
            self._present = ~_bits(np.repeat(self._gone[:, None], 2, axis=1), self._last)
        if len(later) and self._tail.ntotal:
            self._tail.remove_ids(later)

    def search(self, vector: Vectors, *, k: int, allowed: Ids | None = None) -> dict[int, float]:
        """Return the `k` nearest chunk ids with their cosines, best first.

        With `allowed`, shape (n, 2), only ids from the first to the second of one of its
        rows are looked at.
        """
        bits = None if allowed is None else _bits(allowed)
        passing = len(self) if allowed is None else int((allowed[:, 1] - allowed[:, 0] + 1).sum())
        if not passing:
            return {}
        found = {
            **_nearest(self._tail, vector, k, bits),
            **self._in_file(vector, k, bits, passing),
        }
        return dict(sorted(found.items(), key=lambda pair: -pair[1])[:k])

    def _in_file(
        self, vector: Vectors, k: int, bits: Bits | None, passing: int
    ) -> dict[int, float]:
        """Search the file, leaving out what is gone and what does not pass."""
        if self._base is None:
            return {}
        probes = None if bits is None else self._probes(passing)
        if len(self._gone) and bits is None:
            bits = self._present
        elif len(self._gone) and bits is not None:
            common = min(len(bits), len(self._present))
            bits = bits[:common] & self._present[:common]
        return _nearest(self._base, vector, k, bits, probes=probes)

    def _probes(self, passing: int) -> int | None:
        """Return how many partitions a filter takes, which leaves little in each."""
        if not isinstance(self._base, faiss.IndexIVF):
            return None
        if passing <= _SCANNED:
            return int(self._base.nlist)
        return min(self._base.nlist, self._base.nprobe * _WIDER * self._in_base // passing)

    def merged(self, path: Path) -> faiss.Index:
        """Return the index in file `path`, which is this one's, with what has changed since."""
        with faults():
            index = faiss.read_index(str(path))
        if len(self._gone):
            index.remove_ids(self._gone)
        if self._tail.ntotal:
            vectors = self._tail.index.reconstruct_n(0, self._tail.ntotal)
            index.add_with_ids(vectors, faiss.vector_to_array(self._tail.id_map))
        return index


def _nearest(
    index: faiss.Index, vector: Vectors, k: int, bits: Bits | None, *, probes: int | None = None
) -> dict[int, float]:
    if not index.ntotal:
        return {}
    selector = None if bits is None else faiss.IDSelectorBitmap(bits)
    parameters = faiss.SearchParameters(sel=selector)
    if isinstance(index, faiss.IndexIVF):
        parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes or index.nprobe)
    with faults():
        scores, ids = index.search(vector[None, :], min(k, index.ntotal), params=parameters)
    # FAISS pads a short result with -1.
    return {
        int(id_): float(score) for id_, score in zip(ids[0], scores[0], strict=True) if id_ >= 0
    }


def _bits(ranges: Ids, last: int = 0) -> Bits:
    """Return one bit per id, up to `last` at least, set for the ids in the ranges.

    The ranges do not overlap.
    """
    steps = np.zeros(max(last, int(ranges[:, 1].max(initial=0))) + 2, np.int8)
    steps[ranges[:, 0]] += 1
    steps[ranges[:, 1] + 1] -= 1
    bits: Bits = np.packbits(np.cumsum(steps, dtype=np.int8).view(bool), bitorder="little")
    return bits
