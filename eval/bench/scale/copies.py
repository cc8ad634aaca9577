"""Archives of any size, made of the articles of one that exists.

The articles are repeated, with a share of their words replaced and with noise added to their
vectors, so that nothing is embedded.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import logging
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding.embedder import Vectors
from rag.store.folder.changes import Indexable
from rag.store.folder.store import Store
from rag.store.identity import Signature, content_hash, signature
from rag.store.types import Prepared
from rag.types import Chunk

log = logging.getLogger(__name__)

# Words of a copy that are replaced by others of the archive, so that terms are as rare as
# they were. Of its five-word runs .44 stay, which makes a likeness of .29 with the original.
_REPLACED, _ALIKE = 0.15, 0.29
# One in this many copies is a near-duplicate, with few words replaced.
_EVERY, _SYNDICATED, _NEARLY_ALIKE = 50, 0.005, 0.95
# Cosine of a copy's vector with the one it was made of.
_LIKENESS = 0.85
_BATCH = 500


class Copies:
    """The articles of an archive, repeated with variation without end."""

    def __init__(self, store: Store) -> None:
        self._items = list(store.feed.indexable())
        self._sketches = [signature(item.article.text) for item in self._items]
        self._vectors = np.concatenate([vectors for _, vectors in store.feed.vectors()])
        texts = itertools.islice((item.article.text for item in self._items), 500)
        self._words = [word for text in texts for word in text.split()]

    def after(self, done: int) -> Iterator[Prepared]:
        """Yield the articles that follow the first `done`; the same ones at every call."""
        firsts = np.cumsum([0, *(len(item.chunk_ids) for item in self._items)])
        for number in itertools.count(done):
            copy, at = divmod(number, len(self._items))
            own = self._vectors[firsts[at] : firsts[at + 1]]
            yield self._made(self._items[at], own, copy=copy, number=number)

    def _made(self, item: Indexable, vectors: Vectors, *, copy: int, number: int) -> Prepared:
        rng = np.random.default_rng(number)
        share, likeness = (0.0, 1.0) if not copy else (_REPLACED, _ALIKE)
        if copy and number % _EVERY == 0:
            share, likeness = _SYNDICATED, _NEARLY_ALIKE
        texts = [self._varied(text, share, rng) for text in item.texts]
        spans = np.cumsum([0, *(len(text) + 1 for text in texts)]).tolist()
        id_ = f"{item.article.id}-{copy}"
        article = dataclasses.replace(
            item.article,
            id=id_,
            title=self._varied(item.article.title, share, rng),
            text=" ".join(texts),
            date=_moved(item.article.date, int(rng.integers(-300, 300)) if copy else 0),
        )
        chunks = [
            Chunk(id_, n, start, start + len(text), text)
            for n, (start, text) in enumerate(zip(spans, texts, strict=False))
        ]
        noisy = _noisy(vectors, rng) if copy else vectors
        return Prepared(
            article,
            content_hash(article),
            _alike(self._sketches[number % len(self._items)], likeness, rng),
            chunks,
            noisy,
        )

    def _varied(self, text: str, share: float, rng: np.random.Generator) -> str:
        words = text.split(" ")
        drawn = rng.integers(len(self._words), size=len(words))
        chosen = rng.random(len(words)) < share
        return " ".join(
            self._words[other] if replaced else word
            for word, other, replaced in zip(words, drawn, chosen, strict=True)
        )


def _alike(sketch: Signature, likeness: float, rng: np.random.Generator) -> Signature:
    """Return the signature of a text of that likeness, which is quicker than hashing one."""
    others = rng.integers(2**32, size=len(sketch), dtype=np.uint64)
    return np.where(rng.random(len(sketch)) < likeness, sketch, others)


def _moved(date: str | None, days: int) -> str | None:
    return str(dt.date.fromisoformat(date) + dt.timedelta(days)) if date else None


def _noisy(vectors: Vectors, rng: np.random.Generator) -> Vectors:
    noise = rng.normal(size=vectors.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    mixed = vectors + noise * np.float32((_LIKENESS**-2 - 1) ** 0.5)
    unit: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return unit


def write(folder: Path, source: Path, size: int) -> dict[str, Any]:
    """Fill the database in `folder` with `size` chunks, going on where it was left."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "archive.sqlite"
    spent = 0.0
    with (
        closing(Store.open(source / "archive.sqlite")) as given,
        closing(Store.open(path) if path.exists() else Store.create(path)) as store,
    ):
        if given.embedder and not store.embedder:
            store.set_embedder(given.embedder)
        articles, chunks, _ = store.catalog.counts()
        copies = Copies(given).after(articles)
        while chunks < size:
            batch = list(itertools.islice(copies, min(_BATCH, 1 + (size - chunks) // 20)))
            started = time.perf_counter()
            store.write(batch)
            spent += time.perf_counter() - started
            chunks += sum(len(item.chunks) for item in batch)
            log.info("%d of %d chunks", chunks, size)
        articles, chunks, linked = store.catalog.counts()
    return {"articles": articles, "chunks": chunks, "linked": linked, "seconds": spent}
