"""Questions taken apart by the publishers they name, and rankings merged."""

from __future__ import annotations

import pytest

from rag import Archive, Article, Hit, ScoreParts, Settings
from rag.retrieval.per_publisher import Subquestion, mentions, merge, subquestions
from rag.settings import RetrievalSettings

PUBLISHERS = ("The Verge", "TechCrunch", "The Age", "FOX News - Health", "FOX News - Travel")
FOX = ("FOX News - Health", "FOX News - Travel")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did TechCrunch say?", [("TechCrunch", ("TechCrunch",))]),
        ("Did 'The Verge' and techcrunch agree?", [("The Verge", ("The Verge",))]),
        # Several sections under one head, or the one that is named in full.
        ("What did FOX News find?", [("FOX News", FOX)]),
        ("What did FOX News - Health find?", [("FOX News - Health", FOX[:1])]),
        # Common words are no newspaper.
        ("At the age of 12, on the verge?", []),
        ("Who at The Agency knows?", []),
        ("", []),
    ],
)
def test_mentions(question, found):
    told = mentions(question, PUBLISHERS)
    assert [(question[m.start : m.end], m.publishers) for m in told] == found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # The name comes first, then what is asked of it.
        (
            "Does The Verge article say that phones sold well, while TechCrunch reports that few "
            "were bought?",
            [
                Subquestion("article say that phones sold well, while", ("The Verge",)),
                Subquestion("reports that few were bought", ("TechCrunch",)),
            ],
        ),
        # What is asked comes first.
        (
            "Who lent money to his own firm without asking, as The Age wrote, and then denied "
            "it in court, according to TechCrunch?",
            [
                Subquestion("Who lent money to his own firm without asking, as", ("The Age",)),
                Subquestion("wrote, and then denied it in court, according to", ("TechCrunch",)),
            ],
        ),
        # Too short to search for: the whole is.
        (
            "Do The Verge and TechCrunch agree on the price of the phone?",
            [
                Subquestion(
                    "Do The Verge and TechCrunch agree on the price of the phone?", ("The Verge",)
                ),
                Subquestion("agree on the price of the phone", ("TechCrunch",)),
            ],
        ),
        # One publisher is no second article.
        ("What did The Age say about the court?", []),
        ("Who won?", []),
    ],
)
def test_parts(question, expected):
    assert subquestions(question, PUBLISHERS) == expected


def hit(id_: str, score: float) -> Hit:
    return Hit(Article("", "Text.", id=id_), "Text.", 0, 5, score, ScoreParts())


def test_merge_by_hand():
    whole = [hit("a", 0.9), hit("b", 0.8), hit("c", 0.5)]
    parts = [[hit("d", 1.0), hit("c", 0.9)], [hit("c", 0.4), hit("b", 0.2)]]
    merged = merge(whole, parts, share=0.4)
    expected = {
        "c": 0.6 * 0.5 + 0.4 * 0.9,
        "b": 0.6 * 0.8 + 0.4 * 0.2,
        "a": 0.6 * 0.9,
        "d": 0.4 * 1.0,
    }
    assert {item.article.id: item.score for item in merged} == pytest.approx(expected)
    assert [item.article.id for item in merged] == list(expected)
    assert merge([], [[]], share=0.4) == []


def test_several_named_publishers_are_searched_as_well(archive):
    archive.ingest(
        [Article("", f"Storm closes harbour {n}.", id=f"o{n}", publisher="Other") for n in range(4)]
        + [
            Article("", "The school strike goes on.", id="gazette", publisher="Harbour Gazette"),
            Article("", "The price of oil rose.", id="times", publisher="Port Times"),
        ]
    )
    question = (
        "Did the Harbour Gazette write of a strike at a school in a storm at the harbour, and the "
        "Port Times of the price of oil?"
    )
    plain = Settings(retrieval=RetrievalSettings(parts=0))
    with Archive.open(archive.folder, embedder=archive.embedder(), settings=plain) as unparted:
        whole = {item.article.id: item for item in unparted.search(question, k=30)}
    settings = Settings(retrieval=RetrievalSettings(parts=0.4))
    with Archive.open(archive.folder, embedder=archive.embedder(), settings=settings) as parted:
        merged = {item.article.id: item for item in parted.search(question, k=5)}
        chosen = parted.search(question, k=5, publishers=["Other"])
    # Alone in its publisher's articles each has the best score there is.
    for id_ in ("gazette", "times"):
        assert merged[id_].score == pytest.approx(0.6 * whole[id_].score + 0.4)
    assert set(list(merged)[:2]) == {"gazette", "times"}
    # With publishers chosen by the caller, those named are only words.
    assert {item.article.publisher for item in chosen} == {"Other"}
