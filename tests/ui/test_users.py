"""Users on a network: how they log in, what their roles allow, what is each one's own."""

from __future__ import annotations

import json
import shutil
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from typer.testing import CliRunner

import rag
from rag.errors import RagError
from rag.settings import ServerLimits
from rag.store.shared.database import Shared
from rag.store.shared.tables import ATTEMPTS
from tests.fakes import BagOfWords, Script
from ui import feedback
from ui.cli import app as commands
from ui.web import app as pages
from ui.web.common import frame
from ui.web.network.access import Access, ForbiddenError
from ui.web.network.attempts import Attempts
from ui.web.network.door import WRONG, Door, Doorman
from ui.web.network.owners import Owned, Owners
from ui.web.network.sessions import HOUR, Sessions
from ui.web.network.users import Role, Users

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORDS = {"ann": "a long password", "ed": "another password", "ada": "the third password"}
ROLES = {"ann": Role.READER, "ed": Role.EDITOR, "ada": Role.ADMIN}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HERE = "http://archive.example"


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Users:
    users = Users(Shared.beside(tmp_path_factory.mktemp("users")))
    for name, password in PASSWORDS.items():
        users.add(name, password, role=ROLES[name])
    return users


# Roles


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("ann", [Role.READER]), ("ed", [Role.READER, Role.EDITOR]), ("ada", list(Role)), ("eve", [])],
)
def test_a_role_allows_what_those_before_it_do(known, name, allowed) -> None:
    access = Access(known, trusted=False)
    assert [role for role in Role if access.may(name, role)] == allowed


def test_one_without_a_name_is_trusted_with_the_token_of_this_machine_alone(known) -> None:
    assert Access(known).role(None) is Role.ADMIN
    assert Access(known).role("ann") is Role.READER
    assert Access(known, trusted=False).role(None) is None
    with pytest.raises(ForbiddenError, match="rag users role ann admin"):
        Access(known).check("ann", Role.ADMIN)


def test_a_password_is_changed_and_the_role_stays(shared) -> None:
    users = Users(shared)
    users.add("ann", PASSWORDS["ann"])
    assert users.get("ann").role is Role.READER
    users.set_role("ann", Role.ADMIN)
    users.add("ann", "a newer password")
    assert (users.get("ann").role, users.verify("ann", "a newer password")) == (Role.ADMIN, True)
    with pytest.raises(ValueError, match="no user 'eve'"):
        users.set_role("eve", Role.ADMIN)


@pytest.mark.parametrize("kept", ['{"ann": "hash"}', '{"ann": {"password": "x"}}', "[]", "{"])
def test_a_list_of_users_without_roles_lets_nobody_in(tmp_path, database, kept) -> None:
    (tmp_path / "users.json").write_text(kept)
    with pytest.raises(RagError, match=r"users\.json cannot be read"):
        Shared.beside(tmp_path, url=database)


def test_what_is_no_name_is_nobodys(shared) -> None:
    users = Users(shared)
    users.add("ann", PASSWORDS["ann"])
    for name in ("", "a\0nn", "\udc80", "ann\n", "x" * 65):
        assert users.get(name) is None
        assert not users.verify(name, PASSWORDS["ann"])


def test_roles_are_given_and_listed_by_the_command(tmp_path, database, monkeypatch) -> None:
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_DATABASE", database)

    def run(*words: str) -> str:
        return CliRunner().invoke(commands, ["users", *words]).output.strip()

    made = run("add", "ann", "--password", PASSWORDS["ann"], "--role", "editor")
    assert made == "ann can log in, as an editor."
    assert run("role", "ann", "reader") == "ann is now a reader."
    assert run("list") == "ann  reader"
    assert json.loads(run("list", "--json")) == [{"name": "ann", "role": "reader"}]
    result = CliRunner().invoke(commands, ["users", "role", "ann", "king"])
    assert str(result.exception) == "'king' is not a role; choose reader, editor, admin"


# Wrong passwords


