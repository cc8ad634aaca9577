"""The database file: an archive of the first format is brought up to date in place."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rag import Archive, Article
from rag.store.folder.changes import Mark, Removal
from rag.store.folder.schema import STEPS
from rag.store.folder.store import Store
from rag.store.identity import band_keys, content_hash, signature
from rag.types import Filter
from tests.fakes import FakeEmbedder

# As version 0.1.0 made it.
FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    date TEXT,
    url TEXT,
    publisher TEXT,
    author TEXT,
    language TEXT,
    source TEXT,
    content_hash TEXT NOT NULL,
    signature BLOB NOT NULL,
    duplicate_of INTEGER REFERENCES articles(key)
);
CREATE INDEX articles_by_date ON articles(date);
CREATE INDEX articles_by_root ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (article, position)
);
CREATE TABLE bands (
    band BLOB NOT NULL,
    article INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    PRIMARY KEY (band, article)
) WITHOUT ROWID;
CREATE INDEX bands_by_article ON bands(article);
"""
ARTICLES = [
    Article("Storm", "Storm closes harbour. The ferry waits.", id="a", date="2021-01-01"),
    Article("Gone", "Deleted long ago.", id="gone"),
    Article("Oil", "Oil price falls. Traders met.", id="b", date="2021-03-01", publisher="Post"),
]


@pytest.fixture
def first(tmp_path):
    """Return the folder of an archive of format 1, of two chunks an article."""
    folder = tmp_path / "archive"
    folder.mkdir()
    db = sqlite3.connect(folder / "archive.sqlite")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA foreign_keys = ON")
    db.executescript(FIRST)
    meta = {"format": "1", "generation": "4", "chunk_tokens": "160"}
    meta |= {"embedder.id": "fake", "embedder.checksum": "f" * 64, "embedder.dimension": "17"}
    db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    for key, article in enumerate(ARTICLES, start=1):
        sketch = signature(article.text)
        db.execute(
            "INSERT INTO articles (id, title, text, date, publisher, content_hash, signature) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(article.id, article.title, article.text, article.date, article.publisher),
                *(content_hash(article), sketch.tobytes()),
            ),
        )
        db.executemany("INSERT INTO bands VALUES (?, ?)", [(b, key) for b in band_keys(sketch)])
        middle = article.text.index(".") + 1
        for position, (start, end) in enumerate([(0, middle), (middle + 1, len(article.text))]):
            [vector] = FakeEmbedder().embed_passages(
                [f"{article.title}\n{article.text[start:end]}"]
            )
            row = (key, position, start, end, vector.tobytes())
            db.execute(
                'INSERT INTO chunks (article, position, start, "end", vector) '
                "VALUES (?, ?, ?, ?, ?)",
                row,
            )
    db.execute("DELETE FROM articles WHERE id = 'gone'")
    db.commit()
    db.close()
    (folder / "dense.faiss").write_bytes(b"an old file")
    (folder / "manifest.json").write_text('{"format": 1, "generation": 4, "dense_sha256": "0"}')
    return folder


def schema(path):
    db = sqlite3.connect(path)
    found = {
        row[0]: db.execute(f"PRAGMA table_xinfo({row[0]})").fetchall()
        + db.execute(f"PRAGMA index_xinfo({row[0]})").fetchall()
        for row in db.execute("SELECT name FROM sqlite_master")
    }
    db.close()
    return found


def test_the_first_format_is_brought_up_to_date_and_used(first, embedder):
    embedder.embed_passages = None  # Nothing is embedded again.
    with Archive.open(first, create=False, embedder=embedder) as archive:
        hits = archive.search("storm ferry oil", k=9)
        assert {hit.article.id for hit in hits} == {"a", "b"}
        assert hits[0].text in ARTICLES[0].text
        assert [hit.article.id for hit in archive.search("oil", publishers="post")] == ["b", "b"]
        stats = archive.stats()
        assert (stats.articles, stats.chunks, stats.generation) == (2, 4, 4)
    assert sorted(path.name for path in first.iterdir()) == [
        *("archive.sqlite", "headlines", "ingest.lock", "manifest.json", "passages"),
    ]


def test_it_is_then_as_a_new_one(first, tmp_path):
    store = Store.open(first / "archive.sqlite")
    assert store.feed.mark() == Mark(4, 3, 6)
    assert store.chunk_ranges(Filter()).tolist() == [[1, 2], [5, 6]]
    assert store.chunk_ranges(Filter(since="2021-02-01")).tolist() == [[5, 6]]
    store.delete("b")
    assert store.feed.removals(since=4) == [Removal(3, range(5, 7))]
    assert np.concatenate([ids for ids, _ in store.feed.vectors()]).tolist() == [1, 2]
    store.close()
    Store.create(tmp_path / "new.sqlite").close()
    assert schema(first / "archive.sqlite") == schema(tmp_path / "new.sqlite")


def test_a_failure_leaves_the_first_format(first, monkeypatch):
    broken = {**STEPS, 1: STEPS[1] + "INSERT INTO nowhere VALUES (1);"}
    monkeypatch.setattr("rag.store.folder.schema.STEPS", broken)
    before = schema(first / "archive.sqlite")
    with pytest.raises(Exception, match="nowhere"):
        Store.open(first / "archive.sqlite")
    assert schema(first / "archive.sqlite") == before
    monkeypatch.undo()
    Store.open(first / "archive.sqlite").close()


def test_several_that_open_it_at_once(first):
    def look(_):
        store = Store.open(first / "archive.sqlite")
        try:
            return store.chunk_ranges(Filter()).tolist()
        finally:
            store.close()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(look, range(6))) == [[[1, 2], [5, 6]]] * 6


def test_a_snapshot_does_not_see_what_is_written_meanwhile(first):
    reader, writer = (Store.open(first / "archive.sqlite") for _ in range(2))
    with reader.snapshot():
        before = reader.feed.mark()
        writer.delete("a")
        with reader.snapshot():
            assert reader.feed.mark() == before
        assert reader.feed.mark() == before
    assert reader.feed.mark().generation == before.generation + 1
    reader.close()
    writer.close()
