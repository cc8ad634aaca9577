"""An archive's database examined: everything in it that has a checksum, or is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from rag.errors import ArchiveError
from rag.store.folder import checksums, schema
from rag.store.folder.catalog import ARTICLE, article_of
from rag.store.folder.connection import Connection, open_file
from rag.store.folder.database import number
from rag.store.folder.rows import whole_signature
from rag.store.folder.store import EMBEDDER, EMBEDDER_CHECKSUM, Store
from rag.store.identity import content_hash
from rag.store.types import Examination

# Lines that SQLite says of a damaged file, at most.
_LINES = 20


def examine(path: Path) -> Examination:
    """Read the whole database at `path` and check all that can be checked.

    Pages, schema, tables against their indexes, references, the checksum of every article,
    vector and place, digests and signatures. Raises `ArchiveError` when it cannot be opened at all.
    """
    with closing(Store.open(path)) as store:
        identity = store.embedder
    with closing(open_file(path)) as connection:
        checks = (_page_faults, _note_faults, _article_faults, _chunk_faults)
        faults = [fault for check in checks for fault in _each(check, connection)]
        articles, chunks = (_count(connection, table) for table in ("articles", "chunks"))
    return Examination(articles, chunks, tuple(faults), identity.id if identity else "")


def _page_faults(connection: Connection) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({_LINES})"):
        if line != "ok":
            yield str(line)
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} belongs to a row of {parent} that is gone"
    for name in schema.lacking(connection):
        yield f"{name} is not in the schema as it was written"


def _note_faults(connection: Connection) -> Iterator[str]:
    notes = dict(connection.execute("SELECT key, value FROM meta"))
    told = [notes.get(key) for key in EMBEDDER]
    checksum = notes.get(EMBEDDER_CHECKSUM)
    if checksum not in (None, str(checksums.of_article(*told))):
        yield f"what the vectors were made with is not as it was written ({told})"
    generation = number(connection, "generation")
    [(removed,)] = connection.execute("SELECT max(generation) FROM removals")
    if generation is None or generation < (removed or 0):
        yield f"the number of writes is {generation}, and was {removed} before"
    last = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    for table, key in (("articles", "key"), ("chunks", "id")):
        [(highest,)] = connection.execute(f"SELECT max({key}) FROM {table}")
        if highest and not highest <= last.get(table, 0):
            yield f"{table} has row {highest}, beyond the last number that was given"


def _article_faults(connection: Connection) -> Iterator[str]:
    for key, digest, sketch, *row in connection.execute(
        f"SELECT key, content_hash, signature, {ARTICLE} FROM articles ORDER BY key"
    ):
        if checksums.of_article(*row[:-1]) != row[-1]:
            yield f"article {row[0]!r} is not as it was written"
        elif content_hash(article_of(row)) != digest:
            yield f"the digest of article {row[0]!r} is not as it was written"
        elif whole_signature(connection, key, sketch) is None:
            yield f"the signature of article {row[0]!r} is not as it was written"


def _chunk_faults(connection: Connection) -> Iterator[str]:
    rows = connection.execute(
        'SELECT c.article, c.position, c.start, c."end", c.vector, c.checksum, c.id, a.id '
        "FROM chunks c LEFT JOIN articles a ON a.key = c.article ORDER BY c.id"
    )
    for *chunk, checksum, id_, article in rows:
        if checksums.of_chunk(*chunk) != checksum:
            yield f"chunk {id_} of article {article!r} is not as it was written"


def _each(check: Callable[[Connection], Iterator[str]], connection: Connection) -> Iterator[str]:
    """Yield the faults that a check finds; one that ends it is a fault as well."""
    try:
        yield from check(connection)
    except (ArchiveError, TypeError, AttributeError) as error:
        yield str(error)


def _count(connection: Connection, table: str) -> int:
    try:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    except ArchiveError:
        return 0
    return int(row[0])
