"""Several questions at once, and answers that an event loop waits for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import rag
from tests.fakes import FakeReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.reading import Asked, Reading

QUESTION = "How many days did the ferry strike close the harbour?"
TEXT = "The ferry strike closed the harbour of Valletta for 3 days."


OTHERS = (
    "Hello!",
    "Who directed the opera in 2031?",
    "What is known about the ferry strike?",
    "Which strike was longer, the ferry strike or the tram strike?",
    "What happened in May 2024?",
)


@pytest.fixture
def harbour(archive: rag.Archive) -> rag.Archive:
    archive.ingest(
        [
            rag.Article("Ferry strike", TEXT, date="2024-05-02"),
            rag.Article(
                "Tram strike", "The tram strike went on for 9 days in Sliema.", date="2024-05-20"
            ),
        ]
    )
    return archive


class CountingReader(FakeReader):
    """Keeps how many questions were read together, each time."""

    def __init__(self) -> None:
        self.together: list[int] = []

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        self.together.append(len(asked))
        return super().read_together(asked)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> CountingReader:
    reader = CountingReader()
    monkeypatch.setattr("rag.reading.load_reader", lambda *_name, **_options: reader)
    return reader


def test_answers_come_in_order_each_when_it_is_asked_for(harbour: rag.Archive) -> None:
    asked: list[str] = []

    def questions() -> Iterator[str]:
        for question in (QUESTION, "Who directed the opera in 2031?"):
            asked.append(question)
            yield question

    answers = rag.answer_many(questions(), archive=harbour, today="2024-06-01", together=1)
    assert asked == []
    assert next(answers).text == f"{TEXT} [1]"
    assert asked == [QUESTION]
    assert next(answers).abstained
    assert next(answers, None) is None


@pytest.mark.parametrize("together", [1, 3, 8])
def test_answers_are_those_of_each_question_by_itself(harbour: rag.Archive, together: int) -> None:
    questions = [QUESTION, *OTHERS, QUESTION, "", *OTHERS]
    today = "2024-06-01"
    many = rag.answer_many(questions, archive=harbour, today=today, together=together)
    alone = [rag.answer(question, archive=harbour, today=today) for question in questions]
    for one, other in zip(many, alone, strict=True):
        assert replace(one, timings=other.timings) == other


def test_what_several_questions_need_read_is_read_together(
    harbour: rag.Archive, reader: CountingReader
) -> None:
    questions = [QUESTION, "Hello!", "How many days did the tram strike go on?", QUESTION]
    answers = list(rag.answer_many(questions, archive=harbour, today="2024-06-01", together=3))
    assert [answer.short for answer in answers] == ["3", "", "9", "3"]
    # The greeting has nothing to read, and the fourth question is of the second three.
    assert reader.together == [2, 1]


def test_a_fault_of_the_reader_is_raised_and_ends_the_wait(
    harbour: rag.Archive, reader: CountingReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise rag.ModelError("the reader is not whole")

    monkeypatch.setattr(reader, "read_together", fail)
    with pytest.raises(rag.ModelError, match="not whole"):
        list(rag.answer_many([QUESTION, QUESTION], archive=harbour))


def test_less_than_one_question_at_a_time_is_refused(harbour: rag.Archive) -> None:
    with pytest.raises(ValueError, match="0 questions cannot be answered together"):
        next(rag.answer_many([QUESTION], archive=harbour, together=0))


def test_an_event_loop_goes_on_meanwhile(archive: rag.Archive) -> None:
    archive.ingest(rag.Article("Ferry strike", TEXT))

    async def ask() -> list[rag.Answer]:
        return list(
            await asyncio.gather(*(rag.aanswer(QUESTION, archive=archive) for _ in range(3)))
        )

    assert [answer.short for answer in asyncio.run(ask())] == ["3"] * 3
