"""Calls go to servers that are well, and to another one when one fails; time is a fake."""

from __future__ import annotations

import httpx
import pytest

from rag.errors import ModelError
from rag.models.servers.breaker import Breaker
from rag.models.servers.names import addresses
from rag.models.servers.pool import Pool

A, B = "http://a:1", "http://b:1"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Servers:
    """Answers for each host with a status, or breaks the connection for None."""

    def __init__(self, **statuses: int | None) -> None:
        self.statuses = statuses
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        self.asked.append(f"{host}{request.url.path}")
        status = self.statuses[host]
        if status is None:
            raise httpx.ConnectError("refused")
        return httpx.Response(status, json={"from": host})


def pool(servers: Servers, time: Time, *where: str, seconds: float = 60.0) -> Pool:
    return Pool(
        where or (A, B),
        all_seconds=seconds,
        transport=httpx.MockTransport(servers),
        clock=time,
        sleep=time.sleep,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a:1", ("http://a:1",)),
        (" http://a:1/ , https://b ", ("http://a:1", "https://b")),
        ("dateline-reader", ()),
        ("http://a:1, dateline-reader", ()),
        ("", ()),
    ],
)
def test_addresses_are_told_from_names(text, expected):
    assert addresses(text) == expected


def test_servers_take_turns():
    servers = Servers(a=200, b=200)
    asked = pool(servers, Time())
    assert [asked.ask("/x")["from"] for _ in range(4)] == ["a", "b", "a", "b"]


@pytest.mark.parametrize("status", [None, 500, 503, 429])
def test_what_one_server_fails_another_one_answers(status):
    servers, time = Servers(a=status, b=200), Time()
    asked = pool(servers, time)
    assert [asked.ask("/x", {"q": 1})["from"] for _ in range(6)] == ["b"] * 6
    # Two failures open its breaker; from then on it is asked no more.
    assert servers.asked.count("a/x") == 2
    assert all(0 <= seconds <= 0.1 for seconds in time.slept)


def test_a_server_is_asked_again_once_it_says_that_it_is_well():
    servers, time = Servers(a=None, b=200), Time()
    asked = pool(servers, time)
    for _ in range(6):
        asked.ask("/x")
    time.now += 5
    asked.ask("/x")
    assert servers.asked[-2:] == ["a/health", "b/x"]
    servers.statuses["a"] = 200
    time.now += 5
    assert {asked.ask("/x")["from"] for _ in range(2)} == {"a", "b"}


def test_a_call_waits_for_a_server_to_come_back():
    servers, time = Servers(a=None, b=None), Time()
    waiting = pool(servers, time)

    def comes_back(seconds: float) -> None:
        Time.sleep(time, seconds)
        if time.now > 110:
            servers.statuses["b"] = 200

    waiting._sleep = comes_back
    assert waiting.ask("/x")["from"] == "b"


def test_a_refusal_is_told_and_not_tried_again():
    servers, time = Servers(a=401, b=401), Time()
    with pytest.raises(ModelError, match="http://a:1 answered 401 to /x"):
        pool(servers, time).ask("/x")
    assert servers.asked == ["a/x"]


def test_when_no_server_answers_it_says_why_of_each():
    servers = Servers(a=None, b=503)
    with pytest.raises(ModelError) as error:
        pool(servers, Time(), "http://user:secret@a:1", B, seconds=0).ask("/x")
    assert "has answered in 0 s" in str(error.value)
    assert "http://a:1: ConnectError: refused" in str(error.value)
    assert "secret" not in str(error.value)
    assert "rag serve-models" in str(error.value)


def test_a_server_of_something_else_is_told():
    def page(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>")

    with pytest.raises(ModelError, match="does not answer with JSON"):
        Pool([A], transport=httpx.MockTransport(page)).ask("/x")


def test_a_pool_without_servers_is_refused():
    with pytest.raises(ValueError, match="no server"):
        Pool([])


def test_a_breaker_rests_twice_as_long_each_time_up_to_a_bound():
    time = Time()
    breaker = Breaker(time)
    breaker.fail()
    assert not breaker.is_open
    rests = []
    for _ in range(8):
        breaker.fail()
        begun = time.now
        while not breaker.probe():
            time.now += 0.5
        rests.append(time.now - begun)
    assert rests == [1, 2, 4, 8, 16, 30, 30, 30]
    assert not breaker.probe()
    breaker.succeed()
    assert not breaker.is_open
