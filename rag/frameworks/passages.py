"""What every framework gets with the text of a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rag.archive import Archive
from rag.types import Hit


@dataclass(frozen=True, slots=True)
class Narrowed:
    """An archive, the number of passages wanted of it, and which articles they may be of."""

    archive: Archive
    k: int = 8
    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def find(self, question: str, *, k: int | None = None) -> list[Hit]:
        """Return the passages that fit a question best, best first; as `Archive.search`.

        The time that the question names counts, seen from today.
        """
        return self.archive.search(
            question,
            k=k or self.k,
            since=self.since,
            until=self.until,
            publishers=self.publishers,
            names=self.names,
            today=date.today(),
        )


def narrowed(
    archive: Archive,
    *,
    k: int,
    since: str | None,
    until: str | None,
    publishers: Sequence[str],
    names: Sequence[str],
) -> Narrowed:
    """Return a narrowed archive; `ValueError` for a `k` below one."""
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least one passage")
    return Narrowed(archive, k, since, until, tuple(publishers), tuple(names))


def metadata(hit: Hit) -> dict[str, Any]:
    """Return where a passage comes from; `start` and `end` count characters of the article."""
    article = hit.article
    known = {
        "article_id": article.id,
        "title": article.title,
        "date": article.date,
        "publisher": article.publisher,
        "author": article.author,
        "url": article.url,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
    }
    return {name: value for name, value in known.items() if value is not None}


def passage_id(hit: Hit) -> str:
    """Return an id that no other passage has."""
    return f"{hit.article.id}:{hit.start}-{hit.end}"
