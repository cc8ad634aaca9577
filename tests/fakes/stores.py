"""Archives in each of the stores, for tests that all of them must pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from rag import Archive, Settings
from rag.settings import IN_FOLDER, StoreSettings

if TYPE_CHECKING:
    from pathlib import Path

    from rag.embedding.embedder import Embedder

STORES = ("folder", "milvus")
# What is held to a Milvus by all tests of the stores takes half a second each time;
# `tests/store/test_milvus.py` uses one at every save.
EACH_STORE = ("folder", pytest.param("milvus", marks=pytest.mark.slow))


@dataclass(frozen=True)
class Place:
    """Where a test makes its archives: a folder, and the store that they are kept in."""

    folder: Path
    uri: str

    def open(self, name: str, *, embedder: Embedder, create: bool = True) -> Archive:
        settings = Settings(store=StoreSettings(self.uri))
        return Archive.open(self.folder / name, create=create, embedder=embedder, settings=settings)


def place_of(store: str, folder: Path, request: pytest.FixtureRequest) -> Place:
    uri = request.getfixturevalue("milvus") if store == "milvus" else IN_FOLDER
    return Place(folder, uri)
