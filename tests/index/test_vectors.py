"""FAISS against brute-force NumPy."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from rag.index.faults import IndexFault
from rag.index.vectors import DenseIndex

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


def same(found, question, expected):
    """The same ids with the same cosines, to the precision of 8 bits a number.

    So near to each other two of them may change places.
    """
    assert len(found) == len(expected)
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=0.01)
    for id_, score in found.items():
        assert score == pytest.approx(float(VECTORS[IDS.index(id_)] @ question), abs=0.01)


def flat(count):
    built = faiss.IndexIDMap(faiss.IndexFlatIP(DIMENSION))
    built.add_with_ids(VECTORS[:count], np.array(IDS[:count]))
    return built


def partitioned(count):
    built = faiss.index_factory(DIMENSION, "IVF8,SQ8", faiss.METRIC_INNER_PRODUCT)
    built.train(VECTORS)
    built.add_with_ids(VECTORS[:count], np.array(IDS[:count]))
    built.nprobe = 8
    return built


MADE = {"no file": None, "flat": flat, "partitioned": partitioned}


@pytest.fixture(params=MADE)
def index(request, tmp_path):
    """Return an index of a file with 120 of the vectors, or of none, and the rest added."""
    if MADE[request.param] is None:
        built, done = DenseIndex(DIMENSION), 0
    else:
        done = 120
        faiss.write_index(MADE[request.param](done), str(tmp_path / "file"))
        built = DenseIndex.load(tmp_path / "file", dimension=DIMENSION, last=IDS[done - 1])
    built.add(IDS[done:150], VECTORS[done:150])
    built.add(IDS[150:], VECTORS[150:])
    return built


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("k", [1, 10, len(IDS), len(IDS) + 1, 10_000])
def test_search(index, question, k):
    same(index.search(question, k=k), question, brute(question, k=k))


def ranges(*ids):
    return np.array([[id_, id_] for id_ in ids], np.int64).reshape(-1, 2)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("allowed", [IDS[:1], IDS[::3], IDS[10:40], [*IDS[5:9], 999_999], IDS])
def test_search_of_some(index, question, allowed):
    found = index.search(question, k=8, allowed=ranges(*allowed))
    assert set(found) <= set(allowed)
    same(found, question, brute(question, k=8, allowed=allowed))


def test_a_range_stands_for_all_ids_in_it(index):
    allowed = np.array([[IDS[110], IDS[130]], [0, IDS[2]]])
    expected = brute(QUESTIONS[0], k=50, allowed=[*IDS[:3], *IDS[110:131]])
    same(index.search(QUESTIONS[0], k=50, allowed=allowed), QUESTIONS[0], expected)


@pytest.mark.parametrize("allowed", [[], [1, 2], [999_999]])
def test_search_of_none(index, allowed):
    assert index.search(QUESTIONS[0], k=5, allowed=ranges(*allowed)) == {}


def test_an_empty_index():
    empty = DenseIndex(DIMENSION)
    empty.add([], np.empty((0, DIMENSION), np.float32))
    empty.remove([])
    assert (len(empty), empty.pending) == (0, 0)
    assert empty.search(QUESTIONS[0], k=5) == {}
    assert empty.search(QUESTIONS[0], k=5, allowed=ranges(1)) == {}


@pytest.mark.parametrize("removed", [IDS[:100], IDS[140:], IDS[::2], IDS[1:], IDS])
@pytest.mark.parametrize("question", QUESTIONS[:2])
def test_what_was_removed_is_not_found(index, question, removed):
    index.remove(removed[:3])
    index.remove([*removed[3:], 999_999])
    left = [id_ for id_ in IDS if id_ not in removed]
    assert len(index) == len(left)
    same(index.search(question, k=300), question, brute(question, k=300, allowed=left))
    some = [*IDS[:20], *IDS[115:145]]
    expected = brute(question, k=300, allowed=[id_ for id_ in some if id_ in left])
    same(index.search(question, k=300, allowed=ranges(*some)), question, expected)


def test_pending_counts_what_the_file_does_not_know(tmp_path):
    faiss.write_index(flat(120), str(tmp_path / "file"))
    index = DenseIndex.load(tmp_path / "file", dimension=DIMENSION, last=IDS[119])
    assert (len(index), index.pending) == (120, 0)
    index.add(IDS[120:130], VECTORS[120:130])
    index.remove([IDS[0], IDS[125]])
    index.remove([IDS[0]])
    assert (len(index), index.pending) == (128, 10)


@pytest.mark.parametrize("make", [flat, partitioned])
def test_merged_holds_what_was_added_and_not_what_was_removed(tmp_path, make):
    faiss.write_index(make(120), str(tmp_path / "file"))
    index = DenseIndex.load(tmp_path / "file", dimension=DIMENSION, last=IDS[119])
    index.add(IDS[120:], VECTORS[120:])
    index.remove([*IDS[:5], *IDS[150:160]])
    faiss.write_index(index.merged(tmp_path / "file"), str(tmp_path / "merged"))
    again = DenseIndex.load(tmp_path / "merged", dimension=DIMENSION, last=IDS[-1])
    assert (len(again), again.pending) == (185, 0)
    left = [*IDS[5:150], *IDS[160:]]
    same(again.search(QUESTIONS[3], k=300), QUESTIONS[3], brute(QUESTIONS[3], k=300, allowed=left))


def test_a_filter_reads_as_many_partitions_as_it_needs(tmp_path, monkeypatch):
    index = partitioned(200)
    index.nprobe = 1
    faiss.write_index(index, str(tmp_path / "file"))
    loaded = DenseIndex.load(tmp_path / "file", dimension=DIMENSION, last=IDS[-1])
    # Without a filter one of eight partitions is read, with a narrow one all.
    assert len(loaded.search(QUESTIONS[0], k=200)) < 100
    few = ranges(*IDS[::20])
    same(
        loaded.search(QUESTIONS[0], k=9, allowed=few),
        QUESTIONS[0],
        brute(QUESTIONS[0], k=9, allowed=IDS[::20]),
    )
    monkeypatch.setattr("rag.index.vectors._SCANNED", 0)
    # 200 of 200 pass: twice as many as without.
    assert loaded._probes(200) == 2
    assert loaded._probes(100) == 4
    assert loaded._probes(60) == 6
    assert loaded._probes(3) == 8


@pytest.mark.parametrize("damage", [b"", b"not an index"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    (tmp_path / "file").write_bytes(damage)
    with pytest.raises(IndexFault):
        DenseIndex.load(tmp_path / "file", dimension=DIMENSION, last=0)


def test_a_file_of_another_dimension_is_refused(tmp_path):
    faiss.write_index(flat(9), str(tmp_path / "file"))
    with pytest.raises(IndexFault, match="12 dimensions, the archive 13"):
        DenseIndex.load(tmp_path / "file", dimension=13, last=0)
