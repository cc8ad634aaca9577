"""Fusion by hand, repeats left out, and whole searches over a small archive."""

from __future__ import annotations

import pytest

from rag import Archive, Settings
from rag.retrieval.fusion import fuse, without_repeats
from rag.settings import FusionWeights, RetrievalSettings
from rag.store.types import StoredChunk
from rag.types import Article, Hit, ScoreParts

SETTINGS = RetrievalSettings(weights=FusionWeights(dense=0.5, lexical=0.3, headline=0.2))


@pytest.mark.parametrize(
    ("dense", "lexical", "headline", "expected"),
    [
        # Cosines 0.9, 0.5, 0.1 become 1, 0.5, 0; BM25 is divided by the best one.
        ({1: 0.9, 2: 0.5, 3: 0.1}, {}, {}, {1: 0.5, 2: 0.25, 3: 0.0}),
        # Cosines all the same are all the best.
        ({1: 0.5, 2: 0.5}, {1: 8.0, 2: 2.0}, {}, {1: 0.8, 2: 0.575}),
        (
            {1: 0.9, 2: 0.5, 3: 0.1},
            {2: 10.0, 3: 5.0},
            {1: 4.0, 3: 2.0},
            {1: 0.5 + 0.2, 2: 0.25 + 0.3, 3: 0.15 + 0.1},
        ),
        # Negative cosines are only the low end of the scale.
        ({1: 0.2, 2: -0.2}, {}, {}, {1: 0.5, 2: 0.0}),
        # What has no cosine is worth the lowest one.
        ({1: 0.9, 2: 0.1}, {3: 1.0}, {}, {1: 0.5, 2: 0.0, 3: 0.3}),
        ({1: 0.7}, {}, {}, {1: 0.5}),
        ({}, {}, {}, {}),
        # A headline alone is no candidate: it has no passage.
        ({}, {}, {9: 1.0}, {}),
    ],
)
def test_fuse(dense, lexical, headline, expected):
    assert fuse(dense, lexical, headline, settings=SETTINGS) == pytest.approx(expected)


def test_fuse_weighs_as_told():
    settings = RetrievalSettings(weights=FusionWeights(dense=0.0, lexical=1.0, headline=0.0))
    fused = fuse({1: 1.0, 2: 0.0}, {2: 3.0}, {1: 5.0}, settings=settings)
    assert fused == {1: 0.0, 2: 1.0}


def pair(number: int, *, article: int, root: int, text: str) -> tuple[StoredChunk, Hit]:
    hit = Hit(Article("", text, id=str(article)), text, 0, len(text), 1.0, ScoreParts())
    return StoredChunk(number, article, root, 0, len(text)), hit


def run(first: int, last: int) -> str:
    return " ".join(f"w{number}" for number in range(first, last))


@pytest.mark.parametrize(
    ("pairs", "kept"),
    [
        # The first of a group speaks, with all its passages; the others are silent.
        ([(1, 5, 5, 0), (2, 6, 5, 100), (3, 5, 5, 200), (4, 7, 7, 300)], [0, 200, 300]),
        # The root is silent when its copy was found first.
        ([(1, 6, 5, 0), (2, 5, 5, 100)], [0]),
        # The same passage in an article that is not linked.
        ([(1, 5, 5, 0), (2, 8, 8, 0)], [0]),
        # Passages of 24 words have 20 runs. 16 in common of 24: 0.67. 14 of 26: 0.54.
        ([(1, 5, 5, 0), (2, 8, 8, 4)], [0]),
        ([(1, 5, 5, 0), (2, 8, 8, 6)], [0, 6]),
        ([], []),
    ],
)
def test_without_repeats(pairs, kept):
    hits = [
        pair(number, article=article, root=root, text=run(first, first + 24))
        for number, article, root, first in pairs
    ]
    assert [hit.text for hit in without_repeats(hits)] == [run(at, at + 24) for at in kept]


STORM = "Storm closes harbour. The ferry waits."
TRIAL = "Vaccine trial ends. Hospital staff vote."
OIL = "Zanzibar traders met. Nobody spoke."


