"""The names that an archive's articles mention often, with how many mention them."""

from __future__ import annotations

from threading import Lock

from rag.store.base import Storage
from rag.text.names import frequent_names
from rag.types import Filter

# Articles in which names are looked for, the newest, and the names that are counted.
_READ = 300
_MOST = 20


class FrequentNames:
    """Frequent names, looked for once after each write. Safe for use by several threads at once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = Lock()
        self._generation = -1
        self._found: list[tuple[str, int]] = []

    def counted(self) -> list[tuple[str, int]]:
        """Return the names with their numbers of articles, most articles first.

        They are looked for in the newest articles and counted in all of them, as a filter by the
        name lets them pass.
        """
        with self._storage.reading() as records:
            generation = records.generation
        with self._lock:
            if self._generation != generation:
                self._found = self._look()
                self._generation = generation
            return self._found

    def _look(self) -> list[tuple[str, int]]:
        with self._storage.reading() as records:
            newest = records.catalog.articles(where=Filter(), limit=_READ, offset=0)
            publishers = [name for name, _ in records.catalog.publishers()]
        # Searches go on while names are looked for.
        texts = (article.text for article in newest)
        names = frequent_names(texts, most=_MOST, without=publishers)
        with self._storage.reading() as records:
            counted = [(name, records.catalog.count(Filter(names=(name,)))) for name, _ in names]
        return sorted(counted, key=lambda pair: (-pair[1], pair[0]))
