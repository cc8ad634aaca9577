"""The database alone: transactions, groups of near-duplicates, filters, damage."""

from __future__ import annotations

import dataclasses
import sqlite3

import numpy as np
import pytest

from rag.errors import ArchiveError
from rag.store.folder.changes import Mark, Removal
from rag.store.folder.database import transaction
from rag.store.folder.rows import insert
from rag.store.folder.schema import FORMAT
from rag.store.folder.store import Store
from rag.store.identity import content_hash, signature
from rag.store.types import Change, EmbedderIdentity, Prepared
from rag.types import Article, Chunk, Filter

IDENTITY = EmbedderIdentity("fake", "f" * 64, 2, 160)


def numbered(first: int, last: int) -> str:
    return " ".join(f"w{number}" for number in range(first, last))


def prepared(id_: str, text: str = "", *, chunks: int = 1, **fields) -> Prepared:
    """Return an article with `chunks` chunks whose vectors are (0, 1), (1, 1), (2, 1)..."""
    text = text or f"Text of {id_}, all its own."
    article = Article(fields.pop("title", "T"), text, id=id_, **fields)
    cut = [Chunk(id_, n, n, n + 4, text[n : n + 4]) for n in range(chunks)]
    vectors = np.array([[n, 1] for n in range(chunks)], np.float32).reshape(chunks, 2)
    return Prepared(article, content_hash(article), signature(text), cut, vectors)


@pytest.fixture
def store(tmp_path):
    created = Store.create(tmp_path / "archive.sqlite")
    yield created
    created.close()


def ids(articles):
    return [article.id for article in articles]


def listed(store, **where):
    return ids(store.catalog.articles(where=Filter(**where), limit=None, offset=0))


def test_a_new_database_is_empty(store):
    assert store.catalog.counts() == (0, 0, 0)
    assert store.catalog.dates() == (None, None)
    assert store.catalog.publishers() == []
    assert store.catalog.publisher_names() == []
    assert store.generation == 0
    assert store.embedder is None
    assert store.known("a") is None
    assert list(store.feed.indexable()) == []


def test_the_embedder_is_remembered(store, tmp_path):
    store.set_embedder(IDENTITY)
    store.close()
    reopened = Store.open(tmp_path / "archive.sqlite")
    assert reopened.embedder == IDENTITY
    # Indexes made before know no dimension, so they must be seen to be stale.
    assert reopened.generation == 1
    reopened.close()


def test_every_field_comes_back(store):
    article = Article(
        title="Zoë’s ferry",
        text="Text “quoted” 😀.\n\nEnd.",
        id="a",
        date="2021-02-18",
        url="https://x.example/a",
        publisher="Courier",
        author="Jane Doe",
        language="en",
        source="a.txt",
    )
    bare = Article("", "x", id="bare")
    whole = dataclasses.replace(prepared("a"), article=article)
    store.write([whole, dataclasses.replace(prepared("bare"), article=bare)])
    assert store.article("a") == article
    assert store.article("bare") == bare
    assert store.article("c") is None
    known = store.known("a")
    assert known is not None
    assert known.content_hash == whole.content_hash


def rows(store, *, after=0):
    """Return all vectors by chunk id."""
    return {
        id_: vector.tolist()
        for ids, vectors in store.feed.vectors(after=after)
        for id_, vector in zip(ids.tolist(), vectors, strict=True)
    }


def test_a_write_is_one_change_and_one_generation(store):
    assert store.write([prepared("a", chunks=2), prepared("b")]) == Change(written=2)
    assert store.generation == 1
    assert store.catalog.counts() == (2, 3, 0)
    [first, second] = store.feed.indexable()
    assert (first.key, list(first.chunk_ids), list(first.texts)) == (1, [1, 2], ["Text", "ext "])
    assert (second.key, list(second.chunk_ids)) == (2, [3])
    assert rows(store) == {1: [0, 1], 2: [1, 1], 3: [0, 1]}


def test_what_has_come_since_a_mark_and_what_has_gone(store):
    assert store.feed.mark() == Mark(0, 0, 0)
    store.write([prepared("a", chunks=2), prepared("empty", chunks=0)])
    store.write([prepared("b", chunks=3)])
    mark = store.feed.mark()
    assert mark == Mark(2, 3, 5)
    store.write([prepared("a", "Another text.", chunks=1), prepared("empty", "Yet another.")])
    assert [item.key for item in store.feed.indexable(after=mark.article)] == [4, 5]
    assert rows(store, after=mark.chunk) == {6: [0, 1], 7: [0, 1]}
    assert store.feed.removals(since=mark.generation) == [
        Removal(1, range(1, 3)),
        Removal(2, range(0)),
    ]
    store.delete("b")
    assert store.feed.removals(since=3) == [Removal(3, range(3, 6))]
    assert store.feed.removals(since=4) == []
    assert len(store.feed.removals(since=0)) == 3


