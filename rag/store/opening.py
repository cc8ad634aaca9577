"""The one place where it is decided what holds an archive."""

from __future__ import annotations

from pathlib import Path

from rag.settings import IndexSettings
from rag.store.base import Storage
from rag.store.folder import FolderStorage


def open_storage(folder: Path, *, create: bool, settings: IndexSettings | None = None) -> Storage:
    """Open what holds the archive in `folder`; with `create`, make it where there is none.

    Raises `ArchiveError` when it is missing or damaged.
    """
    return FolderStorage.open(folder, create=create, settings=settings)
