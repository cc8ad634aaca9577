"""Work for a program ends soon after it has gone, and its place in the line is free."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from rag.types import Answer
from tests.api.conftest import TOKEN
from tests.api.served import served
from ui.api.app import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ui.api.app import Entry
    from ui.api.desk import Desk

HEADERS = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
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
    with served(build(desk, entry=entry)) as port:
        with closing(HTTPConnection("127.0.0.1", port, timeout=SOON)) as program:
            program.request("POST", path, json.dumps(wish), HEADERS)
            # Whoever leaves before the work begins leaves nothing to end.
            assert endless.begun.wait(SOON)
        assert endless.stopped.wait(SOON)
        until = time.monotonic() + SOON
        while desk.models.line.running and time.monotonic() < until:
            time.sleep(0.05)
        assert desk.models.line.running == 0
