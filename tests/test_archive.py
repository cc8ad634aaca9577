"""The archive as its users see it: ingest, search, browse, delete, embed again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag import Archive, ArchiveError, Article, Progress, Settings, Skipped
from rag.errors import LockedError
from tests.fakes import VOCABULARY, FakeEmbedder

STORM = Article("Storm", "Storm closes harbour. The ferry waits.", id="storm", date="2021-01-01")
TRIAL = Article("Trial", "Vaccine trial ends. Staff vote.", id="trial", publisher="Ellery Courier")
OIL = Article(
    "Oil", "Oil price falls. Traders met.", id="oil", date="2021-03-01", publisher="Harbour Post"
)


def found(archive, question, **options):
    """Return the ids of the articles that hits come from, best first."""
    return [hit.article.id for hit in archive.search(question, **options)]


def numbered(first: int, last: int) -> str:
    return " ".join(f"w{number}" for number in range(first, last))


def counts(report):
    return (report.added, report.updated, report.unchanged, report.linked, report.chunks)


# Ingest


def test_ingest_reports_what_it_did(archive, embedder):
    report = archive.ingest([STORM, TRIAL])
    assert counts(report) == (2, 0, 0, 0, 2)
    assert report.skipped == ()
    assert report.seconds > 0
    assert embedder.passages_embedded == 2
    stats = archive.stats()
    assert (stats.articles, stats.chunks, stats.linked, stats.publishers) == (2, 2, 0, 1)
    assert (stats.first, stats.last, stats.embedder) == ("2021-01-01", "2021-01-01", "fake")


def test_the_same_again_changes_nothing_and_embeds_nothing(archive, embedder):
    archive.ingest([STORM, TRIAL])
    generation = archive.stats().generation
    assert counts(archive.ingest([STORM, TRIAL])) == (0, 0, 2, 0, 0)
    assert embedder.passages_embedded == 2
    assert archive.stats().generation == generation


def test_nothing_new_needs_no_model(archive, tmp_path, monkeypatch):
    archive.ingest([STORM])
    with Archive.open(archive.folder, create=False) as other:
        monkeypatch.setattr(other, "embedder", None)
        assert counts(other.ingest(STORM)) == (0, 0, 1, 0, 0)


def test_the_title_is_embedded_with_every_chunk(archive):
    archive.ingest(Article("Football", "The court met.", id="a"))
    [hit] = archive.search("football court")
    assert hit.parts.dense == pytest.approx(1.0)


def test_an_edit_replaces_the_old_chunks(archive):
    many = " ".join(f"Walrus number {n} swam to the harbour that day." for n in range(40))
    archive.ingest([Article("Walrus", many, id="a"), STORM])
    # 9 words a sentence; 159 are left beside the title, room for 17 of the 40.
    assert archive.stats().chunks == 3 + 1
    report = archive.ingest(Article("Seal", "A seal came.", id="a"))
    assert counts(report) == (0, 1, 0, 0, 1)
    assert (archive.stats().articles, archive.stats().chunks) == (2, 2)
    hits = {hit.article.id: hit for hit in archive.search("walrus seal")}
    assert hits["a"].text == "A seal came."
    # "Walrus" is nowhere any more: the score is that of "seal" alone.
    assert hits["a"].parts == archive.search("seal")[0].parts
    assert all(hit.parts.lexical is None for hit in archive.search("walrus"))
    indexes = archive._storage.indexes
    assert (len(indexes.dense), len(indexes.passages), len(indexes.headlines)) == (2, 2, 2)


def test_a_small_edit_keeps_the_id_of_an_article_without_one(archive):
    text = numbered(0, 50)
    first = archive.ingest(Article("Briefing", text, date="2021-01-01"))
    assert counts(first)[:2] == (1, 0)
    [before] = archive.articles()
    assert counts(archive.ingest(Article("Briefing", f"{text} more", date="2021-01-01")))[1] == 1
    assert [article.id for article in archive.articles()] == [before.id]


@pytest.mark.parametrize("batch", [1, 2, 32])
def test_a_standing_headline_over_two_stories(tmp_path, embedder, batch):
    """Whether the two come in one batch, in two, or in two runs, both are kept."""
    stories = [
        Article("Morning briefing", "The storm closed the harbour for a day and a night."),
        Article("Morning briefing", "A vaccine trial at the hospital ended early this week."),
    ]
    settings = Settings(batch_articles=batch)
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        assert counts(archive.ingest(stories)) == (2, 0, 0, 0, 2)
        assert {article.text for article in archive.articles()} == {each.text for each in stories}
        assert counts(archive.ingest(stories)) == (0, 0, 2, 0, 0)
        assert counts(archive.ingest(stories[::-1])) == (0, 0, 2, 0, 0)


def test_the_last_of_several_versions_wins(archive):
    versions = [Article("T", f"Version {n}.", id="a") for n in range(3)]
    archive.ingest([*versions, STORM])
    assert archive.article("a").text == "Version 2."
    assert archive.stats().chunks == 2


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n", "\u00a0"])
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"source": "a.txt", "id": "a", "title": "T"}, "a.txt"),
        ({"id": "a", "title": "T"}, "a"),
        ({"title": "T"}, "T"),
        ({"title": ""}, "an article"),
    ],
)
def test_an_article_without_text_is_skipped(archive, make_article, text, fields, name):
    report = archive.ingest([make_article(text, **fields), STORM])
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.skipped == (Skipped(name, "it has no text"),)


def test_a_link_that_is_no_address_does_no_harm(archive, make_article):
    assert counts(archive.ingest(make_article("Storm.", url="http://[broken")))[0] == 1
    assert archive.articles()[0].url == "http://[broken"


def test_progress_counts_what_is_stored(tmp_path, embedder):
    seen: list[Progress] = []
    settings = Settings(batch_articles=2)
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:

        def look(progress):
            assert archive.stats().articles == progress.done
            seen.append(progress)

        archive.ingest([STORM, TRIAL, OIL], progress=look)
    assert seen == [Progress(2, 3, 2, "Trial"), Progress(3, 3, 3, "Oil")]


def test_an_interruption_keeps_the_batches_done_so_far(tmp_path, embedder):
    articles = [Article(f"T{n}", f"Storm number x{n}.", id=str(n)) for n in range(7)]
    settings = Settings(batch_articles=2)

    def interrupt(progress):
        if progress.done == 4:
            raise KeyboardInterrupt

    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        with pytest.raises(KeyboardInterrupt):
            archive.ingest(articles, progress=interrupt)
        # The two that were being embedded meanwhile are kept as well.
        assert sorted(found(archive, "storm", k=9)) == list("012345")
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        assert sorted(found(archive, "storm", k=9)) == list("012345")
        assert counts(archive.ingest(articles)) == (1, 0, 6, 0, 1)
        assert sorted(found(archive, "storm", k=9)) == list("0123456")
    assert embedder.passages_embedded == 7


def test_an_article_that_comes_again_while_it_is_embedded(tmp_path, embedder):
    edited = dataclasses.replace(STORM, text=f"{STORM.text} It rained.")
    settings = Settings(batch_articles=1)
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        report = archive.ingest([STORM, STORM, edited, edited, TRIAL])
        assert counts(report)[:3] == (2, 1, 2)
        assert archive.article("storm").text == edited.text
        assert sorted(found(archive, "storm vaccine")) == ["storm", "trial"]


def test_an_embedder_that_fails_costs_no_other_batch(tmp_path, embedder, monkeypatch):
    embed = embedder.embed_passages

    def fail_at_the_trial(texts):
        if any("Vaccine" in text for text in texts):
            raise RuntimeError("out of memory")
        return embed(texts)

    monkeypatch.setattr(embedder, "embed_passages", fail_at_the_trial)
    settings = Settings(batch_articles=1)
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        with pytest.raises(RuntimeError, match="out of memory"):
            archive.ingest([STORM, TRIAL, OIL])
        assert sorted(found(archive, "storm vaccine oil")) == ["oil", "storm"]


def test_a_source_that_fails_keeps_the_batches_done_so_far(tmp_path, embedder):
    def source():
        yield STORM
        yield TRIAL
        raise OSError("disk gone")

    settings = Settings(batch_articles=1)
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        with pytest.raises(OSError, match="disk gone"):
            archive.ingest(source())
        assert sorted(found(archive, "storm vaccine")) == ["storm", "trial"]
        assert counts(archive.ingest(OIL))[0] == 1


def test_files_and_folders(archive, tmp_path):
    text = "The ferry sailed again on Monday, the harbour office said.\n\nCrowds cheered it."
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "ferry.txt").write_text(f"Ferry Sails Again\n\n{text}\n")
    for given in (tmp_path / "news", str(tmp_path / "news"), [tmp_path / "news" / "ferry.txt"]):
        report = archive.ingest(given)
        assert (report.added + report.unchanged, report.skipped) == (1, ())
    [article] = archive.articles()
    assert (article.title, article.text) == ("Ferry Sails Again", text)
    assert found(archive, "ferry harbour") == [article.id]


def test_a_missing_path_is_skipped(archive, tmp_path):
    report = archive.ingest([tmp_path / "nowhere.txt", STORM])
    assert report.added == 1
    assert [skipped.source for skipped in report.skipped] == [str(tmp_path / "nowhere.txt")]


# Near-duplicates: texts of 100 runs of five words, of which neighbours share 90.

COPIES = [
    Article("Wire", numbered(0, 104), id="first"),
    Article("Wire", numbered(5, 109), id="second"),
    Article("Wire", numbered(10, 114), id="third"),
]


def linked(archive, article_id):
    return [article.id for article in archive.linked(article_id)]


def test_near_duplicates_are_linked_both_ways_and_only_one_is_found(archive):
    assert counts(archive.ingest([*COPIES, STORM])) == (4, 0, 0, 2, 4)
    assert linked(archive, "first") == ["second", "third"]
    assert linked(archive, "third") == ["first", "second"]
    assert linked(archive, "storm") == []
    assert archive.stats().linked == 2
    # w109 to w113 are in the third alone, so it is the one that is found.
    assert found(archive, "w112 w113") == ["third", "storm"]
    assert found(archive, "w0 w1") == ["first", "storm"]


def test_deleting_the_root_links_the_others_again(archive):
    archive.ingest(COPIES)
    archive.delete("first")
    assert linked(archive, "second") == ["third"]
    assert linked(archive, "third") == ["second"]
    assert found(archive, "w20 w21") in (["second"], ["third"])
    archive.delete("second")
    assert linked(archive, "third") == []
    assert found(archive, "w20 w21") == ["third"]
    assert archive.stats().linked == 0


def test_a_filter_lets_the_copy_speak_that_passes_it(archive):
    first, second, _ = COPIES
    archive.ingest(
        [
            Article(first.title, first.text, id="first", publisher="A"),
            Article(second.title, second.text, id="second", publisher="B"),
        ]
    )
    assert found(archive, "w20", publishers=["b"]) == ["second"]


# Search


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Return an archive that is only read."""
    folder = tmp_path_factory.mktemp("news") / "archive"
    with Archive.open(folder, embedder=FakeEmbedder()) as archive:
        archive.ingest([STORM, TRIAL, OIL])
        yield archive


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"storm", "trial", "oil"}),
        ({"since": "2021-01-01"}, {"storm", "oil"}),
        ({"since": dt.date(2021, 1, 2)}, {"oil"}),
        ({"until": "2021-01-01"}, {"storm"}),
        ({"until": dt.datetime(2021, 3, 1, 12)}, {"storm", "oil"}),
        ({"since": "2021-01-01", "until": "2021-01-01"}, {"storm"}),
        ({"since": "2022-01-01"}, set()),
        ({"publishers": ["ELLERY courier"]}, {"trial"}),
        ({"publishers": "harbour post"}, {"oil"}),
        ({"publishers": ["Harbour Post", "Ellery Courier"]}, {"trial", "oil"}),
        ({"publishers": ["Nobody"]}, set()),
        ({"publishers": []}, {"storm", "trial", "oil"}),
        ({"publishers": ["Ellery Courier"], "until": "2030-01-01"}, set()),
    ],
)
def test_filters(news, options, expected):
    assert set(found(news, "storm trial oil", **options)) == expected
    assert {article.id for article in news.articles(**options)} == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"since": "2021-02-01", "until": "2021-01-01"}, "since 2021-02-01 is after until"),
        ({"since": "last week"}, "not a date: 'last week'"),
        ({"until": "2021-02-30"}, "not a date: '2021-02-30'"),
    ],
)
@pytest.mark.parametrize("question", ["storm", ""])
def test_bad_filters(news, options, message, question):
    with pytest.raises(ValueError, match=message):
        news.search(question, **options)
    with pytest.raises(ValueError, match=message):
        news.articles(**options)


