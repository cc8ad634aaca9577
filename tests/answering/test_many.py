"""Several questions at once, and answers that an event loop waits for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import rag

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION = "How many days did the ferry strike close the harbour?"
TEXT = "The ferry strike closed the harbour of Valletta for 3 days."


def test_answers_come_in_order_each_when_it_is_asked_for(archive: rag.Archive) -> None:
    archive.ingest(rag.Article("Ferry strike", TEXT))
    asked: list[str] = []

    def questions() -> Iterator[str]:
        for question in (QUESTION, "Who directed the opera in 2031?"):
            asked.append(question)
            yield question

    answers = rag.answer_many(questions(), archive=archive, today="2024-06-01")
    assert asked == []
    assert next(answers).text == f"{TEXT} [1]"
    assert asked == [QUESTION]
    assert next(answers).abstained
    assert next(answers, None) is None


def test_an_event_loop_goes_on_meanwhile(archive: rag.Archive) -> None:
    archive.ingest(rag.Article("Ferry strike", TEXT))

    async def ask() -> list[rag.Answer]:
        return list(
            await asyncio.gather(*(rag.aanswer(QUESTION, archive=archive) for _ in range(3)))
        )

    assert [answer.short for answer in asyncio.run(ask())] == ["3"] * 3
