"""Feeds are asked only for what is new, and left alone for longer while they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from rag.errors import SourceError
from ui.watching.feeds import Feeds, FeedState

if TYPE_CHECKING:
    from pathlib import Path

FEED = "https://news.example/feed"
MINUTE = 60.0


class Server:
    """Answers with what is put in `replies`, and remembers the headers it was asked with."""

    def __init__(self) -> None:
        self.replies: list[httpx.Response | Exception] = []
        self.asked: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def feeds(tmp_path: Path, server: Server, clock: Clock) -> Feeds:
    return make(tmp_path, server, clock)


def make(folder: Path, server: Server, clock: Clock, *, every: float = MINUTE) -> Feeds:
    client = httpx.Client(transport=httpx.MockTransport(server))
    return Feeds([FEED], file=folder / "watch.json", every=every, client=client, clock=clock)


def read(feeds: Feeds) -> FeedState | None:
    """Ask and, as after an ingest, keep what was said."""
    state = feeds.ask(FEED)
    if state:
        feeds.keep(FEED, state)
    return state


def test_a_feed_is_asked_with_what_its_server_said_last(feeds: Feeds, server: Server) -> None:
    headers = {"etag": '"one"', "last-modified": "Mon, 06 May 2024 10:00:00 GMT"}
    server.replies = [httpx.Response(200, headers=headers), httpx.Response(304)]
    assert read(feeds)
    assert read(feeds) is None
    first, second = server.asked
    assert "if-none-match" not in first
    assert second["if-none-match"] == '"one"'
    assert second["if-modified-since"] == "Mon, 06 May 2024 10:00:00 GMT"


def test_a_feed_is_due_again_after_its_time(feeds: Feeds, server: Server, clock: Clock) -> None:
    server.replies = [httpx.Response(200)]
    assert feeds.due() == [FEED]
    read(feeds)
    assert feeds.due() == []
    assert feeds.seconds_left() == MINUTE
    clock.now += MINUTE
    assert feeds.due() == [FEED]


def test_a_run_that_asks_more_often_does_not_wait_as_long_as_the_one_before(
    feeds: Feeds, server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.replies = [httpx.Response(200)]
    read(feeds)
    assert make(tmp_path, server, clock, every=10.0).seconds_left() == 10.0
    assert make(tmp_path, server, clock, every=2 * MINUTE).seconds_left() == MINUTE


def test_only_feeds_that_have_not_failed_are_hurried(
    feeds: Feeds, server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.replies = [httpx.Response(200), httpx.Response(503)]
    read(feeds)
    feeds.hurry(seconds=0)
    assert feeds.due() == [FEED]
    with pytest.raises(SourceError, match="503"):
        feeds.ask(FEED)
    feeds.hurry(seconds=0)
    assert feeds.due() == []
    assert make(tmp_path, server, clock, every=1.0).due() == []


def test_what_is_known_outlives_the_process(
    feeds: Feeds, server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.replies = [httpx.Response(200, headers={"etag": '"one"'}), httpx.Response(304)]
    read(feeds)
    again = make(tmp_path, server, clock)
    assert again.due() == []
    assert again.ask(FEED) is None
    assert server.asked[1]["if-none-match"] == '"one"'


def test_what_was_not_ingested_is_asked_for_again(
    feeds: Feeds, server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.replies = [httpx.Response(200, headers={"etag": '"one"'}), httpx.Response(200)]
    feeds.ask(FEED)
    again = make(tmp_path, server, clock)
    assert again.due() == [FEED]
    again.ask(FEED)
    assert "if-none-match" not in server.asked[1]


def test_one_that_fails_is_left_alone_for_longer_up_to_a_day(
    feeds: Feeds, server: Server, clock: Clock
) -> None:
    waits = []
    for _ in range(12):
        server.replies = [httpx.ConnectError("no route")]
        with pytest.raises(SourceError, match="no route; asked again in"):
            feeds.ask(FEED)
        start = clock.now
        while not feeds.due():
            clock.now += MINUTE
        waits.append((clock.now - start) / MINUTE)
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == 24 * 60
    server.replies = [httpx.Response(304)]
    feeds.ask(FEED)
    clock.now += MINUTE
    assert feeds.due() == [FEED]


def test_a_server_may_say_how_long_to_wait(feeds: Feeds, server: Server, clock: Clock) -> None:
    server.replies = [httpx.Response(429, headers={"retry-after": "3600"})]
    with pytest.raises(SourceError, match="429 Too Many Requests; asked again in 60 min"):
        feeds.ask(FEED)
    clock.now += 3599
    assert feeds.due() == []


def test_a_damaged_file_is_as_none(tmp_path: Path, server: Server, clock: Clock) -> None:
    (tmp_path / "watch.json").write_text('{"x": [')
    assert make(tmp_path, server, clock).due() == [FEED]
