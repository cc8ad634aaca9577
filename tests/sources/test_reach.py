"""Addresses of this machine and its network are not fetched, in whatever form they come."""

from __future__ import annotations

import gzip

import httpx
import pytest

from rag.errors import SourceError
from rag.sources import read
from rag.sources.web import fetch
from rag.sources.web.reach import PublicTransport, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "64:ff9b:1::1"),
    ],
)
def test_what_is_not_of_the_public_web(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_what_is_of_the_public_web(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:9/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_addresses_of_this_machine_are_not_read(url: str, monkeypatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    skipped = []
    assert list(read([url], on_skip=skipped.append)) == []
    assert "rag ingest --allow-private" in skipped[0].reason


def web(answers, names):
    """Return a client of a web of `answers` by address and path, with `names` of hosts."""
    asked = []

    def answer(request):
        asked.append((request.url.host, request.headers["host"]))
        return answers[request.url.path]

    transport = PublicTransport(httpx.MockTransport(answer), resolve=lambda host, port: names[host])
    return httpx.Client(transport=transport, follow_redirects=True), asked


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    client, asked = web({"/": httpx.Response(200, text="hello")}, {"a.example": ["93.184.216.34"]})
    assert client.get("http://a.example/").text == "hello"
    assert asked == [("93.184.216.34", "a.example")]


def test_every_redirect_is_checked() -> None:
    moved = httpx.Response(302, headers={"location": "http://b.example/secret"})
    names = {"a.example": ["93.184.216.34"], "b.example": ["10.0.0.7"]}
    client, asked = web({"/": moved}, names)
    with pytest.raises(SourceError, match=r"'b.example' is 10.0.0.7"):
        client.get("http://a.example/")
    assert len(asked) == 1


def test_a_redirect_without_a_host_stays_with_the_name() -> None:
    moved = httpx.Response(302, headers={"location": "/new"})
    answers = {"/": moved, "/new": httpx.Response(200, text="here")}
    client, asked = web(answers, {"a.example": ["93.184.216.34"]})
    answer = client.get("http://a.example/")
    assert (answer.text, str(answer.url)) == ("here", "http://a.example/new")
    assert [host for _, host in asked] == ["a.example", "a.example"]


def test_one_private_address_among_several_is_enough() -> None:
    client, asked = web({}, {"a.example": ["93.184.216.34", "127.0.0.1"]})
    with pytest.raises(SourceError, match=r"'a.example' is 127\.0\.0\.1"):
        client.get("http://a.example/")
    assert asked == []


def packed(body: bytes, encoding: str) -> httpx.Client:
    headers = {"content-encoding": encoding, "content-type": "text/plain"}

    def answer(request):
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_packed_answers_are_unpacked() -> None:
    client = packed(gzip.compress(b"hello " * 50_000), "gzip")
    assert fetch.fetch("http://a.example/x.txt", client=client).file is not None


def test_an_answer_is_measured_as_it_is_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (60 << 20))
    with pytest.raises(SourceError, match="is larger than 20 MB"):
        fetch.fetch("http://a.example/", client=packed(bomb, "gzip"))


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (b"x", "gzip, gzip", "is packed as 'gzip, gzip'"),
        (b"x", "br", "is packed as 'br'"),
        (b"no gzip", "gzip", "cannot be unpacked"),
    ],
)
def test_answers_packed_otherwise_are_skipped(body: bytes, encoding: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        fetch.fetch("http://a.example/", client=packed(body, encoding))
