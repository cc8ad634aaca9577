"""Open WebUI's calls, as its `routers/openai.py` and `utils/headers.py` (0.12.4) make them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

QUESTION = "How many days did the ferry strike close the harbour?"
TEXT = "The ferry strike closed the harbour of Valletta for 3 days. [1]"
HEADERS = {
    "Content-Type": "application/json",
    "Authorization": "Bearer secret",
    # What it sends when it is told to forward who asks.
    "X-OpenWebUI-User-Name": "Ann%20Borg",
    "X-OpenWebUI-User-Id": "5f0c",
    "X-OpenWebUI-User-Email": "ann@example.org",
    "X-OpenWebUI-User-Role": "admin",
    "X-OpenWebUI-Chat-Id": "77aa",
    "User-Agent": "Python/3.11 aiohttp/3.13.2",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
}


def payload(**more: object) -> bytes:
    messages = [
        {"role": "system", "content": "Answer in one sentence."},
        {"role": "user", "content": QUESTION},
    ]
    return json.dumps({"model": "town", "messages": messages, **more}).encode()


def test_a_connection_is_verified_and_its_models_are_listed(client: TestClient) -> None:
    reply = client.get("/v1/models", headers=HEADERS)
    assert reply.status_code == 200
    models = reply.json()
    assert models["object"] == "list"
    # It merges lists by these two.
    assert [(model["id"], model["object"]) for model in models["data"]] == [("town", "model")]


def test_a_wrong_key_is_told(client: TestClient) -> None:
    reply = client.get("/v1/models", headers={**HEADERS, "Authorization": "Bearer guess"})
    assert reply.status_code == 401
    # It shows what it is told, as JSON or as text.
    assert "token" in reply.text


@pytest.mark.parametrize(
    "more",
    [{}, {"stream_options": {"include_usage": True}, "temperature": 0.7, "max_tokens": 500}],
    ids=["plain", "with settings"],
)
def test_a_chat_streams_as_it_reads_it(client: TestClient, more: dict[str, object]) -> None:
    body = payload(stream=True, **more)
    with client.stream("POST", "/v1/chat/completions", content=body, headers=HEADERS) as reply:
        assert reply.status_code == 200
        assert "text/event-stream" in reply.headers["content-type"]
        lines = [line for line in reply.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data:")) for line in lines[:-1]]
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert said.startswith(f"{TEXT}\n\nSources:\n[1] ")


def test_a_task_beside_the_chat_is_answered_whole(client: TestClient) -> None:
    # Titles, tags and follow-ups are asked for without a stream.
    reply = client.post(
        "/v1/chat/completions", content=payload(stream=False, max_tokens=1000), headers=HEADERS
    )
    message = reply.json()["choices"][0]["message"]
    assert (message["role"], message["content"][: len(TEXT)]) == ("assistant", TEXT)


def test_an_error_is_a_status_and_json_and_no_stream(client: TestClient) -> None:
    body = payload(stream=True).replace(b"town", b"gone")
    reply = client.post("/v1/chat/completions", content=body, headers=HEADERS)
    assert reply.status_code == 404
    assert "text/event-stream" not in reply.headers["content-type"]
    assert "gone" in reply.json()["error"]["message"]
