"""The published faults of Gradio that could reach the pages, each tried against them.

The numbers are those of the CVE list. What needs parts that the pages do not have (audio,
flagging, sharing, Hugging Face's log-in, other programs' components) is left out.
"""

from __future__ import annotations

import http.server
import json
import re
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import rag
from tests.fakes import BagOfWords, Script
from ui.web import app as pages
from ui.web.common import frame

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "the secret of the cellar"
TOKEN = "the-token-of-the-visit"


class Served:
    """The pages, a secret file beside them, and a server that nothing may be fetched from."""

    def __init__(self, web: httpx.Client, page: Any, secret: Path, inner: str) -> None:
        self.web = web
        self.page = page
        self.secret = secret
        self.inner = inner
        self.fetched: list[str] = []

    def get(self, path: str) -> httpx.Response:
        """Ask for a path as it is, which a client would put in order first."""
        address = self.web.base_url.copy_with(raw_path=path.encode())
        return self.web.get(address)

    def call(self, name: str, *data: object) -> dict[str, Any]:
        """Return what the first function of that name says."""
        index = next(
            number for number, made in self.page.fns.items() if made.fn and made.fn.__name__ == name
        )
        wish = {"data": data, "fn_index": index, "session_hash": "visit"}
        joined = self.web.post("/gradio_api/queue/join", json=wish)
        if joined.status_code != 200:
            return {"success": False}
        with self.web.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": "visit"}
        ) as events:
            told = (json.loads(line[6:]) for line in events.iter_lines() if line[:6] == "data: ")
            return next(event for event in told if event["msg"] == "process_completed")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    secret = folder / "secret.txt"
    secret.write_text(SECRET)
    cache = folder / "cache"
    found: list[str] = []

    class Inner(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET.encode())

        def log_message(self, *_args: object) -> None:
            pass

    with (
        pytest.MonkeyPatch.context() as patch,
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inner) as inner,
        rag.Archive.open(folder / "town", embedder=BagOfWords()) as archive,
    ):
        patch.setenv("GRADIO_TEMP_DIR", str(cache))
        threading.Thread(target=inner.serve_forever, daemon=True).start()
        archive.ingest([rag.Article("Ferry strike", "The ferry strike ends.", id="ferry")])
        page = pages.build(archive, generator=Script(), examples=["How long?"])
        address = frame.serve(page, host="127.0.0.1", port=0, token=TOKEN, quiet=True)
        with httpx.Client(base_url=address, timeout=30) as web:
            web.get("/", params={"token": TOKEN})
            made = Served(web, page, secret, f"http://127.0.0.1:{inner.server_address[1]}/x")
            made.fetched = found
            yield made
            copies = [path for path in cache.rglob("*") if path.is_file()]
            # Whatever was tried, no file of this machine was copied to where it is handed out.
            assert not [path for path in copies if SECRET in path.read_text(errors="replace")]
        page.close()
        inner.shutdown()


PLACES = (
    "gradio_api/file=",
    "gradio_api//file=",
    "gradio_api/file/",
    "gradio_api/custom_component/1/client/component/",
    "file=",
    "static/",
    "assets/",
    "svelte/",
)
WAYS = (
    "{path}",
    "%2f{path}",
    "./{path}",
    "/..{path}",
    "..%2f..%2f..%2f..%2f..%2f{path}",
    "%2e%2e/%2e%2e{path}",
    "{path}::$DATA",
    "{upper}",
    "file://{path}",
)
FETCHING = tuple(
    f"{at}{what}"
    for at in ("", "gradio_api/", "gradio_api//")
    for what in ("file=", "file/", "proxy=")
)
UNUSED = (
    "monitoring",
    "monitoring/summary",
    "monitoring/x",
    "gradio_api/monitoring",
    "gradio_api/profiling/traces",
    "gradio_api/dev/reload",
    "gradio_api/vibe-code/",
    "gradio_api/run-history/records",
    "gradio_api/stream/x/playlist.m3u8",
)


@pytest.mark.parametrize("place", PLACES)
def test_no_route_hands_out_files(served, place) -> None:
    """2023-34239, 2023-51449, 2024-47164, 2024-47166, 2024-12217, 2025-23042, 2026-28414."""
    for target in (
        served.secret,
        Path("/etc/passwd"),
        served.secret.parent / "town/archive.sqlite",
    ):
        for way in WAYS:
            written = way.format(path=target, upper=str(target).upper())
            answer = served.get(f"/{place}{written}")
            assert answer.status_code != 200, written
            assert SECRET not in answer.text
            assert "root:" not in answer.text


@pytest.mark.parametrize("place", FETCHING)
@pytest.mark.parametrize("write", [str, str.upper, lambda address: address.replace(":", "%3A")])
def test_nothing_is_fetched_for_a_visitor_and_nobody_is_sent_elsewhere(
    served, place, write
) -> None:
    """2024-1183, 2024-2206, 2024-4940, 2024-8021, 2026-28416, 2026-59806."""
    for address in (served.inner, "http://evil.example/", "https://evil.example/"):
        answer = served.get(f"/{place}{write(address)}")
        assert answer.status_code == 404
        assert "location" not in answer.headers
    assert served.fetched == []


