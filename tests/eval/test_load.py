"""The load script counts answers, refusals and what is lost."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from eval.load import Load, Reply, ask


def test_a_refused_question_is_asked_again_when_the_reply_says_so(monkeypatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("eval.load.asyncio.sleep", sleep)
    replies = iter([httpx.Response(429, headers={"retry-after": "7"}),
                    httpx.Response(503, headers={"retry-after": "10"}),
                    httpx.Response(200, json={})])  # fmt: skip

    async def run() -> Reply:
        transport = httpx.MockTransport(lambda _request: next(replies))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await ask(client, "Who?")

    reply = asyncio.run(run())
    assert (reply.refusals, reply.status, slept) == (2, 200, [7.0, 10.0])


def test_a_load_is_summed_up() -> None:
    replies = [Reply(1.0, 0, 200), Reply(2.0, 3, 200), Reply(3.0, 0, 500)]
    load = Load(3, replies, seconds=60.0, processor=4.0, memory=1e9)
    assert (load.answers, load.lost, load.refusals) == (2, 1, 3)
    assert load.percentile(50) == pytest.approx(2.0)
