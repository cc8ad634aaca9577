"""BM25 against a count by hand, and questions whose words look like operators."""

from __future__ import annotations

import math
import shutil
import time

import numpy as np
import pytest

from rag.index.faults import IndexFault
from rag.index.full_text import Document, LexicalIndex
from rag.store.folder.store import Filter

ALL = Filter()
DOCUMENTS = [
    Document(10, "Election day brings a storm", "2021-01-01", "Ellery Courier"),
    Document(20, "Storm storm flood", "2021-02-01", "Harbour Post"),
    Document(30, "The minister talks", None, None),
]
# Their stemmed words, with which the score is worked out below.
WORDS = {10: "elect day bring a storm", 20: "storm storm flood", 30: "the minist talk"}


def bm25(*terms: str) -> dict[int, float]:
    """Return the scores of `WORDS` for some stems, with k1 = 1.2 and b = 0.75."""
    bags = {id_: text.split() for id_, text in WORDS.items()}
    average = sum(map(len, bags.values())) / len(bags)
    scores: dict[int, float] = {}
    for term in terms:
        holders = [id_ for id_, bag in bags.items() if term in bag]
        rarity = math.log(1 + (len(bags) - len(holders) + 0.5) / (len(holders) + 0.5))
        for id_ in holders:
            count, length = bags[id_].count(term), len(bags[id_])
            weight = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average))
            scores[id_] = scores.get(id_, 0.0) + rarity * weight
    return dict(sorted(scores.items(), key=lambda pair: -pair[1]))


def same(found, expected):
    assert list(found) == list(expected)
    assert list(found.values()) == pytest.approx(list(expected.values()), rel=1e-5)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "lexical"
    LexicalIndex.build(folder).update(remove=[], add=DOCUMENTS)
    return folder


@pytest.fixture(scope="module")
def index(made):
    """Return an index that is only read."""
    return LexicalIndex.load(made)


@pytest.fixture
def own(made, tmp_path):
    """Return an index to change."""
    return LexicalIndex.load(shutil.copytree(made, tmp_path / "lexical"))


def test_one_score_worked_out_in_full(index):
    # "flood": N = 3, n = 1, so ln(1 + 2.5 / 1.5); once in 3 words of 11 / 3 on average.
    rarity, weight = math.log(8 / 3), 2.2 / (1 + 1.2 * (0.25 + 0.75 * 9 / 11))
    assert index.search("flood", k=5, where=ALL) == pytest.approx({20: rarity * weight}, rel=1e-5)


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("storm", ["storm"]),
        ("storm flood", ["storm", "flood"]),
        ("STORM, flood?", ["storm", "flood"]),
        ("elections", ["elect"]),
        ("Election minister", ["elect", "minist"]),
        # A word said twice counts once, two forms of it twice.
        ("storm storm", ["storm"]),
        ("storms storm", ["storm", "storm"]),
        ("What did the minister say about the storm’s talk?", ["minist", "storm", "talk"]),
    ],
)
def test_search(index, question, stems):
    same(index.search(question, k=5, where=ALL), bm25(*stems))


def test_a_question_of_function_words_alone_is_searched_whole(index):
    same(index.search("the a", k=5, where=ALL), bm25("the", "a"))


def test_k(index):
    everything = bm25("storm", "minist")
    best = next(iter(everything))
    same(index.search("storm minister", k=1, where=ALL), {best: everything[best]})


@pytest.mark.parametrize(
    "question",
    ['AND OR " ( x:', "NOT", "*", "\\", "[a TO b]", "+ -", "title:", "", "   ", "—", "_", "z" * 90],
)
def test_marks_and_operators_alone_find_nothing(index, question):
    assert index.search(question, k=5, where=ALL) == {}


@pytest.mark.parametrize(
    "question",
    [
        'AND OR " ( flood:x',
        "NOT flood",
        "-flood",
        "+flood",
        '"flood',
        "flood*",
        "flood~2",
        "flood^9",
        "publisher:flood",
        "id:10 flood",
        "IN [flood]",
        "(flood",
        "flood\\",
        "{flood TO *}",
        "‘flood’",
    ],
)
def test_operators_are_only_words(index, question):
    same(index.search(question, k=5, where=ALL), bm25("flood"))


def test_words_joined_by_marks_must_stand_together(own):
    own.update(remove=[], add=[Document(40, "Rates rose 3.5 points, not 5.3.", None, None)])
    assert set(own.search("3.5", k=5, where=ALL)) == {40}
    assert set(own.search("5.5", k=5, where=ALL)) == set()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(since="2021-01-01"), [20, 10]),
        (Filter(since="2021-01-02"), [20]),
        (Filter(until="2021-02-01"), [20, 10]),
        (Filter(until="2021-01-31"), [10]),
        (Filter(since="2021-01-01", until="2021-01-01"), [10]),
        (Filter(since="2022-01-01"), []),
        (Filter(publishers=("Harbour Post",)), [20]),
        (Filter(publishers=("HARBOUR post", "ellery courier")), [20, 10]),
        (Filter(publishers=("Harbour",)), []),
        (Filter(since="2021-01-02", publishers=("Ellery Courier",)), []),
        (Filter(names=("floods",)), [20]),
        (Filter(names=("Storm Flood",)), [20]),
        (Filter(names=("flood storm",)), []),
        (Filter(names=("election", "storm")), [10]),
        (Filter(names=("election", "flood")), []),
    ],
)
def test_filters_leave_the_scores_alone(index, where, expected):
    everything = bm25("storm")
    found = index.search("storm", k=5, where=where)
    same(found, {id_: everything[id_] for id_ in expected})