@pytest.mark.parametrize("k", [0, -1])
def test_bad_k(news, k):
    with pytest.raises(ValueError, match=f"k is {k}"):
        news.search("storm", k=k)


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_a_blank_question_has_no_hits(news, question):
    assert news.search(question) == []


@pytest.mark.parametrize("options", [{}, {"since": "2020-01-01"}, {"publishers": ["A"]}])
def test_an_empty_archive_has_no_hits(archive, options):
    assert archive.search("storm", **options) == []
    archive.ingest([STORM])
    archive.delete("storm")
    assert archive.search("storm", **options) == []
    assert archive.stats().chunks == 0


@pytest.mark.parametrize(
    "question", ['" AND ( title:x', "?!", "—", "the of and", "日本語", "a" * 1999]
)
def test_odd_questions_are_only_questions(news, question):
    assert set(found(news, question)) == {"storm", "trial", "oil"}


# Browse and delete


def test_articles_newest_first_by_pages(news):
    assert news.articles() == [OIL, STORM, TRIAL]
    assert news.articles(limit=1, offset=1) == [STORM]
    assert news.articles(limit=0) == []
    assert news.publishers() == [("Ellery Courier", 1), ("Harbour Post", 1)]
    assert news.article("oil") == OIL


@pytest.mark.parametrize("call", ["article", "delete"])
def test_an_unknown_id(news, call):
    with pytest.raises(ArchiveError, match=r"no article 'nope' .*`rag articles list` shows"):
        getattr(news, call)("nope")
    assert len(news.articles()) == 3


