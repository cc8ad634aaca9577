"""Opens an archive wherever it is kept: in a folder of this machine, or on a Milvus server."""

from __future__ import annotations

from pathlib import Path

from rag.settings import Settings, StoreSettings
from rag.store.base import Storage
from rag.store.folder.storage import FolderStorage


def open_storage(folder: Path, *, create: bool, settings: Settings) -> Storage:
    """Open the archive of `folder`; with `create`, make one where there is none.

    One that is there stays where it is. For others the settings say where they are to be kept,
    and one of the same name that lies there already, made by another machine, is joined.
    Raises `ArchiveError` when it cannot be opened.
    """
    found = _on_a_server(folder, settings.store, create=create)
    return found or FolderStorage.open(folder, create=create, settings=settings.index)


def _on_a_server(folder: Path, settings: StoreSettings, *, create: bool) -> Storage | None:
    if FolderStorage.is_at(folder):
        return None
    # Imported here because most archives lie in a folder.
    from rag.store.milvus.place import Place
    from rag.store.milvus.storage import MilvusStorage

    if place := Place.read(folder):
        return MilvusStorage.open(folder, place)
    return MilvusStorage.join(folder, settings, create=create) if settings.on_a_server else None
