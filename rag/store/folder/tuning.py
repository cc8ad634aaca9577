"""The vector index of a whole archive: its kind chosen by size, fitted on its own vectors.

Up to some tens of thousands of vectors a search compares all of them. Beyond, they lie in
partitions around centres found by k-means, in 8 bits per number, and a search reads the
partitions nearest to the question (Jégou, Douze and Schmid, "Product Quantization for
Nearest Neighbor Search", 2011, section V).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import faiss
import numpy as np

from rag.embedding.embedder import Vectors
from rag.index import Ids
from rag.settings import IndexSettings
from rag.store.folder.changes import Feed

FLAT, PARTITIONED = "flat", "ivf-sq8"
# Candidates among which the nearest ten are looked for, as `RetrievalSettings` takes them.
CANDIDATES = 100
_NEAREST = 10
# k-means learns little more from further vectors a centre, and warns below 39.
_A_CENTRE = 40
_QUESTIONS = 400
# Cosine of a made question with the vector it is made of. With noise spread as the archive's
# vectors are, 150 questions of `newsqa-dev` over 100,000 vectors find within .007 of the share
# that 150 made ones do, whether 16 or 256 of 512 partitions are read. Noise spread evenly in
# all directions makes questions that are too easy: .98 of the nearest for .92 of the real ones.
_LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was chosen for an archive of `vectors` vectors, and the recall it reached.

    `recall` is the share of the ten nearest vectors found among `CANDIDATES`. A search
    reads `probes` of `partitions` partitions.
    """

    kind: str
    vectors: int
    partitions: int = 1
    probes: int = 1
    recall: float = 1.0

    def suits(self, count: int, settings: IndexSettings) -> bool:
        """Tell whether the choice still stands for `count` vectors."""
        if self.kind == FLAT:
            return count < settings.partition_from
        return settings.partition_from // 2 <= count <= 2 * self.vectors


def build(
    feed: Feed, *, count: int, dimension: int, settings: IndexSettings
) -> tuple[faiss.Index, Tuning]:
    """Index the `count` vectors of an archive by chunk id; needs memory for the index alone."""
    if count < settings.partition_from:
        flat = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        for ids, vectors in feed.vectors():
            flat.add_with_ids(vectors, ids)
        return flat, Tuning(FLAT, count)
    partitions = _partitions(count)
    index = _trained(feed.sample(partitions * _A_CENTRE), partitions)
    trial = _Trial.made_of(feed.sample(_QUESTIONS))
    for ids, vectors in feed.vectors():
        index.add_with_ids(vectors, ids)
        trial.see(ids, vectors)
    index.nprobe, recall = trial.fewest_probes(index, least_recall=settings.least_recall)
    return index, Tuning(PARTITIONED, count, partitions, index.nprobe, recall)


def _partitions(count: int) -> int:
    """Return the power of two nearest to twice the root of `count`."""
    return 1 << round(math.log2(2 * count**0.5))


def _trained(sample: Vectors, partitions: int) -> faiss.IndexIVFScalarQuantizer:
    dimension = sample.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        partitions,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    # Centres of unit vectors are unit vectors, or long ones would draw in too many.
    index.cp.spherical = True
    index.train(sample)
    return index


class _Trial:
    """Questions made of an archive's vectors, and the nearest ten of each so far."""

    def __init__(self, questions: Vectors) -> None:
        self._questions = questions
        self._best = np.full((len(questions), _NEAREST), -np.inf, np.float32)
        self._ids = np.full((len(questions), _NEAREST), -1, np.int64)

    @classmethod
    def made_of(cls, vectors: Vectors) -> _Trial:
        """Make a question of each of some vectors, with noise of the shape of all of them."""
        weights = np.random.default_rng(0).normal(size=(len(vectors), len(vectors)))
        noise = weights @ (vectors - vectors.mean(axis=0))
        noise /= np.linalg.norm(noise, axis=1, keepdims=True).clip(min=1e-12)
        questions = vectors + noise * (_LIKENESS**-2 - 1) ** 0.5
        questions /= np.linalg.norm(questions, axis=1, keepdims=True)
        return cls(questions.astype(np.float32))

    def see(self, ids: Ids, vectors: Vectors) -> None:
        """Take some more of the archive's vectors into account."""
        scores = np.hstack([self._best, self._questions @ vectors.T])
        all_ids = np.hstack([self._ids, np.broadcast_to(ids, (len(self._questions), len(ids)))])
        best = np.argpartition(-scores, _NEAREST - 1, axis=1)[:, :_NEAREST]
        self._best = np.take_along_axis(scores, best, axis=1)
        self._ids = np.take_along_axis(all_ids, best, axis=1)

    def fewest_probes(self, index: faiss.IndexIVF, *, least_recall: float) -> tuple[int, float]:
        """Return the fewest partitions, of about ten numbers tried, that reach the recall."""
        for probes in _steps(index.nlist):
            index.nprobe = probes
            recall = self._recall(index)
            if recall >= least_recall:
                break
        return probes, recall

    def _recall(self, index: faiss.IndexIVF) -> float:
        _, found = index.search(self._questions, CANDIDATES)
        hits = sum(
            len(np.intersect1d(wanted, given))
            for wanted, given in zip(self._ids, found, strict=True)
        )
        return hits / self._ids.size


def _steps(most: int) -> list[int]:
    """Return 1, 2, 3, 4, 6, 8, 12... up to `most`."""
    powers = [1 << n for n in range(most.bit_length())]
    between = [3 * power // 2 for power in powers if 1 < power <= most / 2]
    return sorted({*powers, *between, most})
