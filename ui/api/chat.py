"""Archives as models of OpenAI's chat API, for programs that speak it."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from fastapi.sse import format_sse_event

from rag.errors import RagError
from rag.types import Answer, Citation
from ui.api import faults
from ui.api.completions import (
    SOURCES,
    Annotation,
    ChatReply,
    Choice,
    Completion,
    Model,
    ModelList,
    Reply,
    UrlCitation,
    Usage,
)
from ui.api.desk import Asked, Asker, Desk, DeskOf, Stepwise
from ui.api.replies import AnswerRecord

router = APIRouter(tags=["for clients of OpenAI's API"])

_MARK = re.compile(r"\[(\d{1,3})\]")
_CHUNKS: dict[str, Any] = {
    "description": "The reply. With `stream`, chunks of it, and at the end `[DONE]`.",
    "content": {
        "text/event-stream": {
            "schema": {"type": "object", "properties": {"data": {"type": "string"}}}
        }
    },
}


@router.get("/models")
def list_models(desk: DeskOf) -> ModelList:
    """List the archives as models."""
    return ModelList(data=[_model(desk, name) for name in desk.library.names])


@router.get("/models/{name}")
def get_model(name: str, desk: DeskOf) -> Model:
    """Return an archive as a model."""
    desk.library.get(name)
    return _model(desk, name)


@router.post(
    "/chat/completions",
    response_model=ChatReply,
    response_model_exclude_none=True,
    responses={200: _CHUNKS},
)
async def complete(wish: Completion, request: Request, desk: DeskOf) -> Any:
    """Answer the last message of a chat from the archive that the model names."""
    archive = await anyio.to_thread.run_sync(desk.library.get, wish.model)
    asked = Asked(wish.question, archive, wish, wish.stance, wish.history)
    told = _Told(wish.model)
    if not wish.stream:
        return JSONResponse(told.whole(await desk.answer(asked, Asker.of(request))).dumped())
    held = AsyncExitStack()
    steps = await held.enter_async_context(desk.answering(asked, Asker.of(request)))
    return Stepwise(_chunks(steps, told), held=held)


class _Told:
    """One reply, or the chunks of one: they share an id and a time."""

    def __init__(self, model: str) -> None:
        self._id, self._created = f"chatcmpl-{uuid.uuid4().hex}", int(time.time())
        self._model = model

    def whole(self, answer: Answer) -> ChatReply:
        content = answer.text + sources(answer)
        marks = annotated(answer) or None
        message = Reply(role="assistant", content=content, annotations=marks)
        choice = Choice(message=message, finish_reason="stop")
        return self._reply("chat.completion", choice, answer).model_copy(update={"usage": Usage()})

    def piece(self, content: str) -> ChatReply:
        delta = Reply(role="assistant", content=content)
        return self._reply("chat.completion.chunk", Choice(delta=delta))

    def end(self, answer: Answer) -> ChatReply:
        """Return the last chunk: where the marks lead."""
        delta = Reply(content=sources(answer), annotations=annotated(answer) or None)
        choice = Choice(delta=delta, finish_reason="stop")
        return self._reply("chat.completion.chunk", choice, answer)

    def _reply(self, kind: Any, choice: Choice, answer: Answer | None = None) -> ChatReply:
        return ChatReply(
            id=self._id,
            object=kind,
            created=self._created,
            model=self._model,
            choices=[choice],
            dateline=AnswerRecord.of(answer) if answer else None,
        )


def sources(answer: Answer) -> str:
    """Return the list of sources below an answer, as Markdown; blank without citations."""
    if not answer.citations:
        return ""
    return SOURCES + "\n".join(map(_source, answer.citations))


def annotated(answer: Answer) -> list[Annotation]:
    """Return where each mark of the text stands, for articles that have an address."""
    cited = {citation.number: citation for citation in answer.citations}
    return list(_annotated(answer.text, cited))


def _annotated(text: str, cited: dict[int, Citation]) -> Iterator[Annotation]:
    for mark in _MARK.finditer(text):
        citation = cited.get(int(mark[1]))
        if citation and citation.article.url:
            article = citation.article
            place = UrlCitation(
                start_index=mark.start(),
                end_index=mark.end(),
                title=article.title,
                url=article.url or "",
            )
            yield Annotation(url_citation=place)


def _source(citation: Citation) -> str:
    article = citation.article
    title = f"[{article.title}](<{article.url}>)" if article.url else article.title
    head = " · ".join(part for part in (title, article.publisher, article.date) if part)
    return f"[{citation.number}] {head}: “{' '.join(citation.quote.split())}”"


def _model(desk: Desk, name: str) -> Model:
    folder = desk.library.folder / name
    return Model(id=name, created=int(folder.stat().st_ctime))


async def _chunks(steps: AsyncIterator[str | Answer], told: _Told) -> AsyncIterator[bytes]:
    try:
        async for step in steps:
            chunk = told.end(step) if isinstance(step, Answer) else told.piece(step)
            yield format_sse_event(data_str=json.dumps(chunk.dumped()))
    except (RagError, ValueError) as error:
        body = faults.fault(str(error), status=faults.status_of(error))
        yield format_sse_event(data_str=json.dumps(body))
    yield format_sse_event(data_str="[DONE]")
