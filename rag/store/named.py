"""What users ask an archive for by name or in numbers, and the errors for what is unknown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from rag.errors import AmbiguousError, MissingError
from rag.store.base import Catalogue, Records
from rag.types import ArchiveStats, Article, Filter

# How many ids and names an error lists.
_SHOWN_IDS = 5
_SHOWN_NAMES = 20
_SHOWN_FREQUENT = 5


def full_id(beginning: str, *, catalog: Catalogue, folder: Path) -> str:
    """Return the one id that begins with, or is, `beginning`.

    Raises `MissingError` when there is none, and `AmbiguousError` when there is more than one.
    """
    found = catalog.ids(beginning, most=_SHOWN_IDS + 1)
    if beginning in found:
        return beginning
    if len(found) > 1:
        more = ", ..." if len(found) > _SHOWN_IDS else ""
        raise AmbiguousError(
            f"several ids begin with {beginning!r}: {', '.join(found[:_SHOWN_IDS])}{more}; "
            "give more characters"
        )
    if not found or not beginning:
        raise unknown_article(beginning, folder)
    return found[0]


def article(article_id: str, *, records: Records, folder: Path) -> Article:
    """Return one article; `MissingError` when there is none of that id."""
    found = records.article(article_id)
    if found is None:
        raise unknown_article(article_id, folder)
    return found


def stats(records: Records, *, embedder: str) -> ArchiveStats:
    """Return counts and dates of an archive, which has that embedder."""
    articles, chunks, linked = records.catalog.counts()
    first, last = records.catalog.dates()
    return ArchiveStats(
        articles=articles,
        chunks=chunks,
        linked=linked,
        publishers=len(records.catalog.publisher_names()),
        first=first,
        last=last,
        generation=records.generation,
        embedder=embedder,
    )


def unknown_article(article_id: str, folder: Path) -> MissingError:
    """Return the error for an id that no article has."""
    return MissingError(
        f"no article {article_id!r} in {folder.name}; `rag articles list` shows the ids"
    )


def days_around(where: Filter, *, catalog: Catalogue) -> list[str]:
    """Return the last day before a filter's dates and the first after, with an article."""
    rest = dataclasses.replace(where, since=None, until=None)
    before = where.since and catalog.day_before(where.since, rest)
    after = where.until and catalog.day_after(where.until, rest)
    return [day for day in (before, after) if day]


def check_publishers(names: Iterable[str], *, known: Sequence[str]) -> None:
    """Raise `ValueError`, with the known publishers, for a name that is not one of them."""
    folded = {name.casefold(): name for name in known}
    for name in names:
        if name.casefold() not in folded:
            near = get_close_matches(name.casefold(), folded, n=1)
            meant = f", did you mean {folded[near[0]]!r}" if near else ""
            raise ValueError(
                f"no article is of publisher {name!r}{meant}; there are {_listed(known) or 'none'}"
            )


def check_names(
    names: Sequence[str],
    *,
    count: Callable[[Sequence[str]], int],
    known: Callable[[], Sequence[tuple[str, int]]],
) -> None:
    """Raise `ValueError` where no article mentions all of `names`.

    `count` says how many mention some, and `known` what names there are, which is asked only for
    an error.
    """
    if not names or count(names):
        return
    unknown = [name for name in names if not count([name])]
    if not unknown:
        raise ValueError(f"no article mentions all of {', '.join(names)}; leave one of them out")
    frequent = [name for name, _ in known()]
    listed = _listed(frequent, most=_SHOWN_FREQUENT)
    said = f"names that often occur are {listed}" if frequent else "write it differently"
    raise ValueError(f"no article mentions {unknown[0]!r}; {said}")


def _listed(names: Sequence[str], *, most: int = _SHOWN_NAMES) -> str:
    """Return names as a list, the first ones where there are many."""
    shown = ", ".join(names[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown
