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
from rag.ingest.prepare import assemble, cut, passages, under_id, with_language
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
from rag.store.types import EmbedderIdentity, Known, Prepared
from rag.types import Article, Chunk, IngestReport, Note, Progress, ReadLimits, Skipped

Source = str | Path | Article
# What a run takes: sources, and what was read and prepared elsewhere.
Given = Source | Prepared | Skipped | Note


@dataclass(frozen=True, slots=True)
class _Batch:
    """Articles by id: those that came prepared, and chunks of the others with their vectors.

    The vectors are of all chunks, once they are made.
    """

    articles: Mapping[str, Article]
    came: Mapping[str, Prepared]
    chunks: Mapping[str, Sequence[Chunk]]
    vectors: Future[Vectors]

    def prepared(self) -> list[Prepared]:
        """Wait for the vectors; return the articles ready to be written, in their order."""
        plain = {id_: self.articles[id_] for id_ in self.chunks}
        made = assemble(plain, self.chunks, self.vectors.result())
        return [
            made[id_] if id_ in made else under_id(self.came[id_], article)
            for id_, article in self.articles.items()
        ]


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
        # Read but not yet chunked, or already prepared; and embedded at this moment.
        self._queue: dict[str, Article] = {}
        self._came: dict[str, Prepared] = {}
        self._embedding: _Batch | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        self._sources = Apart(limits)
        self._tally = Tally()
        self._total: int | None = None
        self._private = False

    def run(
        self,
        given: Iterable[Given],
        *,
        columns: Mapping[str, str] | None = None,
        private: bool = False,
    ) -> IngestReport:
        """Ingest everything; what was committed is indexed even when interrupted.

        What was read elsewhere comes as articles, prepared or not, and as `Skipped` and `Note`.
        """
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

    def _take_all(self, given: Iterable[Given], columns: Mapping[str, str] | None) -> None:
        try:
            for item in given:
                self._take_item(item, columns)
            self._flush()
        finally:
            # The batch that is being embedded is kept, whatever ended the reading.
            self._write_embedded(None)

    def _take_item(self, item: Given, columns: Mapping[str, str] | None) -> None:
        match item:
            case Skipped():
                self._tally.skip(item)
            case Note():
                self._tally.notes.append(item)
            case Prepared():
                self._take(item.article, came=item)
            case Article():
                self._take(with_language(item))
            case _:
                for article in self._read(item, columns):
                    self._take(with_language(article))

    def _read(self, item: str | Path, columns: Mapping[str, str] | None) -> Iterable[Article]:
        tally = self._tally
        return self._sources.read(
            item,
            columns=columns,
            on_skip=tally.skip,
            on_note=tally.notes.append,
            private=self._private,
        )

    def _take(self, article: Article, *, came: Prepared | None = None) -> None:
        """Queue an article that is new or has changed; `came` is it, if it came prepared."""
        if not self._tally.meet(article):
            return
        article, known = self._identify(article)
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
        self._came.pop(id_, None)
        if came:
            self._came[id_] = came
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
        came, self._came = self._came, {}
        plain = {id_: article for id_, article in articles.items() if id_ not in came}
        embedder = self._embedder()
        tokens = agree(self._storage, embedder, chunk_tokens=self._chunk_tokens).chunk_tokens
        chunks = cut(plain, count_tokens=embedder.count_tokens, tokens=tokens)
        vectors = self._worker.submit(embedder.embed_passages, passages(plain, chunks))
        self._write_embedded(_Batch(articles, came, chunks, vectors))

    def _write_embedded(self, following: _Batch | None) -> None:
        """Write the batch being embedded, and index it; `following` is embedded meanwhile."""
        done, self._embedding = self._embedding, following
        if done is None:
            return
        prepared = done.prepared()
        change = self._storage.write(prepared)
        self._tally.updated += change.removed
        self._tally.added += change.written - change.removed
        self._tally.linked += change.linked
        self._tally.chunks += sum(len(item.chunks) for item in prepared)
        self._report(list(done.articles.values())[-1])

    def _report(self, article: Article) -> None:
        if self._progress:
            tally = self._tally
            self._progress(Progress(tally.done, self._total, tally.chunks, article.title))


def agree(storage: Storage, embedder: Embedder, *, chunk_tokens: int) -> EmbedderIdentity:
    """Return what an archive's vectors are made with, recording it at the first ingest."""
    with storage.reading() as records:
        known = records.embedder
    if known is None:
        tokens = min(chunk_tokens, embedder.max_tokens)
        known = EmbedderIdentity(embedder.id, embedder.checksum, embedder.dimension, tokens)
        storage.set_embedder(known)
    return known
