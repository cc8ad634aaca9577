"""Which index an archive gets, and how near it comes to comparing everything."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from rag.index.vectors import DenseIndex
from rag.settings import IndexSettings
from rag.store.folder.tuning import Tuning, build

DIMENSION = 16
SETTINGS = IndexSettings(partition_from=1000, least_recall=0.99)


class FakeFeed:
    """Vectors around forty directions, with the ids 3, 5, 7..."""

    def __init__(self, count):
        random = np.random.default_rng(count)
        middles = random.normal(size=(40, DIMENSION))
        rows = middles[random.integers(40, size=count)] + 0.7 * random.normal(
            size=(count, DIMENSION)
        )
        self.rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        self.ids = 2 * np.arange(count) + 3

    def vectors(self):
        for start in range(0, len(self.ids), 300):
            yield self.ids[start : start + 300], self.rows[start : start + 300]

    def sample(self, size):
        return np.random.default_rng(1).permutation(self.rows)[:size]


@pytest.mark.parametrize(
    ("tuning", "count", "suits"),
    [
        (Tuning("flat", 10), 999, True),
        (Tuning("flat", 10), 1000, False),
        (Tuning("ivf-sq8", 1000), 1000, True),
        # Refitted when it has doubled, and flat again when it has become small.
        (Tuning("ivf-sq8", 1000), 2000, True),
        (Tuning("ivf-sq8", 1000), 2001, False),
        (Tuning("ivf-sq8", 1000), 500, True),
        (Tuning("ivf-sq8", 1000), 499, False),
    ],
)
def test_when_another_tuning_is_due(tuning, count, suits):
    assert tuning.suits(count, SETTINGS) == suits


def test_a_small_archive_is_compared_whole(tmp_path):
    feed = FakeFeed(999)
    index, tuning = build(feed, count=999, dimension=DIMENSION, settings=SETTINGS)
    assert tuning == Tuning("flat", 999)
    _, found = index.search(feed.rows[:5], 3)
    expected = feed.ids[np.argsort(-(feed.rows[:5] @ feed.rows.T), axis=1)[:, :3]]
    assert found.tolist() == expected.tolist()


def test_a_large_archive_is_partitioned_and_its_recall_is_as_promised(tmp_path):
    feed = FakeFeed(6000)
    built, tuning = build(feed, count=6000, dimension=DIMENSION, settings=SETTINGS)
    # Twice the root of 6000 is 155, and 128 the nearest power of two.
    assert (tuning.kind, tuning.vectors, tuning.partitions) == ("ivf-sq8", 6000, 128)
    assert tuning.recall >= 0.99
    assert 1 <= tuning.probes < 128
    faiss.write_index(built, str(tmp_path / "file"))
    index = DenseIndex.load(tmp_path / "file", dimension=DIMENSION, last=int(feed.ids[-1]))
    random = np.random.default_rng(5)
    questions = feed.rows[::60] + 0.3 * random.normal(size=(100, DIMENSION)).astype(np.float32)
    hits = 0
    for question in questions / np.linalg.norm(questions, axis=1, keepdims=True):
        nearest = feed.ids[np.argsort(-(feed.rows @ question))[:10]]
        hits += len(set(nearest.tolist()) & set(index.search(question, k=100)))
    assert hits / 1000 >= 0.98


def test_a_lower_recall_takes_fewer_partitions():
    feed = FakeFeed(4000)
    probes = []
    for recall in (0.5, 0.999):
        settings = IndexSettings(partition_from=0, least_recall=recall)
        _, tuning = build(feed, count=4000, dimension=DIMENSION, settings=settings)
        probes.append(tuning.probes)
    assert probes[0] < probes[1]
