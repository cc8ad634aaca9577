"""Articles read, compared with what is stored, chunked, embedded and written.

While one batch of articles is embedded, the next one is read and chunked, and the one
before is written.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rag.embedding.embedder import Embedder, Vectors
from rag.ingest.chunks import chunk_article
from rag.ingest.tally import Tally
from rag.sources.apart import Apart
from rag.store.base import Records, Storage
from rag.store.identity import (
    SAME_STORY_SIMILARITY,
    article_id,
    content_hash,
    distinct_id,
    is_other_issue,
    signature,
    similarity,
)
from rag.store.store import EmbedderIdentity, Known, Prepared
from rag.text.language import language_of
from rag.text.sentences import is_english
from rag.types import Article, Chunk, IngestReport, Progress, ReadLimits

Source = str | Path | Article


@dataclass(frozen=True, slots=True)
class _Batch:
    """Articles by id with their chunks, and the vectors of all chunks, once they are made."""

    articles: Mapping[str, Article]
    chunks: Mapping[str, Sequence[Chunk]]
    vectors: Future[Vectors]

    def prepared(self) -> list[Prepared]:
        """Wait for the vectors; return the articles ready to be written."""
        vectors, ready = self.vectors.result(), []
        for id_, article in self.articles.items():
            chunks = self.chunks[id_]
            own, vectors = vectors[: len(chunks)], vectors[len(chunks) :]
            sketch = signature(article.text)
            ready.append(Prepared(article, content_hash(article), sketch, chunks, own))
        return ready


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
        limits: ReadLimits | None = None,
    ) -> None:
        self._storage = storage
        self._embedder = embedder
        self._chunk_tokens = chunk_tokens
        self._batch_articles = batch_articles
        self._progress = progress
        # Read but not yet chunked; and embedded at this moment.
        self._queue: dict[str, Article] = {}
        self._embedding: _Batch | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        self._sources = Apart(limits)
        self._tally = Tally()
        self._total: int | None = None
        self._private = False

    def run(
        self,
        given: Iterable[Source],
        *,
        columns: Mapping[str, str] | None = None,
        private: bool = False,
    ) -> IngestReport:
        """Ingest everything; what was committed is indexed even when interrupted."""
        self._private = private
        started = time.perf_counter()
        if isinstance(given, Sequence) and all(isinstance(item, Article) for item in given):
            self._total = len(given)
        with self._storage.reading() as records:
            before = records.generation
        try:
            self._take_all(given, columns)
        finally:
            self._sources.close()
            self._worker.shutdown()
            self._save(since=before)
        return self._tally.report(seconds=time.perf_counter() - started)

    def _save(self, *, since: int) -> None:
        with self._storage.reading() as records:
            changed = records.generation != since
        if changed:
            self._storage.save()

    def _take_all(self, given: Iterable[Source], columns: Mapping[str, str] | None) -> None:
        try:
            for item in given:
                for article in self._read(item, columns):
                    self._take(article)
            self._flush()
        finally:
            # The batch that is being embedded is kept, whatever ended the reading.
            self._write_embedded(None)

    def _read(self, item: Source, columns: Mapping[str, str] | None) -> Iterable[Article]:
        if isinstance(item, Article):
            return [item]
        tally = self._tally
        return self._sources.read(
            item,
            columns=columns,
            on_skip=tally.skip,
            on_note=tally.notes.append,
            private=self._private,
        )

    def _take(self, article: Article) -> None:
        """Queue an article that is new or has changed."""
        if not self._tally.meet(article):
            return
        article, known = self._identify(_with_language(article))
        id_ = article.id or ""
        waiting = self._waiting(id_)
        stored = known.content_hash if known else None
        latest = content_hash(waiting) if waiting else stored
        self._tally.titles[id_] = article.title
        if latest == content_hash(article):
            self._tally.unchanged += 1
            self._report(article)
            return
        if id_ in self._queue:
            self._tally.replace(article)
        self._queue[id_] = article
        if len(self._queue) >= self._batch_articles:
            self._flush()

    def _waiting(self, id_: str) -> Article | None:
        """Return the latest article of that id that is not written yet."""
        flying = self._embedding.articles if self._embedding else {}
        return self._queue.get(id_) or flying.get(id_)

    def _identify(self, article: Article) -> tuple[Article, Known | None]:
        """Return the article with its id, and what is stored under that id."""
        id_ = article_id(article)
        with self._storage.reading() as records:
            known = records.known(id_)
            named = bool(article.id or article.url)
            # An id may bring another title and text in a later ingest, but not twice in one.
            earlier = self._tally.titles.get(id_, article.title)
            if (not named or earlier != article.title) and self._is_other_story(
                article, id_, records if known else None
            ):
                id_ = distinct_id(article)
                known = records.known(id_)
                if named:
                    self._tally.tell_apart(article)
        return dataclasses.replace(article, id=id_), known

    def _is_other_story(self, article: Article, id_: str, records: Records | None) -> bool:
        """Tell whether a standing headline ("Morning briefing") is over a new story or issue."""
        earlier = self._waiting(id_) or (records.article(id_) if records else None)
        if earlier is None or content_hash(earlier) == content_hash(article):
            return False
        alike = similarity(signature(earlier.text), signature(article.text))
        return alike < SAME_STORY_SIMILARITY or is_other_issue(earlier, article)

    def _flush(self) -> None:
        """Chunk the queued articles and have them embedded; write those embedded before."""
        if not self._queue:
            return
        articles, self._queue = self._queue, {}
        embedder = self._embedder()
        tokens = self._agreed_tokens(embedder)
        chunks = {
            id_: chunk_article(
                article, article_id=id_, count_tokens=embedder.count_tokens, max_tokens=tokens
            )
            for id_, article in articles.items()
        }
        texts = [_with_title(articles[id_], chunk) for id_, own in chunks.items() for chunk in own]
        vectors = self._worker.submit(embedder.embed_passages, texts)
        self._write_embedded(_Batch(articles, chunks, vectors))

    def _write_embedded(self, following: _Batch | None) -> None:
        """Write the batch being embedded, and index it; `following` is embedded meanwhile."""
        done, self._embedding = self._embedding, following
        if done is None:
            return
        change = self._storage.write(done.prepared())
        self._tally.updated += change.removed
        self._tally.added += change.written - change.removed
        self._tally.linked += change.linked
        self._tally.chunks += sum(len(chunks) for chunks in done.chunks.values())
        self._report(list(done.articles.values())[-1])

    def _agreed_tokens(self, embedder: Embedder) -> int:
        """Return the archive's chunk size, recording it at the first ingest."""
        with self._storage.reading() as records:
            known = records.embedder
        if known is None:
            tokens = min(self._chunk_tokens, embedder.max_tokens)
            known = EmbedderIdentity(embedder.id, embedder.checksum, embedder.dimension, tokens)
            self._storage.set_embedder(known)
        return known.chunk_tokens

    def _report(self, article: Article) -> None:
        if self._progress:
            tally = self._tally
            self._progress(Progress(tally.done, self._total, tally.chunks, article.title))


def _with_language(article: Article) -> Article:
    """Return an article with the language it is written in, unless another is declared.

    Site templates declare English over any text. English is left as it was, declared or not.
    """
    if not is_english(article.language):
        return article
    found = language_of(article.text)
    return article if is_english(found) else dataclasses.replace(article, language=found)


def _with_title(article: Article, chunk: Chunk) -> str:
    return f"{article.title}\n{chunk.text}" if article.title else chunk.text