def test_wrong_passwords_wait_longer_and_longer(shared) -> None:
    clock = Clock()
    attempts = Attempts(shared, clock=clock)
    assert [attempts.begin("ann") for _ in range(6)] == [0, 0, 0, 0, 0, 1.0]
    waits = []
    for _ in range(12):
        waits.append(attempts.begin("ann"))
        clock.now += waits[-1]
        assert attempts.begin("ann") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert attempts.begin("bea") == 0
    clock.now += HOUR + 1
    assert attempts.begin("ann") == 0


def test_the_settings_say_how_many_wrong_passwords_and_how_long_the_wait(shared) -> None:
    clock = Clock()
    attempts = Attempts(
        shared, limits=ServerLimits(wrong_passwords=1, password_wait=2 * HOUR), clock=clock
    )
    waits = []
    for _ in range(20):
        assert attempts.begin("ann") == 0
        waits.append(attempts.begin("ann"))
        clock.now += waits[-1]
    # Not forgotten while somebody waits for more than an hour.
    assert waits[:3] == [1, 2, 4]
    assert waits[-3:] == [2 * HOUR] * 3
    attempts = Attempts(shared, limits=ServerLimits(password_wait=1), clock=clock)
    for _ in range(1_100):
        clock.now += 1
        assert attempts.begin("bea") == 0


def test_a_right_password_is_no_wrong_one_and_few_are_remembered(shared, monkeypatch) -> None:
    monkeypatch.setattr("ui.web.network.attempts._REMEMBERED", 3)
    attempts = Attempts(shared, clock=Clock())
    for _ in range(10):
        assert attempts.begin("ann") == 0
        attempts.succeeded("ann")
    for number in range(10):
        assert attempts.begin(f"name {number}") == 0
    with shared.reading() as connection:
        assert len(connection.execute(ATTEMPTS.select()).all()) == 3


def test_names_and_addresses_are_counted_both(known, tmp_path) -> None:
    attempts = Attempts(Shared.beside(tmp_path), clock=Clock())
    doorman = Doorman(known, Sessions(known), attempts)
    for number in range(5):
        assert doorman.refusal(f"guess{number}", "x", address="1.2.3.4") == WRONG
    told = doorman.refusal("ann", PASSWORDS["ann"], address="1.2.3.4")
    assert told == "There were too many wrong passwords. Try again in 1 s."
    assert doorman.refusal("ann", PASSWORDS["ann"], address="5.6.7.8") == ""
    for number in range(5):
        assert doorman.refusal("ed", "x", address=f"9.9.9.{number}") == WRONG
    assert "too many" in doorman.refusal("ed", PASSWORDS["ed"], address="5.6.7.8")


# Sessions


def test_sessions_end_unused_and_in_the_end(known) -> None:
    clock = Clock()
    sessions = Sessions(known, clock=clock)
    unused, used = sessions.begin("ann"), sessions.begin("ann")
    longest = sessions.longest
    assert longest == 168 * HOUR
    while clock.now < longest - 6 * HOUR:
        clock.now += 6 * HOUR
        assert sessions.user_of(used) == "ann"
    assert sessions.user_of(unused) is None
    clock.now += 6 * HOUR
    assert sessions.user_of(used) is None


def test_the_settings_say_how_long_and_how_many_sessions(known) -> None:
    clock = Clock()
    limits = ServerLimits(sessions=2, idle_hours=1, session_hours=1.5)
    sessions = Sessions(known, limits=limits, clock=clock)
    first, second, third = (sessions.begin("ann") for clock.now in range(3))
    assert [sessions.user_of(each) for each in (first, second, third)] == [None, "ann", "ann"]
    clock.now = 0.9 * HOUR
    assert sessions.user_of(third) == "ann"
    clock.now = 1.2 * HOUR
    assert [sessions.user_of(each) for each in (second, third)] == [None, "ann"]
    clock.now = 1.6 * HOUR
    assert sessions.user_of(third) is None


