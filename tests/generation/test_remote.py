"""A server that speaks SSE as the generator, and how it is named."""

from __future__ import annotations

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag.errors import GenerationError
from rag.generation import Message, load_generator
from rag.settings import Timeouts

HELLO = [Message("system", "Be brief."), Message("user", "Hello?")]


def remote(url, **options):
    """Return the generator; `openai` takes most of a second, which a run without it spares."""
    from rag.generation.remote import OpenAIGenerator

    return OpenAIGenerator(url, **options)


class FakeServer(ThreadingHTTPServer):
    """Answers with `texts`, one chunk each, and records what it was asked and how it ended."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.texts = ["Hello", ", ", "world."]
        self.status = 200
        self.pause = 0.0
        self.breaks_after: int | None = None
        self.body: str | None = None
        self.requests: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self.hung_up = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class FakeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.requests.append(json.loads(self.rfile.read(length)))
        self.server.keys.append(self.headers["Authorization"])
        if self.server.status != 200 or self.server.body is not None:
            body = (self.server.body or '{"error": {"message": "no such thing"}}').encode()
            self.send_response(self.server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        try:
            self.say_all()
        except OSError:
            self.server.hung_up.set()

    def say_all(self) -> None:
        for n, text in enumerate(self.server.texts):
            if n == self.server.breaks_after:
                return
            choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
            self.say(
                json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})
            )
            time.sleep(self.server.pause)
        self.say(json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": []}))
        self.say("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def say(self, data: str) -> None:
        event = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server():
    server = FakeServer()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_server_pieces_are_yielded_as_they_come(server):
    generator = remote(server.address, model="some-model", api_key="secret")
    assert list(generator.stream(HELLO, max_new_tokens=9)) == ["Hello", ", ", "world."]
    (request,) = server.requests
    assert request == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello?"},
        ],
        "max_tokens": 9,
        "temperature": 0,
        "stream": True,
    }
    assert server.keys == ["Bearer secret"]


@pytest.mark.parametrize("how", ["stop", "close"])
def test_ending_early_hangs_up_on_the_server(server, how):
    server.texts, server.pause = ["word "] * 2000, 0.005
    stop = threading.Event()
    answer = remote(server.address, model="m").stream(HELLO, max_new_tokens=9, stop=stop)
    assert next(answer) == "word "
    if how == "close":
        answer.close()
    else:
        stop.set()
        assert list(answer) == []
    assert server.hung_up.wait(5)


def test_stop_set_beforehand_asks_nothing(server):
    stop = threading.Event()
    stop.set()
    generator = remote(server.address, model="m")
    assert list(generator.stream(HELLO, max_new_tokens=9, stop=stop)) == []
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "the API key was refused; set DATELINE_API_KEY"),
        (403, "the API key was refused"),
        (404, r"does the server have this model \(see http://.*/v1/models\)"),
        (429, "too many requests for this server"),
        (400, r"the server answered 400: .*no such thing"),
        (500, "the server answered 500"),
    ],
)
def test_refusals_say_what_to_do_and_are_not_repeated(server, status, advice):
    server.status = status
    with pytest.raises(GenerationError, match=advice):
        list(remote(server.address, model="m").stream(HELLO, max_new_tokens=9))
    assert len(server.requests) == 1


def test_nothing_listens_at_the_address(server):
    server.server_close()
    begin = time.monotonic()
    with pytest.raises(GenerationError, match="cannot connect; start the server"):
        list(remote(server.address, model="m").stream(HELLO, max_new_tokens=9))
    assert time.monotonic() - begin < 4


def test_connection_that_breaks_off_is_reported_after_what_came(server):
    server.breaks_after = 2
    answer = remote(server.address, model="m").stream(HELLO, max_new_tokens=9)
    assert [next(answer), next(answer)] == ["Hello", ", "]
    with pytest.raises(GenerationError, match=r"127\.0\.0\.1.*#m: "):
        next(answer)


def test_silent_server_is_given_up_on(server):
    server.pause = 3.0
    generator = load_generator(f"{server.address}#m", timeouts=Timeouts(generator=0.2))
    with pytest.raises(GenerationError, match=r"no word in 0\.2 s.*`timeouts\.generator`"):
        list(generator.stream(HELLO, max_new_tokens=9))


def test_a_dead_port_is_told_at_once():
    with socket.create_server(("127.0.0.1", 0)) as place:
        address = f"http://127.0.0.1:{place.getsockname()[1]}/v1"
    begin = time.monotonic()
    with pytest.raises(GenerationError, match="cannot connect; start the server"):
        list(remote(address, model="m").stream(HELLO, max_new_tokens=9))
    assert time.monotonic() - begin < 4


def test_remote_tokens_are_estimated_and_the_window_kept(server):
    generator = remote(server.address, model="m", context_tokens=20)
    assert [generator.count_tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]
    with pytest.raises(GenerationError, match=r"about 5 tokens .* may have 16.* to be 20"):
        generator.stream(HELLO, max_new_tokens=16)
    assert list(generator.stream(HELLO, max_new_tokens=15))


def test_address_and_model_in_one_name(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "general")
    monkeypatch.setenv("DATELINE_API_KEY", "own")
    generator = load_generator(f"{server.address}#org/model")
    assert generator.name == f"{server.address}#org/model"
    assert generator.context_tokens == 8192
    list(generator.stream(HELLO, max_new_tokens=9))
    assert server.requests[0]["model"] == "org/model"
    assert server.keys == ["Bearer own"]


def test_address_without_a_model_says_how_to_write_it():
    with pytest.raises(GenerationError, match="as in http://host/v1#model-name"):
        load_generator("http://host/v1")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("https://ann:secret@models.example:8443/v1", "https://***@models.example:8443/v1"),
        ("https://a:b@c@models.example/v1", "https://***@models.example/v1"),
    ],
)
def test_passwords_in_addresses_are_masked(url, shown):
    from rag.generation.remote import without_password

    assert without_password(url) == shown
    assert remote(url, model="m").name == f"{shown}#m"
