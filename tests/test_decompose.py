"""Questions taken apart by the publishers they name, and rankings merged."""

from __future__ import annotations

import pytest

from rag import Archive, Article, Hit, ScoreParts, Settings
from rag.config import RetrievalSettings
from rag.decompose import Part, mentions, merge, parts

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
                Part("article say that phones sold well, while", ("The Verge",)),
                Part("reports that few were bought", ("TechCrunch",)),
            ],
        ),
        # What is asked comes first.
        (
            "Who lent money to his own firm without asking, as The Age wrote, and then denied "
            "it in court, according to TechCrunch?",
            [
                Part("Who lent money to his own firm without asking, as", ("The Age",)),
                Part("wrote, and then denied it in court, according to", ("TechCrunch",)),
            ],
        ),
        # Too short to search for: the whole is.
        (
            "Do The Verge and TechCrunch agree on the price of the phone?",
            [
                Part(
                    "Do The Verge and TechCrunch agree on the price of the phone?", ("The Verge",)
                ),
                Part("agree on the price of the phone", ("TechCrunch",)),
            ],
        ),
        ("What did The Age say?", [Part("What did The Age say?", ("The Age",))]),
        ("Who won?", []),
    ],
)
def test_parts(question, expected):
    assert parts(question, PUBLISHERS) == expected


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


def test_a_named_publisher_is_searched_as_well(archive):
    archive.ingest(
        [Article("", f"Storm closes harbour {n}.", id=f"o{n}", publisher="Other") for n in range(4)]
        + [
            Article(
                "",
                "The storm reached harbour and ferry.",
                id="gazette",
                publisher="Harbour Gazette",
            )
        ]
    )
    question = "What did the Harbour Gazette write about the storm and the harbour?"
    merged = archive.search(question, k=5)
    whole = archive.search(question, k=5, publishers=["Other", "Harbour Gazette"])
    assert whole[0].article.publisher == "Other"
    assert merged[0].article.id == "gazette"
    own = next(item for item in whole if item.article.id == "gazette")
    # Alone in its publisher's articles it has the best score there is.
    assert merged[0].score == pytest.approx(0.6 * own.score + 0.4)
    settings = Settings(retrieval=RetrievalSettings(parts=0))
    with Archive.open(archive.folder, embedder=archive.embedder(), settings=settings) as plain:
        assert plain.search(question, k=5) == whole
