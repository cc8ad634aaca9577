"""Derived indexes: whatever happens to their files, they come back without embedding."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import Archive, Article, Settings
from rag.index import full_text
from rag.settings import IndexSettings
from rag.store.folder import texts
from rag.store.folder.changes import Mark
from rag.store.folder.indexes import Indexes
from rag.store.folder.manifest import Manifest, VectorFile
from rag.store.folder.store import Store
from rag.store.folder.tuning import Tuning
from tests.fakes import FakeEmbedder

QUESTION = "storm ferry oil Zanzibar"
ARTICLES = [
    Article("Storm", "Storm closes harbour. The ferry waits.", id="a", date="2021-01-01"),
    Article("Trial", "Vaccine trial ends. Hospital staff vote.", id="b", publisher="Courier"),
    Article("", " ".join(f"Oil price number {n} rose in Zanzibar." for n in range(60)), id="c"),
]


# Every write renews the file of the vectors, which these archives would be too small for.
EAGER = Settings(index=IndexSettings(pending=0, pending_share=0))
# None does.
LAZY = Settings(index=IndexSettings(pending=10_000))
MORE = Article("More", "Storm hits ferry school.", id="d")


class Unwilling(FakeEmbedder):
    def embed_passages(self, texts):
        raise AssertionError(f"asked to embed {len(texts)} passages again")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "archive"
    with Archive.open(folder, embedder=FakeEmbedder(), settings=EAGER) as archive:
        archive.ingest(ARTICLES)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """Return the folder of an archive, to do with as one likes."""
    return shutil.copytree(made, tmp_path / "archive")


def answers(folder):
    """Open the archive with an embedder that embeds nothing, and search it."""
    with Archive.open(folder, create=False, embedder=Unwilling(), settings=EAGER) as archive:
        return archive.search(QUESTION, k=9)


def vectors(folder):
    [found] = folder.glob("*.faiss")
    return found


def contents(hits):
    """Return what hits say but for BM25, which counts the words of what is deleted for a while."""
    return {(hit.article.id, hit.text, hit.parts.dense, hit.parts.lexical is None) for hit in hits}


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
    "vectors": vectors,
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
    path = vectors(folder)
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


def test_vectors_of_another_time_but_the_same_content_are_taken(folder, caplog):
    """As after a copy that does not keep the times of files."""
    before = answers(folder)
    os.utime(vectors(folder), ns=(1, 1))
    assert answers(folder) == before
    assert not caplog.records


@pytest.mark.parametrize("name", ["vectors", "manifest.json", "passages", "headlines", "all"])
def test_files_of_an_older_generation_are_caught_up_or_built_again(
    folder, tmp_path, embedder, name
):
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    with Archive.open(folder, embedder=embedder, settings=EAGER) as archive:
        archive.delete("b")
        archive.ingest([MORE, dataclasses.replace(ARTICLES[0], text="Storm over. Ferry sails.")])
    before = contents(answers(folder))
    assert {id_ for id_, *_ in before} == {"a", "c", "d"}
    every = ["vectors", "manifest.json", "passages", "headlines"]
    for each in every if name == "all" else [name]:
        if each == "vectors":
            fresh, stale = vectors(folder), vectors(old)
            fresh.unlink()
            shutil.copy2(stale, folder / stale.name if name == "all" else fresh)
        else:
            remove(folder / each)
            copy = shutil.copytree if (old / each).is_dir() else shutil.copy2
            copy(old / each, folder / each)
    assert contents(answers(folder)) == before


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
    # One write of the embedder, one of the articles.
    assert manifest.mark == Mark(2, 3, 5)
    assert manifest.vectors is not None
    assert manifest.vectors.tuning == Tuning("flat", 5)
    assert manifest.vectors.mark == Mark(2, 3, 5)
    data = vectors(folder).read_bytes()
    assert (manifest.vectors.name, manifest.vectors.size) == (vectors(folder).name, len(data))
    assert manifest.vectors.sha256 == hashlib.sha256(data).hexdigest()
    assert not list(folder.glob("*.new"))


def test_what_fits_is_loaded_as_it_is(folder):
    store = Store.open(folder / "archive.sqlite")
    loaded = Indexes.load(folder, store)
    assert loaded is not None
    assert (len(loaded.dense), len(loaded.passages), len(loaded.headlines)) == (5, 5, 3)
    assert loaded.generation == store.generation
    store.close()


def crash(*_, **__):
    raise KeyboardInterrupt


# Each step after the database has been written.
STEPS = {
    "nothing": (Indexes, "follow"),
    "the vectors in memory": (texts, "_passages"),
    "the passages": (texts, "_headlines"),
    "the headlines": (Manifest, "save"),
    "the manifest": (Indexes, "overdue"),
    "no file": (VectorFile, "save"),
    "the file": (Indexes, "adopt"),
}


@pytest.mark.parametrize("settings", [EAGER, LAZY], ids=["eager", "lazy"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_is_caught_up_without_a_rebuild(
    folder, embedder, monkeypatch, caplog, step, settings
):
    if settings is LAZY and step in ("no file", "the file"):
        pytest.skip("no file is written")
    edited = dataclasses.replace(ARTICLES[0], text="Storm over. Ferry sails.")
    with Archive.open(folder, embedder=embedder, settings=settings) as archive:
        with monkeypatch.context() as broken:
            broken.setattr(*STEPS[step], crash)
            with pytest.raises(KeyboardInterrupt):
                archive.ingest([MORE, edited])
        store = Store.open(folder / "archive.sqlite")
        found = Indexes.load(folder, store, behind=True)
        store.close()
    assert found is not None
    before = {hit.article.id: hit.article.text for hit in answers(folder)}
    assert before.keys() == {"a", "b", "c", "d"}
    assert before["a"] == "Storm over. Ferry sails."
    with Archive.open(folder, embedder=Unwilling(), settings=settings) as archive:
        indexes = archive._storage.indexes
        assert (len(indexes.dense), len(indexes.passages), len(indexes.headlines)) == (6, 6, 4)
        caught_up = archive.search(QUESTION, k=9)
    assert not caplog.records
    for path in folder.iterdir():
        if path.name != "archive.sqlite":
            remove(path)
    assert contents(answers(folder)) == contents(caught_up)


def test_the_archive_goes_on_after_a_write_that_failed_halfway(folder, embedder, monkeypatch):
    with Archive.open(folder, embedder=embedder, settings=EAGER) as archive:
        with monkeypatch.context() as broken:
            broken.setattr(texts, "_headlines", crash)
            with pytest.raises(KeyboardInterrupt):
                archive.ingest([MORE])
        assert "d" in {hit.article.id for hit in archive.search(QUESTION, k=9)}
        archive.ingest([dataclasses.replace(MORE, id="e", text="Football strike at the ferry.")])
        before = contents(archive.search(QUESTION, k=9))
    assert {"d", "e"} <= {id_ for id_, *_ in before}
    assert contents(answers(folder)) == before


def test_a_database_put_back_to_an_earlier_state(folder, embedder, tmp_path):
    shutil.copy(folder / "archive.sqlite", tmp_path / "backup")
    before = answers(folder)
    with Archive.open(folder, embedder=embedder, settings=EAGER) as archive:
        archive.ingest([MORE])
    for path in folder.glob("archive.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "backup", folder / "archive.sqlite")
    assert answers(folder) == before


# The file of the vectors


def pending(archive):
    return archive._storage.indexes.dense.pending


def test_the_file_of_the_vectors_is_renewed_only_now_and_then(tmp_path, embedder):
    settings = Settings(index=IndexSettings(pending=3, pending_share=0.5))
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        seen = []
        for number in range(12):
            archive.ingest([Article("", f"Storm number x{number}.", id=str(number))])
            seen.append((len(list(archive.folder.glob("*.faiss"))), pending(archive)))
        # More than 3 and more than half of all: at 4 of 4, 5 of 9.
        assert seen == [
            *[(0, 1), (0, 2), (0, 3), (1, 0)],
            *[(1, 1), (1, 2), (1, 3), (1, 4), (1, 0)],
            *[(1, 1), (1, 2), (1, 3)],
        ]
        before = archive.search("storm x3 x9", k=20)
    with Archive.open(tmp_path / "a", embedder=Unwilling(), settings=settings) as archive:
        assert pending(archive) == 3
        assert archive.search("storm x3 x9", k=20) == before


def test_a_file_that_windows_holds_is_removed_the_next_time(tmp_path, embedder, monkeypatch):
    settings = Settings(index=IndexSettings(pending=1, pending_share=0.5))
    remove = Path.unlink

    def held(path, missing_ok=False):
        if path.suffix == ".faiss":
            raise PermissionError(13, "in use", str(path))
        remove(path, missing_ok=missing_ok)

    def files():
        return len(list(archive.folder.glob("*.faiss")))

    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        archive.ingest([Article("", f"Storm number x{n}.", id=str(n)) for n in range(3)])
        monkeypatch.setattr(Path, "unlink", held)
        archive.ingest([Article("", f"Ferry number y{n}.", id=f"y{n}") for n in range(9)])
        assert files() == 2
        assert archive.search("ferry y3")[0].article.id == "y3"
        monkeypatch.undo()
        archive.ingest([Article("", f"Oil number z{n}.", id=f"z{n}") for n in range(20)])
        assert files() == 1
        assert archive.examine().faults == ()


def test_an_archive_that_grows_and_shrinks_is_fitted_anew(tmp_path, embedder):
    settings = Settings(
        index=IndexSettings(partition_from=16, pending=2, pending_share=0.1, least_recall=1.0),
        batch_articles=1000,
    )
    words = ("storm", "ferry", "oil", "court", "school", "vaccine")
    articles = [
        Article("", f"The {words[n % 6]} and the {words[n % 5]} of x{n}.", id=str(n))
        for n in range(40)
    ]

    def fits():
        manifest = Manifest.load(tmp_path / "a")
        return manifest.vectors and (manifest.vectors.tuning.kind, manifest.vectors.tuning.vectors)

    def best():
        vector = embedder.embed_question("storm oil")
        found = archive._storage.indexes.dense.search(vector, k=300)
        exact = archive._storage.store.cosines(vector, list(found))
        return sorted(exact.values(), reverse=True)[:5]

    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        for start, end, fit in [
            (0, 2, None),
            (2, 10, ("flat", 10)),
            (10, 18, ("ivf-sq8", 18)),
            (18, 34, ("ivf-sq8", 18)),
            (34, 40, ("ivf-sq8", 40)),
        ]:
            archive.ingest(articles[start:end])
            assert fits() == fit
            assert len(archive._storage.indexes.dense) == end
            expected = embedder.embed_passages([article.text for article in articles[:end]])
            cosines = expected @ embedder.embed_question("storm oil")
            assert best() == pytest.approx(sorted(cosines.tolist())[::-1][:5], abs=1e-6)
        for article in articles[:36]:
            archive.delete(article.id)
        assert fits()[0] == "flat"
        assert len(archive._storage.indexes.dense) == 4
        assert len(best()) == 4


def test_a_rebuild_leaves_the_files_alone_while_another_archive_writes(folder, embedder):
    """A reader that finds stale files, and may not touch them, works in memory."""
    before = answers(folder)
    with Archive.open(folder, embedder=embedder) as writer, writer._storage.exclusive():
        remove(folder / "manifest.json")
        assert answers_elsewhere(folder) == before
        assert not (folder / "manifest.json").exists()
    assert answers(folder) == before
    assert (folder / "manifest.json").exists()


def test_indexes_made_in_memory_are_given_up_for_files_before_a_write(
    folder, embedder, monkeypatch, caplog
):
    monkeypatch.setattr("rag.store.locking.PATIENCE", 0.0)
    with Archive.open(folder, embedder=embedder, settings=EAGER) as writer:
        with writer._storage.exclusive():
            remove(folder / "manifest.json")
            with ThreadPoolExecutor(1) as pool:
                opened = pool.submit(Archive.open, folder, embedder=embedder, settings=EAGER)
                reader = opened.result()
        assert reader._storage.indexes.in_memory
        reader.ingest([MORE])
        assert not reader._storage.indexes.in_memory
        before = contents(reader.search(QUESTION, k=9))
        reader.close()
    assert "d" in {id_ for id_, *_ in before}
    caplog.clear()
    assert contents(answers(folder)) == before
    assert not caplog.records


def answers_elsewhere(folder):
    """Search from another thread, since the lock belongs to a thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(answers, folder).result()


