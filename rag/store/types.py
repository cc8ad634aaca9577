"""The records that every store takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.embedding.embedder import Vectors
from rag.store.identity import Signature
from rag.types import Article, Chunk


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What the stored vectors were made with."""

    id: str
    checksum: str
    dimension: int
    chunk_tokens: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be written; `vectors` has one row per chunk."""

    article: Article
    content_hash: str
    signature: Signature
    chunks: Sequence[Chunk]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an article it already holds.

    The hash of a damaged one is blank, so that it is written again when it comes again.
    """

    content_hash: str


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the indexes see it; `root` names its group of near-duplicates."""

    id: int
    article: int
    root: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a write did; `linked` counts the near-duplicates among what it wrote."""

    removed: int = 0
    written: int = 0
    linked: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a search found, with the scores that fusion adds up.

    `dense` is the cosine of question and passage; `lexical` is the BM25 score of the passage
    and `headline` that of its whole article, None where the words did not find it.
    """

    chunk: StoredChunk
    article: Article
    dense: float | None
    lexical: float | None
    headline: float | None


@dataclass(frozen=True, slots=True)
class Examination:
    """What an archive holds and every fault that was found in it; none in a whole one.

    `embedder` is the model that made its vectors, blank while there are none. `mended` are
    the faults of indexes, which were rebuilt.
    """

    articles: int
    chunks: int
    faults: tuple[str, ...]
    embedder: str = ""
    mended: tuple[str, ...] = ()
