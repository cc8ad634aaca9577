"""Where questions of other programs come in: they wait in line, and are answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Self

import anyio
from fastapi import Depends, Request
from fastapi.sse import EventSourceResponse
from starlette.types import Receive, Scope, Send

import rag
from rag.archive import Archive
from rag.types import Answer, Stance, Turn
from ui.api.requests import Narrowing
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.common.waiting import Place

# Seconds between two looks: whether a question's turn has come, and whether somebody waits for it.
_TURN = 0.02
_GONE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its archive, and all that narrows its answer."""

    question: str
    archive: Archive
    narrowing: Narrowing
    stance: Stance = "balanced"
    history: tuple[Turn, ...] = ()

    def stream(self, models: Models, stop: threading.Event) -> Iterator[str | Answer]:
        """Return the steps of the answer; `ValueError` for what cannot be asked."""
        return rag.stream(
            self.question,
            archive=self.archive,
            history=self.history,
            since=self.narrowing.since,
            until=self.narrowing.until,
            publishers=self.narrowing.publishers,
            names=self.narrowing.names,
            today=self.narrowing.today,
            stance=self.stance,
            generator=models.load(self.archive),
            stop=stop,
        )


async def _present() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a name for the line of questions, and whether they have gone."""

    name: str
    gone: Callable[[], Awaitable[bool]] = _present

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return who sent a request: the user, else the connection, which sends one by one."""
        peer = f"{request.client.host}:{request.client.port}" if request.client else "unknown"
        return cls(str(request.scope.get("user_name") or peer), request.is_disconnected)


@dataclass(frozen=True, slots=True)
class Desk:
    """The archives and models that questions are answered with."""

    library: Library
    models: Models

    @asynccontextmanager
    async def answering(
        self, asked: Asked, asker: Asker
    ) -> AsyncIterator[AsyncIterator[str | Answer]]:
        """Wait for the question's turn and give the steps of its answer.

        Work ends soon after the one who asked has gone. Raises `BusyError` when the line has
        no room, and what `Asked.stream` raises.
        """
        stop = threading.Event()
        place = self.models.line.enter(asker.name)
        watch = asyncio.create_task(_until_gone(asker, stop))
        try:
            await _turn(place, stop)
            steps = await anyio.to_thread.run_sync(asked.stream, self.models, stop)
            with self.models.asked():
                yield _stepwise(steps, on_answer=self.models.on_answer)
        finally:
            stop.set()
            watch.cancel()
            place.leave()

    async def answer(self, asked: Asked, asker: Asker) -> Answer:
        """Return the whole answer; raises as `answering`."""
        async with self.answering(asked, asker) as steps:
            *_, last = [step async for step in steps]
        assert isinstance(last, Answer)  # noqa: S101
        return last


def desk_of(request: Request) -> Desk:
    """Return the desk of the app that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


DeskOf = Annotated[Desk, Depends(desk_of)]


class Stepwise(EventSourceResponse):
    """Events that are sent as they come; what `held` holds is let go when they end."""

    def __init__(self, events: AsyncIterator[bytes], *, held: AsyncExitStack) -> None:
        # A proxy is told not to collect them.
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
        super().__init__(events, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        async with self._held:
            await super().__call__(scope, receive, send)


async def _turn(place: Place, stop: threading.Event) -> None:
    while not (place.wait(0) or stop.is_set()):
        await anyio.sleep(_TURN)


async def _until_gone(asker: Asker, stop: threading.Event) -> None:
    while not await asker.gone():
        await anyio.sleep(_GONE)
    stop.set()


async def _stepwise(
    steps: Iterator[str | Answer], *, on_answer: Callable[[Answer], None]
) -> AsyncIterator[str | Answer]:
    while (
        step := await anyio.to_thread.run_sync(next, steps, None, abandon_on_cancel=True)
    ) is not None:
        if isinstance(step, Answer):
            on_answer(step)
        yield step
