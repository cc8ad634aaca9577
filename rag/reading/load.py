"""Readers by name, each loaded once in a process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rag.models.registry import DEFAULT_READER
from rag.models.servers.names import addresses
from rag.reading.base import Reader
from rag.reading.encoder import EncoderReader

_loaded: dict[str, Reader] = {}
_loading = threading.Lock()


def load_reader(
    name: str = DEFAULT_READER, *, on_progress: Callable[[str], None] | None = None
) -> Reader:
    """Return the reader called `name`, loaded once in a process.

    One address or several, with commas between them, are servers of ``rag serve-models``, none of
    which is asked yet; other names are as for `EncoderReader.load`, which says what is raised.
    """
    with _loading:
        if name not in _loaded:
            _loaded[name] = _load(name, on_progress)
        return _loaded[name]


def _load(name: str, on_progress: Callable[[str], None] | None) -> Reader:
    if where := addresses(name):
        from rag.reading.remote import RemoteReader

        return RemoteReader.connect(name, where)
    return EncoderReader.load(name, on_progress=on_progress)
