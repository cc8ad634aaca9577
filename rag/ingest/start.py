"""An ingest into an archive's storage, read on this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.ingest.run import Given, Ingest, Source, agree
from rag.settings import Settings
from rag.store.base import Storage
from rag.store.embedded import OwnEmbedder
from rag.types import Article, Engine, IngestReport, Progress


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ingest, and how; see `rag.Archive.ingest`."""

    sources: Source | Iterable[Source]
    columns: Mapping[str, str] | None = None
    private: bool = False
    engine: Engine = "local"


def ingest(
    wanted: Wanted,
    *,
    storage: Storage,
    embedder: OwnEmbedder,
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Ingest what is wanted; raises `ArchiveError` while another process does."""
    run = Ingest(
        storage,
        embedder=embedder.get,
        chunk_tokens=settings.chunk_tokens,
        batch_articles=settings.batch_articles,
        progress=progress,
        limits=settings.reading,
    )
    with storage.exclusive():
        given: Iterable[Given] = _several(wanted.sources)
        if wanted.engine == "ray":
            given = _on_cluster(wanted, storage=storage, embedder=embedder, settings=settings)
        return run.run(given, columns=wanted.columns, private=wanted.private)


def _several(sources: Source | Iterable[Source]) -> Iterable[Source]:
    return [sources] if isinstance(sources, str | Path | Article) else sources


def _on_cluster(
    wanted: Wanted, *, storage: Storage, embedder: OwnEmbedder, settings: Settings
) -> Iterator[Given]:
    """Yield what is at the sources, read and prepared on a cluster."""
    # Imported here because only a cluster needs it.
    from rag.ingest.cluster import Job, prepared_on_cluster

    identity = agree(storage, embedder.get(), chunk_tokens=settings.chunk_tokens)
    with storage.reading() as records:
        known = records.catalog.fingerprints()
    job = Job(
        load=embedder.load,
        identity=identity,
        known=known,
        columns=wanted.columns,
        private=wanted.private,
        limits=settings.reading,
    )
    return prepared_on_cluster(_several(wanted.sources), job)
