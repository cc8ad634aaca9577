"""An archive with articles of two publishers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import rag
from tests.fakes import BagOfWords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def town(tmp_path: Path) -> Iterator[rag.Archive]:
    articles = [
        rag.Article(
            id="ferry",
            title="Ferry strike",
            text="The ferry strike closed the harbour for 3 days.",
            date="2024-05-02",
            publisher="Gazette",
            url="https://news.example/ferry",
        ),
        rag.Article(
            id="crews",
            title="Ferry crews return",
            text="The ferry crews went back to work after the strike.",
            date="2024-05-06",
            publisher="Herald",
        ),
    ]
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as archive:
        archive.ingest(articles)
        yield archive
