"""The archive's database: articles, chunks and vectors, the only source of truth."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.articles import DUPLICATE_SIMILARITY, Signature, band_keys, similarity
from rag.embedding import Vectors
from rag.errors import ArchiveError
from rag.types import Article, Chunk

FORMAT = 1
# Parameters of one SQL statement; older builds of SQLite allow 999.
_SLICE = 900

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    date TEXT,
    url TEXT,
    publisher TEXT,
    author TEXT,
    language TEXT,
    source TEXT,
    content_hash TEXT NOT NULL,
    signature BLOB NOT NULL,
    duplicate_of INTEGER REFERENCES articles(key)
);
CREATE INDEX articles_by_date ON articles(date);
CREATE INDEX articles_by_root ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (article, position)
);
CREATE TABLE bands (
    band BLOB NOT NULL,
    article INTEGER NOT NULL REFERENCES articles(key) ON DELETE CASCADE,
    PRIMARY KEY (band, article)
) WITHOUT ROWID;
CREATE INDEX bands_by_article ON bands(article);
"""
_ARTICLE = "id, title, text, date, url, publisher, author, language, source"


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What the stored vectors were made with."""

    id: str
    checksum: str
    dimension: int
    chunk_tokens: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be written; `vectors` has one row a chunk."""

    article: Article
    content_hash: str
    signature: Signature
    chunks: Sequence[Chunk]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an article it already holds."""

    key: int
    content_hash: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the indexes see it; `root` names its group of near-duplicates."""

    id: int
    article: int
    root: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Indexable:
    """What the derived indexes need of one article."""

    key: int
    article: Article
    chunk_ids: Sequence[int]
    texts: Sequence[str]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Change:
    """What a write did to the chunks and articles that the indexes hold."""

    removed_chunks: tuple[int, ...] = ()
    removed_articles: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
    linked: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search may use; dates are inclusive, ``YYYY-MM-DD``.

    Publishers are compared without regard to case. An article without a date is
    left out as soon as a date is asked for.
    """

    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.publishers)

    def sql(self) -> tuple[str, list[str]]:
        """Return a condition on table `articles` and its parameters."""
        terms, values = ["1"], []
        if self.since:
            terms.append("date >= ?")
            values.append(self.since)
        if self.until:
            terms.append("date <= ?")
            values.append(self.until)
        if self.publishers:
            marks = ", ".join("?" * len(self.publishers))
            terms.append(f"casefold(publisher) IN ({marks})")
            values.extend(name.casefold() for name in self.publishers)
        return " AND ".join(terms), values


class Store:
    """An open archive database. Not safe for use by several threads at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def create(cls, path: Path) -> Store:
        """Create an empty database at `path`, which must not exist."""
        store = cls(_connect(path))
        with store._transaction():
            for statement in _SCHEMA.split(";\n"):
                store._db.execute(statement)
            store._set("format", str(FORMAT))
            store._set("generation", "0")
        return store

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the database at `path`.

        Raises `ArchiveError` when it is no archive or of a newer format.
        """
        try:
            store = cls(_connect(path))
            found = int(store._get("format") or 0)
        except sqlite3.DatabaseError as error:
            raise ArchiveError(
                f"{path} is not a readable archive ({error}); restore it from a backup, or "
                "delete its folder and ingest the sources again"
            ) from error
        if found != FORMAT:
            raise ArchiveError(
                f"{path} has archive format {found}, this version reads {FORMAT}; "
                "install the version of dateline-rag that wrote it, or ingest again"
            )
        return store

    def close(self) -> None:
        """Close the database; it must not be used afterwards."""
        self._db.close()

    @property
    def generation(self) -> int:
        """Number of writes so far; indexes of another generation are stale."""
        return int(self._get("generation") or 0)

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """What the vectors were made with; None in an archive that has none yet."""
        values = [self._get(f"embedder.{name}") for name in ("id", "checksum", "dimension")]
        tokens = self._get("chunk_tokens")
        if not (values[0] and values[1] and values[2] and tokens):
            return None
        return EmbedderIdentity(values[0], values[1], int(values[2]), int(tokens))

    def set_embedder(self, identity: EmbedderIdentity) -> None:
        """Record what the vectors are made with, before the first is written."""
        with self._transaction():
            self._set("embedder.id", identity.id)
            self._set("embedder.checksum", identity.checksum)
            self._set("embedder.dimension", str(identity.dimension))
            self._set("chunk_tokens", str(identity.chunk_tokens))
            # Indexes that others opened while there was no embedder have no dimension.
            self._bump()

    def known(self, article_id: str) -> Known | None:
        """Return what is stored of the article with that id."""
        row = self._db.execute(
            "SELECT key, content_hash, signature FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        return None if row is None else Known(row[0], row[1], np.frombuffer(row[2], np.uint64))

    def write(self, batch: Iterable[Prepared]) -> Change:
        """Write articles in one transaction, replacing those of the same id."""
        removed_chunks: list[int] = []
        removed_articles: list[int] = []
        written: list[int] = []
        linked = 0
        with self._transaction():
            for prepared in batch:
                if old := self.known(prepared.article.id or ""):
                    removed_chunks += self._remove(old.key)
                    removed_articles.append(old.key)
                root = self._root(prepared.signature)
                linked += root is not None
                written.append(self._insert(prepared, root))
            self._bump()
        return Change(tuple(removed_chunks), tuple(removed_articles), tuple(written), linked)

    def delete(self, article_id: str) -> Change | None:
        """Delete one article with its chunks; None when there is no such article."""
        known = self.known(article_id)
        if known is None:
            return None
        with self._transaction():
            chunks = self._remove(known.key)
            self._bump()
        return Change(removed_chunks=tuple(chunks), removed_articles=(known.key,))

    def article(self, article_id: str) -> Article | None:
        """Return the article with that id, or None."""
        row = self._db.execute(
            f"SELECT {_ARTICLE} FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        return None if row is None else _article(row)

    def articles(self, *, where: Filter, limit: int | None, offset: int) -> list[Article]:
        """Return articles, newest first, undated ones last."""
        condition, values = where.sql()
        rows = self._db.execute(
            f"SELECT {_ARTICLE} FROM articles WHERE {condition} "
            "ORDER BY date DESC NULLS LAST, key LIMIT ? OFFSET ?",
            (*values, -1 if limit is None else limit, offset),
        )
        return [_article(row) for row in rows]

    def linked_to(self, article_id: str) -> list[Article]:
        """Return the other articles of the same group of near-duplicates."""
        rows = self._db.execute(
            "WITH root(key) AS (SELECT coalesce(duplicate_of, key) FROM articles WHERE id = ?1) "
            f"SELECT {_ARTICLE} FROM articles, root WHERE id != ?1 "
            "AND coalesce(duplicate_of, articles.key) = root.key ORDER BY articles.key",
            (article_id,),
        )
        return [_article(row) for row in rows]

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """Return the chunks with those ids."""
        rows = self._select_in(
            'SELECT c.id, c.article, coalesce(a.duplicate_of, a.key), c.start, c."end" '
            "FROM chunks c JOIN articles a ON a.key = c.article WHERE c.id IN ({})",
            ids,
        )
        return {row[0]: StoredChunk(*row) for row in rows}

    def articles_by_key(self, keys: Sequence[int]) -> dict[int, Article]:
        """Return the articles with those internal keys."""
        rows = self._select_in(f"SELECT key, {_ARTICLE} FROM articles WHERE key IN ({{}})", keys)
        return {row[0]: _article(row[1:]) for row in rows}

    def chunk_ids(self, where: Filter) -> list[int]:
        """Return the ids of the chunks of the articles that pass a filter."""
        condition, values = where.sql()
        rows = self._db.execute(
            f"SELECT id FROM chunks WHERE article IN (SELECT key FROM articles WHERE {condition})",
            values,
        )
        return [row[0] for row in rows]

    def indexable(self, keys: Sequence[int] | None = None) -> Iterator[Indexable]:
        """Yield what the indexes need of the given articles; of all when None."""
        if keys is None:
            keys = [row[0] for row in self._db.execute("SELECT key FROM articles ORDER BY key")]
        for key in keys:
            article = self.articles_by_key([key]).get(key)
            if article is not None:
                yield self._indexable(key, article)

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and linked near-duplicates."""
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), "
            "(SELECT count(*) FROM articles WHERE duplicate_of IS NOT NULL)"
        ).fetchone()
        return row[0], row[1], row[2]

    def publishers(self) -> list[tuple[str, int]]:
        """Return publishers with their numbers of articles, the busiest first."""
        rows = self._db.execute(
            "SELECT publisher, count(*) FROM articles WHERE publisher IS NOT NULL "
            "GROUP BY publisher ORDER BY count(*) DESC, publisher"
        )
        return [(row[0], row[1]) for row in rows]

    def months(self) -> list[tuple[str, int]]:
        """Return the months of publication, ``YYYY-MM``, with their numbers of articles."""
        rows = self._db.execute(
            "SELECT substr(date, 1, 7) AS month, count(*) FROM articles "
            "WHERE date IS NOT NULL GROUP BY month ORDER BY month"
        )
        return [(row[0], row[1]) for row in rows]

    def dates(self) -> tuple[str | None, str | None]:
        """Return the first and last publication dates."""
        row = self._db.execute("SELECT min(date), max(date) FROM articles").fetchone()
        return row[0], row[1]

    def _indexable(self, key: int, article: Article) -> Indexable:
        rows = self._db.execute(
            'SELECT id, start, "end", vector FROM chunks WHERE article = ? ORDER BY position',
            (key,),
        ).fetchall()
        vectors = [np.frombuffer(row[3], np.float32) for row in rows]
        return Indexable(
            key,
            article,
            [row[0] for row in rows],
            [article.text[row[1] : row[2]] for row in rows],
            np.stack(vectors) if vectors else np.empty((0, 0), np.float32),
        )

    def _insert(self, prepared: Prepared, root: int | None) -> int:
        article = prepared.article
        cursor = self._db.execute(
            f"INSERT INTO articles ({_ARTICLE}, content_hash, signature, duplicate_of) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                article.title,
                article.text,
                article.date,
                article.url,
                article.publisher,
                article.author,
                article.language,
                article.source,
                prepared.content_hash,
                prepared.signature.tobytes(),
                root,
            ),
        )
        key = int(cursor.lastrowid or 0)
        self._db.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)",
            [(band, key) for band in band_keys(prepared.signature)],
        )
        self._db.executemany(
            'INSERT INTO chunks (article, position, start, "end", vector) VALUES (?, ?, ?, ?, ?)',
            [
                (key, chunk.position, chunk.start, chunk.end, vector.tobytes())
                for chunk, vector in zip(prepared.chunks, prepared.vectors, strict=True)
            ],
        )
        return key

    def _remove(self, key: int) -> list[int]:
        """Delete an article, return its chunk ids; the eldest copy leads its group."""
        chunks = [
            row[0] for row in self._db.execute("SELECT id FROM chunks WHERE article = ?", (key,))
        ]
        heir = self._db.execute(
            "SELECT min(key) FROM articles WHERE duplicate_of = ?", (key,)
        ).fetchone()[0]
        self._db.execute("UPDATE articles SET duplicate_of = NULL WHERE key = ?", (heir,))
        self._db.execute("UPDATE articles SET duplicate_of = ? WHERE duplicate_of = ?", (heir, key))
        self._db.execute("DELETE FROM articles WHERE key = ?", (key,))
        return chunks

    def _root(self, sketch: Signature) -> int | None:
        """Return the article that leads the group a new one is a near-duplicate of."""
        rows = self._select_in(
            "SELECT DISTINCT a.key, a.signature, a.duplicate_of FROM bands b "
            "JOIN articles a ON a.key = b.article WHERE b.band IN ({})",
            band_keys(sketch),
        )
        scored = [(similarity(sketch, np.frombuffer(r[1], np.uint64)), r[2] or r[0]) for r in rows]
        best = max(scored, default=(0.0, 0), key=lambda pair: pair[0])
        return best[1] if best[0] >= DUPLICATE_SIMILARITY else None

    def _select_in(self, query: str, values: Sequence[int | bytes]) -> list[tuple]:  # type: ignore[type-arg]
        found = []
        for start in range(0, len(values), _SLICE):
            part = [_plain(value) for value in values[start : start + _SLICE]]
            found += self._db.execute(query.format(", ".join("?" * len(part))), part).fetchall()
        return found

    def _get(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def _set(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _bump(self) -> None:
        self._set("generation", str(self.generation + 1))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")
    # Readers go on while an ingest writes, in this process and in others.
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def _casefold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def _plain(value: int | bytes) -> int | bytes:
    # NumPy integers would be stored as blobs.
    return value if isinstance(value, bytes) else int(value)


def _article(row: Sequence[str | None]) -> Article:
    id_, title, text, date, url, publisher, author, language, source = row
    return Article(
        title=title or "",
        text=text or "",
        id=id_,
        date=date,
        url=url,
        publisher=publisher,
        author=author,
        language=language,
        source=source,
    )
