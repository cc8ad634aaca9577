"""The log of a server: a line per request and answer, and nothing that is not to be in it."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from typer.testing import CliRunner

from rag.types import Answer, Timings
from ui.cli import app
from ui.logs import JsonFormatter, LogFormat, LogLevel, answered, log, log_from, write_as
from ui.web.network.logged import Logged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUESTION = "Who hid the harbour's accounts?"
ANSWER = Answer(QUESTION, "The clerk [1].", abstained=False, timings=Timings(total=0.5))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, object]]]:
    """Return what gives the lines of JSON that were logged so far."""
    caplog.set_level(logging.INFO, logger="rag")
    caplog.handler.setFormatter(JsonFormatter())
    return lambda: [json.loads(line) for line in caplog.text.splitlines()]


async def told(request: Request) -> Response:
    log.info("half way")
    answered(ANSWER, questions=bool(request.headers.get("tell")))
    return PlainTextResponse("done")


async def broken(_request: Request) -> Response:
    raise ZeroDivisionError


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/ask", told, methods=["POST"]), Route("/broken", broken)]
    app = Starlette(routes=routes, middleware=[Middleware(Logged)])
    return TestClient(app, raise_server_exceptions=False)


def test_the_lines_of_one_request_bear_its_id(client, lines) -> None:
    first, second = (client.post("/ask?token=secret", content=QUESTION) for _ in range(2))
    found = lines()
    assert [line["message"].split()[0] for line in found] == ["half", "answer", "POST"] * 2
    ids = [line["request"] for line in found]
    assert ids == [first.headers["x-request-id"]] * 3 + [second.headers["x-request-id"]] * 3
    assert ids[0] != ids[3]
    assert {key: found[2][key] for key in ("method", "path", "status", "level", "logger")} == {
        "method": "POST", "path": "/ask", "status": 200, "level": "info", "logger": "rag.web"
    }  # fmt: skip
    assert (found[1]["kind"], found[1]["seconds"], found[1]["sources"]) == ("answer", 0.5, 0)


def test_what_was_asked_is_logged_only_where_it_is_allowed(client, lines) -> None:
    client.post("/ask?token=secret", content=QUESTION)
    assert not any("harbour" in str(line) or "secret" in str(line) for line in lines())
    client.post("/ask", headers={"tell": "yes"})
    assert [line["question"] for line in lines() if "question" in line] == [QUESTION]


def test_a_path_begins_no_line_of_its_own(client, caplog) -> None:
    caplog.set_level(logging.INFO, logger="rag")
    client.get("/a%0aGET%20/forged%1b[2J")
    [record] = [record for record in caplog.records if record.name == "rag.web"]
    assert record.getMessage().startswith("GET /a%0AGET%20/forged%1B%5B2J 404 in ")


def test_a_fault_is_logged_with_its_request(client, lines) -> None:
    assert client.get("/broken").status_code == 500
    assert (lines()[-1]["path"], lines()[-1]["status"]) == ("/broken", 500)


@pytest.mark.parametrize(
    ("given", "kept"), [("a-7_B", True), ("a b", False), ('x"\n{', False), ("a" * 65, False)]
)
def test_an_id_is_taken_from_a_proxy_where_it_is_plain(client, given, kept) -> None:
    headers = {"x-request-id": given.encode("ascii", "replace")}
    shown = client.post("/ask", headers=headers).headers["x-request-id"]
    assert (shown == given) is kept


def test_an_exception_stays_on_one_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = log.makeRecord(
            "rag", logging.ERROR, "", 0, "failed", (), (ValueError, error, None)
        )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "two\nlines" in json.loads(line)["exception"]


def test_the_form_is_chosen_for_all_that_is_logged(monkeypatch) -> None:
    handler = logging.StreamHandler(io.StringIO())
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    write_as(LogFormat.JSON)
    logging.getLogger("some.library").error("trouble")
    written = handler.stream.getvalue()
    assert json.loads(written)["message"] == "trouble"


@pytest.fixture
def _levels() -> Iterator[None]:
    """Leave the levels as they were."""
    loggers = [logging.getLogger(name) for name in ("rag", "ui")]
    before = [each.level for each in loggers]
    yield
    for each, level in zip(loggers, before, strict=True):
        each.setLevel(level)


@pytest.mark.usefixtures("_levels")
@pytest.mark.parametrize("name", ["rag.web", "ui.web.network.door"])
def test_a_level_decides_what_is_logged(name: str) -> None:
    shown = {}
    for level in LogLevel:
        log_from(level)
        weights = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
        shown[level.value] = sum(logging.getLogger(name).isEnabledFor(each) for each in weights)
    assert shown == {"debug": 4, "info": 3, "warning": 2, "error": 1}
    log_from(None)
    assert not logging.getLogger(name).isEnabledFor(logging.WARNING)


@pytest.mark.usefixtures("_levels")
@pytest.mark.parametrize("command", ["chat", "serve"])
def test_the_level_of_a_server_is_an_option(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_args: object, **_kwargs: object) -> None:
        raise ValueError("far enough")

    module = {"chat": "ui.cli.chat", "serve": "ui.cli.serving"}[command]
    monkeypatch.setattr(f"{module}.open_archive", opened)
    for words, level in [
        (["--log-level", "DEBUG"], logging.DEBUG),
        (["-v", "--log-level", "error"], logging.ERROR),
        (["-v"], logging.INFO),
        ([], logging.WARNING),
    ]:
        CliRunner().invoke(app, [command, *words])
        assert logging.getLogger("rag").level == level


@pytest.mark.parametrize("command", ["chat", "serve"])
def test_a_level_that_there_is_not_is_a_usage_error(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--log-level", "loud"])
    assert result.exit_code == 2
    assert "'loud' is not one of" in result.output
