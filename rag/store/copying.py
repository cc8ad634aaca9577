"""An archive copied from one store into another, without embedding anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from rag.errors import ArchiveError
from rag.store.base import Records, Storage
from rag.store.folder.care import KEPT_FILES, read_kept
from rag.store.types import Prepared
from rag.types import CopyReport, Progress

# Articles written at a time.
_BATCH = 64


def copy(
    source: Storage, target: Storage, *, progress: Callable[[Progress], None] | None = None
) -> CopyReport:
    """Write what `source` holds into `target`, in the order of its ingest.

    Articles that are already there are skipped, so that an interrupted copy continues when it is
    run again. Other articles of `target` stay. Raises `ArchiveError` when the vectors of
    `target` were made with another embedder.
    """
    if target.folder.resolve() == source.folder.resolve():
        raise ArchiveError(f"{source.folder} cannot be copied into itself; name another archive")
    started = time.perf_counter()
    with target.exclusive():
        total = _agree(source, target)
        report = CopyReport()
        for batch in _batches(source.everything() if total else ()):
            report = _written(report, batch, target)
            if progress:
                progress(Progress(report.read, total, report.chunks, batch[-1].article.title))
        target.save()
        _keep_files(source, target)
    return CopyReport(
        report.read,
        report.copied,
        report.unchanged,
        report.chunks,
        time.perf_counter() - started,
    )


def _agree(source: Storage, target: Storage) -> int:
    """Make `target` one of the same embedder; return the number of articles to copy."""
    with source.reading() as records:
        identity, total = records.embedder, records.catalog.counts()[0]
    with target.reading() as records:
        there = records.embedder
    if identity is None:
        return 0
    if there is None:
        target.set_embedder(identity)
    elif there != identity:
        raise ArchiveError(
            f"{target.folder} was embedded with {there.id} ({there.checksum[:12]}), and "
            f"{source.folder} with {identity.id} ({identity.checksum[:12]}); "
            "copy into a new archive"
        )
    return total


def _batches(everything: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    items = iter(everything)
    while batch := list(islice(items, _BATCH)):
        yield batch


def _written(report: CopyReport, batch: list[Prepared], target: Storage) -> CopyReport:
    with target.reading() as records:
        fresh = [each for each in batch if not _is_there(each, records)]
    if fresh:
        target.write(fresh)
    return CopyReport(
        report.read + len(batch),
        report.copied + len(fresh),
        report.unchanged + len(batch) - len(fresh),
        report.chunks + sum(len(each.chunks) for each in fresh),
    )


def _is_there(prepared: Prepared, records: Records) -> bool:
    known = records.known(prepared.article.id or "")
    return known is not None and known.content_hash == prepared.content_hash


def _keep_files(source: Storage, target: Storage) -> None:
    """Take along what lies beside an archive and is nowhere else."""
    for name in KEPT_FILES:
        if (source.folder / name).is_file() and not (target.folder / name).exists():
            (target.folder / name).write_bytes(read_kept(source.folder / name))