def test_files_named_in_a_call_are_not_read(served) -> None:
    """2024-0964, 2024-1728, 2024-51751: paths, instead of what was uploaded."""
    for name in (str(served.secret), f"/proc/self/cwd/{served.secret}", "/etc/passwd"):
        file = {"path": name, "orig_name": "a.txt", "meta": {"_type": "gradio.FileData"}}
        assert served.call("start", [file], "")["success"] is False


@pytest.mark.parametrize("field", ["path", "url"])
def test_addresses_named_in_a_call_are_not_fetched(served, field) -> None:
    """2024-4325, 2024-47167, 2024-48052."""
    file = {"path": "a.txt", field: served.inner, "meta": {"_type": "gradio.FileData"}}
    served.call("start", [file], "")
    assert served.fetched == []


def test_a_path_in_json_is_text(served) -> None:
    """2024-4941: what a component of JSON gives back is searched for files."""
    file = {"path": str(served.secret), "meta": {"_type": "gradio.FileData"}}
    record = {"id": "c", "archive": "town", "title": file, "answers": []}
    for name in ("opened", "ask"):
        said = served.call(name, {**record, "question": file}, None)
        assert SECRET not in json.dumps(said)


@pytest.mark.parametrize(
    "function", ["move_resource_to_block_cache", "__init__", "get_config", "postprocess", ""]
)
def test_only_what_is_meant_to_be_called_is(served, function) -> None:
    """2024-1561, 2024-34511."""
    for component in served.page.blocks:
        wish = {"component_id": component, "fn_name": function, "data": str(served.secret)}
        answer = served.web.post(
            "/gradio_api/component_server", json={**wish, "session_hash": "visit"}
        )
        assert answer.status_code >= 400


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xhtml", "a.js", "a.xml"])
def test_what_was_uploaded_is_never_shown_as_a_page(served, name) -> None:
    """2024-47872."""
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    [path] = served.web.post("/gradio_api/upload", files={"files": (name, script)}).json()
    answer = served.get(f"/gradio_api/file={path}")
    assert answer.headers.get("content-disposition", "").startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["../../a.txt", "/etc/a.txt", "..\\a.txt", "a/../../b.txt", "a" * 100_000]
)
def test_an_upload_stays_in_its_folder(served, name) -> None:
    """2024-1561, 2025-0187."""
    answer = served.web.post("/gradio_api/upload", files={"files": (name, b"x")})
    if answer.status_code == 200:
        [path] = answer.json()
        assert served.secret.parent / "cache" in Path(path).resolve().parents
        assert len(Path(path).name) < 256


def test_a_boundary_that_never_ends_holds_nobody_up(served) -> None:
    """2024-8966."""
    body = b"--b\r\n" + b"-" * 2_000_000
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert served.web.post("/gradio_api/upload", content=body, headers=headers).status_code < 500
    assert served.web.get("/healthz").text == "alive"


@pytest.mark.parametrize(
    "origin", ["null", "http://localhost:9", "http://localhost", "http://127.0.0.1.evil.example",
               "https://evil.example", "http://0.0.0.0"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["upload", "queue/join", "cancel"])
def test_other_pages_are_not_answered(served, origin, path) -> None:
    """2024-1727, 2024-47084, 2024-47165, 2025-5320."""
    asking = {"origin": origin, "access-control-request-method": "POST"}
    for method, headers in (("OPTIONS", asking), ("POST", {"origin": origin})):
        answer = served.web.request(method, f"/gradio_api/{path}", headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-forwarded-server", "forwarded"])
def test_a_forged_host_is_in_nobodys_page(served, header) -> None:
    """2024-47870."""
    served.web.get("/config", headers={header: "evil.example"})
    assert "evil.example" not in served.web.get("/config").text


@pytest.mark.parametrize("path", UNUSED)
def test_what_the_pages_do_not_use_is_not_there(served, path) -> None:
    """2024-47168, 2024-47869, and what may yet be found there."""
    assert served.get(f"/{path}").status_code == 404
    assert served.web.post(f"/{path}").status_code in (404, 405)


def test_the_configuration_tells_no_secrets(served) -> None:
    """2023-6572."""
    for path in ("/config", "/gradio_api/info", "/", "/archive", "/evaluation"):
        told = served.web.get(path).text
        assert TOKEN not in told
        assert str(served.secret.parent) not in told
        assert tempfile.gettempdir() not in told


def test_the_version_has_the_last_fault_mended() -> None:
    wanted = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    [least] = re.findall(r'"gradio>=([\d.]+),', wanted)
    assert tuple(map(int, least.split("."))) >= (6, 20)
