"""What is read and prepared elsewhere makes the archive that one process makes."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from rag import Archive, Article
from rag.errors import ArchiveError, ClusterError, SourceError
from rag.ingest import cluster
from rag.ingest.run import Ingest
from rag.store.types import EmbedderIdentity
from rag.types import Skipped
from tests.fakes import FakeEmbedder

# A standing headline over two stories, one id over two, a copy, and one that is no English.
STORIES = (
    ("Morning briefing", "The storm closed the harbour. Ferries stay in port until Monday."),
    ("Morning briefing", "The minister resigned after the vote. The court opens its trial today."),
    ("Price of oil", "The price of oil rose by 4 percent in March. Ministers meet on Friday."),
    ("Streik im Hafen", "Die Fähre bleibt heute im Hafen. Der Streik dauert wohl bis zum Montag."),
)


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    (folder / "deeper").mkdir(parents=True)
    for at, (title, text) in enumerate(STORIES):
        (folder / f"{at}.md").write_text(
            f"---\ndate: 2024-03-0{at + 1}\n---\n# {title}\n\n{text}\n"
        )
    rows = "".join(
        f"Row {n},Football match {n} was won by 3 to {n} in the harbour.\n" for n in range(40)
    )
    (folder / "deeper" / "t.csv").write_text(f"title,text\n{rows}Blank,\nRow 1,Oil is dear.\n")
    (folder / "odd.xyz").write_text("?")
    return folder


def identity(embedder, tokens=160) -> EmbedderIdentity:
    return EmbedderIdentity(embedder.id, embedder.checksum, embedder.dimension, tokens)


def here(sources, job: cluster.Job, *, size=7):
    """Do in this process what a cluster does: read, then prepare batches of `size`."""
    given = [found for source in sources for found in cluster._places(source)]
    read = cluster._Reading(job.columns, job.private, job.limits)
    prepare = cluster._Preparing(job.load, job.identity, lambda: job.known)
    items = [
        item for place in given for rows in read(cluster._rows([place])) for item in rows["item"]
    ]
    for at in range(0, len(items), size):
        yield from prepare(cluster._rows(items[at : at + size]))["item"]


def contents(archive: Archive) -> list[object]:
    """Return all that an archive holds but for the moment of its making."""
    db = archive._storage.store._db
    articles = db.execute("SELECT * FROM articles ORDER BY key").fetchall()
    return [*articles, *db.execute("SELECT * FROM chunks ORDER BY id").fetchall()]


@pytest.fixture
def in_this_process(monkeypatch):
    monkeypatch.setattr(cluster, "prepared_on_cluster", here)


def ingested(folder, sources, *, engine, **options):
    with Archive.open(folder, embedder=FakeEmbedder()) as archive:
        report = archive.ingest(sources, engine=engine, **options)
        return contents(archive), dataclasses.replace(report, seconds=0)


def test_the_steps_of_a_cluster_make_the_same_archive(tmp_path, files, in_this_process):
    sources = [files, str(files / "none"), Article("One more", "A ferry strike began.")]
    alone = ingested(tmp_path / "alone", sources, engine="local")
    ahead = ingested(tmp_path / "ahead", sources, engine="ray")
    assert ahead == alone
    report = ahead[1]
    assert (report.added, report.left_out, report.read) == (45 + 1, 3, 49)
    assert len({article[1] for article in alone[0][:46]}) == 46


@pytest.mark.slow
def test_what_is_stored_is_not_embedded_again(tmp_path, files, in_this_process):
    embedder = FakeEmbedder()
    with Archive.open(tmp_path / "a", embedder=embedder) as archive:
        archive.ingest(files)
        before = contents(archive)
        archive._embedder.load = lambda: embedder
        done = embedder.passages_embedded
        again = archive.ingest(files, engine="ray")
        assert (again.added, again.updated, again.unchanged) == (0, 0, 45)
        assert embedder.passages_embedded == done
        (files / "0.md").write_text("# Morning briefing\n\nThe storm has passed. Ferries sail.\n")
        archive.ingest(files / "0.md", engine="ray")
        assert embedder.passages_embedded == done + 1
        assert contents(archive) != before


@pytest.mark.slow
def test_an_interrupted_ingest_goes_on(tmp_path, files, in_this_process, monkeypatch):
    class LostError(Exception):
        pass

    def breaks(sources, job):
        for count, item in enumerate(here(sources, job)):
            if count == 25:
                raise LostError
            yield item

    whole = ingested(tmp_path / "whole", [files], engine="ray")
    monkeypatch.setattr(cluster, "prepared_on_cluster", breaks)
    with pytest.raises(LostError):
        ingested(tmp_path / "cut", [files], engine="ray")
    monkeypatch.setattr(cluster, "prepared_on_cluster", here)
    contents_after, report = ingested(tmp_path / "cut", [files], engine="ray")
    assert report.unchanged == 16
    assert contents_after == whole[0]


def test_a_machine_with_another_model_is_refused():
    other = partial(FakeEmbedder, checksum="0" * 64)
    with pytest.raises(ArchiveError, match="give all machines the same files"):
        cluster._Preparing(other, identity(FakeEmbedder()), lambda: np.empty(0, np.uint64))


def test_a_wrong_mapping_is_told_before_the_cluster_is_joined(archive):
    with pytest.raises(SourceError, match="no article field 'body'"):
        archive.ingest("x.csv", columns={"body": "text"}, engine="ray")


def test_without_ray_it_says_what_to_install(archive, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"pip install 'dateline-rag\[ray\]'"):
        archive.ingest("x.csv", engine="ray")


def test_a_prepared_article_that_comes_twice_is_stored_as_it_came_last(archive):
    made = cluster._Preparing(
        FakeEmbedder, identity(FakeEmbedder()), lambda: np.empty(0, np.uint64)
    )
    first, second = (
        Article("T", "Storm and flood.", id="a"),
        Article("T", "Storm and flood, oil.", id="a"),
    )
    prepared = made(cluster._rows([first, second]))["item"]
    run = Ingest(
        archive._storage,
        embedder=archive.embedder,
        chunk_tokens=160,
        batch_articles=16,
        progress=None,
    )
    with archive._storage.exclusive():
        report = run.run([prepared[0], prepared[1], Skipped("x", "it is odd", count=2)])
    assert (report.added, report.updated, report.left_out) == (0 + 1, 1, 2)
    assert archive.article("a").text == "Storm and flood, oil."
    assert archive.search("oil")[0].parts.dense == pytest.approx(2**0.5 / 2)


@pytest.mark.models
def test_a_real_cluster_makes_the_same_archive(tmp_path, files):
    """In a process of its own, since Ray stays in the one that joined it."""
    pytest.importorskip("ray")
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
import ray
from pathlib import Path
from tests.ingest.test_cluster import ingested
# One of its own, whatever other cluster this machine has or had.
ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False,
         object_store_memory=100 << 20)
alone, ahead = (ingested(Path({str(tmp_path)!r}) / engine, [Path({str(files)!r})], engine=engine)
                for engine in ("local", "ray"))
assert alone == ahead, (alone[1], ahead[1])
print("SAME", len(ahead[0]))
"""
    # Workers are not to wait for whatever else a busy machine does.
    patient = {"RAY_worker_niceness": "0", "RAY_raylet_start_wait_time_s": "120"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **patient},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert "SAME" in done.stdout, done.stderr[-3000:]
