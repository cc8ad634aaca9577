"""Changed answers are told to another program, within limits, and no secret is said."""

from __future__ import annotations

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

import rag
from rag.settings import Timeouts
from ui.watching.alerts import Alerts, Changed, Version
from ui.watching.watch import Trouble, Watch
from ui.watching.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ADDRESS = "https://hooks.example/T123/SECRET-PATH?key=SECRET-KEY"
CHANGE = Changed(
    "Who won?",
    Version("2024-05-02T10:00:00+00:00", "Not in the articles.", abstained=True),
    Version("2024-05-03T10:00:00+00:00", "Ann Borg won. [1]", abstained=False),
)


class Server:
    """Answers with statuses in turn, the last one on and on; keeps what it was sent."""

    def __init__(self, *statuses: int | type[Exception]) -> None:
        self._statuses = list(statuses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if not isinstance(status, int):
            raise status(f"no way to {request.url}")
        return httpx.Response(status, headers={"location": "https://elsewhere.example/"})


def hook(server: Server, **options: object) -> Webhook:
    options = {"pauses": (0.0, 0.0), "token": "SECRET-TOKEN", **options}
    transport = httpx.MockTransport(server)
    return Webhook(ADDRESS, archive="city", transport=transport, **options)  # type: ignore[arg-type]


def test_a_change_is_posted_with_both_versions_and_the_token() -> None:
    server = Server(204)
    assert hook(server).tell(CHANGE) == ""
    [request] = server.requests
    assert (request.method, str(request.url)) == ("POST", ADDRESS)
    assert request.headers["authorization"] == "Bearer SECRET-TOKEN"
    sent = json.loads(request.content)
    assert (sent["event"], sent["archive"], sent["question"]) == ("Changed", "city", "Who won?")
    assert [sent[name]["text"] for name in ("before", "after")] == [
        "Not in the articles.",
        "Ann Borg won. [1]",
    ]


@pytest.mark.parametrize("status", [503, 429, httpx.ConnectError, httpx.ReadTimeout])
def test_what_may_pass_is_tried_again(status: int | type[Exception]) -> None:
    server = Server(status, status, 200)
    assert hook(server).tell(CHANGE) == ""
    assert len(server.requests) == 3


@pytest.mark.parametrize(("status", "attempts"), [(404, 1), (302, 1), (500, 3)])
def test_what_does_not_pass_is_told(status: int, attempts: int) -> None:
    server = Server(status)
    told = hook(server)
    assert told.tell(CHANGE) == f"it answered {status}"
    assert len(server.requests) == attempts
    assert told.waiting


def test_what_did_not_get_through_is_sent_with_the_next_change_in_order() -> None:
    server = Server(404, 200)
    told = hook(server)
    told.tell(CHANGE)
    later = Changed("Who lost?", CHANGE.before, CHANGE.after)
    assert told.tell(later) == ""
    asked = [json.loads(request.content)["question"] for request in server.requests]
    assert asked == ["Who won?", "Who won?", "Who lost?"]
    assert not told.waiting


def test_nothing_to_tell_sends_nothing() -> None:
    server = Server(200)
    assert hook(server).tell() == ""
    assert server.requests == []


@pytest.mark.parametrize("status", [200, 500, httpx.ConnectError])
def test_no_secret_is_logged_or_told(
    status: int | type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = hook(Server(status))
    said = f"{told.tell(CHANGE)} {told.name} {caplog.text}"
    assert "hooks.example" in said
    assert "SECRET" not in said


class Silent(BaseHTTPRequestHandler):
    """Takes a request, and answers once it may."""

    may_answer = threading.Event()

    def do_POST(self) -> None:
        self.may_answer.wait(20)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def silent() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/SECRET"
    Silent.may_answer.set()
    server.shutdown()
    server.server_close()


def test_a_server_that_does_not_answer_is_not_waited_for(
    silent: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    short = Webhook(silent, archive="city", timeouts=Timeouts(webhook=0.3))
    assert "did not answer in 0.3 s" in short.tell(CHANGE)
    brief = Webhook(silent, archive="city", pauses=(), timeouts=Timeouts(webhook_attempt=0.2))
    assert "could not be reached (ReadTimeout)" in brief.tell(CHANGE)
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("address", ["ftp://SECRET", "SECRET", "http://", "http://[SECRET"])
def test_what_is_no_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(ValueError, match="http://") as caught:
        Webhook(address, archive="city")
    assert "SECRET" not in str(caught.value)


def test_a_watch_tells_changes_and_that_one_did_not_get_through(
    archive: rag.Archive, tmp_path: Path, make_file: Callable[[int], Path]
) -> None:
    make_file(3)
    server = Server(404, 200)
    watch = Watch(archive, [str(tmp_path / "news")], every=60, webhook=hook(server))
    list(watch.once())
    Alerts(archive).add("How many days did the ferry strike close the harbour?")
    [old] = archive.articles()
    make_file(9)
    archive.delete(old.id or "")
    happenings = list(watch.once())
    [change] = [item for item in happenings if isinstance(item, Changed)]
    [trouble] = [item for item in happenings if isinstance(item, Trouble)]
    assert "9 days" in change.after.text
    assert trouble == Trouble(
        "the webhook at hooks.example", "it answered 404; it is sent with the next change"
    )
    assert len(server.requests) == 1


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[[int], Path]:
    def make(days: int) -> Path:
        file = tmp_path / "news" / "strike.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"Ferry strike\n\nThe ferry strike closed the harbour for {days} days.\n")
        return file

    return make
