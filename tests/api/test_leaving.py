"""Work for a program ends soon after it has gone, and its place in the line is free."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rag.types import Answer
from tests.api.conftest import TOKEN
from tests.api.served import served
from ui.api.app import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ui.api.app import Entry
    from ui.api.desk import Desk

BEARER = {"authorization": f"Bearer {TOKEN}"}
SOON = 30.0  # seconds, on a machine that is busy


class Endless:
    """A pipeline that says a sentence and then waits until it is told to stop."""

    def __init__(self) -> None:
        self.begun, self.stopped = threading.Event(), threading.Event()

    def __call__(self, _question: str, *, stop: threading.Event, **_: Any) -> Iterator[Any]:
        yield "The first sentence. [1]"
        self.begun.set()
        if stop.wait(SOON):
            self.stopped.set()
        yield Answer("x", "The first sentence. [1]", abstained=False)


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("/v1/answer", {"question": "x"}),
        ("/v1/answer", {"question": "x", "stream": True}),
        (
            "/v1/chat/completions",
            {"model": "town", "messages": [{"role": "user", "content": "x"}], "stream": True},
        ),
    ],
)
def test_work_ends_when_its_asker_has_gone(
    desk: Desk, entry: Entry, monkeypatch: pytest.MonkeyPatch, path: str, wish: dict[str, Any]
) -> None:
    endless = Endless()
    monkeypatch.setattr("rag.stream", endless)
    with served(build(desk, entry=entry)) as port, httpx.Client(headers=BEARER) as client:
        address = f"http://127.0.0.1:{port}{path}"
        with (
            pytest.raises(httpx.ReadTimeout),
            client.stream(
                "POST", address, json=wish, timeout=httpx.Timeout(SOON, read=0.5)
            ) as reply,
        ):
            for _ in reply.iter_bytes():
                pass
        assert endless.begun.wait(SOON)
        client.close()
        assert endless.stopped.wait(SOON)
        until = time.monotonic() + SOON
        while desk.models.line.running and time.monotonic() < until:
            time.sleep(0.05)
        assert desk.models.line.running == 0
