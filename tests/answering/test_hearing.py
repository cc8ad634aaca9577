"""How many of the passages found are read."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from rag.answering.hearing import Hearing
from rag.reading import Reading
from rag.types import Article, Hit, Passage, ScoreParts
from tests.fakes import FakeReader

QUESTION = "How long was the bridge in Malta?"
# Readings of the first three passages for a yes and for a no.
YES_AND_NO = 6


class CountingReader(FakeReader):
    """Counts the passages that it reads."""

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(
        self, question: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> list[Reading]:
        self.read_so_far += len(passages)
        return super().read(question, passages, stop=stop)


def _hits(answer_at: int) -> list[Hit]:
    texts = [f"Ferries sail from harbour {letter} at noon." for letter in "abcdefgh"]
    texts[answer_at] = "The bridge in Malta was 520 metres long."
    return [
        Hit(Article("", text, id=text[-9:]), text, 0, len(text), 0.95, ScoreParts(fused=0.95))
        for text in texts
    ]


@pytest.mark.parametrize(
    ("question", "answer_at", "about", "read"),
    [
        (QUESTION, 0, "", 4),
        (QUESTION, 3, "", 4),
        (QUESTION, 4, "", 8),
        (QUESTION, 0, "another article", 8),
        ("How long is the latest bridge in Malta?", 0, "", 8),
        # What is found, a number, names nobody.
        ("Who built the bridge in Malta?", 0, "", 8),
        ("What is the bridge in Malta?", 0, "", 4),
        ("Which bridges are long in Malta?", 0, "", 8),
        ("Was the bridge in Malta long?", 0, "", 8 + YES_AND_NO),
    ],
)
def test_the_later_passages_are_read_only_where_they_may_count(
    question: str, answer_at: int, about: str, read: int
) -> None:
    reader = CountingReader()
    hearing = Hearing(lambda: reader, stop=threading.Event())
    heard = hearing.of(question, _hits(answer_at), about=about)
    assert reader.read_so_far == read
    assert heard.ranked[0].probability > 0.5
