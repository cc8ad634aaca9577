"""Commands are answered by a process that has the models loaded, where there is one."""

from __future__ import annotations

import json
import socket
import stat
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import rag
from rag.errors import RagError
from rag.models.registry import DEFAULT_EMBEDDER
from rag.settings import ServerLimits, Settings, Timeouts
from rag.types import Filter, Query
from tests.fakes import FakeEmbedder
from ui.cli import app
from ui.warm import SOCKET
from ui.warm.client import connected
from ui.warm.server import warm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORY = rag.Article(
    "Ferry strike closes harbour",
    "The ferry strike closed the harbour of Valletta for 3 days.",
    date="2024-05-02",
    publisher="Gazette",
)
QUESTION = "How many days did the ferry strike close the harbour?"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[rag.Archive]:
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    with rag.Archive.open("city", embedder=FakeEmbedder(id=DEFAULT_EMBEDDER)) as archive:
        archive.ingest(STORY)
        yield archive


@pytest.fixture
def served(city: rag.Archive) -> Iterator[rag.Archive]:
    with warm(city):
        yield city


def run(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == status, result.output
    return result.stdout


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it fail to open an archive, and so to answer without the warm process."""

    def fail(*_: object, **__: object) -> Any:
        raise AssertionError("the command opened the archive itself")

    monkeypatch.setattr("ui.cli.asking.open_archive", fail)


def test_an_answer_is_the_one_that_this_process_gives(served: rag.Archive) -> None:
    query = Query(QUESTION, Filter(since="2024-01-01"))
    with connected(served.folder, served.settings) as found:
        assert found is not None
        answer = found.answer(query)
        hits = found.search(query)
    here = rag.answer(QUESTION, archive=served, since="2024-01-01")
    assert (answer.text, answer.citations) == (here.text, here.citations)
    assert answer.hits == here.hits
    assert hits == served.retrieve(query)


@pytest.mark.usefixtures("served", "unloaded")
def test_commands_use_it_and_the_refusal_keeps_its_status() -> None:
    assert "for 3 days. [1]" in run("ask", QUESTION)
    assert "1. Ferry strike" in run("search", "ferry")
    assert json.loads(run("ask", QUESTION, "--json"))["kind"] == "answer"
    run("ask", "Who directed the opera in 2031?", status=3)


@pytest.mark.usefixtures("served", "unloaded")
def test_an_unknown_publisher_is_a_usage_error_there_too() -> None:
    result = CliRunner().invoke(app, ["ask", QUESTION, "--publisher", "BBC"])
    assert result.exit_code == 2
    assert "there are Gazette" in result.output


@pytest.mark.usefixtures("served", "unloaded")
@pytest.mark.parametrize("words", [["--local"], ["--reader", "mine"]])
def test_it_is_not_used_when_it_must_not_or_does_not_fit(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["ask", QUESTION, *words])
    assert "opened the archive itself" in str(result.exception)


def test_only_the_owner_may_use_the_socket_which_ends_with_the_process(city: rag.Archive) -> None:
    path = city.folder / SOCKET
    with warm(city):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_ISSOCK(path.stat().st_mode)
    assert not path.exists()


def test_a_dead_socket_is_ignored_and_replaced(city: rag.Archive) -> None:
    path = city.folder / SOCKET
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with connected(city.folder, city.settings) as found:
        assert found is None
    with warm(city), connected(city.folder, city.settings) as found:
        assert found is not None


def test_a_process_with_other_limits_answers_and_one_with_another_reader_does_not(
    served: rag.Archive,
) -> None:
    limited = replace(served.settings, limits=ServerLimits(waiting=1), timeouts=Timeouts(webhook=1))
    with connected(served.folder, limited) as found:
        assert found is not None
    with connected(served.folder, replace(limited, reader="mine")) as found:
        assert found is None


def test_a_second_process_leaves_the_first_alone(served: rag.Archive) -> None:
    with warm(served):
        pass
    with connected(served.folder, served.settings) as found:
        assert found is not None


def test_one_that_is_no_dateline_is_left_alone(city: rag.Archive) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(city.folder / SOCKET))
        other.listen()
        with connected(city.folder, city.settings) as found:
            assert found is None


def test_a_process_that_ends_meanwhile_is_told(city: rag.Archive) -> None:
    serving = ExitStack()
    serving.enter_context(warm(city))
    with serving, connected(city.folder, city.settings) as found:
        assert found is not None
        serving.close()
        with pytest.raises(RagError, match="--local"):
            found.answer(Query(QUESTION))


def test_a_generator_that_would_be_loaded_twice_is_not_served(
    tmp_path: Path, city: rag.Archive
) -> None:
    settings = Settings(generator="mine")
    with (
        rag.Archive.open(city.folder, settings=settings) as other,
        warm(other),
    ):
        assert not (city.folder / SOCKET).exists()


def test_reembedding_passes_over_the_socket(served: rag.Archive) -> None:
    other = FakeEmbedder(id="two", checksum="two")
    with rag.Archive.open(served.folder) as archive:
        archive.reembed(other).close()
    with rag.Archive.open(served.folder, embedder=other) as archive:
        assert archive.count() == 1
