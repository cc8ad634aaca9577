"""Articles read, compared with what is stored, chunked, embedded and written."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from rag import sources
from rag.articles import (
    SAME_STORY_SIMILARITY,
    article_id,
    content_hash,
    distinct_id,
    signature,
    similarity,
)
from rag.chunks import chunk_article
from rag.embedding import Embedder
from rag.storage import Storage
from rag.store import EmbedderIdentity, Known, Prepared
from rag.types import Article, Chunk, IngestReport, Progress, Skipped

Source = str | Path | Article


class Ingest:
    """One run over some sources, with its counts.

    `embedder` is called when the first article needs it, so that a run that changes
    nothing loads no model. `batch_articles` are written in one transaction.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        embedder: Callable[[], Embedder],
        chunk_tokens: int,
        batch_articles: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._storage = storage
        self._embedder = embedder
        self._chunk_tokens = chunk_tokens
        self._batch_articles = batch_articles
        self._progress = progress
        self._queue: dict[str, tuple[Article, Known | None]] = {}
        self._skipped: list[Skipped] = []
        self._total: int | None = None
        self._added = self._updated = self._unchanged = self._linked = self._chunks = 0

    def run(
        self, given: Iterable[Source], *, columns: Mapping[str, str] | None = None
    ) -> IngestReport:
        """Ingest everything; what was committed is indexed even when interrupted."""
        started = time.perf_counter()
        if isinstance(given, Sequence) and all(isinstance(item, Article) for item in given):
            self._total = len(given)
        before = self._storage.store.generation
        try:
            for item in given:
                for article in self._read(item, columns):
                    self._take(article)
            self._flush()
        finally:
            if self._storage.store.generation != before:
                self._storage.save()
        return IngestReport(
            added=self._added,
            updated=self._updated,
            unchanged=self._unchanged,
            linked=self._linked,
            chunks=self._chunks,
            seconds=time.perf_counter() - started,
            skipped=tuple(self._skipped),
        )

    def _read(self, item: Source, columns: Mapping[str, str] | None) -> Iterable[Article]:
        if isinstance(item, Article):
            return [item]
        return sources.read([item], columns=columns, on_skip=self._skipped.append)

    def _take(self, article: Article) -> None:
        """Queue an article that is new or has changed."""
        if not article.text.strip():
            name = article.source or article.id or article.title or "an article"
            self._skipped.append(Skipped(name, "it has no text"))
            return
        article, known = self._identify(article)
        id_ = article.id or ""
        stored = known.content_hash if known else None
        latest = content_hash(self._queue[id_][0]) if id_ in self._queue else stored
        if latest == content_hash(article):
            self._unchanged += 1
            self._report(article)
            return
        self._queue[id_] = (article, known)
        if len(self._queue) >= self._batch_articles:
            self._flush()

    def _identify(self, article: Article) -> tuple[Article, Known | None]:
        """Return the article with its id, and what is stored under that id."""
        id_ = article_id(article)
        with self._storage.lock:
            known = self._storage.store.known(id_)
            if not (article.id or article.url) and self._is_other_story(article, id_, known):
                id_ = distinct_id(article)
                known = self._storage.store.known(id_)
        return dataclasses.replace(article, id=id_), known

    def _is_other_story(self, article: Article, id_: str, known: Known | None) -> bool:
        """Tell whether a standing headline ("Morning briefing") is over a new story."""
        if id_ in self._queue:
            earlier = signature(self._queue[id_][0].text)
        elif known:
            earlier = known.signature
        else:
            return False
        return similarity(earlier, signature(article.text)) < SAME_STORY_SIMILARITY

    def _flush(self) -> None:
        """Embed the queued articles, write them in one transaction, and index them."""
        if not self._queue:
            return
        queued = list(self._queue.values())
        self._queue.clear()
        prepared = self._prepare([article for article, _ in queued])
        change = self._storage.write(prepared)
        self._updated += sum(known is not None for _, known in queued)
        self._added += sum(known is None for _, known in queued)
        self._linked += change.linked
        self._chunks += sum(len(item.chunks) for item in prepared)
        self._report(queued[-1][0])

    def _prepare(self, articles: list[Article]) -> list[Prepared]:
        embedder = self._embedder()
        tokens = self._agreed_tokens(embedder)
        chunked = [
            chunk_article(
                article,
                article_id=article.id or "",
                count_tokens=embedder.count_tokens,
                max_tokens=tokens,
            )
            for article in articles
        ]
        pairs = list(zip(articles, chunked, strict=True))
        vectors = embedder.embed_passages(
            [_with_title(article, chunk) for article, chunks in pairs for chunk in chunks]
        )
        prepared = []
        for article, chunks in pairs:
            own, vectors = vectors[: len(chunks)], vectors[len(chunks) :]
            prepared.append(
                Prepared(article, content_hash(article), signature(article.text), chunks, own)
            )
        return prepared

    def _agreed_tokens(self, embedder: Embedder) -> int:
        """Return the archive's chunk size, recording it at the first ingest."""
        known = self._storage.store.embedder
        if known is None:
            tokens = min(self._chunk_tokens, embedder.max_tokens)
            known = EmbedderIdentity(embedder.id, embedder.checksum, embedder.dimension, tokens)
            self._storage.set_embedder(known)
        return known.chunk_tokens

    def _report(self, article: Article) -> None:
        if self._progress:
            done = self._added + self._updated + self._unchanged
            self._progress(Progress(done, self._total, self._chunks, article.title))


def _with_title(article: Article, chunk: Chunk) -> str:
    return f"{article.title}\n{chunk.text}" if article.title else chunk.text