def test_delete(archive, embedder):
    archive.ingest([STORM, OIL])
    archive.delete("storm")
    assert found(archive, "storm oil") == ["oil"]
    assert all(hit.parts.lexical is None for hit in archive.search("harbour ferry"))
    with Archive.open(archive.folder, embedder=embedder) as reopened:
        assert found(reopened, "storm oil") == ["oil"]
    assert counts(archive.ingest(STORM))[0] == 1
    assert set(found(archive, "storm oil")) == {"oil", "storm"}


def test_size_on_disk(archive):
    archive.ingest([STORM])
    files = [file for file in archive.folder.rglob("*") if file.is_file()]
    assert archive.size_on_disk() == sum(file.stat().st_size for file in files) > 0


# Open


def test_another_embedder_is_refused_naming_both_and_the_way_out(archive):
    archive.ingest([STORM])
    for other in (FakeEmbedder(id="other"), "other"):
        with pytest.raises(ArchiveError) as caught:
            Archive.open(archive.folder, embedder=other)
        message = str(caught.value)
        assert "embedded with fake" in message
        assert "not with other" in message
        assert f"rag reembed --archive {archive.folder} --embedder" in message


def test_other_weights_of_the_same_name_are_refused(archive):
    archive.ingest([STORM])
    with pytest.raises(
        ArchiveError, match=r"fake \(ffffffffffff\), not with fake \(000000000000\)"
    ):
        Archive.open(archive.folder, embedder=FakeEmbedder(checksum="0" * 64))


