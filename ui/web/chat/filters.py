"""What a search is narrowed to, as the page sends it, and in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, get_args

from rag.archive import Archive
from rag.text.question_time import find_period
from rag.types import ArchiveStats, Filter, Stance, iso_date
from ui.counted import counted
from ui.web.common.markup import spelled

# Publishers named to someone who asked for one that there is not.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user narrowed the search to; the dates as they were typed."""

    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stance: Stance = "balanced"

    @classmethod
    def read(cls, sent: dict[str, Any]) -> Filters:
        """Return the filters of what the page sent. Raises `ValueError` for anything else."""
        known: tuple[Stance, ...] = get_args(Stance)
        wanted = sent.get("stance") or "balanced"
        stance = next((name for name in known if name == wanted), None)
        if stance is None:
            raise ValueError(f"{wanted!r} is not a stance; choose among {', '.join(known)}")
        publishers = tuple(str(name) for name in sent.get("publishers") or ())
        names = tuple(" ".join(str(name).split()) for name in sent.get("names") or ())
        since, until = (str(sent.get(name) or "") or None for name in ("since", "until"))
        return cls(since, until, publishers, names, stance)

    def where(self) -> Filter:
        """Return which articles pass. Raises `ValueError` for a bad date or an empty range."""
        return Filter.read(
            since=self.since, until=self.until, publishers=self.publishers, names=self.names
        )

    def check(self, archive: Archive) -> None:
        """Raise `ValueError`, saying what there is, when no article passes."""
        where = self.where()
        if not where or archive.count(
            since=where.since, until=where.until, publishers=where.publishers, names=where.names
        ):
            return
        known = archive.publishers()
        names = {name.casefold() for name, _ in known}
        for name in self.publishers:
            if name.casefold() not in names:
                raise ValueError(f"there is no publisher {name!r} here; {_named(known)}")
        archive.check_names(where.names)
        stats = archive.stats()
        raise ValueError(
            f"no article fits the filters ({self.words()}); this archive has "
            f"{counted(stats.articles, 'article')}{_dated(stats)}"
        )

    def words(self) -> str:
        """Return the filters in words; empty when nothing is narrowed."""
        stance = "" if self.stance == "balanced" else self.stance
        dates = period_words(iso_date(self.since), iso_date(self.until))
        return ", ".join(part for part in (dates, *self.publishers, *self.names, stance) if part)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A period that was typed in words: its days, and how to say it; or why it is none."""

    since: str | None = None
    until: str | None = None
    words: str = ""
    problem: str = ""


def read_period(words: str, *, today: dt.date | None = None) -> Chosen:
    """Return the days that `words` such as "since May 2021" speak of."""
    period = find_period(words, today=today or dt.date.today())
    if period is None:
        return Chosen(
            problem=f"“{words}” is not a time. Write for example since May 2021, last week or 2020."
        )
    return Chosen(period.since, period.until, period_words(period.since, period.until))


def period_words(since: str | None, until: str | None) -> str:
    """Return a period in words, inclusive; empty when it is open at both ends."""
    if since and until:
        return spelled(since) if since == until else f"{spelled(since)} to {spelled(until)}"
    if since:
        return f"since {spelled(since)}"
    return f"until {spelled(until)}" if until else ""


def _dated(stats: ArchiveStats) -> str:
    first, last = stats.first, stats.last
    return f", dated {spelled(first)} to {spelled(last)}" if first and last else ", none dated"


def _named(publishers: list[tuple[str, int]]) -> str:
    if not publishers:
        return "its articles name no publisher"
    names = ", ".join(name for name, _ in publishers[:_NAMED])
    more = len(publishers) - _NAMED
    return f"there are {names}{f' and {more} more' if more > 0 else ''}"
