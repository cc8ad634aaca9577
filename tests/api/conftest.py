"""A server over a small archive, with fakes for the models."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

import rag
from rag.store.shared.database import Shared
from tests.fakes import BagOfWords
from ui.api.app import Entry, build
from ui.api.desk import Desk
from ui.api.login import Accounts
from ui.web.common.library import Library
from ui.web.common.models import Models

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "secret"
HERE = "http://127.0.0.1:7860"


@pytest.fixture(autouse=True)
def _embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Embed with the fake one in archives that the server makes or opens itself."""
    monkeypatch.setattr(
        "rag.embedding.embedder.TransformerEmbedder.load", lambda *_, **__: BagOfWords()
    )


@contextmanager
def town_in(folder: Path) -> Iterator[rag.Archive]:
    """Make an archive of two articles."""
    with rag.Archive.open(folder / "town", embedder=BagOfWords()) as archive:
        archive.ingest(
            [
                rag.Article(
                    id="ferry",
                    title="Ferry strike",
                    text="The ferry strike closed the harbour of Valletta for 3 days. "
                    "Ann Borg, the minister, asked the crews to end the strike.",
                    date="2024-05-02",
                    publisher="Gazette",
                    url="https://news.example/ferry",
                ),
                rag.Article(
                    id="flood/1",
                    title="Flood",
                    text="The flood reached the school. Nobody was hurt.",
                    date="2024-06-03",
                    publisher="Herald",
                ),
            ]
        )
        yield archive


def entry_in(folder: Path) -> Entry:
    """Let in whoever has the token, as on this machine alone."""
    return Entry("127.0.0.1", TOKEN, Accounts.of(Shared.beside(folder)))


@contextmanager
def program_at(desk: Desk, *, entry: Entry) -> Iterator[TestClient]:
    """Serve a program that has the token; the pages, which take long to build, are left out."""
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(
        build(desk, entry=entry), base_url=HERE, headers=bearer, follow_redirects=False
    ) as opened:
        yield opened


@pytest.fixture
def town(tmp_path: Path) -> Iterator[rag.Archive]:
    with town_in(tmp_path) as archive:
        yield archive


@pytest.fixture
def desk(town: rag.Archive) -> Desk:
    return Desk(Library(town), Models())


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return entry_in(tmp_path)


@pytest.fixture
def client(desk: Desk, entry: Entry) -> Iterator[TestClient]:
    with program_at(desk, entry=entry) as opened:
        yield opened


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client that the tests of a file share which change nothing and count nothing."""
    folder = tmp_path_factory.mktemp("asking")
    with (
        town_in(folder) as archive,
        program_at(Desk(Library(archive), Models()), entry=entry_in(folder)) as opened,
    ):
        yield opened
