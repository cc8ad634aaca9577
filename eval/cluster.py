"""Ingest on Ray clusters of several nodes of this machine, and lose a node on the way.

Every node is a process of its own with one processor, as Ray counts. Run
``python -m eval.cluster --files FILE --articles 320 --nodes 1,2,4 --out FOLDER``. The archive of
each run is compared with the one that a single process makes. With ``--wait`` the embedder computes
nothing and waits that many seconds for each passage, as for an accelerator or an endpoint: so
more nodes can be seen to help where one processor has to stand for all of them.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from rag import Archive, Article
from rag.embedding.embedder import Embedder, Vectors
from rag.sources import read
from rag.store.folder.storage import FolderStorage
from rag.types import Progress

_DIMENSION = 384
# Articles of a file.
_PART = 20
# Bytes of a node's memory for blocks that are on their way.
_STORE = 120 << 20
# Seconds that a node may take to start on a busy machine.
_START = 240.0


class Waiting:
    """Waits for each passage, and makes a vector of its digest."""

    id, checksum, dimension, max_tokens = "waiting", "0" * 64, _DIMENSION, 254

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words of each text."""
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of `texts`, shape (len(texts), dimension), after a while."""
        time.sleep(self._seconds * len(texts))
        return np.array([self.embed_question(text) for text in texts], np.float32).reshape(
            len(texts), self.dimension
        )

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a text, shape (dimension,)."""
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        drawn = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
        unit: Vectors = drawn / np.linalg.norm(drawn)
        return unit


