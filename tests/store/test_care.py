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
from rag.store.folder.examination import examine
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
        ("UPDATE articles SET content_hash = 'f' WHERE id = 'a'", "the digest of article 'a'"),
        (
            "UPDATE articles SET signature = zeroblob(960) WHERE id = 'b'",
            "signature of article 'b'",
        ),
        ("UPDATE articles SET signature = 'short' WHERE id = 'b'", "signature of article 'b'"),
        ("DELETE FROM bands WHERE article = 1", "signature of article 'a'"),
        ("UPDATE meta SET value = '161' WHERE key = 'chunk_tokens'", "what the vectors were made"),
        ("UPDATE meta SET key = 'enbedder.id' WHERE key = 'embedder.id'", "what the vectors were"),
        ("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'chunks'", "chunks has row 2, beyond"),
        ("INSERT INTO removals VALUES (9, 1, 1, 1)", "the number of writes is 2, and was 9"),
        ("DELETE FROM meta WHERE key = 'generation'", "the number of writes is None"),
        ("ALTER TABLE removals RENAME COLUMN article TO artacle", "removals.article is not in"),
        ("ALTER TABLE chunks RENAME COLUMN position TO posotion", "no such column"),
        ("DROP INDEX articles_by_root", "articles.articles_by_root is not in the schema"),
        ("DELETE FROM articles WHERE id = 'a'", "row 1 of chunks belongs to a row of articles"),
    ],
)
def test_every_fault_is_found(folder, statement, fault):
    altered(folder / "archive.sqlite", statement)
    found = examine(folder / "archive.sqlite")
    assert found.faults
    assert any(fault in each for each in found.faults), found.faults


def contents(path):
    """Return all that a database says, but what may differ without harm.

    That are the list of what was removed and the last numbers given, which only spare work.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("articles", "chunks", "bands")
        }


@pytest.mark.slow
def test_no_flipped_bit_goes_unnoticed(folder):
    """Flip a bit of every 251st byte: either it is named, or all that was written is there."""
    path = folder / "archive.sqlite"
    sound = path.read_bytes()
    wanted = contents(path)
    noticed = 0
    for place in range(17, len(sound), 251):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        try:
            found = bool(examine(path).faults)
        except ArchiveError:
            found = True
        noticed += found
        assert found or contents(path) == wanted, f"byte {place}"
    assert noticed > 20
    path.write_bytes(sound)
    assert not examine(path).faults


@pytest.mark.parametrize("key", ["generation", "format", "embedder.dimension", "chunk_tokens"])
def test_a_number_that_is_none_is_told_in_words(folder, key):
    altered(folder / "archive.sqlite", f"UPDATE meta SET value = '1s' WHERE key = '{key}'")
    with pytest.raises(ArchiveError, match=f"damaged .its {key} is '1s', which is no number"):
        opened(folder)


@pytest.mark.parametrize("damaged", ["zeroblob(960)", "'short'"])
def test_a_damaged_signature_is_made_again(folder, damaged):
    """By the article's source, and by a change of the embedder, which copies signatures."""
    statement = f"UPDATE articles SET signature = {damaged} WHERE id = 'b'"
    altered(folder / "archive.sqlite", statement)
    with opened(folder) as archive:
        assert archive.ingest(ARTICLES).updated == 1
        assert archive.examine().faults == ()
    altered(folder / "archive.sqlite", statement)
    with opened(folder) as archive:
        archive.ingest([Article("Copy", ARTICLES[1].text, id="c")])
        archive.reembed(FakeEmbedder(id="other", checksum="0" * 64)).close()
    assert examine(folder / "archive.sqlite").faults == ()


def test_a_message_that_quotes_damaged_letters(folder):
    path = folder / "archive.sqlite"
    sound = path.read_bytes()
    place = sound.index(b"articles_by_date", sound.index(b"CREATE INDEX articles_by_date"))
    path.write_bytes(sound[:place] + b"\xe1" + sound[place + 1 :])
    with pytest.raises(ArchiveError, match=r"damaged .malformed database schema"):
        examine(path)


def test_an_altered_schema_is_told_in_words(folder):
    altered(folder / "archive.sqlite", 'ALTER TABLE chunks RENAME COLUMN "end" TO "ent"')
    with pytest.raises(ArchiveError, match=r"damaged \(no such column: .*end\).*rag restore"):
        opened(folder).search("storm")


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