def test_a_session_ends_with_the_user_the_password_and_the_log_out(shared) -> None:
    users = Users(shared)
    sessions = Sessions(users)
    users.add("ann", PASSWORDS["ann"])
    first = sessions.begin("ann")
    assert sessions.user_of(first) == "ann"
    users.add("ann", "a newer password")
    assert sessions.user_of(first) is None
    second, third = sessions.begin("ann"), sessions.begin("ann")
    sessions.end(second)
    assert [sessions.user_of(each) for each in (second, third, "", "guess")] == [
        None, "ann", None, None
    ]  # fmt: skip
    users.remove("ann")
    assert sessions.user_of(third) is None
    with pytest.raises(ValueError, match="no user"):
        sessions.begin("ann")


def test_a_user_has_so_many_sessions_and_the_eldest_ends(shared) -> None:
    users = Users(shared)
    users.add("ann", PASSWORDS["ann"])
    clock = Clock()
    sessions = Sessions(users, clock=clock)
    secrets = []
    for clock.now in range(21):
        secrets.append(sessions.begin("ann"))
    assert [sessions.user_of(each) for each in secrets] == [None, *["ann"] * 20]


def test_a_log_in_and_wrong_passwords_hold_at_a_second_server(tmp_path, shared, database) -> None:
    Users(shared).add("ann", PASSWORDS["ann"])
    first, second = (Doorman.of(Users(Shared.beside(tmp_path, url=database))) for _ in range(2))
    assert second.sessions.user_of(first.sessions.begin("ann")) == "ann"
    for number in range(5):
        assert first.refusal("ann", "x", address=f"1.2.3.{number}") == WRONG
    assert "too many" in second.refusal("ann", PASSWORDS["ann"], address="5.6.7.8")


# The form


async def whoami(request: Request) -> Response:
    return PlainTextResponse(str(request.scope.get("user_name")))


@pytest.fixture
def visitor(known, tmp_path) -> TestClient:
    # Counted for this test alone, or the wrong passwords of others would make it wait.
    attempts = Attempts(Shared.beside(tmp_path))
    routes = [
        Route(path, whoami, methods=["GET", "POST"])
        for path in ("/", "/archive", "/healthz", "/v1/x", "/gradio_api/upload")
    ]
    doorman = Doorman(known, Sessions(known), attempts)
    door = Middleware(Door, doorman=doorman, elsewhere=("/v1",))
    app = Starlette(routes=routes, middleware=[door])
    return TestClient(app, base_url=HERE, follow_redirects=False)


def log_in(visitor: httpx.Client, name: str, *, to: str = "/", password: str = "") -> Any:
    form = {"name": name, "password": password or PASSWORDS[name], "next": to}
    return visitor.post("/login", data=form)


def test_a_page_asks_for_a_log_in_and_goes_on_to_where_one_wanted(visitor) -> None:
    asked = visitor.get("/archive?archive=town", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/login?next=/archive%3Farchive%3Dtown",
    )
    form = visitor.get(asked.headers["location"]).text
    assert 'value="/archive?archive=town"' in form
    done = log_in(visitor, "ann", to="/archive?archive=town")
    assert (done.status_code, done.headers["location"]) == (303, "/archive?archive=town")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert visitor.get("/").text == "ann"
    assert visitor.get("/logout").headers["location"] == "/login"
    assert visitor.get("/").status_code == 401


def test_cookies_of_other_programs_log_nobody_out(visitor) -> None:
    kept = log_in(visitor, "ann").headers["set-cookie"].partition(";")[0]
    assert visitor.get("/", headers={"cookie": f"a,b=c; {kept}"}).text == "ann"


def test_programs_are_told_and_watchers_answered(visitor) -> None:
    for path in ("/", "/anything", "/gradio_api/queue/join", "/gradio_api/cancel", "/v1x"):
        assert visitor.post(path).status_code == 401
    assert visitor.get("/healthz").status_code == 200
    # Which has a log-in of its own.
    assert visitor.get("/v1/x").text == "None"


