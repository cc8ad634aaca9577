"""Archives of any size made of a small one: what is kept, and what varies."""

from __future__ import annotations

import gzip
import itertools
import json

import numpy as np
import pytest

from eval.bench.scale.__main__ import questions_in, table
from eval.bench.scale.copies import Copies, write
from eval.bench.scale.stages import Watch, index
from rag import Article
from rag.store.folder.store import Store
from rag.store.identity import jaccard, shingles, similarity

WORDS = "storm flood harbour ferry strike court oil price vote minister school trial".split()


def story(number: int) -> str:
    random = np.random.default_rng(number)
    return " ".join(f"{' '.join(random.choice(WORDS, 9))} number {number} {n}." for n in range(60))


@pytest.fixture
def source(archive):
    archive.ingest(
        [
            Article(f"Title {n}", story(n), id=str(n), date="2021-05-05", publisher="Courier")
            for n in range(4)
        ]
    )
    return archive.folder


@pytest.fixture
def store(source):
    opened = Store.open(source / "archive.sqlite")
    yield opened
    opened.close()


def test_the_first_round_is_the_archive_itself(store):
    copies = list(itertools.islice(Copies(store).after(0), 4))
    assert [each.article.title for each in copies] == [f"Title {n}" for n in range(4)]
    assert [each.article.id for each in copies] == ["0-0", "1-0", "2-0", "3-0"]
    vectors = np.concatenate([each.vectors for each in copies])
    [(_, stored)] = store.feed.vectors()
    assert np.array_equal(vectors, stored)


def test_a_later_round_varies(store):
    copies = Copies(store)
    first = next(copies.after(1))
    later = next(copies.after(1 + 4 * 7))
    assert later.article.id == "1-7"
    assert later.vectors.shape == first.vectors.shape
    cosines = (first.vectors * later.vectors).sum(axis=1)
    assert cosines == pytest.approx(np.full(len(cosines), 0.85), abs=0.25)
    assert np.linalg.norm(later.vectors, axis=1) == pytest.approx(np.ones(len(cosines)))
    likeness = jaccard(shingles(first.article.text), shingles(later.article.text))
    assert 0.1 < likeness < 0.5
    assert similarity(first.signature, later.signature) == pytest.approx(likeness, abs=0.2)
    for chunk in later.chunks:
        assert later.article.text[chunk.start : chunk.end] == chunk.text != ""


def test_the_same_articles_come_again_wherever_one_begins(store):
    copies = Copies(store)
    whole = list(itertools.islice(copies.after(0), 60))
    again = list(itertools.islice(copies.after(50), 10))
    assert [each.article for each in again] == [each.article for each in whole[50:]]
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(again, whole[50:], strict=True))


def test_write_goes_on_where_it_was_left(source, tmp_path):
    write(tmp_path / "made", source, 100)
    first = Store.open(tmp_path / "made" / "archive.sqlite")
    articles, chunks, _ = first.catalog.counts()
    first.close()
    assert 100 <= chunks < 200
    measured = write(tmp_path / "made", source, 300)
    assert measured["articles"] > articles
    assert 300 <= measured["chunks"] < 400
    measured = index(tmp_path / "made")
    assert set(measured["parts"]) >= {"texts", "vectors"}
    assert measured["megabytes"]["database"] > measured["megabytes"]["texts"] > 0


def test_a_watch_adds_up_by_lap():
    class Clockwork:
        def tick(self, value):
            return value + 1

    watch, clockwork = Watch(), Clockwork()
    with watch.on({"tick": (Clockwork, "tick")}):
        for _ in range(3):
            watch.lap()
            assert [clockwork.tick(value) for value in (1, 2)] == [2, 3]
    assert len(watch.laps) == 3
    assert all(lap["tick"] > 0 for lap in watch.laps)
    assert watch.medians()["tick"] > 0
    assert clockwork.tick(1) == 2
    assert len(watch.laps) == 3


@pytest.mark.parametrize("packed", [True, False])
def test_questions_of_six_words(tmp_path, packed):
    lines = [{"question": q} for q in ("Too short?", "Who won the vote of May?", "a b c d e f g")]
    data = "\n".join(map(json.dumps, lines)).encode()
    path = tmp_path / ("q.jsonl.gz" if packed else "q.jsonl")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert questions_in(path, most=9) == ["Who won the vote of May?", "a b c d e f g"]
    assert questions_in(path, most=1) == ["Who won the vote of May?"]


def test_table_has_a_column_a_size():
    larger = {"open": {"seconds": 0.25, "a": {"b": [1, 3]}}}
    text = table({10: {"open": {"seconds": 0.5}}, 20: larger})
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["10", "20"]
    assert lines[1] == ["open:", "seconds", "0.500", "0.250"]
    assert lines[2] == ["open:", "a,", "b,", "median", "2.000"]
