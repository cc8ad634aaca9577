"""Who may ask the pages anything: hosts, origins, tokens, sizes, users."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

import rag
from rag.errors import RagError
from rag.store.shared.database import Shared
from tests.fakes import BagOfWords, Script
from ui.web import app as pages
from ui.web.common import frame
from ui.web.network.guard import Guard
from ui.web.network.users import Users

HERE = "http://127.0.0.1:7860"


async def echo(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"got {len(body)} {request.url.query}")


def client(**options: object) -> TestClient:
    routes = [Route(path, echo, methods=["GET", "POST"]) for path in ("/", "/healthz")]
    guarded = Starlette(routes=routes, middleware=[Middleware(Guard, **options)])
    return TestClient(guarded, base_url=HERE, follow_redirects=False)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("localhost:7860", 200),
        ("[::1]:7860", 200),
        ("rebound.example:7860", 403),
        ("127.0.0.1.rebound.example", 403),
        ("127.0.0.1@rebound.example", 403),
        ("[broken", 403),
        ("", 403),
    ],
)
def test_only_the_names_of_this_machine_are_answered(host: str, status: int) -> None:
    assert client().get("/", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (HERE, 200),
        ("http://evil.example", 403),
        ("http://127.0.0.1:9999", 403),
        ("null", 403),
        ("", 403),
        ("http://[broken", 403),
    ],
)
def test_only_our_own_pages_send_requests(origin: str, status: int) -> None:
    answer = client().post("/", headers={"origin": origin}, content=b"x")
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_the_token_is_asked_for_once_and_leaves_the_address() -> None:
    visitor = client(token="secret")
    assert visitor.get("/").status_code == 401
    assert visitor.get("/?token=guess").status_code == 401
    assert visitor.get("/healthz").status_code == 200
    first = visitor.get("/?archive=town&token=secret")
    assert (first.status_code, first.headers["location"]) == (303, "/?archive=town")
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=strict" in first.headers["set-cookie"]
    assert visitor.get("/?archive=town").text == "got 0 archive=town"
    visitor.cookies.clear()
    assert visitor.get("/").status_code == 401


def test_a_body_has_a_limit_declared_or_not() -> None:
    visitor = client(body_limit=10)
    assert visitor.post("/", content=b"x" * 10).text.startswith("got 10")
    refused = [visitor.post("/", content=sent) for sent in (b"x" * 11, iter([b"x" * 6] * 2))]
    assert "content-length" not in refused[1].request.headers
    assert [(told.status_code, told.text) for told in refused] == [
        (413, "more than 0 MB are not accepted at a time")
    ] * 2
    assert visitor.post("/", content=iter([b"x" * 5] * 2)).text.startswith("got 10")


def test_cookies_of_other_programs_of_this_machine_do_no_harm() -> None:
    """A browser sends a cookie to every port, and not every program's can be read."""
    visitor = client(token="secret")
    kept = f"a,b=c; {visitor.get('/?token=secret').headers['set-cookie'].partition(';')[0]}"
    assert visitor.get("/", headers={"cookie": kept}).status_code == 200
    visitor.cookies.clear()
    assert visitor.get("/", headers={"cookie": "a,b=c"}).status_code == 401


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example/"])
def test_the_first_visit_leads_nowhere_else(path: str) -> None:
    answer = client(token="secret").get(f"{HERE}{path}?token=secret")
    assert (answer.status_code, answer.headers["location"]) == (303, "/evil.example/")


def test_every_answer_says_what_a_browser_may_do_with_it() -> None:
    headers = client().get("/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_pages_stand_behind_the_guard(tmp_path) -> None:
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as archive:
        page = pages.build(archive, generator=Script())
        address = frame.serve(page, host="127.0.0.1", port=0, token="secret", quiet=True)
        try:
            assert httpx.get(address).status_code == 401
            join = f"{address}gradio_api/queue/join"
            assert httpx.post(join, json={}).status_code == 401
            upload = f"{address}gradio_api/upload"
            for headers in ({"origin": "http://evil.example"}, {"host": "rebound.example"}):
                assert httpx.get(address, headers=headers).status_code == 403
                refused = httpx.post(upload, headers=headers, files={"files": b"x"})
                assert refused.status_code == 403
            assert httpx.get(f"{address}healthz").text == "alive"
            with httpx.Client(follow_redirects=True) as visitor:
                assert "Dateline" in visitor.get(f"{address}?token=secret").text
                assert visitor.get(f"{address}config").status_code == 200
        finally:
            page.close()


def test_users_are_added_checked_and_removed(tmp_path) -> None:
    users = Users(Shared.beside(tmp_path / "indexes"))
    users.add("ann", "a long password")
    users.add("bea", "another password")
    assert users.names == ["ann", "bea"]
    assert users.verify("ann", "a long password")
    assert not users.verify("ann", "another password")
    assert not users.verify("cay", "a long password")
    assert not users.verify("cay", "nobody has this password")
    path = tmp_path / "indexes" / "shared.sqlite"
    assert b"a long password" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    users.add("ann", "a newer password")
    assert users.verify("ann", "a newer password")
    users.remove("ann")
    assert users.names == ["bea"]
    with pytest.raises(ValueError, match="no user 'ann'"):
        users.remove("ann")


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [("a b", "a long password", "cannot be a user name"), ("ann", "short", "at least 10")],
)
def test_unfit_users_are_refused(tmp_path, name: str, password: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Users(Shared.beside(tmp_path)).add(name, password)


def test_a_damaged_list_of_users_lets_nobody_in(tmp_path) -> None:
    users = Users(Shared.beside(tmp_path))
    (tmp_path / "shared.sqlite").write_text("no database")
    with pytest.raises(RagError, match=r"shared\.sqlite cannot be used"):
        users.verify("ann", "a long password")


def test_other_machines_are_not_served_without_users(tmp_path) -> None:
    with (
        rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as archive,
        pytest.raises(RagError, match="rag users add NAME"),
    ):
        pages.launch(archive, host="0.0.0.0", port=0, generator=Script())
