"""What is measured of an archive: building, opening, searching and changing it."""

from __future__ import annotations

import json
import logging
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from eval.bench.scale.copies import write
from rag import Archive, Article
from rag.embedding.embedder import Embedder, TransformerEmbedder, Vectors
from rag.errors import BenchError
from rag.index.full_text import LexicalIndex
from rag.index.vectors import DenseIndex
from rag.settings import IndexSettings
from rag.store.folder.indexes import Indexes
from rag.store.folder.manifest import VectorFile
from rag.store.folder.storage import FolderStorage
from rag.store.folder.store import Store
from rag.types import Filter

log = logging.getLogger(__name__)

STAGES = ("write", "index", "open", "search", "recall", "update")

Measured = dict[str, Any]


class Watch:
    """Seconds spent in some methods, by label, one entry per lap."""

    def __init__(self) -> None:
        self.laps: list[dict[str, float]] = []

    def lap(self) -> None:
        """Begin a new entry."""
        self.laps.append(defaultdict(float))

    @contextmanager
    def on(self, methods: Mapping[str, tuple[object, str]]) -> Iterator[None]:
        """Measure methods, given as owner and name by label."""
        with ExitStack() as stack:
            for label, (owner, name) in methods.items():
                wrapped = self._wrapped(label, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, wrapped))
            yield

    def _wrapped(self, label: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: object, **options: object) -> object:
            started = time.perf_counter()
            try:
                return method(*args, **options)
            finally:
                self.laps[-1][label] += time.perf_counter() - started

        return timed

    def medians(self) -> dict[str, float]:
        """Return the median of each label over all laps, in milliseconds."""
        labels = {label: None for lap in self.laps for label in lap}
        return {
            label: 1000 * float(np.median([lap.get(label, 0.0) for lap in self.laps]))
            for label in labels
        }


def index(folder: Path) -> Measured:
    """Rebuild all indexes from the database."""
    for path in folder.glob("manifest.json"):
        path.unlink()
    watch = Watch()
    watch.lap()
    with watch.on(
        {
            "texts": (LexicalIndex, "fill"),
            "vectors": (Indexes, "renewed"),
            "of them: their file": (VectorFile, "save"),
        }
    ):
        started = time.perf_counter()
        FolderStorage.open(folder, create=False, settings=IndexSettings()).close()
        total = time.perf_counter() - started
    manifest = json.loads((folder / "manifest.json").read_text())
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        "seconds": total,
        "parts": dict(watch.laps[0]),
        "fit": (manifest["vectors"] or {}).get("fit"),
        "megabytes": {
            "database": _megabytes(path for path in files if "sqlite" in path.name),
            "vectors": _megabytes(path for path in files if path.suffix == ".faiss"),
            "texts": _megabytes(path for path in files if path.parent != folder),
        },
    }


