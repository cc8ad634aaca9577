"""Articles read, cut and embedded on a Ray cluster, ahead of the run that stores them.

Every step is a task that Ray does again elsewhere when its machine is lost. The order of the
sources is kept, and the run that stores decides about each article as if it had read it
itself, so the archive is the one that a single machine makes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.embedding.embedder import Embedder
from rag.errors import ArchiveError, ClusterError
from rag.ingest.prepare import prepare, with_language
from rag.sources import places
from rag.sources.apart import Apart
from rag.sources.tables.columns import check_columns
from rag.store.identity import article_id, content_hash, distinct_id, fingerprint
from rag.store.types import EmbedderIdentity, Prepared
from rag.types import Article, Note, ReadLimits, Skipped

if TYPE_CHECKING:
    import ray.data

Item = Article | Prepared | Skipped | Note
# A batch as Ray passes it: named columns of Python objects.
Rows = dict[str, npt.NDArray[np.object_]]

# Articles read before they are handed on, and embedded at once.
_READ, _EMBEDDED = 16, 32
# Bytes of a block: small, so that all machines have work and little is done again.
_BLOCK = 2**19
# Tasks of reading; beyond them, one reads several files.
_TASKS = 4_096


@dataclass(frozen=True, slots=True)
class Job:
    """What the machines of a cluster need to know.

    `load` returns the embedder, which must be the one of `identity`. `known` are the
    fingerprints of the articles that are stored, in order: they are not embedded again.
    """

    load: Callable[[], Embedder]
    identity: EmbedderIdentity
    known: npt.NDArray[np.uint64]
    columns: Mapping[str, str] | None = None
    private: bool = False
    limits: ReadLimits | None = None


def prepared_on_cluster(sources: Iterable[str | Path | Article], job: Job) -> Iterator[Item]:
    """Yield what is at some sources in their order, new articles prepared to be stored.

    The cluster is the one at ``$RAY_ADDRESS``; without it one is started on this machine. Its
    machines must have Dateline installed and see the files by the same paths. Raises
    `ClusterError` when there is no Ray, or when the work fails however often it is done again.
    """
    check_columns(job.columns)
    ray = _joined()
    given = [found for source in sources for found in _places(source)]
    if not given:
        return
    work = _pipeline(ray, given, job)
    try:
        for row in work.iter_rows():
            yield row["item"]
    except ray.exceptions.RayError as error:
        raise ClusterError(f"the cluster failed: {error}; run it again to go on") from error


def _places(source: str | Path | Article) -> Iterable[str | Skipped | Article]:
    return [source] if isinstance(source, Article) else places([source])


def _joined() -> Any:
    """Return Ray, connected to its cluster."""
    # It reports to its makers unless told otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ClusterError(
            "Ray is not installed; run `pip install 'dateline-rag[ray]'` on every machine"
        ) from error
    if not ray.is_initialized():
        try:
            ray.init(logging_level="warning", log_to_driver=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ClusterError(
                f"cannot join the cluster at {os.environ.get('RAY_ADDRESS')}: {error}"
            ) from error
    return ray


def _pipeline(ray: Any, given: list[str | Skipped | Article], job: Job) -> ray.data.Dataset:
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.target_max_block_size = _BLOCK
    context.enable_progress_bars = False
    # Records of Python; Arrow would try to make columns of them, and say that it cannot.
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    # Put once into the cluster's memory, where the processes of a machine share it.
    known = partial(ray.get, ray.put(job.known))
    processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
    rows = [{"item": item} for item in given]
    return (
        ray.data.from_items(rows, override_num_blocks=min(len(rows), _TASKS))
        # Reading takes a hundredth of the time of embedding, and waits for disks and networks.
        .map_batches(
            _Reading,
            fn_constructor_args=(job.columns, job.private, job.limits),
            batch_size=1,
            num_cpus=0,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=processors),
        )
        .map_batches(
            _Preparing,
            fn_constructor_args=(job.load, job.identity, known),
            batch_size=_EMBEDDED,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=processors),
        )
    )


class _Reading:
    """Reads files: places come in, articles go out."""

    def __init__(
        self, columns: Mapping[str, str] | None, private: bool, limits: ReadLimits | None
    ) -> None:
        self._columns, self._private = columns, private
        self._sources = Apart(limits)

    def __call__(self, batch: Rows) -> Iterator[Rows]:
        held: list[Item] = []
        for item in self._read(batch["item"]):
            held.append(item)
            if len(held) == _READ:
                yield _rows(held)
                held = []
        yield _rows(held)

    def _read(self, places: Iterable[str | Skipped | Article]) -> Iterator[Item]:
        for place in places:
            if isinstance(place, str):
                yield from self._articles(place)
            else:
                yield place

    def _articles(self, place: str) -> Iterator[Item]:
        told: list[Skipped | Note] = []
        for article in self._sources.read(
            place,
            columns=self._columns,
            on_skip=told.append,
            on_note=told.append,
            private=self._private,
        ):
            yield from told
            told.clear()
            yield with_language(article)
        yield from told


class _Preparing:
    """Cuts and embeds the articles that are not stored yet; holds the model."""

    def __init__(
        self,
        load: Callable[[], Embedder],
        identity: EmbedderIdentity,
        known: Callable[[], npt.NDArray[np.uint64]],
    ) -> None:
        self._embedder = load()
        self._tokens = identity.chunk_tokens
        self._known = known()
        if self._embedder.checksum != identity.checksum:
            raise ArchiveError(
                f"this machine's {self._embedder.id} ({self._embedder.checksum[:12]}) is not the "
                f"one of the archive ({identity.checksum[:12]}); give all machines the same files"
            )

    def __call__(self, batch: Rows) -> Rows:
        items: list[Item] = list(batch["item"])
        fresh = {str(at): item for at, item in enumerate(items) if self._is_new(item)}
        made = prepare(fresh, embedder=self._embedder, tokens=self._tokens)  # type: ignore[arg-type]
        return _rows([made.get(str(at), item) for at, item in enumerate(items)])

    def _is_new(self, item: Item) -> bool:
        if not isinstance(item, Article) or not item.text.strip():
            return False
        digest = content_hash(item)
        return not any(
            self._holds(fingerprint(id_, digest)) for id_ in (article_id(item), distinct_id(item))
        )

    def _holds(self, number: int) -> bool:
        at = int(np.searchsorted(self._known, np.uint64(number)))
        return at < len(self._known) and int(self._known[at]) == number


def _rows(items: list[Item]) -> Rows:
    column = np.empty(len(items), dtype=object)
    column[:] = items
    return {"item": column}