def test_everything_is_read_however_much_there_is(store, monkeypatch):
    monkeypatch.setattr("rag.store.folder.changes._ARTICLES", 2)
    monkeypatch.setattr("rag.store.folder.changes._VECTORS", 3)
    store.write([prepared(str(n), chunks=n % 4) for n in range(1, 10)])
    store.delete("5")
    whole = list(store.feed.indexable())
    assert [item.key for item in whole] == [1, 2, 3, 4, 6, 7, 8, 9]
    assert [len(item.texts) for item in whole] == [1, 2, 3, 0, 2, 3, 0, 1]
    assert list(rows(store)) == [id_ for item in whole for id_ in item.chunk_ids]
    assert rows(store)[3] == [1, 1]


def test_cosines_are_those_of_the_stored_vectors(store):
    store.write([prepared("a", chunks=3)])
    vector = np.array([0.6, 0.8], np.float32)
    assert store.cosines(vector, [3, 1, 99]) == pytest.approx({1: 0.8, 3: 2 * 0.6 + 0.8})
    assert store.cosines(vector, []) == {}


def test_a_sample(store):
    store.write([prepared("a", chunks=5)])
    assert sorted(store.feed.sample(9).tolist()) == [[n, 1] for n in range(5)]
    drawn = {tuple(row) for row in store.feed.sample(3).tolist()}
    assert len(drawn) == 3
    assert drawn <= {(n, 1) for n in range(5)}


def test_a_new_version_takes_new_ids(store):
    store.write([prepared("a", chunks=2)])
    change = store.write([prepared("a", "Another text.", chunks=1)])
    assert change == Change(removed=1, written=1)
    assert store.catalog.counts() == (1, 1, 0)
    assert store.chunks([1, 2]) == {}
    # An id is never given twice, so that an index that still has it can do no harm.
    assert [chunk.id for chunk in store.chunks([3]).values()] == [3]


def test_delete(store):
    store.write([prepared("a", chunks=2), prepared("b")])
    assert store.delete("a") == Change(removed=1)
    assert store.delete("a") is None
    assert (store.catalog.counts(), store.generation) == ((1, 1, 0), 2)
    store.write([prepared("c")])
    assert list(store.articles_by_key([1, 2, 3])) == [2, 3]


def test_a_filter_kept_is_not_kept_beyond_the_next_write(store):
    where = Filter(since="2021-01-01")
    store.write([prepared("a", date="2021-05-05", chunks=2)])
    assert store.chunk_ranges(where).tolist() == [[1, 2]]
    store.write([prepared("b", date="2021-06-06"), prepared("c", date="2020-01-01")])
    assert store.chunk_ranges(where).tolist() == [[1, 2], [3, 3]]
    for day in range(1, 29):
        kept = store.chunk_ranges(Filter(since=f"2021-05-{day:02}"))
        assert kept.tolist() == ([[1, 2], [3, 3]] if day <= 5 else [[3, 3]])


def test_a_failed_write_leaves_nothing(store):
    broken = dataclasses.replace(prepared("b"), vectors=np.empty((0, 2), np.float32))
    with pytest.raises(ValueError, match="shorter"):
        store.write([prepared("a"), broken])
    assert store.catalog.counts() == (0, 0, 0)
    assert store.generation == 0
    store.write([prepared("a")])
    assert store.catalog.counts() == (1, 1, 0)


# Texts of 100 runs of five words; neighbours share 90, so their Jaccard is 90/110 = 0.82.
COPIES = {"a": numbered(0, 104), "b": numbered(10, 114), "c": numbered(5, 109)}


def test_near_duplicates_make_a_group(store):
    assert [store.write([prepared(id_, text)]).linked for id_, text in COPIES.items()] == [0, 1, 1]
    store.write([prepared("other", numbered(500, 604))])
    assert store.catalog.counts() == (4, 4, 2)
    assert ids(store.linked_to("a")) == ["b", "c"]
    assert ids(store.linked_to("b")) == ["a", "c"]
    assert store.linked_to("other") == store.linked_to("unknown") == []
    assert {chunk.root for chunk in store.chunks([1, 2, 3]).values()} == {1}


def test_copies_in_one_batch_are_linked_as_well(store):
    assert store.write([prepared(id_, text) for id_, text in COPIES.items()]).linked == 2