def _megabytes(paths: Iterator[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / 1e6


def _opened(folder: Path, *, embedder: Embedder | None = None) -> Archive:
    return Archive.open(folder, create=False, embedder=embedder)


def open_(folder: Path) -> Measured:
    """Open the archive in a process that has the embedder loaded, and search once."""
    with _opened(folder) as archive:
        embedder = archive.embedder()
    before = _resident()
    started = time.perf_counter()
    with _opened(folder, embedder=embedder) as archive:
        opened = time.perf_counter()
        after = _resident()
        archive.search("Who won the election?")
        searched = time.perf_counter()
    return {
        "seconds": opened - started,
        "first search, seconds": searched - opened,
        "megabytes of its own": after[0] - before[0],
        "megabytes of mapped files": after[1] - before[1],
    }


def search(folder: Path, questions: Sequence[str]) -> Measured:
    """Search for every question, after a few to warm up."""
    with _opened(folder) as archive:
        before = _resident()
        for question in questions[:30]:
            archive.search(question)
        indexes, watch, spent = _files_of(archive).indexes, Watch(), []
        with watch.on(
            {
                "embed": (TransformerEmbedder, "embed_question"),
                "dense": (DenseIndex, "search"),
                "passages": (indexes.passages, "search"),
                "headlines": (indexes.headlines, "search"),
                "cosines": (Store, "cosines"),
                "chunks": (Store, "chunks"),
                "articles": (Store, "articles_by_key"),
            }
        ):
            for question in questions:
                watch.lap()
                started = time.perf_counter()
                archive.search(question)
                spent.append(time.perf_counter() - started)
        after = _resident()
    p50, p95, p99 = np.percentile(spent, [50, 95, 99]) * 1000
    return {
        "p50 ms": p50,
        "p95 ms": p95,
        "p99 ms": p99,
        "parts, median ms": watch.medians(),
        "megabytes of its own": after[0],
        "megabytes of mapped files": after[1],
        "megabytes of its own before": before[0],
    }


def recall(folder: Path, questions: Sequence[str]) -> Measured:
    """Return the share of the ten nearest vectors that a search looks at, by filter."""
    with _opened(folder) as archive:
        some = questions[:100]
        vectors = np.stack([archive.embedder().embed_question(each) for each in some])
        store, indexes = _files_of(archive).store, _files_of(archive).indexes
        ids, scores = [], []
        for numbers, rows in store.feed.vectors():
            ids.append(numbers)
            scores.append(vectors @ rows.T)
        all_ids, all_scores = np.concatenate(ids), np.hstack(scores)
        return {
            name: {
                "share": _share(store, where),
                "recall@10": _recall(store, indexes.dense, vectors, all_ids, all_scores, where),
                "ms": _filtered_time(archive, some, where),
            }
            for name, where in _filters(store).items()
        }


def _files_of(archive: Archive) -> FolderStorage:
    storage = archive._storage  # noqa: SLF001
    if not isinstance(storage, FolderStorage):
        raise BenchError(f"{archive.folder} is not kept in a folder; measure one that is")
    return storage


def _share(store: Store, where: Filter) -> float:
    """Return the share of the chunks that pass a filter."""
    ranges = store.chunk_ranges(where)
    return float((ranges[:, 1] - ranges[:, 0] + 1).sum() / store.catalog.counts()[1])


def _filters(store: Store) -> dict[str, Filter]:
    """Return filters from narrow to wide, where articles have dates."""
    (_, last), months = store.catalog.dates(), store.catalog.months()
    filters = {"none": Filter()}
    if last:
        busiest = max(months, key=lambda pair: pair[1])[0]
        filters["last day"] = Filter(since=last)
        filters["one month"] = Filter(f"{busiest}-01", f"{busiest}-28")
        filters["since then"] = Filter(since=f"{busiest}-01")
    if publishers := store.catalog.publishers():
        filters["publisher"] = Filter(publishers=(publishers[0][0],))
    return filters


def _recall(
    store: Store,
    dense: DenseIndex,
    vectors: Vectors,
    ids: np.ndarray[Any, Any],
    scores: np.ndarray[Any, Any],
    where: Filter,
) -> float:
    allowed = np.sort(store.chunk_ranges(where), axis=0) if where else None
    passing = np.arange(len(ids))
    if allowed is not None:
        at = np.searchsorted(allowed[:, 0], ids, side="right") - 1
        passing = np.flatnonzero((at >= 0) & (ids <= allowed[at, 1])) if len(allowed) else at[:0]
    wanted = found = 0
    for vector, row in zip(vectors, scores, strict=True):
        least = max(len(passing) - 10, 0)
        nearest = passing[np.argpartition(row[passing], least)[least:]] if len(passing) else passing
        given = dense.search(vector, k=100, allowed=allowed)
        best = sorted(store.cosines(vector, list(given)).items(), key=lambda pair: -pair[1])[:10]
        found += len({id_ for id_, _ in best} & set(ids[nearest].tolist()))
        wanted += len(nearest)
    return found / max(wanted, 1)


def _filtered_time(archive: Archive, questions: Sequence[str], where: Filter) -> float:
    spent = []
    for question in questions[:40]:
        started = time.perf_counter()
        archive.search(question, since=where.since, until=where.until, publishers=where.publishers)
        spent.append(time.perf_counter() - started)
    return 1000 * float(np.median(spent))


def update(folder: Path, _questions: Sequence[str] = ()) -> Measured:
    """Add one article and delete it again, seen from here and from another archive object."""
    text = "The zephyrine lighthouse of Quorvath was lit again. Its keeper, Ulla Brandt, wept."
    question = "Who keeps the zephyrine lighthouse of Quorvath?"
    laps: dict[str, list[float]] = defaultdict(list)
    with _opened(folder) as archive:
        embedder = archive.embedder()
        with _opened(folder, embedder=embedder) as other:
            other.search(question)
            archive.search(question)
            for _ in range(5):
                started = time.perf_counter()
                archive.ingest(Article("Quorvath", text, id="scale", date="2024-05-05"))
                laps["add, returned"].append(time.perf_counter() - started)
                assert archive.search(question)[0].article.id == "scale"  # noqa: S101
                laps["add, and found"].append(time.perf_counter() - started)
                started = time.perf_counter()
                assert other.search(question)[0].article.id == "scale"  # noqa: S101
                laps["then found elsewhere"].append(time.perf_counter() - started)
                started = time.perf_counter()
                archive.delete("scale")
                assert archive.search(question)[0].article.id != "scale"  # noqa: S101
                laps["delete, and gone"].append(time.perf_counter() - started)
                started = time.perf_counter()
                assert other.search(question)[0].article.id != "scale"  # noqa: S101
                laps["then gone elsewhere"].append(time.perf_counter() - started)
    return {f"{label}, seconds": [round(each, 4) for each in laps[label]] for label in laps}


def _resident() -> tuple[float, float]:
    """Return this process's memory in MB: its own, and that of files mapped into it."""
    found = dict(re.findall(r"(Rss\w+):\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8")))
    return int(found["RssAnon"]) / 1000, int(found["RssFile"]) / 1000


def measure(
    stage: str, folder: Path, *, source: Path, size: int, questions: Sequence[str]
) -> Measured:
    """Run one stage on the archive in `folder`."""
    match stage:
        case "write":
            return write(folder, source, size)
        case "index":
            return index(folder)
        case "open":
            return open_(folder)
        case "search":
            return search(folder, questions)
        case "recall":
            return recall(folder, questions)
        case _:
            return update(folder)
