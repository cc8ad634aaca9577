"""Articles over time, as the small bars of the pages."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass

# Above as many months a bar stands for a year.
_MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Column:
    """A bar: what it stands for, its first and last day, and its share of the highest."""

    name: str
    first: str
    last: str
    count: int
    share: float


def columns(months: Sequence[tuple[str, int]]) -> list[Column]:
    """Return a bar for each month from the first to the last, or for each year if they are many.

    `months` are names, ``YYYY-MM``, in order, with counts of articles; those that lack stand
    for none.
    """
    spans = _by_month(months) if months else []
    if len(spans) > _MOST_MONTHS:
        spans = _by_year(months)
    most = max((count for *_, count in spans), default=0)
    return [
        Column(name, first, last, count, count / most if most else 0.0)
        for name, first, last, count in spans
    ]


def without_gaps(months: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return months, ``YYYY-MM``, with those between them that have no article."""
    if not months:
        return []
    counts = dict(months)
    first, last = (12 * int(name[:4]) + int(name[5:]) - 1 for name in (months[0][0], months[-1][0]))
    names = (f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1))
    return [(name, counts.get(name, 0)) for name in names]


def _by_month(months: Sequence[tuple[str, int]]) -> list[tuple[str, str, str, int]]:
    found = []
    for name, count in without_gaps(months):
        year, month = int(name[:4]), int(name[5:])
        days = calendar.monthrange(year, month)[1]
        said = f"{calendar.month_name[month]} {year}"
        found.append((said, f"{name}-01", f"{name}-{days:02}", count))
    return found


def _by_year(months: Sequence[tuple[str, int]]) -> list[tuple[str, str, str, int]]:
    first, last = int(months[0][0][:4]), int(months[-1][0][:4])
    counts = dict.fromkeys(range(first, last + 1), 0)
    for name, count in months:
        counts[int(name[:4])] += count
    return [(str(y), f"{y:04}-01-01", f"{y:04}-12-31", n) for y, n in counts.items()]
