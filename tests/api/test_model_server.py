"""Models behind servers answer as they do here, also when a server is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient

from rag import Archive, Article, answer
from rag.embedding.remote import RemoteEmbedder
from rag.errors import ModelError, RagError
from rag.models.servers.pool import Pool
from rag.reading.load import load_reader
from rag.reading.remote import RemoteReader
from rag.settings import ServerLimits, Settings
from rag.types import Passage
from tests.fakes import FakeEmbedder, FakeReader
from ui.api.model_server import build, serve

TEXTS = ["Storm, storm and flood", "", "The ferry strike — é", *(f"oil {n}" for n in range(90))]
PASSAGES = [Passage(f"Day {n}", f"The harbour paid {n} million in May.") for n in range(9)]
QUESTION = "What has the harbour paid in May?"


class Bridge(httpx.BaseTransport):
    """Hands requests to an app in this process."""

    def __init__(self, app) -> None:
        self._client = TestClient(app, base_url="http://models")

    def handle_request(self, request):
        found = self._client.request(
            request.method, request.url.path, content=request.read(), headers=request.headers
        )
        return httpx.Response(found.status_code, content=found.content)


def pool(*, token=None, given=None, reader=None) -> Pool:
    app = build(FakeEmbedder(), reader or FakeReader(), token=token)
    return Pool(["http://models"], token=given, transport=Bridge(app), all_seconds=0)


def test_an_embedder_behind_a_server_embeds_as_it_does_here():
    here, there = FakeEmbedder(), RemoteEmbedder(pool())
    for name in ("id", "checksum", "dimension", "max_tokens"):
        assert getattr(there, name) == getattr(here, name)
    assert np.array_equal(there.embed_passages(TEXTS), here.embed_passages(TEXTS))
    assert np.array_equal(there.embed_question(TEXTS[0]), here.embed_question(TEXTS[0]))
    assert there.count_tokens(TEXTS) == here.count_tokens(TEXTS)
    assert there.embed_passages([]).shape == (0, here.dimension)
    assert there.count_tokens([]) == []


def test_a_reader_behind_a_server_reads_as_it_does_here():
    there = RemoteReader("http://models", pool())
    assert there.read(QUESTION, PASSAGES) == FakeReader().read(QUESTION, PASSAGES)
    assert there.read(QUESTION, []) == []
    stop = threading.Event()
    stop.set()
    stopped = there.read(QUESTION, PASSAGES, stop=stop)
    assert [reading.candidates for reading in stopped] == [()] * len(PASSAGES)


def test_a_wrong_token_is_refused_but_health_needs_none():
    with pytest.raises(ModelError, match="answered 401"):
        RemoteEmbedder(pool(token="right", given="wrong"))
    assert RemoteEmbedder(pool(token="right", given="right")).id == "fake"
    assert pool(token="right").ask("/health") == {"ready": True}


class Full(FakeReader):
    """Asks its own server while it reads."""

    within: httpx.Response

    def read(self, *args, **more):
        self.within = self.client.post("/count", json={"texts": ["a"]})
        return super().read(*args, **more)


@pytest.mark.parametrize(("places", "status"), [(1, 503), (2, 200)])
def test_requests_beyond_the_limit_are_sent_elsewhere(places, status):
    reader = Full()
    app = build(FakeEmbedder(), reader, limits=ServerLimits(model_requests=places))
    reader.client = TestClient(app)
    asked = {"question": QUESTION, "passages": []}
    assert TestClient(app).post("/read", json=asked).status_code == 200
    assert reader.within.status_code == status


def test_other_machines_need_a_token():
    with pytest.raises(RagError, match="DATELINE_MODELS_TOKEN"):
        serve(
            "none",
            "none",
            host="0.0.0.0",
            port=0,
            token=None,
            on_progress=print,
            on_ready=print,
        )


def test_an_archive_asks_the_servers_for_its_vectors(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.embedding.remote.Pool", lambda *_, **__: pool())
    settings = Settings(embedder_at="http://models")
    with Archive.open(tmp_path / "a", settings=settings) as archive:
        archive.ingest(Article("Storm", "The storm and the flood."))
        assert isinstance(archive.embedder(), RemoteEmbedder)
        assert archive.search("storm")[0].article.title == "Storm"
    # What the servers embedded is what this process embeds.
    with Archive.open(tmp_path / "a", embedder=FakeEmbedder()) as archive:
        hit = archive.search("storm")[0]
        assert hit.parts.dense == pytest.approx((1 * 2 + 1) / (2**0.5 * 6**0.5))


SERVER = """
import sys
sys.path.insert(0, {root!r})
import time
from tests.fakes import FakeEmbedder, FakeReader
from ui.api.listening import listening, run
from ui.api.model_server import build

class Slow(FakeReader):
    def read(self, *args, **more):
        time.sleep(0.02)
        return super().read(*args, **more)

place = listening("127.0.0.1", 0)
print(place.getsockname()[1], flush=True)
run(build(FakeEmbedder(), Slow()), place)
"""


@pytest.fixture
def servers():
    program = SERVER.format(root=str(Path(__file__).parents[2]))
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.crash
def test_a_server_killed_in_the_middle_loses_no_question(servers, tmp_path, monkeypatch):
    ports = [int(server.stdout.readline()) for server in servers]
    name = ",".join(f"http://127.0.0.1:{port}" for port in ports)
    monkeypatch.setattr("rag.reading.load_reader", load_reader)
    settings = Settings(reader=name, embedder_at=name)
    with Archive.open(tmp_path / "a", settings=settings) as archive:
        archive.ingest(
            [Article(f"Port {n}", f"The harbour {n} paid {n} million in May.") for n in range(20)]
        )
        half = threading.Event()

        def ask(number: int) -> str:
            if number == 40:
                half.set()
            return answer(f"What has harbour {number % 20} paid in May?", archive=archive).text

        with ThreadPoolExecutor(4) as crowd:
            answers = crowd.map(ask, range(80))
            assert half.wait(60)
            servers[0].kill()
            found = list(answers)
    assert servers[1].poll() is None
    assert len(found) == 80
    assert found[:20] == found[20:40] == found[40:60] == found[60:]
