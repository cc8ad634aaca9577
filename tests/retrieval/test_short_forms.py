"""A short form that no article has is written out as the articles write it."""

from __future__ import annotations

import pytest

import rag
from rag.retrieval.short_forms import written_out
from rag.types import Hit, ScoreParts


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("why did mlb fail", "why did Malta Logistics Bank fail"),
        ("why did the ncb warn", "why did the ncb warn"),
        ("why did the bank fail", "why did the bank fail"),
        ("who ran MLB?", "who ran Malta Logistics Bank?"),
    ],
)
def test_only_what_no_passage_has_is_written_out(asked: str, meant: str) -> None:
    text = "Malta Logistics Bank failed on Friday. The NCB, its National Central Bank, warned."
    article = rag.Article("Failure", text)
    assert written_out(asked, [Hit(article, text, 0, len(text), 1.0, ScoreParts())]) == meant


def test_the_question_is_answered_and_shown_in_full(archive) -> None:
    text = "Malta Logistics Bank failed in 2021 after it lost 12 million euros."
    archive.ingest([rag.Article("A bank fails", text, id="a")])
    answer = rag.answer("when did mlb fail", archive=archive)
    assert answer.question == "when did Malta Logistics Bank fail"
    assert not answer.abstained