def test_the_eldest_copy_leads_when_the_root_is_gone(store):
    store.write([prepared(id_, text) for id_, text in COPIES.items()])
    store.delete("a")
    assert ids(store.linked_to("b")) == ["c"]
    assert ids(store.linked_to("c")) == ["b"]
    assert store.catalog.counts() == (2, 2, 1)
    store.delete("b")
    assert store.linked_to("c") == []
    assert store.catalog.counts() == (1, 1, 0)


def test_an_edit_that_ends_the_likeness_ends_the_link(store):
    store.write([prepared(id_, text) for id_, text in COPIES.items()])
    assert store.write([prepared("a", numbered(900, 1000))]).linked == 0
    assert store.linked_to("a") == []
    assert ids(store.linked_to("b")) == ["c"]


def test_an_edit_that_keeps_the_likeness_keeps_the_link(store):
    store.write([prepared(id_, text) for id_, text in COPIES.items()])
    assert store.write([prepared("a", numbered(0, 105))]).linked == 1
    assert ids(store.linked_to("c")) == ["b", "a"]
    assert store.catalog.counts() == (3, 3, 2)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ["new", "old", "undated"]),
        ({"since": "2021-01-01"}, ["new"]),
        ({"since": "2020-01-01", "until": "2020-01-01"}, ["old"]),
        ({"until": "2020-12-31"}, ["old"]),
        ({"since": "2022-01-01"}, []),
        ({"publishers": ("ELLERY courier",)}, ["old", "undated"]),
        ({"publishers": ("straße post",)}, ["new"]),
        ({"publishers": ("STRASSE POST",)}, ["new"]),
        ({"publishers": ("Ellery Courier", "Straße Post")}, ["new", "old", "undated"]),
        ({"publishers": ("Ellery",)}, []),
        ({"publishers": ("' OR 1 --",)}, []),
        ({"since": "2020-06-01", "publishers": ("Ellery Courier",)}, []),
    ],
)
def test_filters(store, where, expected):
    store.write(
        [
            prepared("undated", publisher="Ellery Courier"),
            prepared("old", date="2020-01-01", publisher="Ellery Courier"),
            prepared("new", date="2021-01-01", publisher="Straße Post"),
            prepared("nobody's", date=None),
        ]
    )
    expected = [*expected, "nobody's"] if not where else expected
    assert listed(store, **where) == expected
    keys = {"undated": 1, "old": 2, "new": 3, "nobody's": 4}
    ranges = store.chunk_ranges(Filter(**where)).tolist()
    assert sorted(ranges) == sorted([keys[id_], keys[id_]] for id_ in expected)


def test_pages_of_articles(store):
    store.write([prepared(str(n), date=f"2021-01-{n:02}") for n in range(1, 8)])
    page = store.catalog.articles(where=Filter(), limit=3, offset=2)
    assert ids(page) == ["5", "4", "3"]
    assert ids(store.catalog.articles(where=Filter(), limit=0, offset=0)) == []


def test_publishers_and_dates(store):
    for n, (publisher, date) in enumerate(
        [("B", "2021-01-01"), ("A", None), ("C", "2019-05-05"), ("C", None), (None, None)]
    ):
        store.write([prepared(str(n), publisher=publisher, date=date)])
    assert store.catalog.publishers() == [("C", 2), ("A", 1), ("B", 1)]
    assert store.catalog.publisher_names() == ["A", "B", "C"]
    assert store.catalog.dates() == ("2019-05-05", "2021-01-01")


def test_more_ids_than_sqlite_takes_parameters(store):
    store.write([prepared(str(n)) for n in range(1000)])
    assert len(store.chunks(np.arange(1, 1001))) == 1000
    assert len(store.articles_by_key(list(range(1, 1001)))) == 1000
    assert store.chunks([]) == {}


def test_another_connection_reads_while_one_writes(store, tmp_path):
    store.write([prepared("a")])
    other = Store.open(tmp_path / "archive.sqlite")
    with transaction(store._db):
        insert(store._db, prepared("b"), root=None, first=store.feed.mark().chunk + 1)
        assert listed(other) == ["a"]
    assert listed(other) == ["a", "b"]
    other.close()


@pytest.mark.parametrize(
    "content", [b"", b"not a database " * 500, b"SQLite format 3\0" + b"x" * 99]
)
def test_a_damaged_database_is_named(tmp_path, content):
    path = tmp_path / "archive.sqlite"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="rag restore") as caught:
        Store.open(path)
    assert str(path) in str(caught.value)


def test_another_format_is_refused_with_both_numbers(store, tmp_path):
    store.close()
    connection = sqlite3.connect(tmp_path / "archive.sqlite")
    connection.execute("UPDATE meta SET value = '7' WHERE key = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(ArchiveError, match=f"format 7, this version reads {FORMAT}"):
        Store.open(tmp_path / "archive.sqlite")
