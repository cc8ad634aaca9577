"""Questions of any make: an answer, no hits or a clear message, and soon."""

from __future__ import annotations

import time

import pytest

from rag import Archive, Article
from rag.types import MOST_CHARACTERS, Filter, Query, Turn
from tests.fakes import FakeEmbedder

ODD = {
    "a lone surrogate": "storm \ud800 harbour",
    "a lone low surrogate": "\udfff",
    "nothing but marks": "?!" * 900,
    "a null": "storm\0harbour",
    "right to left": "\u202estorm\u202c",
    "a huge number": "How many are " + "9" * 1_900 + "?",
    "a huge number with a unit": "Was it " + "9" * 1_900 + " million dollars?",
    "a huge power": "Was it 1e" + "9" * 400 + "?",
    "a huge year": "What happened in " + "2" * 1_500 + "?",
    "a huge date": "What happened on " + "31-" * 600 + "2020?",
    "commas in a number": "Was it " + "1," * 900 + "1?",
    "one long word": "a" * 1_999,
    "many quotes": '"' * 1_999,
    "operators": "storm AND (OR NOT [a TO b] ~3 ^2 " * 40,
    "many accents": "e" + "\u0301" * 1_900,
    "many spaces": "storm" + " " * 1_900 + "harbour",
    "many lines": "storm\n" * 300,
    "many years": "in 2020 " * 240,
    "many months": "in May and June " * 120,
    "letters of a private area": "\ue000" * 1_000,
    "emoji joined": "\U0001f468\u200d" * 900,
    "SQL": "'; DROP TABLE articles; --",
    "markup": "<script>alert(1)</script>" * 60,
}


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Return an archive that all tests here share, since they only ask."""
    articles = [
        Article("Storm", "Storm closes the harbour in May 2020.", id="a", date="2020-05-01"),
        Article("Oil", "The oil price rose to 99 million dollars.", id="b", date="2021-05-01"),
    ]
    with Archive.open(tmp_path_factory.mktemp("bad") / "news", embedder=FakeEmbedder()) as archive:
        archive.ingest(articles)
        yield archive


@pytest.mark.parametrize("question", ODD.values(), ids=ODD.keys())
def test_an_odd_question_is_searched_within_seconds(news, question):
    # Of this process's time, since other work may share the machine.
    begun = time.process_time()
    hits = news.search(question, today="2024-01-01")
    news.find(question)
    assert all(hit.article.id in {"a", "b"} for hit in hits)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("ask", ["search", "find"])
def test_a_question_that_is_too_long_is_refused_before_any_work(news, monkeypatch, ask):
    def fail(*_args, **_options):
        raise AssertionError("work was done")

    monkeypatch.setattr(type(news._storage), "search", fail)
    begun = time.process_time()
    with pytest.raises(ValueError, match="100,000 characters, and at most 2,000 are read"):
        getattr(news, ask)("storm " * 16_666 + "sea.")
    assert time.process_time() - begun < 0.1


def test_what_travels_with_a_question_is_text_as_well():
    query = Query("a\ud800", history=(Turn("b\ud800", "c\ud800"),))
    assert (query.question, query.history) == ("a?", (Turn("b?", "c?"),))
    assert Filter.read(publishers=["d\ud800"]).publishers == ("d?",)
    assert Query("x" * MOST_CHARACTERS).question == "x" * MOST_CHARACTERS
