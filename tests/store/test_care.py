"""An archive examined, backed up while it is in use, and restored."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

import rag
from rag import Archive, Article
from rag.errors import ArchiveError
from rag.index.faults import IndexFault
from rag.store.folder.care import examine
from tests.fakes import FakeEmbedder

ARTICLES = [
    Article("Storm", "Storm closes harbour. The ferry waits.", id="a", date="2021-01-01"),
    Article("Trial", "Vaccine trial ends. Hospital staff vote.", id="b", publisher="Courier"),
]


@pytest.fixture
def folder(tmp_path):
    with Archive.open(tmp_path / "archive", embedder=FakeEmbedder()) as archive:
        archive.ingest(ARTICLES)
    return tmp_path / "archive"


def opened(folder):
    return Archive.open(folder, create=False, embedder=FakeEmbedder())


def altered(path, statement):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_whole_archive(folder):
    with opened(folder) as archive:
        found = archive.examine()
    assert (found.articles, found.chunks, found.faults, found.mended) == (2, 2, (), ())


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE articles SET title = 'Sturm' WHERE id = 'a'", "article 'a' is not as it was"),
        ("UPDATE articles SET checksum = NULL WHERE id = 'b'", "article 'b' is not as it was"),
        ("UPDATE chunks SET vector = zeroblob(68) WHERE id = 2", "chunk 2 of article 'b' is not"),
        ("UPDATE chunks SET start = 'x' WHERE id = 1", ""),
        ("DELETE FROM articles WHERE id = 'a'", "row 1 of chunks belongs to a row of articles"),
    ],
)
def test_every_fault_is_found(folder, statement, fault):
    altered(folder / "archive.sqlite", statement)
    found = examine(folder / "archive.sqlite")
    assert found.faults
    assert any(fault in each for each in found.faults), found.faults


def test_a_bit_of_every_page(folder):
    """Flip one bit in each page; what is not noticed must not matter."""
    path = folder / "archive.sqlite"
    sound = path.read_bytes()
    noticed = 0
    for page in range(len(sound) // 4096):
        place = page * 4096 + 4090
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        try:
            noticed += bool(examine(path).faults)
        except ArchiveError:
            noticed += 1
        path.write_bytes(sound)
    assert noticed > 2
    assert not examine(path).faults


@pytest.mark.parametrize("name", ["passages", "headlines"])
def test_a_flipped_bit_of_the_texts_is_mended(folder, name, caplog):
    with opened(folder) as archive:
        [file] = (folder / name).glob("*.idx")
        data = bytearray(file.read_bytes())
        data[5] ^= 1
        file.unlink()
        file.write_bytes(data)
        [mended] = archive.examine().mended
        assert "checksum of" in mended
        assert archive.examine().mended == ()
    with opened(folder) as archive:
        assert len(archive.search("storm vaccine", k=5)) == 2
    assert len(caplog.records) == 1


def test_a_flipped_bit_is_found_at_opening(folder, caplog):
    for file in (folder / "passages").glob("*.*"):
        if file.suffix in {".json", ".lock"}:
            continue
        data = bytearray(file.read_bytes())
        data[len(data) // 3] ^= 16
        file.unlink()
        file.write_bytes(data)
    with opened(folder) as archive:
        assert len(archive.search("storm vaccine", k=5)) == 2
    assert [record.message for record in caplog.records] == [f"rebuilding the indexes in {folder}"]


def test_a_backup_is_the_archive(folder, tmp_path):
    (folder / "feedback.jsonl").write_text('{"message": "c-1"}\n')
    (folder / "other.txt").write_text("not ours")
    with opened(folder) as archive:
        before = archive.search("storm vaccine", k=5)
        assert archive.backup(tmp_path / "copy").articles == 2
        archive.delete("a")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "copy"]
    assert rag.restore(tmp_path / "copy", tmp_path / "back").articles == 2
    with opened(tmp_path / "back") as archive:
        assert archive.search("storm vaccine", k=5) == before
        assert archive.examine().faults == ()
        assert archive.ingest(ARTICLES).unchanged == 2
    assert (tmp_path / "back" / "feedback.jsonl").read_text() == '{"message": "c-1"}\n'
    assert not (tmp_path / "back" / "other.txt").exists()


def test_a_backup_of_one_moment_during_an_ingest(folder, tmp_path):
    """Articles come in batches of 16; a backup has whole batches, and never fewer than before."""
    ended = threading.Event()
    more = [Article("", f"Flood number {n} at school.", id=f"n{n}") for n in range(160)]

    def ingest():
        with opened(folder) as other:
            other.ingest(more)
        ended.set()

    thread = threading.Thread(target=ingest)
    counts = []
    with opened(folder) as archive:
        thread.start()
        while not ended.is_set() or not counts:
            found = archive.backup(tmp_path / f"copy-{len(counts)}")
            assert found.faults == ()
            counts.append(found.articles)
        thread.join()
    assert counts == sorted(counts)
    assert all((count - 2) % 16 == 0 for count in counts), counts


def test_backups_are_never_written_over(folder, tmp_path):
    (tmp_path / "copy").write_text("mine")
    with opened(folder) as archive, pytest.raises(ArchiveError, match="exists; choose another"):
        archive.backup(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"


def test_a_damaged_archive_is_not_backed_up_as_if_it_were_whole(folder, tmp_path):
    altered(folder / "archive.sqlite", "UPDATE articles SET title = 'Sturm' WHERE id = 'a'")
    with opened(folder) as archive, pytest.raises(ArchiveError, match="copy was not written"):
        archive.backup(tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 9000, None])
def test_what_is_no_backup_makes_no_archive(tmp_path, content):
    if content is not None:
        (tmp_path / "copy").write_bytes(content)
    with pytest.raises(ArchiveError, match=r"copy(; check| is not what)"):
        rag.restore(tmp_path / "copy", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_database_of_another_program_makes_no_archive(tmp_path):
    with closing(sqlite3.connect(tmp_path / "copy")) as other:
        other.execute("CREATE TABLE songs (name)")
    with pytest.raises(ArchiveError, match="copy is not what `rag backup` has written"):
        rag.restore(tmp_path / "copy", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_damaged_backup_makes_no_archive(folder, tmp_path):
    with opened(folder) as archive:
        archive.backup(tmp_path / "copy")
    altered(tmp_path / "copy", "UPDATE articles SET title = 'Sturm' WHERE id = 'a'")
    with pytest.raises(ArchiveError, match="copy is damaged"):
        rag.restore(tmp_path / "copy", tmp_path / "back")
    assert not list((tmp_path / "back").iterdir())


def test_an_archive_is_never_restored_over_another(folder, tmp_path):
    with opened(folder) as archive:
        archive.backup(tmp_path / "copy")
        with pytest.raises(ArchiveError, match="there is an archive at"):
            rag.restore(tmp_path / "copy", folder)
        assert len(archive.articles()) == 2


def test_no_room_for_a_backup(folder, tmp_path):
    words = "cannot be written: there is no folder .*nowhere; make it first"
    with opened(folder) as archive, pytest.raises(ArchiveError, match=words):
        archive.backup(tmp_path / "nowhere" / "copy")


def test_a_file_that_is_none_of_tantivys(folder):
    with opened(folder) as archive:
        [file] = (folder / "passages").glob("*.pos")
        shutil.copy(folder / "manifest.json", file)
        with pytest.raises(IndexFault):
            archive._storage.indexes.check(folder)
