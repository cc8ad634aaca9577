"""What is of Milvus alone: where an archive lies, its rows, and writes that break off."""

from __future__ import annotations

import dataclasses
import socket
import sys

import pytest

from rag import Archive, Article, Settings
from rag.errors import ArchiveError
from rag.index.terms import marked, terms_of_question, terms_of_text
from rag.settings import SettingsFile, StoreSettings, archives_in
from rag.store.identity import content_hash, signature
from rag.store.milvus.client import _requests
from rag.store.milvus.place import Place
from rag.store.milvus.rows import article_in, condition, mention, partition_of, rows_of_article
from rag.store.types import Prepared
from rag.types import Filter
from tests.fakes.stores import place_of

MilvusClient = pytest.importorskip("pymilvus").MilvusClient

STORM = Article("Storm", "The storm closed the harbour. The ferry waits.", id="storm")


@pytest.fixture
def place(tmp_path, request):
    return place_of("milvus", tmp_path, request)


@pytest.fixture
def news(place, tmp_path, embedder):
    with place.open(f"{tmp_path.name} news", embedder=embedder) as archive:
        yield archive


def test_terms_are_those_of_tantivy():
    # Stems, without the signs between letters.
    assert terms_of_text("Covid-19's ferries closed") == ["covid", "19", "s", "ferri", "close"]
    assert terms_of_text("Häuser", language="de") == ["häuser", "de0haus"]
    assert terms_of_question("Who closed the ferries?") == ["close", "ferri"]
    assert terms_of_question("Häuser", languages=["de"]) == ["häuser", "de0haus"]
    assert terms_of_question("who was it") == ["who", "was", "it"]
    assert terms_of_text("x" * 41) == []


def test_a_term_of_a_language_is_one_word_to_every_engine():
    assert marked("घर्", "hi").isalnum()
    assert marked("o'neil", "pt-BR").isalnum()
    assert marked("a-b", "de") != marked("ab", "de")


def mentioning(names):
    return [f"key of {name}" for name in names]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(), ""),
        (Filter(since="2021-02-03"), "day >= 20210203"),
        # What has no date is of day 0.
        (Filter(until="2021-02-03"), "day >= 1 and day <= 20210203"),
    ],
)
def test_conditions(where, expected):
    assert condition(where, mentioning=mentioning) == expected


def test_a_publisher_is_told_by_a_digest_so_that_no_name_ends_a_condition():
    found = condition(
        Filter(publishers=('a" or day > 0 or name == "', "NPR")), mentioning=mentioning
    )
    assert found.startswith('publisher in ["')
    assert "or" not in found
    others = Filter(publishers=("npr", 'A" or day > 0 or name == "'))
    assert found == condition(others, mentioning=mentioning)


def test_a_name_is_looked_for_as_words_and_no_sign_of_it_means_another():
    assert '"% joe biden %"' in mention('Joe"%_Biden')
    assert mention("x" * 41) == 'pk == ""'
    found = condition(Filter(names=("Ann",), since="2021-02-03"), mentioning=mentioning)
    assert found == 'day >= 20210203 and key in ["key of Ann"]'


@pytest.mark.parametrize(("day", "name"), [(0, "undated"), (20210203, "y2021"), (990101, "y0099")])
def test_partitions_are_years(day, name):
    assert partition_of(day) == name


def test_a_long_article_takes_several_rows_and_is_whole_again():
    text = " ".join(f"wörd{n} 漢字{n}" for n in range(9_000))
    article = Article("Long", text, id="long", language="de", publisher="P", date="2021-01-01")
    prepared = Prepared(article, content_hash(article), signature("short"), (), ())
    rows = rows_of_article(prepared, root="", added=1)
    assert len(rows) > 4
    assert article_in(rows[::-1]) == article
    assert all(len(row[name].encode()) <= 65_535 for row in rows for name in ("article", "words"))
    assert [row["part"] for row in rows] == list(range(len(rows)))
    # Only the first tells what is of the whole.
    assert {row["id"] for row in rows[1:]} == {""}


def test_rows_go_in_requests_that_a_server_takes(monkeypatch):
    monkeypatch.setattr("rag.store.milvus.client._BYTES", 100)
    monkeypatch.setattr("rag.store.milvus.client._ROWS", 3)
    rows = [{"pk": "x" * size, "n": 1} for size in (20, 5, 1, 1, 1, 1, 40, 1)]
    # By bytes: 4 * 25 is 100. By rows: three. One that is too long by itself goes alone.
    sizes = [[len(row["pk"]) for row in given] for given in _requests(rows)]
    assert sizes == [[20, 5], [1, 1, 1], [1], [40], [1]]


def test_the_folder_says_where_an_archive_lies(news, milvus):
    place = Place.read(news.folder)
    assert place == Place.of(news.folder, StoreSettings(milvus))
    assert place.articles.isascii()
    assert news.folder.name in archives_in(news.folder.parent)
    # Names that a collection cannot have stay apart.
    folders = (news.folder / "a b", news.folder / "a-b", news.folder / "ä")
    assert len({Place.of(each, StoreSettings(milvus)).articles for each in folders}) == 3