def test_two_embedders_cannot_both_fill_an_archive_that_was_empty(tmp_path, embedder):
    small = FakeEmbedder(id="small", checksum="0" * 64, vocabulary=VOCABULARY[:4])
    with (
        Archive.open(tmp_path / "a", embedder=embedder) as first,
        Archive.open(tmp_path / "a", embedder=small) as second,
    ):
        first.ingest([STORM])
        with pytest.raises(ArchiveError, match="embedded with fake"):
            second.ingest([OIL])
        with pytest.raises(ArchiveError, match="embedded with fake"):
            second.search("storm")
        assert found(first, "storm") == ["storm"]


def test_an_ingest_that_failed_before_its_first_vector_harms_no_other(tmp_path, embedder):
    class Failing(FakeEmbedder):
        def embed_passages(self, texts):
            raise KeyboardInterrupt

    with (
        Archive.open(tmp_path / "a", embedder=Failing()) as first,
        Archive.open(tmp_path / "a", embedder=embedder) as second,
    ):
        with pytest.raises(KeyboardInterrupt):
            first.ingest([STORM])
        assert counts(second.ingest([OIL]))[0] == 1
        assert found(second, "oil") == ["oil"]


def test_an_archive_keeps_its_chunk_size(tmp_path, embedder):
    text = "One two three. Four five six."
    with Archive.open(tmp_path / "a", embedder=embedder, settings=Settings(chunk_tokens=3)) as made:
        made.ingest(Article("", text, id="a"))
        assert made.stats().chunks == 2
    with Archive.open(tmp_path / "a", embedder=embedder) as archive:
        archive.ingest(Article("", text, id="b"))
        assert archive.stats().chunks == 4


