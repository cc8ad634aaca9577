"""Checksums of what the database holds, made when it is written and checked when it is read.

A CRC-32 finds every flipped bit; it costs a microsecond for each passage or vector of a
search. It guards against disks and memory, not against someone who can write to the file.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence

log = logging.getLogger(__name__)

# Of a chunk's number, the part below is the vector's and the part above that of its place.
VECTOR_MASK = 0xFFFFFFFF


def of_article(*fields: object) -> int:
    """Return the checksum of an article's fields, in the order of `catalog.ARTICLE`.

    Damage may have made a field of any type that SQLite has.
    """
    found = 0
    for field in fields:
        found = zlib.crc32(_bytes(field), found)
        found = zlib.crc32(b"\x1f", found)
    return found


def of_vector(vector: object) -> int:
    """Return the checksum of a vector's bytes."""
    return zlib.crc32(_bytes(vector))


def of_place(*place: object) -> int:
    """Return the checksum of where a chunk stands: article, position, start and end."""
    return zlib.crc32(repr(place).encode())


def of_chunk(article: object, position: object, start: object, end: object, vector: object) -> int:
    """Return the checksum of a whole chunk: that of its place above that of its vector."""
    # Signed, as SQLite's integers are.
    number = of_place(article, position, start, end) << 32 | of_vector(vector)
    return number - (1 << 64) if number >> 63 else number


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"\0" if value is None else str(value).encode("utf-8", "replace")


def is_whole(row: Sequence[str | None], checksum: object) -> bool:
    """Tell whether an article's fields are as they were written; a line in the log if not."""
    if of_article(*row) == checksum:
        return True
    log.warning(
        "article %s is damaged in the database and left out; `rag doctor --archive` lists all",
        row[0],
    )
    return False
