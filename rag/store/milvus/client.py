"""The few requests that an archive makes of a Milvus server, their errors in words."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from rag.embedding.embedder import Vectors
from rag.errors import ArchiveError, extra
from rag.store.milvus.place import Place, is_file

# A row of a collection, by field.
Row = dict[str, Any]

# The first version with BM25. Milvus Lite says its name before its own.
_LEAST_VERSION = (2, 5)
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
# Rows sent and fetched at a time, and bytes sent: a request holds 64 MB.
_ROWS = 1_000
_BYTES = 32_000_000
# Rows that a server gives at once.
_MOST = 16_384
# Seconds until a server that does not answer is given up.
_PATIENCE = 60.0
# Seconds until one that cannot be reached is.
_CONNECTING = 10.0
# The client asks every ten seconds whether the server is there, which ends the connection
# ("Too many pings") where the server takes that every five minutes, as Milvus Lite does. It
# runs in this process, so nobody needs to ask.
_UNASKED = {"grpc.keepalive_time_ms": 2**31 - 1}


class Client:
    """A connection to one server. Safe for use by several threads at once.

    What this process has written it reads at once; what others write, a moment later, unless a
    request says that it waits for all of it, which may take a fifth of a second.
    """

    def __init__(self, place: Place) -> None:
        self.uri = place.uri
        milvus, self._fault = _library()
        token = os.environ.get("DATELINE_STORE_TOKEN", "")
        with self.told():
            # A file knows one database alone, and takes no log-in.
            how: dict[str, Any] = {"token": token, "db_name": place.database}
            if is_file(place.uri):
                how = {"grpc_options": _UNASKED}
            self._milvus = milvus(uri=place.uri, timeout=_CONNECTING, **how)

    def close(self) -> None:
        """End the connection."""
        self._milvus.close()

    @property
    def library(self) -> Any:
        """The library's own client, to make collections with; use it in `told`."""
        return self._milvus

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise `ArchiveError` for what the library raises inside."""
        try:
            yield
        except self._fault as error:
            said = getattr(error, "message", "") or str(error)
            raise ArchiveError(
                f"the Milvus server at {self.uri} failed ({said}); check that it runs and can be "
                "reached, and run this again"
            ) from error

    def check_version(self) -> None:
        """Raise `ArchiveError` when the server has no BM25 yet."""
        with self.told():
            version = str(self._milvus.get_server_version())
        found = _VERSION.match(version)
        if found and tuple(map(int, found.groups())) < _LEAST_VERSION:
            raise ArchiveError(
                f"the Milvus server at {self.uri} is of version {version}, which has no full-text "
                "search; use 2.5 or newer"
            )

    def catch_up(self, collection: str) -> None:
        """Wait until what others have written so far is seen."""
        with self.told():
            self._milvus.query(
                collection,
                filter='pk == ""',
                output_fields=["pk"],
                consistency_level="Strong",
                timeout=_PATIENCE,
            )

    def has(self, collection: str) -> bool:
        """Tell whether there is a collection of that name."""
        with self.told():
            return bool(self._milvus.has_collection(collection, timeout=_PATIENCE))

    def drop(self, collection: str) -> None:
        """Delete a collection with all its rows; one that is not there is no fault."""
        with self.told():
            self._milvus.drop_collection(collection, timeout=_PATIENCE)

    def partitions(self, collection: str) -> set[str]:
        """Return the names of a collection's partitions."""
        with self.told():
            return set(self._milvus.list_partitions(collection, timeout=_PATIENCE))

    def add_partition(self, collection: str, name: str) -> None:
        """Make a partition; one that is there is no fault."""
        with self.told():
            self._milvus.create_partition(collection, name, timeout=_PATIENCE)

    def get(self, collection: str, keys: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """Return the rows with those primary keys, in no order."""
        found: list[Row] = []
        for start in range(0, len(keys), _ROWS):
            where = f"pk in {listed(keys[start : start + _ROWS])}"
            found += self.select(collection, where, fields)
        return found

    def select(self, collection: str, where: str, fields: Sequence[str]) -> list[Row]:
        """Return the rows that pass a condition which few do, in no order."""
        with self.told():
            found = self._milvus.query(
                collection,
                filter=where,
                output_fields=list(fields),
                limit=_MOST,
                timeout=_PATIENCE,
            )
        # More than one answer of the server holds.
        return list(self.scan(collection, where, fields) if len(found) >= _MOST else found)

    def scan(self, collection: str, where: str, fields: Sequence[str]) -> Iterator[Row]:
        """Yield all rows that pass a condition, in no order; those of all writers so far."""
        with self.told():
            rows = self._milvus.query_iterator(
                collection,
                filter=where,
                output_fields=list(fields),
                batch_size=_ROWS,
                consistency_level="Strong",
                timeout=_PATIENCE,
            )
        try:
            while batch := self._next(rows):
                yield from batch
        finally:
            rows.close()

    def _next(self, rows: Any) -> list[Row]:
        with self.told():
            return list(rows.next())

    def count(self, collection: str, where: str = "") -> int:
        """Return the number of rows that pass a condition."""
        with self.told():
            [row] = self._milvus.query(
                collection,
                filter=where,
                output_fields=["count(*)"],
                timeout=_PATIENCE,
            )
        return int(row["count(*)"])

    def search(
        self,
        collection: str,
        asked: str | Vectors,
        *,
        field: str,
        k: int,
        where: str,
        partitions: Sequence[str] | None,
        fields: Sequence[str],
    ) -> list[tuple[Row, float]]:
        """Return the `k` rows nearest to a vector, or to words by BM25, with scores, best first."""
        with self.told():
            [hits] = self._milvus.search(
                collection,
                data=[asked if isinstance(asked, str) else np.asarray(asked).tolist()],
                anns_field=field,
                limit=k,
                filter=where,
                partition_names=None if partitions is None else list(partitions),
                output_fields=list(fields),
                timeout=_PATIENCE,
            )
        # Milvus Lite gives BM25 below zero, a server above; neither has a match at zero.
        words = isinstance(asked, str)
        return [
            (dict(hit["entity"]), abs(hit["distance"]) if words else float(hit["distance"]))
            for hit in hits
        ]

    def upsert(
        self, collection: str, rows: Iterable[Mapping[str, Any]], *, partition: str | None = None
    ) -> None:
        """Write rows, each in the place of that of the same primary key in its partition."""
        for given in _requests(rows):
            with self.told():
                self._milvus.upsert(
                    collection, given, partition_name=partition or "", timeout=_PATIENCE
                )

    def delete(self, collection: str, where: str) -> None:
        """Delete the rows that pass a condition."""
        with self.told():
            self._milvus.delete(collection, filter=where, timeout=_PATIENCE)


def _requests(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Row]]:
    """Yield rows in as many lists as the server takes them in."""
    given: list[Row] = []
    size = 0
    for row in rows:
        # A number of a vector takes four bytes, a character up to four.
        own = 4 * sum(len(value) for value in row.values() if isinstance(value, str | list))
        if given and (len(given) >= _ROWS or size + own > _BYTES):
            yield given
            given, size = [], 0
        given.append(dict(row))
        size += own
    if given:
        yield given


def listed(texts: Iterable[str]) -> str:
    """Return texts as a list in a condition."""
    return f"[{', '.join(map(quoted, texts))}]"


def quoted(text: str) -> str:
    """Return a text as it stands in a condition, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def _library() -> tuple[Any, type[Exception]]:
    # Imported here because it takes a second, and is not installed by default.
    with extra("milvus", error=ArchiveError):
        from pymilvus import MilvusClient, MilvusException
    # It writes each error down before it raises it.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return MilvusClient, MilvusException
