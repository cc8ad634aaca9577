"""Language models use the archives as tools: the official client, over both transports."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import anyio
import httpx2
import pytest

import rag
from tests.api.conftest import TOKEN
from tests.api.served import served
from tests.fakes import BagOfWords
from ui.api.app import build

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ui.api.app import Entry
    from ui.api.desk import Desk

mcp = pytest.importorskip("mcp")
from mcp.client.streamable_http import streamable_http_client  # noqa: E402

from ui.api.tools import build_tools  # noqa: E402

QUESTION = "How many days did the ferry strike close the harbour?"


def use(server: object, work: Callable[[mcp.Client], Awaitable[None]]) -> None:
    """Connect the official client and let `work` use it."""

    async def connected() -> None:
        with anyio.fail_after(90):
            async with mcp.Client(server) as client:
                await work(client)

    anyio.run(connected)


def test_the_four_tools_describe_themselves(desk: Desk) -> None:
    async def work(client: mcp.Client) -> None:
        listed = (await client.list_tools()).tools
        names = {"ask_archive", "get_article", "list_archives", "search_archive"}
        assert {tool.name for tool in listed} == names
        assert all(tool.description and tool.output_schema for tool in listed)
        assert all(tool.annotations.read_only_hint for tool in listed)

    use(build_tools(desk), work)


def test_every_tool_gives_what_it_says(desk: Desk) -> None:
    async def work(client: mcp.Client) -> None:
        async def call(name: str, **wish: object) -> dict:
            result = await client.call_tool(name, wish)
            assert not result.is_error, result.content
            return result.structured_content

        answer = await call("ask_archive", question=QUESTION)
        assert answer["text"].endswith("for 3 days. [1]")
        [citation] = answer["citations"]
        article = await call("get_article", id=citation["article"]["id"])
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert await call("get_article", id="fer") == article
        found = await call("search_archive", question="flood school", k=1)
        assert [hit["article"]["id"] for hit in found["hits"]] == ["flood/1"]
        listed = await call("list_archives")
        assert [item["name"] for item in listed["archives"]] == ["town"]
        late = await call("ask_archive", question=QUESTION, since="2024-06-01")
        assert (late["abstained"], late["citations"], late["nearest"]) == (True, [], ["Flood"])
        named = await call("search_archive", question="ferry", names=["the school"])
        assert [hit["article"]["id"] for hit in named["hits"]] == ["flood/1"]

    use(build_tools(desk), work)


def test_a_mistake_is_told_to_the_model(desk: Desk) -> None:
    async def work(client: mcp.Client) -> None:
        for name, wish, words in [
            ("get_article", {"id": "none"}, "no article 'none'"),
            ("ask_archive", {"question": "x", "archive": "sea"}, "no archive 'sea'"),
            ("search_archive", {"question": "x", "since": "2024-02-02", "until": "2024-01-01"},
             "swap them"),
            ("search_archive", {"question": "x", "k": 0}, "k"),
        ]:  # fmt: skip
            result = await client.call_tool(name, wish)
            assert result.is_error
            assert words in result.content[0].text

    use(build_tools(desk), work)


def test_the_official_client_asks_over_http(desk: Desk, entry: Entry) -> None:
    async def work(client: mcp.Client) -> None:
        result = await client.call_tool("ask_archive", {"question": QUESTION})
        assert result.structured_content["short"] == "3"

    with served(build(desk, entry=entry)) as port:
        address = f"http://127.0.0.1:{port}/mcp"
        http = httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"})
        use(streamable_http_client(address, http_client=http), work)
        assert httpx2.post(address, json={}).status_code == 401


PROGRAM = """
import sys
from tests.fakes import BagOfWords, FakeReader
import rag.embedding.embedder, rag.reading
rag.embedding.embedder.TransformerEmbedder.load = lambda *_, **__: BagOfWords()
rag.reading.load_reader = lambda *_, **__: FakeReader()
sys.argv = ["rag", "mcp", "--archive", sys.argv[1]]
from ui.cli import main
main()
"""


@pytest.mark.slow
def test_the_official_client_asks_over_stdio(tmp_path: Path) -> None:
    with rag.Archive.open(tmp_path / "sea", embedder=BagOfWords()) as archive:
        archive.ingest(rag.Article("Tide", "The tide rose by 2 m on Monday."))

    async def work(client: mcp.Client) -> None:
        result = await client.call_tool("ask_archive", {"question": "How far did the tide rise?"})
        assert result.structured_content["citations"][0]["article"]["title"] == "Tide"

    words = ["-c", PROGRAM, str(tmp_path / "sea")]
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    use(mcp.StdioServerParameters(command=sys.executable, args=words, env=environment), work)