def test_chunks_fit_the_embedder_whatever_the_settings(tmp_path, embedder):
    embedder.max_tokens = 3
    with Archive.open(tmp_path / "a", embedder=embedder) as archive:
        archive.ingest(Article("", "One two three. Four five six.", id="a"))
        assert archive.stats().chunks == 2


def test_a_missing_archive(tmp_path, embedder):
    with pytest.raises(ArchiveError, match=r"there is no archive at .*rag ingest --archive"):
        Archive.open(tmp_path / "none", create=False, embedder=embedder)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("create", [True, False])
def test_a_file_in_the_place_of_the_folder(tmp_path, embedder, create):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match=str(tmp_path / "file")):
        Archive.open(tmp_path / "file", create=create, embedder=embedder)


def damage_head(data):
    return b"no database" + data[11:]


def damage_tail(data):
    return data[: len(data) // 2]


@pytest.mark.parametrize("damage", [damage_head, damage_tail])
def test_a_damaged_database(tmp_path, embedder, damage):
    with Archive.open(tmp_path / "a", embedder=embedder) as archive:
        archive.ingest([Article("", numbered(n, n + 99), id=str(n)) for n in range(0, 3000, 100)])
    path = tmp_path / "a" / "archive.sqlite"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ArchiveError, match="is damaged") as caught:
        Archive.open(tmp_path / "a", embedder=embedder)
    assert str(path) in str(caught.value)


def test_closing(tmp_path, embedder):
    with Archive.open(tmp_path / "a", embedder=embedder) as archive:
        archive.ingest([STORM])
    with pytest.raises(sqlite3.ProgrammingError):
        archive.search("storm")
    with Archive.open(tmp_path / "a", create=False, embedder=embedder) as archive:
        assert found(archive, "storm") == ["storm"]