@pytest.mark.parametrize("name", ["ann", "eve", "", "<script>"])
def test_a_wrong_password_is_told_and_opens_nothing(visitor, name) -> None:
    answer = log_in(visitor, name, password="a wrong password")
    assert answer.status_code == 401
    assert WRONG in answer.text
    # One of the page's own.
    assert answer.text.count("<script>") == 1
    assert visitor.get("/").status_code == 401


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "x", "/\r\nx: y", "//[", ""]
)
def test_a_log_in_leads_nowhere_else(visitor, to) -> None:
    assert log_in(visitor, "ann", to=to).headers["location"] == "/"


def test_a_form_has_a_limit(visitor) -> None:
    answer = visitor.post("/login", content=b"name=ann&password=" + b"x" * 5_000)
    assert answer.status_code == 401


def test_readers_send_no_files(visitor) -> None:
    for name, status in (("ann", 403), ("ed", 200)):
        log_in(visitor, name)
        assert visitor.post("/gradio_api/upload").status_code == status


# Whose an open page is


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


class Named:
    """Stands for the log-in: the user is whom the request says."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        user = dict(scope.get("headers", ())).get(b"user")
        await self._app({**scope, "user_name": user and user.decode()}, receive, send)


@pytest.fixture
def two_visitors() -> tuple[TestClient, TestClient]:
    routes = [Route("/gradio_api/{rest:path}", echo, methods=["GET", "POST"])]
    app = Starlette(routes=routes, middleware=[Middleware(Named), Middleware(Owned)])
    ann, ed = (TestClient(app, headers={"user": name}) for name in ("ann", "ed"))
    return ann, ed


def sent(visitor: TestClient, path: str, page: str) -> int:
    """Return the status that a request with a page's number gets, put where `path` wants it."""
    if "{page}" in path:
        return visitor.get("/gradio_api" + path.format(page=page)).status_code
    return visitor.post("/gradio_api" + path, json={"session_hash": page}).status_code


@pytest.mark.parametrize(
    "path",
    [
        "/queue/join",
        "/queue/join/",
        "/run/ask",
        "/call/ask",
        "/cancel",
        "/component_server",
        "/queue/data?session_hash={page}",
        "/queue/data?session_hash={page}-too&session_hash={page}",
        "/heartbeat/{page}",
    ],
)
def test_a_page_is_its_users_alone(two_visitors, path) -> None:
    ann, ed = two_visitors
    assert [sent(ann, path, "first"), sent(ann, path, "first")] == [200, 200]
    assert sent(ed, path, "first") == 403
    # Nor by another way than the one in which its user came.
    assert sent(ed, "/queue/join", "first") == 403
    assert sent(ed, path, "second") == 200
    assert sent(ann, path, "first") == 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_number_is_read_as_the_app_behind_reads_it(two_visitors, encoding) -> None:
    ann, ed = two_visitors
    assert sent(ann, "/queue/join", "first") == 200
    body = '{"session_hash": "own", "session_hash": "fir\\u0073t"}'.encode(encoding)
    for kind in ("application/json", "text/plain", ""):
        answer = ed.post("/gradio_api/queue/join", content=body, headers={"content-type": kind})
        assert answer.status_code == 403


def test_no_form_hides_a_number_and_what_is_sent_arrives_whole(two_visitors) -> None:
    ann, _ = two_visitors
    form = ann.post("/gradio_api/component_server", data={"session_hash": "first"})
    assert form.status_code == 415
    body = b'{"data": "' + b"x" * 300_000 + b'"}'
    assert ann.post("/gradio_api/queue/join", content=body).content == body


def test_who_opens_many_pages_gives_up_none_but_the_own() -> None:
    owners = Owners(most=3)
    assert owners.may("ann", "first")
    assert all(owners.may("ed", f"page {number}") for number in range(10))
    assert not owners.may("ed", "first")
    assert [owners.may("ann", f"page {number}") for number in (6, 7, 9)] == [True, False, False]


