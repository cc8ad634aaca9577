"""The passages of a folder's archive that its three indexes find, each with its article."""

from __future__ import annotations

from dataclasses import replace

from rag.embedding.embedder import Vectors
from rag.store.folder.indexes import Indexes
from rag.store.folder.store import Store
from rag.store.types import Candidate
from rag.types import Filter


def gather(
    question: str, vector: Vectors, *, store: Store, indexes: Indexes, k: int, where: Filter
) -> list[Candidate]:
    """Return what the `k` best of each index come to, in order of ingest."""
    allowed = store.chunk_ranges(where) if where else None
    dense = indexes.dense.search(vector, k=k, allowed=allowed)
    # A passage need not say the names that its article mentions.
    within = allowed if where.names else None
    lexical = indexes.passages.search(question, k=k, where=replace(where, names=()), within=within)
    headline = indexes.headlines.search(question, k=k, where=where)
    found = sorted(dense | lexical)
    # Exact, also for those that an index of rounded vectors found, or only the words.
    cosines = store.cosines(vector, found)
    chunks = store.chunks(found)
    articles = store.articles_by_key([*{chunk.article for chunk in chunks.values()}])
    return [
        Candidate(
            chunk,
            articles[chunk.article],
            cosines.get(id_),
            lexical.get(id_),
            headline.get(chunk.article),
        )
        for id_, chunk in sorted(chunks.items())
        # Another process may have deleted some since they were found.
        if chunk.article in articles
    ]