class Cluster:
    """Ray's head, without processors, and nodes of one processor, each a process group."""

    def __init__(self) -> None:
        port = _free_port()
        self.address = f"127.0.0.1:{port}"
        self._head = self._start(
            "--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false"
        )
        self.nodes: list[subprocess.Popen[bytes]] = []

    def grow(self, count: int) -> None:
        """Start nodes until there are `count`, and wait until the cluster knows them."""
        import ray

        deadline = time.monotonic() + _START
        while ray.cluster_resources().get("CPU", 0) < count and time.monotonic() < deadline:
            # One that is slow to start on a busy machine ends itself.
            self.nodes = [node for node in self.nodes if node.poll() is None]
            if len(self.nodes) < count:
                self.nodes.append(self._start(f"--address={self.address}", "--num-cpus=1"))
            time.sleep(0.5)

    def lose(self) -> None:
        """Kill the last node and everything that runs on it."""
        _kill(self.nodes.pop())

    def close(self) -> None:
        """Kill all that is left."""
        for process in (*self.nodes, self._head):
            _kill(process)

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        ray = Path(sys.executable).with_name("ray")
        # Nodes that look for ports themselves tell each other by files, for which a busy machine
        # is too slow.
        agents = ("dashboard-agent-grpc", "dashboard-agent-listen", "metrics-export")
        ports = [f"--{agent}-port={_free_port()}" for agent in agents]
        command = [
            str(ray),
            "start",
            "--block",
            f"--object-store-memory={_STORE}",
            *ports,
            *options,
        ]
        return subprocess.Popen(  # noqa: S603 - a fixed command
            command,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest: on how many nodes, whether one was lost, and how it went.

    `same` tells whether articles and chunks are those of one process, and `apart` is the
    largest difference between two numbers of their vectors. `embedding` are the seconds from
    the first articles stored to the last.
    """

    nodes: int
    lost: int
    articles: int
    chunks: int
    seconds: float
    embedding: float
    per_second: float
    same: bool
    apart: float


class Watch:
    """Notes when articles were stored, and calls `at_half` once half of them are."""

    def __init__(self, total: int, at_half: Callable[[], None] | None) -> None:
        self.times: list[tuple[float, int]] = []
        self._total, self._at_half = total, at_half

    def __call__(self, progress: Progress) -> None:
        """Take in how far the ingest has come."""
        self.times.append((time.perf_counter(), progress.done))
        if self._at_half and progress.done >= self._total / 2:
            at_half, self._at_half = self._at_half, None
            threading.Thread(target=at_half).start()

    @property
    def rate(self) -> tuple[float, float]:
        """Seconds from the first batch stored to the last, and articles a second in them."""
        (first, before), (last, after) = self.times[0], self.times[-1]
        seconds = max(last - first, 1e-9)
        return seconds, (after - before) / seconds


def write_parts(articles: Iterable[Article], folder: Path) -> Path:
    """Write articles as JSON Lines into a folder of several files, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, part in enumerate(iter(partial(_take, iter(articles)), [])):
        lines = (json.dumps(dataclasses.asdict(article)) + "\n" for article in part)
        (folder / f"part-{number:04}.jsonl").write_text("".join(lines))
    return folder


def _take(articles: Iterator[Article]) -> list[Article]:
    return list(itertools.islice(articles, _PART))


def ingest(
    folder: Path,
    files: Path,
    embedder: Embedder | None,
    *,
    total: int,
    nodes: int,
    alone: Path | None,
    lose: Callable[[], None] | None = None,
) -> Run:
    """Ingest files into `folder`, on a cluster unless `nodes` is zero; compare with `alone`.

    Without an `embedder` the archive's own model is taken.
    """
    shutil.rmtree(folder, ignore_errors=True)
    watch = Watch(total, lose)
    with Archive.open(folder, embedder=embedder) as archive:
        report = archive.ingest(files, progress=watch, engine="ray" if nodes else "local")
    same, apart = _compare(folder, alone) if alone else (True, 0.0)
    seconds, rate = watch.rate
    return Run(
        nodes=nodes,
        lost=int(lose is not None),
        articles=report.added,
        chunks=report.chunks,
        seconds=round(report.seconds, 2),
        embedding=round(seconds, 2),
        per_second=round(rate, 2),
        same=same,
        apart=apart,
    )


def _compare(one: Path, other: Path) -> tuple[bool, float]:
    """Tell whether two archives hold the same in the same order, and how far vectors differ."""
    apart = 0.0
    with (
        closing(FolderStorage.open(one, create=False)) as left,
        closing(FolderStorage.open(other, create=False)) as right,
    ):
        pairs = itertools.zip_longest(left.everything(), right.everything())
        for mine, theirs in pairs:
            if not mine or not theirs or mine.article != theirs.article:
                return False, apart
            if list(mine.chunks) != list(theirs.chunks):
                return False, apart
            apart = max(apart, float(np.abs(mine.vectors - theirs.vectors).max(initial=0)))
    return True, apart


def main() -> None:
    """Measure, and print a line of JSON for each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=320)
    parser.add_argument("--nodes", default="1,2,4")
    parser.add_argument("--wait", type=float, help="seconds for each passage, without a model")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    files = write_parts(itertools.islice(read([asked.files]), asked.articles), asked.out / "files")
    # Each machine loads the default model by its name: a loaded one is not sent to others.
    embedder = Waiting(asked.wait) if asked.wait else None
    sizes = [int(size) for size in asked.nodes.split(",")]
    alone = asked.out / "alone"
    measure = partial(ingest, files=files, embedder=embedder, total=asked.articles)
    _say(measure(alone, nodes=0, alone=None))
    # What the nodes let each other and the driver in with.
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_urlsafe(32))
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    cluster = Cluster()
    os.environ["RAY_ADDRESS"] = cluster.address
    try:
        _join()
        for size in sizes:
            cluster.grow(size)
            _say(measure(asked.out / f"nodes-{size}", nodes=size, alone=alone))
        _say(measure(asked.out / "lost", nodes=sizes[-1], alone=alone, lose=cluster.lose))
    finally:
        cluster.close()


def _join() -> None:
    """Wait until the head can be joined."""
    import ray

    deadline = time.monotonic() + _START
    while True:
        try:
            ray.init(logging_level="error", log_to_driver=False)
            return
        except (ConnectionError, RuntimeError):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def _say(run: Run) -> None:
    sys.stdout.write(json.dumps(dataclasses.asdict(run)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
