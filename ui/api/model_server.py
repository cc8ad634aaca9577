"""A server of the models, for installations that answer with several machines."""

from __future__ import annotations

import dataclasses
import hmac
import math
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import numpy as np
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse

from rag.embedding.embedder import Embedder
from rag.embedding.load import load_embedder
from rag.errors import RagError
from rag.models.servers.protocol import COUNT, EMBED, HEALTH, INFO, READ, packed
from rag.reading import Reader, Reading, load_reader
from rag.settings import ServerLimits
from rag.types import MOST_CHARACTERS, Passage
from ui.api.listening import address_of, listening, run
from ui.web.network.guard import is_loopback

# What one request may bring; our own client asks for less at a time.
_MOST_TEXTS, _MOST_PASSAGES, _MOST_CHARACTERS = 4_096, 64, 100_000


class Texts(BaseModel):
    """Texts to be counted or embedded, as questions or as passages."""

    texts: list[str] = Field(max_length=_MOST_TEXTS)
    question: bool = False


class Text(BaseModel):
    """A passage to be read."""

    heading: str = Field(max_length=_MOST_CHARACTERS)
    text: str = Field(max_length=_MOST_CHARACTERS)


class Asked(BaseModel):
    """A question, and the passages that may answer it."""

    question: str = Field(max_length=MOST_CHARACTERS)
    passages: list[Text] = Field(max_length=_MOST_PASSAGES)


class ModelServer:
    """The models of one server, each of which does one request at a time.

    They take all processors for one, so that two at once would be slower for both. Clients beyond
    `limits.model_requests` are sent to another server.
    """

    def __init__(self, embedder: Embedder, reader: Reader, *, limits: ServerLimits) -> None:
        self._embedder, self._reader = embedder, reader
        self._embedding, self._reading = threading.Lock(), threading.Lock()
        self._places = threading.BoundedSemaphore(limits.model_requests)
        self.router = APIRouter()
        self.router.get(HEALTH)(self.health)
        self.router.get(INFO)(self.info)
        self.router.post(COUNT)(self.count)
        self.router.post(EMBED)(self.embed)
        self.router.post(READ)(self.read)

    def health(self) -> dict[str, bool]:
        """Say that the models are loaded, which they are when a server listens."""
        return {"ready": True}

    def info(self) -> dict[str, Any]:
        """Say which models these are."""
        told = ("id", "checksum", "dimension", "max_tokens")
        about = {name: getattr(self._embedder, name) for name in told}
        return {"embedder": about, "reader": {"id": self._reader.id}}

    def count(self, given: Texts) -> dict[str, list[int]]:
        """Count the tokens of each text."""
        with self._place():
            return {"tokens": self._embedder.count_tokens(given.texts)}

    def embed(self, given: Texts) -> dict[str, str]:
        """Embed texts; see `rag.models.servers.protocol` for the form of vectors."""
        with self._place(), self._embedding:
            if given.question:
                rows = [self._embedder.embed_question(text) for text in given.texts]
                return {"vectors": packed(np.array(rows, np.float32))}
            return {"vectors": packed(self._embedder.embed_passages(given.texts))}

    def read(self, asked: Asked) -> dict[str, list[Any]]:
        """Read a question with passages."""
        passages = [Passage(item.heading, item.text) for item in asked.passages]
        with self._place(), self._reading:
            readings = self._reader.read(asked.question, passages)
        return {"readings": [_told(reading) for reading in readings]}

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise HTTPException(503, "too many requests are waiting here; ask another server")
        try:
            yield
        finally:
            self._places.release()


def _told(reading: Reading) -> dict[str, Any]:
    """Return a reading as JSON, which has no infinity."""
    answered = reading.answered if math.isfinite(reading.answered) else None
    candidates = [dataclasses.asdict(item) for item in reading.candidates]
    return {"candidates": candidates, "answered": answered}


def build(
    embedder: Embedder,
    reader: Reader,
    *,
    token: str | None = None,
    limits: ServerLimits | None = None,
) -> FastAPI:
    """Return the app that serves two loaded models.

    With a `token`, all but the health asks for it.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(ModelServer(embedder, reader, limits=limits or ServerLimits()).router)
    if token:
        app.middleware("http")(_guard(f"Bearer {token}"))
    return app


def _guard(wanted: str) -> Callable[[Request, Callable[..., Awaitable[Response]]], Any]:
    async def guard(request: Request, go_on: Callable[..., Awaitable[Response]]) -> Response:
        given = request.headers.get("authorization", "")
        if request.url.path == HEALTH or hmac.compare_digest(given.encode(), wanted.encode()):
            return await go_on(request)
        return PlainTextResponse("the token is wrong or missing; set DATELINE_MODELS_TOKEN", 401)

    return guard


def serve(
    embedder: str,
    reader: str,
    *,
    host: str,
    port: int,
    token: str | None,
    limits: ServerLimits | None = None,
    on_progress: Callable[[str], None],
    on_ready: Callable[[str], None],
) -> None:
    """Load two models and serve them until Ctrl-C or SIGTERM.

    The port is taken first, and answers once the models are loaded. Raises `RagError` when it
    is taken, and where other machines reach it without a token.
    """
    if not (token or is_loopback(host)):
        raise RagError(
            f"other machines can reach {host}; set --token or $DATELINE_MODELS_TOKEN to a secret "
            "that they log in with"
        )
    with closing(listening(host, port)) as place:
        app = build(
            load_embedder(embedder, on_progress=on_progress),
            load_reader(reader, on_progress=on_progress),
            token=token,
            limits=limits,
        )
        on_ready(address_of(place, host))
        run(app, place)
