"""The rows that an article has in the database: written, removed and found again.

All of it happens inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from rag.store.folder import checksums
from rag.store.folder.catalog import ARTICLE, article_of
from rag.store.folder.database import select_in
from rag.store.identity import (
    BANDS,
    DUPLICATE_SIMILARITY,
    ROWS,
    Signature,
    band_keys,
    is_other_issue,
    similarity,
)
from rag.store.types import Prepared
from rag.types import Article


def insert(db: sqlite3.Connection, prepared: Prepared, *, root: int | None, first: int) -> None:
    """Write an article and its chunks, whose ids begin at `first`.

    `root` is the article that it is a near-duplicate of; see `leader`.
    """
    fields = _fields(prepared.article)
    count = len(prepared.chunks)
    cursor = db.execute(
        f"INSERT INTO articles ({ARTICLE}, content_hash, signature, duplicate_of, "
        "first_chunk, last_chunk) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *fields,
            checksums.of_article(*fields),
            prepared.content_hash,
            prepared.signature.tobytes(),
            root,
            first if count else None,
            first + count - 1 if count else None,
        ),
    )
    key = int(cursor.lastrowid or 0)
    db.executemany(
        "INSERT OR IGNORE INTO bands VALUES (?, ?)",
        [(band, key) for band in band_keys(prepared.signature)],
    )
    db.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (id_, *place, vector, checksums.of_chunk(*place, vector))
            for id_, (place, vector) in enumerate(_chunks(key, prepared), start=first)
        ],
    )


def remove(db: sqlite3.Connection, key: int, *, generation: int) -> None:
    """Delete an article and note it for the indexes; the eldest copy leads its group."""
    db.execute(
        "INSERT INTO removals SELECT ?, key, first_chunk, last_chunk FROM articles WHERE key = ?",
        (generation, key),
    )
    heir = db.execute("SELECT min(key) FROM articles WHERE duplicate_of = ?", (key,)).fetchone()[0]
    db.execute("UPDATE articles SET duplicate_of = NULL WHERE key = ?", (heir,))
    db.execute("UPDATE articles SET duplicate_of = ? WHERE duplicate_of = ?", (heir, key))
    db.execute("DELETE FROM articles WHERE key = ?", (key,))


def leader(db: sqlite3.Connection, new: Prepared) -> int | None:
    """Return the article that leads the group which a new one is a near-duplicate of."""
    rows = select_in(
        db,
        "SELECT DISTINCT a.key, a.signature, a.duplicate_of FROM bands b "
        "JOIN articles a ON a.key = b.article WHERE b.band IN ({})",
        band_keys(new.signature),
    )
    read = [(_signature(row[1]), row) for row in rows]
    scored = [
        (similarity(new.signature, sketch), row) for sketch, row in read if sketch is not None
    ]
    alike = [pair for pair in scored if pair[0] >= DUPLICATE_SIMILARITY]
    for _, (key, _, lead) in sorted(alike, key=lambda pair: pair[0], reverse=True):
        if not is_other_issue(new.article, articles_by_key(db, [key])[key]):
            return int(lead or key)
    return None


def whole_signature(db: sqlite3.Connection, key: int, stored: object) -> Signature | None:
    """Return the `stored` signature of the article with that key; None when it is damaged.

    Its bands lie in a table of their own, which shows every altered bit.
    """
    sketch = _signature(stored)
    if sketch is None:
        return None
    rows = db.execute("SELECT band FROM bands WHERE article = ?", (key,))
    return sketch if {row[0] for row in rows} == {*band_keys(sketch)} else None


def _signature(stored: object) -> Signature | None:
    """Return a signature read from the database; None when it cannot be one."""
    sound = isinstance(stored, bytes) and len(stored) == 8 * BANDS * ROWS
    return np.frombuffer(stored, np.uint64) if sound else None  # type: ignore[call-overload]


def articles_by_key(db: sqlite3.Connection, keys: Sequence[int]) -> dict[int, Article]:
    """Return the articles with those internal keys; damaged ones are left out."""
    rows = select_in(db, f"SELECT key, {ARTICLE} FROM articles WHERE key IN ({{}})", keys)
    return {row[0]: article_of(row[1:]) for row in rows if checksums.is_whole(row[1:-1], row[-1])}


def _fields(article: Article) -> tuple[str | None, ...]:
    """Return an article's fields in the order of `ARTICLE`, except the checksum."""
    return (
        article.id,
        article.title,
        article.text,
        article.date,
        article.url,
        article.publisher,
        article.author,
        article.language,
        article.source,
    )


def _chunks(key: int, prepared: Prepared) -> Iterator[tuple[tuple[int, int, int, int], bytes]]:
    """Yield the place of each chunk and its vector's bytes."""
    for chunk, vector in zip(prepared.chunks, prepared.vectors, strict=True):
        yield (key, chunk.position, chunk.start, chunk.end), vector.tobytes()