@pytest.fixture
def filled(archive):
    archive.ingest(
        [
            Article("", STORM, id="storm", date="2021-01-01"),
            Article("", TRIAL, id="trial", date="2021-02-01"),
            Article("", OIL, id="oil", date="2021-03-01"),
        ]
    )
    return archive


def test_parts_and_score_by_hand(filled):
    """The vectors have 1 in each of five, five and one places."""
    hits = {hit.article.id: hit for hit in filled.search("storm ferry", k=8)}
    # The question is 1 on "storm", on "ferry" and on the last axis.
    assert hits["storm"].parts.dense == pytest.approx(3 / (3**0.5 * 4**0.5), abs=1e-6)
    assert hits["trial"].parts.dense == pytest.approx(1 / (3**0.5 * 5**0.5), abs=1e-6)
    assert hits["oil"].parts.dense == pytest.approx(1 / (3**0.5 * 1), abs=1e-6)
    assert hits["trial"].parts.lexical is None
    assert hits["trial"].parts.headline is None
    assert hits["storm"].parts.lexical == pytest.approx(hits["storm"].parts.headline)
    low, oil, high = (hits[name].parts.dense for name in ("trial", "oil", "storm"))
    assert hits["storm"].score == pytest.approx(1.0)
    assert hits["oil"].score == pytest.approx(0.5 * (oil - low) / (high - low))
    assert hits["trial"].score == pytest.approx(0.0)
    assert list(hits) == ["storm", "oil", "trial"]


def test_a_passage_that_only_words_found_has_its_cosine(tmp_path, embedder):
    weights = FusionWeights(dense=0.1, lexical=0.8, headline=0.1)
    settings = Settings(retrieval=RetrievalSettings(candidates=2, weights=weights))
    with Archive.open(tmp_path / "two", embedder=embedder, settings=settings) as archive:
        texts = {"one": "Storm alpha.", "two": "Storm beta.", "oil": OIL}
        archive.ingest([Article("", text, id=id_) for id_, text in texts.items()])
        oil, one = archive.search("storm Zanzibar", k=2)
    # The two nearest vectors are those of the storms, with cosine 1.
    assert (oil.article.id, one.article.id) == ("oil", "one")
    assert one.parts.dense == pytest.approx(1.0)
    assert oil.parts.dense == pytest.approx(1 / 2**0.5, abs=1e-6)
    assert oil.score == pytest.approx(0.8 + 0.1)


def test_ties_go_to_the_passage_ingested_first(archive):
    texts = {"a": "Storm alpha.", "b": "Storm beta.", "c": "Storm gamma."}
    archive.ingest([Article("", text, id=id_) for id_, text in texts.items()])
    hits = archive.search("storm", k=3)
    assert [hit.article.id for hit in hits] == ["a", "b", "c"]
    assert len({hit.score for hit in hits}) == 1


def test_hits_point_into_their_articles(archive):
    long = " ".join(
        f"Ferry number {n} left the harbour in storm {n}. It came back." for n in range(90)
    )
    archive.ingest([Article("Ferries", f"\n {long}", id="long"), Article("", TRIAL, id="trial")])
    hits = archive.search("ferry storm", k=20)
    assert len([hit for hit in hits if hit.article.id == "long"]) > 3
    assert all(hit.text == hit.article.text[hit.start : hit.end] != "" for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(("k", "expected"), [(1, 1), (2, 2), (3, 3), (50, 3)])
def test_k(filled, k, expected):
    everything = filled.search("storm", k=8)
    assert filled.search("storm", k=k) == everything[:expected]


def test_k_beyond_the_candidates_is_honoured(tmp_path, embedder):
    settings = Settings(retrieval=RetrievalSettings(candidates=2))
    with Archive.open(tmp_path / "few", embedder=embedder, settings=settings) as archive:
        archive.ingest([Article("", f"Storm number x{n}.", id=str(n)) for n in range(5)])
        assert len(archive.search("storm", k=5)) == 5
        assert len(archive.search("storm", k=3)) == 3
