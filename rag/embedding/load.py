"""Embedders by name, or by the addresses of servers."""

from __future__ import annotations

from collections.abc import Callable

from rag.embedding.embedder import Embedder, TransformerEmbedder


def load_embedder(
    name: str, *, servers: str = "", on_progress: Callable[[str], None] | None = None
) -> Embedder:
    """Return the embedder at addresses of `servers`, or without any the one called `name`.

    Raises as `RemoteEmbedder.connect` and `TransformerEmbedder.load`.
    """
    if servers:
        # Imported here because its client takes a tenth of a second to import.
        from rag.embedding.remote import RemoteEmbedder

        return RemoteEmbedder.connect(servers)
    return TransformerEmbedder.load(name, on_progress=on_progress)