@pytest.mark.parametrize("step", ["_passages", "_headlines"])
def test_searches_go_on_while_a_batch_is_written(folder, embedder, monkeypatch, step):
    """They find what there was before, and all of the batch once it is whole."""
    begun, go_on = threading.Event(), threading.Event()
    documents = getattr(texts, step)

    def slowly(*args, **options):
        yield from documents(*args, **options)
        begun.set()
        assert go_on.wait(60)

    with (
        Archive.open(folder, embedder=embedder, settings=EAGER) as archive,
        ThreadPoolExecutor(2) as pool,
    ):
        before = contents(archive.search(QUESTION, k=9))
        monkeypatch.setattr(texts, step, slowly)
        writing = pool.submit(archive.ingest, [MORE, Article("", "Storm at school.", id="e")])
        try:
            assert begun.wait(60)
            # In a thread, so that one that is held up fails and does not hang.
            for _ in range(3):
                found = pool.submit(archive.search, QUESTION, k=9).result(30)
                assert contents(found) == before
        finally:
            go_on.set()
        assert writing.result(60).added == 2
        after = {id_ for id_, *_ in contents(archive.search(QUESTION, k=9))}
        assert {"d", "e"} <= after
        assert archive.examine().faults == ()


def test_a_deletion_is_not_found_while_it_is_written(folder, embedder, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    update = full_text.LexicalIndex.update

    def slowly(index, **options):
        begun.set()
        assert go_on.wait(60)
        update(index, **options)

    with (
        Archive.open(folder, embedder=embedder) as archive,
        ThreadPoolExecutor(2) as pool,
    ):
        gone = archive.search(QUESTION, k=1)[0].article.id
        monkeypatch.setattr(full_text.LexicalIndex, "update", slowly)
        writing = pool.submit(archive.delete, gone)
        try:
            assert begun.wait(60)
            found = pool.submit(archive.search, QUESTION, k=9).result(30)
            assert found
            assert gone not in {hit.article.id for hit in found}
        finally:
            go_on.set()
        writing.result(60)
        assert gone not in {hit.article.id for hit in archive.search(QUESTION, k=9)}


def test_a_reader_sees_each_batch_while_another_archive_writes(folder, embedder, monkeypatch):
    monkeypatch.setattr("rag.store.locking.PATIENCE", 0.0)
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
    # What a batch has brought is found as soon as the batch is done.
    assert seen == [after]
    assert before != after
    assert "d" in [hit.article.id for hit in after]
