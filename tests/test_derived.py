"""Derived indexes: whatever happens to their files, they come back without embedding."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import FakeEmbedder

from rag import Archive, Article, storage
from rag.derived import Indexes, Manifest
from rag.store import Store

QUESTION = "storm ferry oil Zanzibar"
ARTICLES = [
    Article("Storm", "Storm closes harbour. The ferry waits.", id="a", date="2021-01-01"),
    Article("Trial", "Vaccine trial ends. Hospital staff vote.", id="b", publisher="Courier"),
    Article("", " ".join(f"Oil price number {n} rose in Zanzibar." for n in range(60)), id="c"),
]


class Unwilling(FakeEmbedder):
    def embed_passages(self, texts):
        raise AssertionError(f"asked to embed {len(texts)} passages again")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "archive"
    with Archive.open(folder, embedder=FakeEmbedder()) as archive:
        archive.ingest(ARTICLES)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """Return the folder of an archive, to do with as one likes."""
    return shutil.copytree(made, tmp_path / "archive")


def answers(folder):
    """Open the archive with an embedder that embeds nothing, and search it."""
    with Archive.open(folder, create=False, embedder=Unwilling()) as archive:
        return archive.search(QUESTION, k=9)


def segment(folder, name, suffix):
    [found] = (folder / name).glob(f"*.{suffix}")
    return found


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def replace(path, data):
    # Not in place: tantivy's threads may have the old file in memory for a moment yet, and a
    # mapped file that shrinks ends the process.
    path.unlink()
    path.write_bytes(data)


def truncate(path):
    replace(path, path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    replace(path, b"")


FILES = {
    "dense": lambda folder: folder / "dense.faiss",
    "manifest": lambda folder: folder / "manifest.json",
    "passages meta": lambda folder: folder / "passages" / "meta.json",
    "headlines meta": lambda folder: folder / "headlines" / "meta.json",
    "passages terms": lambda folder: segment(folder, "passages", "term"),
    "headlines postings": lambda folder: segment(folder, "headlines", "idx"),
    "passages positions": lambda folder: segment(folder, "passages", "pos"),
    "headlines fields": lambda folder: segment(folder, "headlines", "fast"),
}


@pytest.mark.parametrize("damage", [remove, truncate, empty])
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_built_again(folder, caplog, file, damage):
    before = answers(folder)
    assert not caplog.records
    damage(FILES[file](folder))
    assert answers(folder) == before
    assert [record.message for record in caplog.records] == [f"rebuilding the indexes in {folder}"]
    # And it was kept: the next one to open it has nothing to do.
    assert answers(folder) == before
    assert len(caplog.records) == 1


def test_vectors_changed_by_a_single_bit_are_built_again(folder, caplog):
    before = answers(folder)
    path = folder / "dense.faiss"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    replace(path, data)
    assert answers(folder) == before
    assert len(caplog.records) == 1


@pytest.mark.parametrize("name", ["passages", "headlines"])
def test_a_missing_folder_is_built_again(folder, name):
    before = answers(folder)
    remove(folder / name)
    assert answers(folder) == before


def test_nothing_but_the_database_is_needed(folder):
    before = answers(folder)
    for path in folder.iterdir():
        if path.name != "archive.sqlite":
            remove(path)
    assert answers(folder) == before


@pytest.mark.parametrize("name", ["dense.faiss", "manifest.json", "passages", "headlines"])
def test_files_of_an_older_generation_are_built_again(folder, tmp_path, embedder, name):
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    with Archive.open(folder, embedder=embedder) as archive:
        archive.ingest([Article("More", "Storm hits ferry school.", id="d")])
    before = answers(folder)
    assert "d" in [hit.article.id for hit in before]
    remove(folder / name)
    copy = shutil.copytree if (old / name).is_dir() else shutil.copy
    copy(old / name, folder / name)
    assert answers(folder) == before


@pytest.mark.parametrize(
    "text", ["null", "[]", "{}", '"text"', '{"generation": 2}', "\x00", "{", '{"extra": 1}']
)
def test_a_manifest_of_another_shape_leads_to_a_rebuild(folder, text):
    before = answers(folder)
    (folder / "manifest.json").write_text(text)
    assert answers(folder) == before


def test_the_manifest_says_what_the_files_were_built_from(folder):
    manifest = Manifest.load(folder)
    assert (manifest.articles, manifest.chunks) == (3, 5)
    assert (manifest.embedder, manifest.checksum) == ("fake", "f" * 64)
    assert (manifest.dimension, manifest.chunk_tokens) == (17, 160)
    assert len(manifest.dense_sha256) == 64
    assert json.loads((folder / "manifest.json").read_text())["generation"] == manifest.generation
    assert not list(folder.glob("*.new"))


def test_what_fits_is_loaded_as_it_is(folder):
    store = Store.open(folder / "archive.sqlite")
    loaded = Indexes.load(folder, store)
    assert loaded is not None
    assert (len(loaded.dense), len(loaded.passages), len(loaded.headlines)) == (5, 5, 3)
    assert loaded.generation == store.generation
    store.close()


def test_a_crash_before_the_files_were_saved(folder, embedder, monkeypatch):
    """The database has a batch that the vectors on disk lack."""
    with Archive.open(folder, embedder=embedder) as archive:
        monkeypatch.setattr(archive._storage, "save", lambda: None)
        archive.ingest([Article("More", "Storm hits ferry school.", id="d")])
        before = archive.search(QUESTION, k=9)
    assert "d" in [hit.article.id for hit in before]
    assert answers(folder) == before


def test_a_crash_between_the_database_and_the_indexes(folder, embedder, monkeypatch):
    def crash(*_, **__):
        raise KeyboardInterrupt

    with Archive.open(folder, embedder=embedder) as archive:
        monkeypatch.setattr(Indexes, "apply", crash)
        with pytest.raises(KeyboardInterrupt):
            archive.ingest([Article("More", "Storm hits ferry school.", id="d")])
        monkeypatch.undo()
        before = archive.search(QUESTION, k=9)
    assert "d" in [hit.article.id for hit in before]
    assert answers(folder) == before


def test_a_rebuild_leaves_the_files_alone_while_another_archive_writes(folder, embedder):
    """A reader that finds stale files, and may not touch them, works in memory."""
    before = answers(folder)
    with Archive.open(folder, embedder=embedder) as writer, writer._storage.exclusive():
        remove(folder / "manifest.json")
        assert answers_elsewhere(folder) == before
        assert not (folder / "manifest.json").exists()
    assert answers(folder) == before
    assert (folder / "manifest.json").exists()


def answers_elsewhere(folder):
    """Search from another thread, since the lock belongs to a thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(answers, folder).result()


def test_a_reader_keeps_its_indexes_while_another_archive_writes(folder, embedder, monkeypatch):
    monkeypatch.setattr(storage, "_PATIENCE", 0.0)
    seen = []
    with (
        Archive.open(folder, embedder=Unwilling()) as reader,
        Archive.open(folder, embedder=embedder) as writer,
    ):
        before = reader.search(QUESTION, k=9)

        def look(_progress):
            seen.append(reader.search(QUESTION, k=9))

        writer.ingest([Article("More", "Storm hits ferry school.", id="d")], progress=look)
        after = reader.search(QUESTION, k=9)
        assert after == writer.search(QUESTION, k=9)
    assert seen == [before]
    assert "d" in [hit.article.id for hit in after]