# Several at once


def test_another_archive_on_the_folder_sees_what_was_written(archive, embedder):
    with Archive.open(archive.folder, embedder=embedder) as other:
        assert other.search("storm") == []
        archive.ingest([STORM])
        assert found(other, "storm") == ["storm"]
        archive.ingest([Article("Storm", "Vaccine.", id="storm"), OIL])
        assert other.search("vaccine")[0].text == "Vaccine."
        other.delete("oil")
        assert found(archive, "oil") == ["storm"]
        archive.ingest([TRIAL])
        assert set(found(other, "vaccine")) == {"storm", "trial"}


def test_a_second_ingest_at_the_same_time_is_refused(archive, embedder, monkeypatch):
    monkeypatch.setattr("rag.store.locking.PATIENCE", 0.01)
    refused = []

    def ingest_as_well(_progress):
        with Archive.open(archive.folder, embedder=embedder) as other:
            for work in (lambda: other.ingest([OIL]), lambda: other.delete("storm")):
                with pytest.raises(ArchiveError, match="wait until it ends") as caught:
                    work()
                refused.append(str(caught.value))

    archive.ingest([STORM], progress=ingest_as_well)
    assert len(refused) == 2
    assert found(archive, "storm oil") == ["storm"]
    assert counts(archive.ingest([OIL]))[0] == 1


def test_another_thread_cannot_ingest_through_the_same_archive(archive, monkeypatch):
    monkeypatch.setattr("rag.store.locking.PATIENCE", 0.01)
    failures = []

    def ingest_as_well(_progress):
        with ThreadPoolExecutor(1) as pool:
            failures.append(pool.submit(archive.ingest, [OIL]).exception())

    archive.ingest([STORM], progress=ingest_as_well)
    assert [type(failure) for failure in failures] == [LockedError]


def test_searches_from_threads_while_another_ingests(tmp_path, embedder):
    settings = Settings(batch_articles=4)
    articles = [Article("", f"Storm number x{n}. Ferry y{n}.", id=str(n)) for n in range(40)]
    done = threading.Event()
    with Archive.open(tmp_path / "a", embedder=embedder, settings=settings) as archive:
        archive.ingest([STORM])

        def search():
            looked = 0
            while not done.is_set() or not looked:
                hits = archive.search("storm ferry", k=50)
                assert "storm" in {hit.article.id for hit in hits}
                assert all(hit.text == hit.article.text[hit.start : hit.end] for hit in hits)
                looked += 1
            return looked

        with ThreadPoolExecutor(4) as pool:
            searches = [pool.submit(search) for _ in range(4)]
            try:
                archive.ingest(articles)
                archive.ingest([Article("", f"{a.text} Edited z.", id=a.id) for a in articles])
            finally:
                done.set()
            assert all(each.result() for each in searches)
        assert set(found(archive, "storm edited", k=50)) == {"storm", *map(str, range(40))}
        assert archive.stats().articles == 41


# Embed again


