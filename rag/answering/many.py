"""Several questions, and questions of programs that do other things meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rag.answering.pipeline import answer
from rag.archive import Archive
from rag.settings import archive_path
from rag.types import Answer


async def aanswer(question: str, *, archive: Archive | str | Path, **options: Any) -> Answer:
    """Answer a question in a thread, so that the event loop goes on; otherwise as `answer`.

    A task that is cancelled leaves the thread to end its answer.
    """
    return await asyncio.to_thread(answer, question, archive=archive, **options)


def answer_many(
    questions: Iterable[str], *, archive: Archive | str | Path, **options: Any
) -> Iterator[Answer]:
    """Yield the answers to questions, in their order, each when it is asked for; as `answer`.

    The archive is opened and the models are loaded once. The reader takes a question's passages
    together, but not those of several questions.
    """
    if isinstance(archive, Archive):
        yield from (answer(question, archive=archive, **options) for question in questions)
        return
    with Archive.open(archive_path(archive), create=False) as opened:
        yield from answer_many(questions, archive=opened, **options)
