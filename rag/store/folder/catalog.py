"""What an archive holds, listed and counted, and the filters by date, publisher and name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from rag.index import Ids
from rag.store.folder.checksums import is_whole
from rag.store.identity import fingerprints
from rag.types import Article, Filter, Order

# The last column is the checksum of the others.
ARTICLE = "id, title, text, date, url, publisher, author, language, source, checksum"
_ORDERS: dict[Order, str] = {
    "newest": "date DESC NULLS LAST, key",
    "oldest": "date ASC NULLS LAST, key",
    "title": "title COLLATE NOCASE, key",
    "publisher": "publisher COLLATE NOCASE ASC NULLS LAST, date DESC NULLS LAST, key",
}
# One step in the index per name; DISTINCT would read one entry per article.
_NAMES = (
    "WITH RECURSIVE names(name) AS (SELECT min(publisher) FROM articles UNION ALL "
    "SELECT (SELECT min(publisher) FROM articles WHERE publisher > name) FROM names "
    "WHERE name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL"
)


# Returns the keys of the articles that mention all of some names.
Mentioning = Callable[[Sequence[str]], Sequence[int]]


def nowhere(names: Sequence[str]) -> Sequence[int]:
    """Refuse: the texts are not in the database but in an index, which a storage adds."""
    raise NotImplementedError(f"articles that mention {names} are found by a storage")


def condition(wanted: Filter, *, mentioning: Mentioning = nowhere) -> tuple[str, list[str]]:
    """Return a condition on table `articles` and its parameters."""
    terms, values = ["1"], []
    if wanted.since:
        terms.append("date >= ?")
        values.append(wanted.since)
    if wanted.until:
        terms.append("date <= ?")
        values.append(wanted.until)
    if wanted.publishers:
        marks = ", ".join("?" * len(wanted.publishers))
        terms.append(f"publisher IN ({_NAMES} AND casefold(name) IN ({marks}))")
        values.extend(name.casefold() for name in wanted.publishers)
    if wanted.names:
        terms.append("key IN (SELECT value FROM json_each(?))")
        values.append(json.dumps([int(key) for key in mentioning(wanted.names)]))
    return " AND ".join(terms), values


class Catalog:
    """Lists and counts of one archive database.

    `mentioning` finds the articles that mention names, which only an index of texts can do.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.mentioning: Mentioning = nowhere

    def articles(
        self,
        *,
        where: Filter,
        limit: int | None,
        offset: int,
        order: Order = "newest",
        undated: bool = False,
    ) -> list[Article]:
        """Return articles in an order, or only the undated ones; damaged ones are left out."""
        terms, values = self._listed(where, undated=undated)
        sort = _ORDERS[order]
        # The page is found in an index; only its articles are read.
        rows = self._db.execute(
            f"SELECT {ARTICLE} FROM articles WHERE key IN (SELECT key FROM articles "
            f"WHERE {terms} ORDER BY {sort} LIMIT ? OFFSET ?) ORDER BY {sort}",
            (*values, -1 if limit is None else limit, offset),
        )
        return [article_of(row) for row in rows if is_whole(row[:-1], row[-1])]

    def fingerprints(self) -> npt.NDArray[np.uint64]:
        """Return the fingerprints of all articles in order, 8 bytes each."""
        return fingerprints(self._db.execute("SELECT id, content_hash FROM articles"))

    def ids(self, beginning: str, *, most: int) -> list[str]:
        """Return the first ids that begin with `beginning`, in order."""
        # A range of the index: LIKE would read all ids, and heed its own signs in the text.
        rows = self._db.execute(
            "SELECT id FROM articles WHERE id >= ?1 AND id < ?1 || char(1114111) "
            "ORDER BY id LIMIT ?2",
            (beginning, most),
        )
        return [row[0] for row in rows]

    def count(self, where: Filter, *, undated: bool = False) -> int:
        """Return the number of articles that pass, or of the undated ones among them."""
        terms, values = self._listed(where, undated=undated)
        row = self._db.execute(f"SELECT count(*) FROM articles WHERE {terms}", values).fetchone()
        return int(row[0])

    def day_after(self, date: str, where: Filter) -> str | None:
        """Return the first day after `date` with an article that passes."""
        terms, values = condition(where, mentioning=self.mentioning)
        row = self._db.execute(
            f"SELECT min(date) FROM articles WHERE {terms} AND date > ?", (*values, date)
        ).fetchone()
        return None if row[0] is None else str(row[0])

    def day_before(self, date: str, where: Filter) -> str | None:
        """Return the last day before `date` with an article that passes."""
        terms, values = condition(where, mentioning=self.mentioning)
        row = self._db.execute(
            f"SELECT max(date) FROM articles WHERE {terms} AND date < ?", (*values, date)
        ).fetchone()
        return None if row[0] is None else str(row[0])

    def chunk_ranges(self, where: Filter) -> Ids:
        """Return the first and last chunk ids of the articles that pass, shape (articles, 2)."""
        terms, values = condition(where, mentioning=self.mentioning)
        rows = self._db.execute(
            f"SELECT first_chunk, last_chunk FROM articles "
            f"WHERE {terms} AND first_chunk IS NOT NULL",
            values,
        ).fetchall()
        return np.array(rows, np.int64).reshape(-1, 2)

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and linked near-duplicates."""
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), "
            "(SELECT count(*) FROM articles WHERE duplicate_of IS NOT NULL)"
        ).fetchone()
        return row[0], row[1], row[2]

    def is_empty(self) -> bool:
        """Tell whether there is no chunk."""
        return self._db.execute("SELECT 1 FROM chunks LIMIT 1").fetchone() is None

    def publishers(self) -> list[tuple[str, int]]:
        """Return publishers with their numbers of articles, the busiest first."""
        rows = self._db.execute(
            "SELECT publisher, count(*) FROM articles WHERE publisher IS NOT NULL "
            "GROUP BY publisher ORDER BY count(*) DESC, publisher"
        )
        return [(row[0], row[1]) for row in rows]

    def publisher_names(self) -> list[str]:
        """Return the publishers, in order, by a step in an index each."""
        rows = self._db.execute(
            "WITH RECURSIVE names(name) AS (SELECT min(publisher) FROM articles UNION ALL "
            "SELECT (SELECT min(publisher) FROM articles WHERE publisher > name) FROM names "
            "WHERE name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL"
        )
        return [row[0] for row in rows]

    def months(self) -> list[tuple[str, int]]:
        """Return the months of publication, ``YYYY-MM``, with their numbers of articles."""
        rows = self._db.execute(
            "SELECT substr(date, 1, 7) AS month, count(*) FROM articles "
            "WHERE date IS NOT NULL GROUP BY month ORDER BY month"
        )
        return [(row[0], row[1]) for row in rows]

    def languages(self) -> list[tuple[str, int]]:
        """Return the ISO 639 codes of languages with their numbers of articles, most first."""
        rows = self._db.execute(
            "SELECT lower(substr(language, 1, 2)) AS code, count(*) FROM articles "
            "WHERE language IS NOT NULL GROUP BY code ORDER BY count(*) DESC, code"
        )
        return [(row[0], row[1]) for row in rows]

    def dates(self) -> tuple[str | None, str | None]:
        """Return the first and last publication dates."""
        # Two statements of one step in an index each; together they would read all of it.
        row = self._db.execute(
            "SELECT (SELECT min(date) FROM articles), (SELECT max(date) FROM articles)"
        ).fetchone()
        return row[0], row[1]

    def _listed(self, wanted: Filter, *, undated: bool) -> tuple[str, list[str]]:
        terms, values = condition(wanted, mentioning=self.mentioning)
        return (f"{terms} AND date IS NULL" if undated else terms), values


def article_of(row: Sequence[str | None]) -> Article:
    """Return the article whose columns `ARTICLE` are in `row`, be it whole or not."""
    id_, title, text, date, url, publisher, author, language, source, _ = row
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
