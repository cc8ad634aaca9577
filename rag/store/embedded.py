"""The embedder that an archive's vectors were made with, and no other."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from threading import Lock

from rag.embedding.embedder import Embedder
from rag.embedding.load import load_embedder
from rag.errors import ArchiveError
from rag.store.base import Storage
from rag.store.types import EmbedderIdentity


def agreed(storage: Storage, name: str | None, *, otherwise: str) -> str:
    """Return the embedder to use: the archive's own, else `name`, else `otherwise`.

    Raises `ArchiveError` when `name` is another one than the archive's own.
    """
    with storage.reading() as records:
        known = records.embedder
    if known and name and known.id != name:
        raise _mismatch(storage.folder, known, name)
    return known.id if known else name or otherwise


class OwnEmbedder:
    """The embedder of one archive, loaded when it is first needed."""

    def __init__(
        self, storage: Storage, *, name: str, servers: str = "", given: Embedder | None = None
    ) -> None:
        self.name = name
        # How another process gets the same one, or one that is to be checked against it.
        self.load: Callable[..., Embedder] = partial(load_embedder, name, servers=servers)
        if given:
            self.load = partial(copy, given)
        self._storage = storage
        self._loading = Lock()
        self._embedder = given and self._checked(given)

    def get(self, *, on_progress: Callable[[str], None] | None = None) -> Embedder:
        """Return the model. Raises `ModelError` when it cannot be loaded.

        Raises `ArchiveError` when its weights are not those that the archive's vectors were
        made with.
        """
        with self._loading:
            if self._embedder is None:
                self._embedder = self.load(on_progress=on_progress)
            # At every call, since another process may have made the first vectors since.
            return self._checked(self._embedder)

    def _checked(self, embedder: Embedder) -> Embedder:
        with self._storage.reading() as records:
            known = records.embedder
        if known and known.checksum != embedder.checksum:
            found = f"{embedder.id} ({embedder.checksum[:12]})"
            raise _mismatch(self._storage.folder, known, found)
        return embedder


def _mismatch(folder: Path, known: EmbedderIdentity, found: str) -> ArchiveError:
    return ArchiveError(
        f"{folder} was embedded with {known.id} ({known.checksum[:12]}), not with {found}; "
        f"open it with {known.id}, or embed it again with "
        f"`rag reembed --archive {folder} --embedder NAME`"
    )
