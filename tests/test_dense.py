"""FAISS against brute-force NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from rag.dense import DenseIndex

DIMENSION = 12
# Neither from 0 nor in a row, like the ids that are left after deletions.
IDS = [7 * n + 3 for n in range(200)]


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


RANDOM = np.random.default_rng(20210218)
VECTORS = unit(RANDOM.normal(size=(len(IDS), DIMENSION)))
QUESTIONS = unit(RANDOM.normal(size=(5, DIMENSION)))


def brute(question, *, k, allowed=None):
    """Return the best `k` of `allowed` by cosine."""
    cosines = dict(zip(IDS, (VECTORS @ question).tolist(), strict=True))
    kept = IDS if allowed is None else [id_ for id_ in IDS if id_ in set(allowed)]
    best = sorted(kept, key=lambda id_: -cosines[id_])[:k]
    return {id_: cosines[id_] for id_ in best}


def same(found, expected):
    assert list(found) == list(expected)
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-6)


@pytest.fixture
def index():
    built = DenseIndex.build(DIMENSION)
    built.add(IDS[:50], VECTORS[:50])
    built.add(IDS[50:], VECTORS[50:])
    return built


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("k", [1, 10, len(IDS), len(IDS) + 1, 10_000])
def test_search(index, question, k):
    same(index.search(question, k=k), brute(question, k=k))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("allowed", [IDS[:1], IDS[::3], IDS[10:40], [*IDS[5:9], 999_999], IDS])
def test_search_of_some(index, question, allowed):
    same(index.search(question, k=8, allowed=allowed), brute(question, k=8, allowed=allowed))


@pytest.mark.parametrize("allowed", [[], [1, 2], [999_999]])
def test_search_of_none(index, allowed):
    assert index.search(QUESTIONS[0], k=5, allowed=allowed) == {}


def test_an_empty_index():
    empty = DenseIndex.build(DIMENSION)
    empty.add([], np.empty((0, DIMENSION), np.float32))
    assert len(empty) == 0
    assert empty.search(QUESTIONS[0], k=5) == {}
    assert empty.search(QUESTIONS[0], k=5, allowed=[1]) == {}
    assert empty.scores(QUESTIONS[0], []) == {}


def test_removing_keeps_the_other_ids(index):
    gone = [*IDS[::2], 999_999]
    index.remove(gone)
    index.remove([])
    assert len(index) == 100
    for question in QUESTIONS:
        same(index.search(question, k=20), brute(question, k=20, allowed=IDS[1::2]))
        assert index.search(question, k=20, allowed=IDS[::2]) == {}
        scores = index.scores(question, IDS[1::2])
        assert scores == pytest.approx(brute(question, k=200, allowed=IDS[1::2]), abs=1e-6)


def test_an_id_can_come_back_with_another_vector(index):
    index.remove([IDS[0]])
    index.add([IDS[0]], -VECTORS[:1])
    assert index.scores(VECTORS[0], [IDS[0]]) == pytest.approx({IDS[0]: -1.0}, abs=1e-6)


def test_scores_are_the_cosines_of_the_ids_asked_for(index):
    wanted = [IDS[150], IDS[2]]
    everything = brute(QUESTIONS[1], k=len(IDS))
    same(index.scores(QUESTIONS[1], wanted), {id_: everything[id_] for id_ in wanted})


def test_save_and_load(index, tmp_path):
    index.remove(IDS[:3])
    index.save(tmp_path / "dense.faiss")
    loaded = DenseIndex.load(tmp_path / "dense.faiss")
    assert (len(loaded), loaded.dimension) == (len(IDS) - 3, DIMENSION)
    same(loaded.search(QUESTIONS[2], k=9), brute(QUESTIONS[2], k=9, allowed=IDS[3:]))
    loaded.remove(IDS[3:4])
    loaded.add([5], VECTORS[:1])
    assert loaded.search(VECTORS[0], k=1) == pytest.approx({5: 1.0}, abs=1e-6)


@pytest.mark.parametrize("damage", [b"", b"not an index", None])
def test_a_damaged_file_is_refused(index, tmp_path, damage):
    path = tmp_path / "dense.faiss"
    index.save(path)
    path.write_bytes(path.read_bytes()[:500] if damage is None else damage)
    with pytest.raises(RuntimeError):
        DenseIndex.load(path)
