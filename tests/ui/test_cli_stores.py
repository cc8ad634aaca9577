"""The commands over an archive on Milvus, and copies from store to store."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import rag
from rag.models.registry import DEFAULT_EMBEDDER
from rag.settings import SettingsFile
from tests.fakes import FakeEmbedder
from ui.cli import app

if TYPE_CHECKING:
    from pathlib import Path

FERRY = rag.Article(
    "Ferry strike closes harbour",
    "The ferry strike closed the harbour of Valletta for 3 days.",
    id="ferry",
    date="2024-05-02",
    publisher="Gazette",
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose settings name a Milvus, and the fake embedder."""
    pytest.importorskip("milvus_lite")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dateline.toml").write_text(f'[store]\nuri = "{tmp_path / "milvus.db"}"\n')
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    embedder = FakeEmbedder(id=DEFAULT_EMBEDDER)
    monkeypatch.setattr(
        "rag.embedding.embedder.TransformerEmbedder.load", lambda *_, **__: embedder
    )
    return tmp_path / "home"


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def fill(name: str) -> None:
    settings = SettingsFile.find().settings
    embedder = FakeEmbedder(id=DEFAULT_EMBEDDER)
    with rag.Archive.open(name, embedder=embedder, settings=settings) as archive:
        archive.ingest(FERRY)


def test_commands_work_over_an_archive_on_milvus(home: Path) -> None:
    assert "Made city" in run("archives", "make", "city")
    fill("city")
    assert (home / "city" / "milvus.json").is_file()
    assert not (home / "city" / "archive.sqlite").exists()
    assert json.loads(run("archives", "list", "--json")) == [
        {"name": "city", "articles": 1, "default": True}
    ]
    assert "harbour of Valletta" in run("search", "ferry strike")
    answer = run("ask", "How many days did the ferry strike close the harbour?", "--local")
    assert "for 3 days. [1]" in answer
    assert json.loads(run("stats", "--json"))["articles"] == 1
    assert "Every article has all its passages." in run("doctor", "--archive", "city")
    run("archives", "rename", "city", "town")
    assert "Gazette" in run("articles", "list", "--archive", "town")
    run("archives", "remove", "town", "-y")
    assert not (home / "town").exists()


def test_an_archive_is_copied_and_the_copy_says_what_it_did(home: Path) -> None:
    fill("city")
    said = run("archives", "copy", "city", "here", "--to", "folder")
    assert "1 articles copied with 1 passages, 0 were there" in said
    assert "here holds 1 articles with 1 passages" in said
    assert (home / "here" / "archive.sqlite").is_file()
    # Without a word about the store, as the settings say; and again from there.
    run("archives", "copy", "here", "back")
    assert (home / "back" / "milvus.json").is_file()
    again = run("archives", "copy", "here", "back")
    assert re.search(r"0 articles copied with 0 passages, 1 were there", again)
