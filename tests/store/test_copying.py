"""Archives copied from one store into another."""

from __future__ import annotations

import dataclasses

import pytest

from rag import Article
from rag.errors import ArchiveError
from tests.fakes import FakeEmbedder
from tests.fakes.stores import STORES, place_of

WAYS = [
    pytest.param((one, other), marks=() if one == other == "folder" else pytest.mark.slow)
    for one in STORES
    for other in STORES
]
TEXTS = ["Storm closes harbour.", "Vaccine trial ends.", "Oil price falls.", "Ferry strike."]
ARTICLES = [
    Article("", text, id=f"a{n}", date=f"202{n}-01-01", publisher="Herald")
    for n, text in enumerate(TEXTS)
]


@pytest.fixture
def places(tmp_path, request):
    return [place_of(store, tmp_path, request) for store in STORES]


@pytest.fixture(params=WAYS, ids=lambda way: " to ".join(way))
def pair(request, tmp_path, embedder):
    """Return an archive of four articles, and an empty one in the same or the other store."""
    one, other = (place_of(store, tmp_path, request) for store in request.param)
    mark = tmp_path.name
    with (
        one.open(f"{mark} one", embedder=embedder) as source,
        other.open(f"{mark} two", embedder=embedder) as target,
    ):
        source.ingest([*ARTICLES, dataclasses.replace(ARTICLES[0], id="copy", title="Again")])
        yield source, target


def test_a_copy_holds_and_finds_the_same(pair, embedder):
    source, target = pair
    (source.folder / "feedback.jsonl").write_text("{}\n")
    before = embedder.passages_embedded
    report = source.copy_to(target)
    assert (report.read, report.copied, report.unchanged) == (5, 5, 0)
    assert report.chunks == target.stats().chunks
    assert embedder.passages_embedded == before
    assert dataclasses.replace(target.stats(), generation=0) == dataclasses.replace(
        source.stats(), generation=0
    )
    assert target.articles() == source.articles()
    assert [each.id for each in target.linked("copy")] == ["a0"]
    for question in ("storm harbour", "the price of oil"):
        one, other = (each.search(question, k=3) for each in (source, target))
        assert [hit.article for hit in one] == [hit.article for hit in other]
        cosines = [[hit.parts.dense for hit in hits] for hits in (one, other)]
        assert cosines[0] == pytest.approx(cosines[1], abs=1e-6)
    assert (target.folder / "feedback.jsonl").read_text() == "{}\n"
    assert target.examine().faults == ()


def test_a_copy_that_broke_off_goes_on(pair, monkeypatch):
    source, target = pair
    monkeypatch.setattr("rag.store.copying._BATCH", 2)
    seen = []

    def stop(progress):
        seen.append(progress.done)
        if progress.done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        source.copy_to(target, progress=stop)
    assert (seen, target.count()) == ([2, 4], 4)
    report = source.copy_to(target)
    assert (report.read, report.copied, report.unchanged) == (5, 1, 4)
    assert source.copy_to(target).unchanged == 5
    assert target.articles() == source.articles()
    # Only what has changed since is copied again.
    source.ingest([dataclasses.replace(ARTICLES[1], text="Vaccine trial begins.")])
    assert source.copy_to(target).copied == 1
    assert target.article("a1").text == "Vaccine trial begins."


def test_vectors_of_another_embedder_are_refused(places, tmp_path, embedder):
    one, other = places
    other_embedder = FakeEmbedder(id="other", checksum="e" * 64)
    with (
        one.open("one", embedder=embedder) as source,
        other.open(f"{tmp_path.name} other", embedder=other_embedder) as target,
    ):
        source.ingest(ARTICLES[:1])
        target.ingest(ARTICLES[1:2])
        with pytest.raises(ArchiveError, match=r"embedded with other \(eeeeeeeeeeee\).*fake"):
            source.copy_to(target)


def test_an_archive_is_not_copied_into_itself(archive):
    with pytest.raises(ArchiveError, match="copied into itself"):
        archive.copy_to(archive)


def test_an_empty_archive_is_copied_as_such(places, tmp_path, embedder):
    one, other = places
    with (
        one.open("one", embedder=embedder) as source,
        other.open(f"{tmp_path.name} two", embedder=embedder) as target,
    ):
        assert source.copy_to(target).read == 0
