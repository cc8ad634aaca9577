"""Damage, full disks and read-only folders: told in words, and mended where it can be."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from rag import Archive, Article
from rag.errors import ArchiveError
from rag.index import full_text
from rag.index.faults import IndexFault, NoRoomFault, faults
from tests.fakes import FakeEmbedder

ARTICLES = [
    Article("Storm", "Storm closes harbour. The ferry waits.", id="a", date="2021-01-01"),
    Article("Trial", "Vaccine trial ends. Hospital staff vote.", id="b", publisher="Courier"),
    Article("Oil", "The price of the oil rose again this week, and it was high. " * 12, id="c"),
]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "archive"
    with Archive.open(folder, embedder=FakeEmbedder()) as archive:
        archive.ingest(ARTICLES)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "archive")


def opened(folder):
    return Archive.open(folder, create=False, embedder=FakeEmbedder())


def ids(archive, question="storm vaccine oil"):
    return {hit.article.id for hit in archive.search(question, k=9)}


def altered(folder, statement, *values):
    """Change the database as a disk would: behind its back."""
    connection = sqlite3.connect(folder / "archive.sqlite")
    with connection:
        connection.execute(statement, values)
    connection.close()


# Derived files


def test_a_kill_between_the_deletions_of_a_part_and_its_list(folder, tmp_path, caplog):
    """tantivy then finds the file that it is about to write."""
    ahead = shutil.copytree(folder, tmp_path / "ahead")
    with opened(ahead) as archive:
        archive.delete("a")
    left = list((ahead / "passages").glob("*.del"))
    assert left, "tantivy writes deletions some other way now; test that one"
    for file in left:
        shutil.copy(file, folder / "passages")
    with opened(folder) as archive:
        archive.delete("a")
        assert ids(archive) == {"b", "c"}
    with opened(folder) as archive:
        assert ids(archive) == {"b", "c"}
    [line] = [record.message for record in caplog.records]
    assert line.startswith(f"rebuilding the indexes in {folder} (")


def test_an_interrupted_write_leaves_no_lock(folder, monkeypatch):
    def broken(*_args, **_options):
        raise KeyboardInterrupt
        yield

    with opened(folder) as archive:
        with monkeypatch.context() as patch:
            patch.setattr("rag.store.folder.texts._passages", broken)
            # The error is held, and with it every frame of the work that it ended.
            with pytest.raises(KeyboardInterrupt) as held:
                archive.ingest([Article("", "Flood at school.", id="d")])
        archive.ingest([Article("", "Court strike.", id="e")])
        assert ids(archive, "flood court strike") >= {"d", "e"}
    assert held.value is not None


def test_an_index_that_fails_in_a_search_is_built_again_once(folder, monkeypatch, caplog):
    with opened(folder) as archive:
        broken = archive._storage.indexes.passages

        def fail(*_args, **_options):
            raise IndexFault("a flipped bit")

        monkeypatch.setattr(broken, "search", fail)
        assert ids(archive) == {"a", "b", "c"}
        assert ids(archive) == {"a", "b", "c"}
    assert [record.message for record in caplog.records] == [
        f"rebuilding the indexes in {folder} (a flipped bit)"
    ]


def test_a_panic_and_every_other_error_of_a_library_is_a_fault():
    class PanicException(BaseException):
        pass

    for error in (PanicException("index out of bounds"), ValueError("?"), RuntimeError("?")):
        with pytest.raises(IndexFault), faults():
            raise error
    for error in (ValueError("No space left on device (os error 28)"), OSError(28, "full")):
        with pytest.raises(NoRoomFault), faults():
            raise error
    with pytest.raises(KeyboardInterrupt), faults():
        raise KeyboardInterrupt


# Full disks


LIMITED = """
import resource, sys
from pathlib import Path
from tests.fakes import FakeEmbedder
from rag import Archive, Article
from rag.errors import RagError
for folder in sys.argv[1:]:
    with Archive.open(folder, create=False, embedder=FakeEmbedder()) as archive:
        limit = int(Path(folder).name)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            archive.ingest(
                [Article("", f"Flood at school {n}. " * 300, id=f"n{n}") for n in range(20)]
            )
        except RagError as error:
            print("TOLD", error, end=" ")
        else:
            print("NO ERROR", end=" ")
        print("FOUND", sorted(hit.article.id for hit in archive.search("storm vaccine", k=3)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
"""


@pytest.mark.slow
def test_a_limit_of_file_sizes_is_told_and_loses_nothing(made, tmp_path):
    limits = [1_000, 30_000, 150_000]
    folders = [shutil.copytree(made, tmp_path / str(limit)) for limit in limits]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, folders)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for folder, said in zip(folders, done.stdout.splitlines(), strict=True):
        assert said.startswith("TOLD"), said
        assert "cannot be written" in said, said
        assert "FOUND ['a', 'b'" in said, said
        with opened(folder) as archive:
            assert ids(archive) >= {"a", "b", "c"}
            kept = archive.stats().articles
            again = [Article("", f"Flood at school {n}. " * 300, id=f"n{n}") for n in range(20)]
            assert archive.ingest(again).unchanged == kept - 3
            assert archive.stats().articles == 23


# Folders that cannot be written


@pytest.fixture
def locked(made):
    """Return a folder that this process, root or not, can read and not write."""
    place = Path(tempfile.mkdtemp(prefix="dateline-test-"))
    folder = shutil.copytree(made, place / "archive")
    (folder / "ingest.lock").unlink(missing_ok=True)
    place.chmod(0o755)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(place)


def test_a_read_only_folder_is_searched_and_left_as_it_is(locked):
    before = sorted((path.name, path.stat().st_mtime_ns) for path in locked.rglob("*"))
    with opened(locked) as archive:
        assert ids(archive) == {"a", "b", "c"}
        assert [article.id for article in archive.find("storm")] == ["a"]
        with pytest.raises(ArchiveError, match="cannot be written") as caught:
            archive.ingest([Article("", "Flood.", id="d")])
        assert "delete" not in str(caught.value)
    assert sorted((path.name, path.stat().st_mtime_ns) for path in locked.rglob("*")) == before


# The database


def test_a_damaged_article_is_left_out_told_and_mended_by_its_source(folder, caplog):
    altered(folder, "UPDATE articles SET text = replace(text, 'harbour', 'hárbour') WHERE id = 'a'")
    with opened(folder) as archive:
        assert ids(archive) == {"b", "c"}
        assert "article a is damaged" in caplog.text
        with pytest.raises(ArchiveError, match=r"checksum of article 'a' is wrong.*rag restore"):
            archive.article("a")
        report = archive.ingest(ARTICLES)
        assert (report.updated, report.unchanged) == (1, 2)
        assert ids(archive) == {"a", "b", "c"}
        assert archive.article("a") == ARTICLES[0]


@pytest.mark.parametrize("column", ["title", "text", "date", "publisher", "url", "source"])
def test_every_field_of_an_article_is_checked(folder, column):
    altered(folder, f"UPDATE articles SET {column} = '2021-01-02' WHERE id = 'b'")
    with opened(folder) as archive, pytest.raises(ArchiveError, match="checksum of article 'b'"):
        archive.article("b")


def test_letters_that_are_none_any_more(folder):
    altered(
        folder, "UPDATE articles SET text = CAST(x'53746f726dff' AS TEXT), date = '?' WHERE id='a'"
    )
    shutil.rmtree(folder / "passages")
    with opened(folder) as archive:
        assert ids(archive) == {"b", "c"}


def test_a_damaged_vector_or_place_is_noticed(folder, caplog):
    altered(folder, "UPDATE chunks SET vector = zeroblob(length(vector)) WHERE id = 1")
    altered(folder, "UPDATE chunks SET start = start + 1 WHERE id = 2")
    with opened(folder) as archive:
        assert ids(archive) == {"a", "c"}
        assert "the vector of chunk 1 is damaged" in caplog.text
        assert archive.ingest(ARTICLES).updated == 2
        assert ids(archive) == {"a", "b", "c"}


def test_reembed_does_not_copy_damage(folder):
    altered(folder, "UPDATE articles SET title = 'Sturm' WHERE id = 'a'")
    with opened(folder) as archive, pytest.raises(ArchiveError, match="checksum of article 'a'"):
        archive.reembed(FakeEmbedder(id="other", checksum="0" * 64))
    with opened(folder) as archive:
        assert archive.stats().articles == 3


def pages(folder):
    path = folder / "archive.sqlite"
    return path, path.stat().st_size // 4096


@pytest.mark.parametrize("noise", [b"\0", b"\xa5"])
def test_every_damaged_page_is_told_in_words_or_does_no_harm(folder, noise):
    """No raw error, no altered article, no advice to delete; whatever page it is."""
    path, count = pages(folder)
    sound = path.read_bytes()
    told = []
    for number in range(count):
        path.write_bytes(sound[: number * 4096] + noise * 4096 + sound[(number + 1) * 4096 :])
        try:
            with opened(folder) as archive:
                for hit in archive.search("storm vaccine oil", k=9):
                    assert hit.article in ARTICLES
                for article in ARTICLES:
                    assert archive.article(article.id) == article
        except ArchiveError as error:
            told.append(str(error))
    assert len(told) > count // 4
    assert not [words for words in told if "delete" in words or "rag restore" not in words]


def test_an_archive_deleted_or_replaced_meanwhile(folder, tmp_path):
    aside = tmp_path / "aside"
    with opened(folder) as archive:
        assert ids(archive)
        folder.rename(aside)
        with pytest.raises(ArchiveError, match="was deleted meanwhile; open it again"):
            archive.search("storm")
        with pytest.raises(ArchiveError, match="was deleted meanwhile"):
            archive.articles()
        shutil.copytree(aside, folder)
        with pytest.raises(ArchiveError, match="was replaced by another meanwhile"):
            archive.search("storm")


def test_links_to_what_cannot_be_written_go_with_the_index(made):
    links = full_text._links(made / "passages")
    assert {path.name for path in Path(links.name).iterdir()} >= {"meta.json"}
    assert not list(Path(links.name).glob("*.lock"))