# The pages


@pytest.fixture(scope="module")
def town(tmp_path_factory, known) -> Iterator[tuple[rag.Archive, Any, str]]:
    folder = tmp_path_factory.mktemp("archives") / "town"
    with rag.Archive.open(folder, embedder=BagOfWords()) as archive:
        archive.ingest([rag.Article("Ferry strike", "The ferry strike ends.", id="ferry")])
        access = Access(known, trusted=False)
        page = pages.build(archive, generator=Script(), access=access, examples=["How long?"])
        address = frame.serve(page, host="0.0.0.0", port=0, users=known, quiet=True)
        yield archive, page, address.replace("0.0.0.0", "127.0.0.1")
        page.close()


SESSIONS = count()
FIELDS = {"title": "Ferry", "date": "", "publisher": ""}


class Visitor:
    """A browser of one user that calls what the pages call."""

    def __init__(self, town: tuple[rag.Archive, Any, str], name: str) -> None:
        _, self._page, address = town
        self._session = f"session{next(SESSIONS)}"
        self._web = httpx.Client(base_url=address, timeout=30)
        assert log_in(self._web, name).status_code == 303

    def call(self, module: str, name: str, *data: object) -> dict[str, Any]:
        """Return what the function of that name, in that module of `ui.web`, gives back.

        A dict among the data is of the event.
        """
        index = next(
            number
            for number, made in self._page.fns.items()
            if made.fn and (made.fn.__name__, made.fn.__module__) == (name, f"ui.web.{module}")
        )
        told_of = next((item for item in data if isinstance(item, dict)), None)
        given = [item for item in data if not isinstance(item, dict)]
        wish = {
            "data": given,
            "event_data": told_of,
            "fn_index": index,
            "session_hash": self._session,
        }
        assert self._web.post("/gradio_api/queue/join", json=wish).status_code == 200
        to = {"session_hash": self._session}
        with self._web.stream("GET", "/gradio_api/queue/data", params=to) as events:
            told = (json.loads(line[6:]) for line in events.iter_lines() if line[:6] == "data: ")
            return next(event for event in told if event["msg"] == "process_completed")

    def refusal(self, module: str, name: str, *data: object) -> str:
        """Return why such a call is refused; blank when it is not."""
        event = self.call(module, name, *data)
        return "" if event["success"] else str(event["output"]["error"])


@pytest.mark.parametrize(
    ("name", "module", "function", "data", "role"),
    [
        ("ann", "archive.adding", "start", (None, "https://news.example/a"), "editor"),
        ("ann", "archive.adding", "stop", (), "editor"),
        ("ann", "archive.browsing", "removed", ({"article": "ferry"},), "editor"),
        ("ann", "archive.browsing", "edited", ({"article": "ferry", **FIELDS},), "editor"),
        ("ann", "chat.first", "dropped", (None,), "editor"),
        ("ed", "archive.page", "created", ("sea",), "admin"),
        ("ed", "archive.page", "deleted", (True,), "admin"),
        ("ed", "evaluation.page", "start", ("packaged", None, 0), "admin"),
        ("ed", "evaluation.page", "stop", (), "admin"),
        ("ed", "evaluation.page", "downloaded", (), "admin"),
        ("ed", "evaluation.page", "look", (), "admin"),
    ],
)
def test_what_a_role_does_not_allow_is_refused(town, name, module, function, data, role) -> None:
    archive, _, _ = town
    visitor = Visitor(town, name)
    assert f"takes the role '{role}'" in visitor.refusal(module, function, *data)
    assert archive.stats().articles == 1
    assert [path.name for path in archive.folder.parent.iterdir() if path.is_dir()] == ["town"]


