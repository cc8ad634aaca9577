"""Several questions, and questions of programs that do other things meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from rag import reading
from rag.answering.pipeline import answer, read_query, run
from rag.archive import Archive
from rag.generation import Generator
from rag.reading.shared import SharedReader
from rag.settings import archive_path
from rag.types import Answer, Query

# Questions whose passages are read together. With more, the first answer waits longer, and
# batches get no fuller.
TOGETHER = 8


async def aanswer(question: str, *, archive: Archive | str | Path, **options: Any) -> Answer:
    """Answer a question in a thread, so that the event loop goes on; otherwise as `answer`.

    A task that is cancelled leaves the thread to end its answer.
    """
    return await asyncio.to_thread(answer, question, archive=archive, **options)


def answer_many(
    questions: Iterable[str],
    *,
    archive: Archive | str | Path,
    together: int = TOGETHER,
    generator: Generator | None = None,
    **options: Any,
) -> Iterator[Answer]:
    """Yield the answers to questions, in their order; otherwise as `answer`.

    The archive is opened and the models are loaded once. The passages of `together` questions
    are read in shared batches, so those answers come at the same time, and their `timings` have
    the time of all. With 1 each question is asked for and answered by itself. Raises
    `ValueError` for less than 1.
    """
    if together < 1:
        raise ValueError(f"{together} questions cannot be answered together; give 1 or more")
    if isinstance(archive, str | Path):
        with Archive.open(archive_path(archive), create=False) as opened:
            yield from answer_many(
                questions, archive=opened, together=together, generator=generator, **options
            )
        return
    queries = (read_query(question, **options) for question in questions)
    while group := tuple(islice(queries, together)):
        yield from _together(group, archive=archive, generator=generator)


def _together(
    queries: Sequence[Query], *, archive: Archive, generator: Generator | None
) -> list[Answer]:
    reader = SharedReader(
        lambda: reading.load_reader(archive.settings.reader), questions=len(queries)
    )

    def one(query: Query) -> Answer:
        with reader.turn():
            *_, last = run(query, archive=archive, generator=generator, reader=reader)
        assert isinstance(last, Answer)  # noqa: S101
        return last

    # A thread for each, since each waits for the others.
    with ThreadPoolExecutor(len(queries)) as pool:
        return list(pool.map(one, queries))
