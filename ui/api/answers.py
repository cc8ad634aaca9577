"""Questions answered and passages found, over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.sse import format_sse_event

from rag.errors import RagError
from rag.types import Answer
from ui.api import faults
from ui.api.desk import Asked, Asker, Desk, DeskOf, Stepwise
from ui.api.replies import AnswerRecord, HitList
from ui.api.requests import Question, Search

router = APIRouter(tags=["questions"])

# Of each event; its data are JSON.
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"enum": ["text", "answer", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
_EVENTS: dict[str, Any] = {
    "description": "The answer. With `stream`, events `text` with a sentence each, then `answer` "
    "with the whole record; `error` in its place if something fails on the way.",
    "content": {"text/event-stream": {"schema": _EVENT}},
}


@router.post("/answer", response_model=AnswerRecord, responses={200: _EVENTS})
async def answer(wish: Question, request: Request, desk: DeskOf) -> Any:
    """Answer a question, every sentence with its source, or say that the articles do not."""
    asked = await _asked(wish, desk)
    if not wish.stream:
        return AnswerRecord.of(await desk.answer(asked, Asker.of(request)))
    held = AsyncExitStack()
    steps = await held.enter_async_context(desk.answering(asked, Asker.of(request)))
    return Stepwise(_events(steps), held=held)


@router.post("/search")
def search(wish: Search, desk: DeskOf) -> HitList:
    """Find the passages that fit best, best first."""
    hits = desk.library.get(wish.archive).search(
        wish.question,
        k=wish.k,
        since=wish.since,
        until=wish.until,
        publishers=wish.publishers,
        names=wish.names,
        today=wish.today,
    )
    return HitList.of(hits)


async def _asked(wish: Question, desk: Desk) -> Asked:
    # Opened in a thread: the first time, its indexes are read.
    archive = await anyio.to_thread.run_sync(desk.library.get, wish.archive)
    return Asked(wish.question, archive, wish, wish.stance, wish.turns)


async def _events(steps: AsyncIterator[str | Answer]) -> AsyncIterator[bytes]:
    try:
        async for step in steps:
            if isinstance(step, Answer):
                whole = AnswerRecord.of(step).model_dump_json()
                yield format_sse_event(event="answer", data_str=whole)
            else:
                yield format_sse_event(event="text", data_str=json.dumps({"text": step}))
    except (RagError, ValueError) as error:
        body = faults.fault(str(error), status=faults.status_of(error))
        yield format_sse_event(event="error", data_str=json.dumps(body))
