"""Articles prepared for storing: their language detected, cut into chunks, embedded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from rag.embedding.embedder import Embedder, Vectors
from rag.ingest.chunks import CountTokens, chunk_article
from rag.store.identity import content_hash, signature
from rag.store.types import Prepared
from rag.text.language import language_of
from rag.text.sentences import is_english
from rag.types import Article, Chunk

Chunks = Mapping[str, Sequence[Chunk]]


def prepare(
    articles: Mapping[str, Article], *, embedder: Embedder, tokens: int
) -> dict[str, Prepared]:
    """Return articles by id, ready to be stored; `tokens` is the size of a chunk."""
    chunks = cut(articles, count_tokens=embedder.count_tokens, tokens=tokens)
    return assemble(articles, chunks, embedder.embed_passages(passages(articles, chunks)))


def with_language(article: Article) -> Article:
    """Return an article with the language it is written in, unless another is declared.

    Site templates declare English over any text. English is left as it was, declared or not.
    """
    if not is_english(article.language):
        return article
    found = language_of(article.text)
    return article if is_english(found) else dataclasses.replace(article, language=found)


def cut(
    articles: Mapping[str, Article], *, count_tokens: CountTokens, tokens: int
) -> dict[str, list[Chunk]]:
    """Return the chunks of articles by id, at most `tokens` long."""
    return {
        id_: chunk_article(article, article_id=id_, count_tokens=count_tokens, max_tokens=tokens)
        for id_, article in articles.items()
    }


def passages(articles: Mapping[str, Article], chunks: Chunks) -> list[str]:
    """Return what the embedder reads: each chunk below the title of its article."""
    return [_with_title(articles[id_], chunk) for id_, own in chunks.items() for chunk in own]


def assemble(
    articles: Mapping[str, Article], chunks: Chunks, vectors: Vectors
) -> dict[str, Prepared]:
    """Return articles with their chunks, and of `vectors` those of their passages."""
    ready: dict[str, Prepared] = {}
    for id_, article in articles.items():
        own, vectors = vectors[: len(chunks[id_])], vectors[len(chunks[id_]) :]
        sketch = signature(article.text)
        ready[id_] = Prepared(article, content_hash(article), sketch, chunks[id_], own)
    return ready


def under_id(prepared: Prepared, article: Article) -> Prepared:
    """Return what was prepared for `article`, whose id was settled afterwards."""
    chunks = [dataclasses.replace(chunk, article_id=article.id or "") for chunk in prepared.chunks]
    return dataclasses.replace(prepared, article=article, chunks=chunks)


def _with_title(article: Article, chunk: Chunk) -> str:
    return f"{article.title}\n{chunk.text}" if article.title else chunk.text