def test_what_a_role_allows_is_done(town) -> None:
    archive, _, _ = town
    archive.ingest([rag.Article("Flood", "The flood reached the school.", id="flood")])
    ed, ada = Visitor(town, "ed"), Visitor(town, "ada")
    assert ed.refusal("archive.browsing", "removed", {"article": "flood"}) == ""
    assert [article.id for article in archive.articles()] == ["ferry"]
    assert ada.refusal("evaluation.page", "look") == ""
    # No evaluation is there, and one without feedback cannot be made of it.
    assert "No evaluation" in ada.refusal("evaluation.page", "downloaded")


def test_another_users_open_page_is_not_gone_on_with(town) -> None:
    ann, ed = Visitor(town, "ann"), Visitor(town, "ed")
    assert ann.call("evaluation.page", "opened")["success"]
    number, ed._session = ed._session, ann._session
    wish = {"data": [], "fn_index": 0, "session_hash": ann._session}
    assert ed._web.post("/gradio_api/queue/join", json=wish).status_code == 403
    to = {"session_hash": ann._session}
    assert ed._web.get("/gradio_api/queue/data", params=to).status_code == 403
    assert ed._web.get(f"/gradio_api/heartbeat/{ann._session}").status_code == 403
    ed._session = number
    assert ed.call("evaluation.page", "opened")["success"]


def test_the_evaluation_shows_nothing_to_others(town) -> None:
    shown = json.dumps(Visitor(town, "ed").call("evaluation.page", "opened"))
    assert "Evaluations are for administrators." in shown


def test_nothing_of_gradio_answers_a_stranger(town) -> None:
    _, _page, address = town
    with httpx.Client(base_url=address) as stranger:
        for path in (
            "config",
            "gradio_api/info",
            "gradio_api/token",
            "gradio_api/app_id",
            "theme.css",
        ):
            assert stranger.get(f"/{path}").status_code == 401
        for path in ("gradio_api/queue/join", "gradio_api/upload", "gradio_api/cancel"):
            assert stranger.post(f"/{path}", json={}).status_code == 401
        assert stranger.get("/healthz").text == "alive"


def test_the_page_bears_the_name_under_which_conversations_are_kept(town) -> None:
    _, _, address = town
    with httpx.Client(base_url=address) as web:
        log_in(web, "ann")
        assert web.get("/config").json()["username"] == "ann"


@pytest.mark.browser
def test_conversations_in_one_browser_are_each_users_own(town) -> None:
    _, _, address = town
    if not CHROMIUM:
        pytest.skip("there is no Chromium here; install it, as with: apt-get install chromium")
    kept = "Object.keys(localStorage)"
    listed = "#dl-kept .dl-open"
    # Imported here because the other tests do without.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(60_000)

        def enter(name: str) -> None:
            page.goto(address)
            page.fill("input[name=name]", name)
            page.fill("input[name=password]", PASSWORDS[name])
            page.click("button")
            page.wait_for_selector(".dl-bar[data-ready=yes]")

        enter("ann")
        page.fill("#dl-ask textarea", "What ends?")
        page.keyboard.press("Enter")
        page.wait_for_function(f"{kept}.some((key) => key.startsWith('dateline/ann/'))")
        page.click("[aria-controls=dl-drawer]")
        assert page.locator(listed).count() == 1
        page.goto(f"{address}logout")
        enter("ed")
        page.click("[aria-controls=dl-drawer]")
        page.wait_for_function("document.querySelector('#dl-kept').textContent.includes('Nothing')")
        assert page.locator(listed).count() == 0
        browser.close()


# Feedback


def test_nobody_replaces_the_vote_of_another(tmp_path, shared) -> None:
    answer = rag.Answer("How long?", "Three days. [1]", abstained=False)
    for user, liked in (("ann", True), ("ed", False), ("ed", True), ("", False)):
        item = feedback.judged("c-1", answer, history=(), liked=liked, user=user)
        feedback.save(item, shared)
    found = {item.user: item.liked for item in feedback.read(shared)}
    assert found == {"ann": True, "ed": True, "": False}
    path, left_out = feedback.write_questions(tmp_path, shared)
    ids = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    assert (sorted(ids), left_out) == (["ann:c-1", "ed:c-1"], 1)