def test_an_archive_is_made_of_as_many_shards_as_the_settings_say(
    tmp_path, milvus, embedder, monkeypatch
):
    # Milvus Lite has one shard whatever is asked of it.
    asked, make = {}, MilvusClient.create_collection

    def recorded(self, name, **options):
        asked[name.rpartition("_")[2]] = options.get("num_shards")
        return make(self, name, **options)

    monkeypatch.setattr(MilvusClient, "create_collection", recorded)
    settings = Settings(store=StoreSettings(milvus, shards=3))
    folder = tmp_path / f"{tmp_path.name} shards"
    with Archive.open(folder, embedder=embedder, settings=settings) as archive:
        archive.ingest([STORM])
    assert asked == {"articles": 3, "chunks": 3, "values": 1}


def test_another_machine_joins_an_archive_by_its_name(news, milvus, tmp_path, embedder):
    news.ingest([STORM])
    elsewhere = tmp_path / "elsewhere" / news.folder.name
    settings = Settings(store=StoreSettings(milvus))
    with Archive.open(elsewhere, create=False, embedder=embedder, settings=settings) as other:
        assert other.article("storm") == STORM
        other.ingest([dataclasses.replace(STORM, id="second", text="Oil price falls.")])
    # And this one sees what that one wrote.
    assert news.count() == 2
    assert [hit.article.id for hit in news.search("oil price", k=1)] == ["second"]
    # Which needs no settings once it is noted.
    with Archive.open(elsewhere, create=False, embedder=embedder) as again:
        assert again.count() == 2


def test_an_archive_that_is_gone_from_its_server_is_told(news, embedder):
    news._storage.destroy()
    with pytest.raises(ArchiveError, match=r"there is no archive at .*milvus\.db"):
        Archive.open(news.folder, embedder=embedder)


def test_a_damaged_note_is_told(news):
    (news.folder / "milvus.json").write_text("{")
    with pytest.raises(ArchiveError, match=r"milvus.json cannot be read"):
        Archive.open(news.folder)


def test_a_server_that_cannot_be_reached_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.store.milvus.client._CONNECTING", 0.5)
    # Bound and not listened to, so that nobody answers there.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ArchiveError, match=f"the Milvus server at {uri} failed"):
            Archive.open(tmp_path / "news", settings=Settings(store=StoreSettings(uri)))


@pytest.mark.parametrize(
    ("version", "fits"),
    [("v2.3.5-lite", False), ("2.4.15", False), ("v2.5.0", True), ("2.10.1", True), ("3.0", True)],
)
def test_a_server_without_full_text_is_refused(news, monkeypatch, version, fits):
    client = news._storage._client
    monkeypatch.setattr(client.library, "get_server_version", lambda: version)
    if fits:
        client.check_version()
    else:
        with pytest.raises(ArchiveError, match=f"version {version}, which has no full-text"):
            client.check_version()


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    settings = Settings(store=StoreSettings("http://milvus.example"))
    with pytest.raises(ArchiveError, match=r"pip install 'dateline-rag\[milvus\]'"):
        Archive.open(tmp_path / "news", settings=settings)


def test_a_write_that_breaks_off_shows_nothing_and_is_made_good(news, monkeypatch):
    news.ingest([STORM])
    edited = dataclasses.replace(STORM, text="The strike ended the ferry. The court sat.")
    upsert = news._storage._client.upsert

    def break_off(collection, rows, **options):
        if collection.endswith("_articles"):
            raise ArchiveError("the server was killed")
        upsert(collection, rows, **options)

    with monkeypatch.context() as patched:
        patched.setattr(news._storage._client, "upsert", break_off)
        with pytest.raises(ArchiveError, match="was killed"):
            news.ingest([edited])
        # Passages of a version that has no article are no hits.
        assert news.search("strike court", k=9) == []
    assert news.article("storm") == STORM
    [fault] = [each for each in news.examine().faults if "storm" not in each and "belong" in each]
    assert "a write was interrupted" in fault
    assert news.ingest([edited]).updated == 1
    assert news.search("strike court", k=1)[0].article == edited
    assert news.examine().faults == ()


def test_what_a_server_does_in_another_way_is_refused_with_the_way(news, tmp_path, embedder):
    news.ingest([STORM])
    with pytest.raises(ArchiveError, match="rag archives copy"):
        news.backup(tmp_path / "backup")
    with pytest.raises(ArchiveError, match="rag archives copy"):
        news.reembed(embedder)


def test_the_environment_counts_more_than_the_file(tmp_path, monkeypatch):
    file = tmp_path / "dateline.toml"
    file.write_text('[store]\nuri = "http://one:19530"\ndatabase = "news"\n')
    assert SettingsFile.read(file).settings.store == StoreSettings("http://one:19530", "news")
    monkeypatch.setenv("DATELINE_STORE", "http://two:19530")
    assert SettingsFile.read(file).settings.store == StoreSettings("http://two:19530", "news")
    assert Settings().store.uri == "http://two:19530"
    monkeypatch.setenv("DATELINE_STORE", "folder")
    assert not SettingsFile.read(file).settings.store.on_a_server


def test_an_archive_in_its_folder_stays_there(tmp_path, embedder, milvus):
    with Archive.open(tmp_path / "here", embedder=embedder) as archive:
        archive.ingest([STORM])
    settings = Settings(store=StoreSettings(milvus))
    with Archive.open(tmp_path / "here", embedder=embedder, settings=settings) as again:
        assert again.count() == 1
        # Also when it is made anew.
        again.reembed(embedder).close()
    assert not (tmp_path / "here" / "milvus.json").exists()


def test_nobody_asks_a_file_whether_it_is_there(news):
    # Milvus Lite ends connections that are asked more than every five minutes.
    options = news._storage._client.library._handler._grpc_options
    assert options["grpc.keepalive_time_ms"] >= 300_000