def test_reembed_changes_the_vectors_and_keeps_the_articles(tmp_path, embedder):
    small = FakeEmbedder(id="small", checksum="0" * 64, vocabulary=VOCABULARY[:4])
    archive = Archive.open(tmp_path / "a", embedder=embedder)
    archive.ingest([STORM, TRIAL, OIL])
    everything = archive.articles()
    with archive.reembed(small) as again:
        assert again.folder == archive.folder
        assert again.articles() == everything
        assert again.stats().embedder == "small"
        assert (again._storage.indexes.dense.dimension, small.dimension) == (5, 5)
        # "Storm" is the one word of the article that the small vocabulary has, twice.
        hits = {hit.article.id: hit for hit in again.search("storm")}
        assert hits["storm"].parts.dense == pytest.approx(3 / (2**0.5 * 5**0.5), abs=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    with pytest.raises(ArchiveError, match="embedded with small"):
        Archive.open(tmp_path / "a", embedder=embedder)


def test_reembed_that_fails_leaves_the_archive_as_it_was(archive):
    class Failing(FakeEmbedder):
        def embed_passages(self, texts):
            raise OSError("no memory")

    archive.ingest([STORM])
    with pytest.raises(OSError, match="no memory"):
        archive.reembed(Failing(id="failing"))
    assert found(archive, "storm") == ["storm"]
    assert counts(archive.ingest([OIL]))[0] == 1


def test_reembed_is_refused_while_another_writes(archive, embedder, monkeypatch):
    monkeypatch.setattr("rag.store.locking.PATIENCE", 0.01)
    work = archive.folder.with_name("archive.new")
    work.mkdir()  # what the other one is making

    def reembed_as_well(_progress):
        with (
            Archive.open(archive.folder, embedder=embedder) as other,
            pytest.raises(ArchiveError, match="wait until it ends"),
        ):
            other.reembed(FakeEmbedder(id="other"))

    archive.ingest([STORM], progress=reembed_as_well)
    assert work.exists()


def test_reembed_an_empty_archive(tmp_path, embedder):
    archive = Archive.open(tmp_path / "a", embedder=embedder)
    with archive.reembed(FakeEmbedder(id="other")) as again:
        assert again.stats().articles == 0
        assert counts(again.ingest([STORM]))[0] == 1


def test_reembed_keeps_who_leads_a_group(tmp_path, embedder):
    dates = ("2021-01-01", "2021-01-02", "2021-01-03")
    archive = Archive.open(tmp_path / "a", embedder=embedder)
    archive.ingest(
        [
            Article(a.title, a.text, id=a.id, date=date)
            for a, date in zip(COPIES, dates, strict=True)
        ]
    )
    before = linked(archive, "third")
    with archive.reembed(FakeEmbedder(id="other")) as again:
        assert linked(again, "third") == before


def test_progress_knows_the_total_of_articles_but_not_of_files(archive, tmp_path):
    seen: list[Progress] = []
    archive.ingest([STORM, TRIAL], progress=seen.append)
    assert [(step.done, step.total) for step in seen] == [(2, 2)]
    seen.clear()
    (tmp_path / "story.txt").write_text("A strike closed the harbour on Monday.", "utf-8")
    archive.ingest([tmp_path / "story.txt"], progress=seen.append)
    assert [(step.done, step.total) for step in seen] == [(1, None)]


def test_a_report_adds_up(archive, tmp_path):
    rows = [
        {"id": "1", "title": "Mayor quits", "text": "Mayor Bo Frisk resigned on Thursday."},
        {"id": "2", "title": "Ropes", "text": "The museum of ropes reopens on Saturday."},
        {"id": "3", "title": "Empty", "text": " "},
        {"id": "2", "title": "Ropes", "text": "The museum of ropes reopens on Saturday."},
        {"id": "story-2024-0001", "title": "Ice", "text": "The lake froze over on Friday night."},
        {"id": "story-2024-0001", "title": "Bees", "text": "A keeper counted two hives at Rell."},
    ]
    lines = [*map(json.dumps, rows), "{oops"]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = archive.ingest([tmp_path / "a.jsonl", tmp_path / "none.txt"])
    assert (report.read, report.added, report.unchanged) == (8, 4, 1)
    assert (report.updated, report.left_out, report.undated) == (0, 3, 5)
    assert [note.text.split(" ")[0] for note in report.notes] == ["numbers", "1"]
    assert {hit.title for hit in archive.articles()} == {"Mayor quits", "Ropes", "Ice", "Bees"}
    again = archive.ingest([tmp_path / "a.jsonl", tmp_path / "none.txt"])
    assert (again.read, again.unchanged, again.left_out) == (8, 5, 3)


def test_two_files_that_number_their_rows_keep_all_their_articles(archive, tmp_path):
    january = "id,title,date,text\n1,Thaw,2024-01-11,The ice on Lake Orm broke up on Thursday.\n"
    february = "id,title,date,text\n1,Flood,2024-02-06,Water stood knee-high in Fennel Street.\n"
    (tmp_path / "january.csv").write_text(january, encoding="utf-8")
    (tmp_path / "february.csv").write_text(february, encoding="utf-8")
    assert archive.ingest([tmp_path / "january.csv"]).added == 1
    assert archive.ingest([tmp_path / "february.csv"]).added == 1
    trusted = archive.ingest([tmp_path / "january.csv"], columns={"id": "id"})
    assert archive.article("1").title == "Thaw"
    assert (trusted.added, trusted.notes) == (1, ())


def test_reports_of_other_weeks_are_not_linked_and_versions_of_one_are_newest_first(archive):
    def week(number: int, date: str, *prices: str) -> Article:
        text = (
            f"Grain prices at the port market in week {number}: wheat closed at {prices[0]} crowns "
            f"a tonne, barley at {prices[1]} and oats at {prices[2]}, the exchange said after the "
            f"close on Friday, with {prices[3]} lots sold in the hall by the old canal and online."
        )
        return Article(f"Grain prices, week {number}", text, id=f"{number}-{date}", date=date)

    weeks = [
        week(9, "2024-03-01", "231.50", "198.20", "176.00", "412"),
        week(10, "2024-03-08", "228.75", "201.40", "174.60", "389"),
    ]
    corrected = week(10, "2024-03-09", "228.75", "201.40", "174.80", "389")
    last = week(10, "2024-03-11", "228.75", "201.45", "174.80", "389")
    assert archive.ingest([*weeks, corrected, last]).linked == 2
    assert linked(archive, "9-2024-03-01") == []
    assert linked(archive, "10-2024-03-08") == ["10-2024-03-11", "10-2024-03-09"]
    # Of the versions the newest speaks, though all are found.
    assert found(archive, "barley week 10")[0] == "10-2024-03-11"


def test_an_issue_under_a_standing_headline_without_a_date_is_an_article_of_its_own(archive):
    text = "Wheat closed at {} crowns, barley at {} and oats at {}, the exchange said on Friday."
    first = Article("Grain prices", text.format("231.50", "198.20", "176.00"))
    second = Article("Grain prices", text.format("228.75", "201.40", "174.60"))
    corrected = Article("Grain prices", text.format("228.75", "201.40", "174.80"))
    assert counts(archive.ingest([first])) == (1, 0, 0, 0, 1)
    assert counts(archive.ingest([second])) == (1, 0, 0, 0, 1)
    assert archive.stats().articles == 2
    assert archive.ingest([first, second]).unchanged == 2
    archive.ingest([corrected])
    assert archive.stats().articles == 3


def test_a_time_in_the_question_leaves_out_nothing_where_no_article_has_a_date(
    archive, make_article
) -> None:
    archive.ingest([make_article("The storm took the harbour by surprise.")])
    found = archive.search("What did the storm do last week?", today="2024-05-02")
    assert len(found) == 1


def test_a_time_in_the_question_leaves_out_no_article_without_a_date(archive, make_article) -> None:
    archive.ingest(
        [
            make_article("The storm took the harbour.", id="undated"),
            make_article("The storm took the ferry.", id="old", date="2020-01-01"),
            make_article("The storm took the school.", id="new", date="2024-04-25"),
        ]
    )
    found = archive.search("What did the storm do last week?", today="2024-05-02")
    assert {hit.article.id for hit in found} == {"undated", "new"}
    filtered = archive.search("What did the storm do?", since="2024-01-01")
    assert {hit.article.id for hit in filtered} == {"new"}
