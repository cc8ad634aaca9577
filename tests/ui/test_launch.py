"""`rag chat` opens the archive, serves its pages, and loads the models behind them."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio
import httpx
import pytest
from typer.testing import CliRunner

import rag
from rag.errors import RagError
from rag.settings import ServerLimits, Settings
from tests.fakes import BagOfWords, FakeEmbedder, Script
from ui.cli import app
from ui.web.app import launch
from ui.web.common.waiting import Line

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The pages that would now be served until Ctrl-C."""
    pages: list[Any] = []
    monkeypatch.setattr(gradio.Blocks, "block_thread", lambda page: pages.append(page))
    return pages


def test_launch_serves_the_page_at_the_address_it_tells(tmp_path: Path, blocked: list[Any]) -> None:
    told: list[str] = []
    with rag.Archive.open(tmp_path / "city", embedder=BagOfWords()) as archive:
        archive.ingest([rag.Article("Ferry strike", "The ferry strike lasted three days.")])
        launch(archive, port=0, generator=Script("Three days. [1]"), on_ready=told.append)
        [page] = blocked
        try:
            answer = httpx.get(told[0], follow_redirects=True)
        finally:
            page.close()
    assert told[0].startswith("http://127.0.0.1:")
    assert answer.status_code == 200
    assert "Dateline" in answer.text


def test_launch_says_that_a_port_is_taken(tmp_path: Path, blocked: list[Any]) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        rag.Archive.open(tmp_path / "city", embedder=BagOfWords()) as archive,
        pytest.raises(RagError, match=f"{taken.getsockname()[1]}.* --port"),
    ):
        launch(archive, port=taken.getsockname()[1], generator=Script(""))
    assert blocked == []


def test_the_command_passes_its_options_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: dict[str, Any] = {}

    def record(archive: rag.Archive, **options: Any) -> None:
        launched.update(options, folder=archive.folder, writer=archive.settings.generator)
        options["on_ready"]("http://127.0.0.1:7000/")

    monkeypatch.setattr("ui.web.app.launch", record)
    with rag.Archive.open(tmp_path / "city", embedder=FakeEmbedder()) as archive:
        archive.ingest([rag.Article("Ferry strike", "The ferry strike lasted three days.")])
    words = ["--archive", str(tmp_path / "city"), "--port", "7000", "--no-open"]
    result = CliRunner().invoke(app, ["chat", *words, "--generator", "./mine"])
    assert result.exit_code == 0, result.output
    assert "Chat at http://127.0.0.1:7000/" in result.output
    assert (launched["host"], launched["port"], launched["open_browser"]) == (
        "127.0.0.1",
        7000,
        False,
    )
    assert (launched["folder"], launched["writer"]) == (tmp_path / "city", "./mine")


def test_the_command_passes_its_limits_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[ServerLimits] = []
    monkeypatch.setattr(
        "ui.web.app.launch", lambda archive, **_: found.append(archive.settings.limits)
    )
    rag.Archive.open(tmp_path / "city", embedder=FakeEmbedder()).close()
    words = ["chat", "--archive", str(tmp_path / "city"), "--limit", "waiting=5"]
    result = CliRunner().invoke(app, [*words, "--limit", "request_mb=1"])
    assert result.exit_code == 0, result.output
    assert found == [replace(ServerLimits(), waiting=5, request_mb=1)]


def test_the_page_holds_to_the_limits(tmp_path: Path, blocked: list[Any]) -> None:
    settings = Settings(limits=ServerLimits(waiting=5, request_mb=1))
    lines: list[Line] = []
    told: list[str] = []
    with rag.Archive.open(tmp_path / "city", embedder=BagOfWords(), settings=settings) as archive:
        launch(
            archive,
            port=0,
            generator=Script(""),
            on_ready=told.append,
            on_loading=lambda models, _loading: lines.append(models.line),
        )
        [page] = blocked
        try:
            with httpx.Client(follow_redirects=True) as browser:
                address = str(browser.get(told[0]).url)
                replies = [
                    browser.post(f"{address.split('?')[0]}gradio_api/upload", content=b"x" * size)
                    for size in (2**20, 2**20 + 1)
                ]
        finally:
            page.close()
    assert lines[0].limits.waiting == 5
    assert replies[0].status_code != 413
    assert replies[1].status_code == 413


@pytest.mark.parametrize("command", ["chat", "serve"])
def test_a_wrong_limit_is_a_usage_error(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--limit", "waiting=many"])
    assert result.exit_code == 2
    assert "--limit" in result.output
