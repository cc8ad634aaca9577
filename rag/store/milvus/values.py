"""The days, publishers and languages of an archive on Milvus, which no request would count.

Every write adds those that are new, so that a search need not look through the articles for them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from threading import Lock

from rag.store.milvus.client import Client, Row
from rag.store.milvus.place import Place
from rag.types import Article

DAY, PUBLISHER, LANGUAGE = "day", "publisher", "language"
# What the archive notes about itself, one row per name.
_NOTE = "note"
_CHANGED = "values"


class Values:
    """The values there are, by kind, read again when others have added some."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client = client
        self._collection = place.values
        self._lock = Lock()
        self._changed: str | None = None
        self._known: dict[str, set[str]] = {}

    def of(self, kind: str) -> set[str]:
        """Return the values of a kind."""
        changed = self.note(_CHANGED) or ""
        with self._lock:
            if changed != self._changed:
                self._known = self._read()
                self._changed = changed
            return set(self._known.get(kind, ()))

    def add(self, articles: Iterable[Article]) -> None:
        """Add what articles have that none had before."""
        known = {kind: self.of(kind) for kind in (DAY, PUBLISHER, LANGUAGE)}
        pairs = {pair for article in articles for pair in values_of(article)}
        self._keep({(kind, value) for kind, value in pairs if value not in known[kind]})

    def remove(self, gone: Iterable[tuple[str, str]]) -> None:
        """Remove values that no article has any more."""
        rows = [_row(kind, value)["pk"] for kind, value in gone]
        if rows:
            keys = ", ".join(f'"{key}"' for key in rows)
            self._client.delete(self._collection, f"pk in [{keys}]")
            self.set_note(_CHANGED, str(time.time_ns()))

    def note(self, name: str) -> str | None:
        """Return what the archive has noted under a name."""
        rows = self._client.get(self._collection, [f"{_NOTE}-{name}"], ["value"])
        return str(rows[0]["value"]) if rows else None

    def set_note(self, name: str, value: str) -> None:
        """Note something under a name."""
        row = {**_row(_NOTE, value), "pk": f"{_NOTE}-{name}"}
        self._client.upsert(self._collection, [row])

    def _keep(self, fresh: set[tuple[str, str]]) -> None:
        if fresh:
            self._client.upsert(self._collection, [_row(*pair) for pair in sorted(fresh)])
            self.set_note(_CHANGED, str(time.time_ns()))

    def _read(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        where = f'kind != "{_NOTE}"'
        for row in self._client.select(self._collection, where, ["kind", "value"]):
            found.setdefault(row["kind"], set()).add(row["value"])
        return found


def values_of(article: Article) -> set[tuple[str, str]]:
    """Return the kinds and values that an article has."""
    pairs = ((DAY, article.date), (PUBLISHER, article.publisher), (LANGUAGE, article.language))
    return {(kind, value) for kind, value in pairs if value}


def _row(kind: str, value: str) -> Row:
    digest = hashlib.blake2b(value.encode(), digest_size=16).hexdigest()
    return {"pk": f"{kind}-{digest}", "kind": kind, "value": value, "nothing": [0.0, 0.0]}
