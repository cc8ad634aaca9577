"""The convex sum by hand, and what a reader is given to read."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from rag import Archive
from rag.retrieval.rerank import rerank
from rag.settings import RetrievalSettings, Settings
from rag.store.store import StoredChunk
from rag.types import Article, Hit, ScoreParts
from tests.fakes import FakeEmbedder

SHARE = 0.3
UNREAD = Settings(retrieval=RetrievalSettings(rerank=0))


class FakeReader:
    """Gives the log-odds it was made with by the first word of a passage."""

    def __init__(self, odds: dict[str, float]) -> None:
        self.odds = odds
        self.read: list[tuple[str, str]] = []

    def scores(self, question, titles, passages):
        self.read += list(zip(titles, passages, strict=True))
        return np.array([self.odds[passage.split()[0]] for passage in passages], np.float32)


def pair(text: str, *, article: int, score: float, title: str = "") -> tuple[StoredChunk, Hit]:
    place = StoredChunk(0, article, article, 0, len(text))
    parts = ScoreParts(dense=0.5)
    return place, Hit(Article(title, text, id=str(article)), text, 0, len(text), score, parts)


def probability(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def test_scores_by_hand():
    found = [
        pair("Alpha one.", article=1, score=0.9),
        pair("Beta two.", article=2, score=0.8),
        pair("Gamma three.", article=1, score=0.7),
        pair("Delta four.", article=2, score=0.6),
    ]
    reader = FakeReader({"Alpha": -2.0, "Beta": 3.0, "Gamma": 1.0})
    ranked = list(rerank("Which?", found, reader=reader, most=3, share=SHARE))
    p = {name: probability(odds) for name, odds in reader.odds.items()}
    expected = {
        "Beta two.": 0.7 * 0.8 + 0.3 * p["Beta"],
        "Gamma three.": 0.7 * 0.7 + 0.3 * p["Gamma"],
        "Alpha one.": 0.7 * 0.9 + 0.3 * p["Alpha"],
        # Not read.
        "Delta four.": 0.7 * 0.6,
    }
    assert {hit.text: hit.score for _, hit in ranked} == pytest.approx(expected)
    assert [hit.text for _, hit in ranked] == list(expected)
    assert [chunk.article for chunk, _ in ranked] == [2, 1, 1, 2]
    parts = {hit.text: hit.parts for _, hit in ranked}
    assert parts["Alpha one."] == ScoreParts(dense=0.5, reader=-2.0, fused=0.9)
    assert parts["Delta four."] == ScoreParts(dense=0.5, fused=0.6)


def test_equals_keep_their_order_and_nothing_is_no_error():
    found = [pair(f"Alpha {n}.", article=n, score=0.5) for n in range(5)]
    ranked = rerank("Which?", found, reader=FakeReader({"Alpha": 1.0}), most=9, share=SHARE)
    assert [hit.text for _, hit in ranked] == [hit.text for _, hit in found]
    assert list(rerank("Which?", [], reader=FakeReader({}), most=9, share=SHARE)) == []


def test_a_title_is_read_unless_the_excerpt_begins_the_article():
    lead = "Storm closes the harbour of Valletta for three days."
    reader = FakeReader({"Storm": 0.0, "It": 0.0})
    found = [
        pair(lead, article=1, score=0.5, title="Storm closes the harbour…"),
        pair("It ended.", article=2, score=0.5, title="Ferry strike"),
    ]
    rerank("When did the storm end?", found, reader=reader, most=9, share=SHARE)
    assert reader.read == [("", lead), ("Ferry strike", "It ended.")]


@pytest.mark.models
def test_an_archive_reranks_as_many_as_its_settings_say(tmp_path):
    articles = [
        Article("Ferry strike", "The strike closed the harbour of Valletta for three days."),
        Article("Harbour plans", "The harbour of Valletta gets a new pier, a strike or not."),
        Article("Oil", "Oil rose to 90 dollars when the strike began."),
    ]
    question = "How long did the strike close the harbour of Valletta?"
    settings = Settings(retrieval=RetrievalSettings(rerank=2, rerank_share=1.0))
    with Archive.open(tmp_path, settings=settings) as archive:
        archive.ingest(articles)
        hits = archive.search(question)
    odds = [hit.parts.reader for hit in hits]
    assert hits[0].article.title == "Ferry strike"
    assert [hit.score for hit in hits] == pytest.approx(
        [probability(odds[0]), probability(odds[1]), 0]
    )
    assert odds[2] is None
    with Archive.open(tmp_path, settings=UNREAD) as archive:
        assert {hit.parts.reader for hit in archive.search(question)} == {None}


def test_an_archive_of_another_embedder_says_that_it_is_not_reranked(tmp_path, caplog):
    caplog.set_level("INFO", logger="rag")
    with Archive.open(tmp_path, embedder=FakeEmbedder()) as archive:
        archive.ingest(Article("Oil", "Oil rose to 90 dollars."))
        (hit,) = archive.search("oil")
    assert hit.parts.reader is None
    assert "is not reranked: its embedder is" in caplog.text