@pytest.mark.parametrize("where", [Filter(since="0001-01-01"), Filter(until="9999-12-31")])
def test_a_date_leaves_out_the_undated(index, where):
    assert set(index.search("minister", k=5, where=ALL)) == {30}
    assert index.search("minister", k=5, where=where) == {}


def test_texts_that_mention_names_are_found_with_all_of_them(index):
    assert index.mentioning(["storm"]) == [10, 20]
    assert index.mentioning(["Storm", "election day"]) == [10]
    assert index.mentioning(["day election"]) == []
    assert index.mentioning(['"storm" OR minister']) == []


@pytest.mark.parametrize("few", [0, 1_000])
def test_only_ids_within_ranges_are_found_however_many_they_are(tmp_path, monkeypatch, few):
    monkeypatch.setattr("rag.index.full_text._FEW", few)
    index = LexicalIndex.build(tmp_path / "lexical")
    texts = ["storm " * (1 + id_ % 7) for id_ in range(100)]
    index.update(remove=[], add=[Document(n, text, None, None) for n, text in enumerate(texts)])
    every = index.search("storm", k=100, where=ALL)
    within = np.array([[90, 95], [3, 5], [40, 40]])
    kept = [id_ for id_ in every if 3 <= id_ <= 5 or id_ == 40 or 90 <= id_ <= 95]
    same(index.search("storm", k=4, where=ALL, within=within), {n: every[n] for n in kept[:4]})
    found = index.search("storm", k=50, where=ALL, within=within)
    assert found == {n: every[n] for n in kept}
    assert index.search("storm", k=4, where=ALL, within=within[:0]) == {}


def test_update_removes_and_replaces(own):
    own.update(remove=[20, 999], add=[])
    assert len(own) == 2
    assert list(own.search("storm", k=5, where=ALL)) == [10]
    own.update(remove=[10], add=[Document(10, "Vaccine trial", None, None)])
    assert len(own) == 2
    assert own.search("election", k=5, where=ALL) == {}
    assert list(own.search("vaccines", k=5, where=ALL)) == [10]


def test_an_empty_index(tmp_path):
    empty = LexicalIndex.build(tmp_path / "lexical")
    assert len(empty) == 0
    assert empty.search("storm", k=5, where=ALL) == {}
    empty.update(remove=[], add=[])
    assert len(empty) == 0


def test_an_index_in_memory():
    built = LexicalIndex.build(None)
    built.update(remove=[], add=DOCUMENTS)
    assert len(built) == 3
    same(built.search("storm", k=5, where=ALL), bm25("storm"))


def test_an_open_index_does_not_follow_another_ones_writes(own, tmp_path):
    LexicalIndex.load(tmp_path / "lexical").update(remove=[20], add=[])
    time.sleep(0.6)  # Left to itself, tantivy looks twice a second.
    assert set(own.search("storm", k=5, where=ALL)) == {10, 20}
    assert set(LexicalIndex.load(tmp_path / "lexical").search("storm", k=5, where=ALL)) == {10}


@pytest.mark.parametrize("folder", ["nowhere", ""])
def test_a_folder_without_an_index_is_refused(tmp_path, folder):
    with pytest.raises(IndexFault, match="no full-text index"):
        LexicalIndex.load(tmp_path / folder)


def test_joining_parts_of_the_index_leaves_the_number_of_the_commit(tmp_path):
    index = LexicalIndex.build(tmp_path / "lexical")
    assert not index.in_memory
    seen = []
    for number in range(1, 30):
        index.update(remove=[number], add=[Document(number, f"storm x{number}", None, None)])
        seen.append(index.commit)
        if number % 9 == 0:
            index.finish_merging()
            assert index.commit == seen[-1]
    index.finish_merging()
    assert index.commit == LexicalIndex.load(tmp_path / "lexical").commit == seen[-1]
    assert seen == sorted(set(seen))
    assert index._index.searcher().num_segments < 29
    assert len(index) == 29


def test_another_one_may_write_once_it_is_settled(own, tmp_path):
    own.update(remove=[20], add=[])
    other = LexicalIndex.load(tmp_path / "lexical")
    with pytest.raises(IndexFault, match=r"[Ll]ock"):
        other.update(remove=[30], add=[])
    own.finish_merging()
    other.update(remove=[30], add=[])
    other.finish_merging()
    own.reload()
    assert (len(own), len(other)) == (1, 1)


def test_what_an_interrupted_update_added_is_not_committed_later(own):
    def broken():
        yield Document(40, "Walrus storm", None, None)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        own.update(remove=[10], add=broken())
    own.update(remove=[], add=[Document(50, "Seal", None, None)])
    assert len(own) == 4
    assert own.search("walrus", k=5, where=ALL) == {}
    assert set(own.search("storm", k=5, where=ALL)) == {10, 20}
