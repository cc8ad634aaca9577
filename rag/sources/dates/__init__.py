"""Written dates of any language as ISO dates: whole cells, and dates inside a line of text.

Nothing is filled in and nothing is guessed: a date has a day, a month and a year, and is not
in the future, as nothing is published there.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from itertools import pairwise

from rag.sources.dates.line import Line, WrittenDate, checked
from rag.sources.dates.manner import Manner, can_be_two, days_lead, manner_of

__all__ = [
    "Manner",
    "WrittenDate",
    "can_be_two",
    "days_lead",
    "find_dates",
    "manner_of",
    "name_date",
    "parse_date",
]

_DAY = dt.timedelta(days=1)
_EPOCHS = (1.0, 1e3, 1e6, 1e9)  # seconds, milli-, micro-, nanoseconds since 1970
_EPOCH_FIRST = 1e8  # 1973: smaller numbers are years, counts or compact dates
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?)?")
_BASIC = re.compile(r"^(\d{4})(\d\d)(\d\d)(?=T\d)")  # ISO 8601 without hyphens
_NAMED = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./ ]?([01]\d)[-_./ ]?([0-3]\d)(?!\d)")
# How programs wrap a date: ``/Date(1709640000000+0100)/``, ``D:20240305103000+01'00'``.
_WRAPPED = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/|D:(\d{8,14}).*")
_OF_YEAR = re.compile(r"(\d{4})-(\d{3})")  # the day of a year, of ISO 8601
# What databases write where they know no date.
_PLACEHOLDER = re.compile(r"(?:1970-01-01|1900-01-01)[T ]00:00(?::00)?\b.*")
_SERIALS_FIRST = 1970  # smaller counts may count anything
_SERIALS = dt.date(1899, 12, 30)  # from which workbooks count days
_UNKNOWN = Manner()


def parse_date(value: object, *, manner: Manner = _UNKNOWN) -> str | None:
    """Return a date of any common form as ``YYYY-MM-DD``, or None if it is not a whole date.

    Takes ISO and RFC 822 dates, dates spelled out in the languages of `rag.sources.dates.months`,
    ``20250103`` and longer stamps, weeks and days of the year as in ISO 8601, a workbook's count
    of days, seconds to nanoseconds since 1970 (in UTC), `date` and `datetime`. The calendar day
    is the one written, whatever the time zone. ``03/04/2021``
    is read as `manner` says, ``03.04.2021`` day first, as dots are written where days lead.
    A date after tomorrow is None.
    """
    if isinstance(value, dt.date):  # which a datetime is, too
        return checked(value.year, value.month, value.day)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _number_date(float(value))
    return _written_date(" ".join(str(value).split())[:200], manner)


@lru_cache(8192)
def _written_date(written: str, manner: Manner) -> str | None:
    """Parse a cell of text; the articles of a file share many dates."""
    if _PLACEHOLDER.fullmatch(written):
        return None
    if wrapped := _WRAPPED.fullmatch(written):
        written = wrapped[1] or wrapped[2]
    text = _BASIC.sub(r"\1-\2-\3", written)
    if day := _OF_YEAR.fullmatch(text):
        return _day_of_year(int(day[1]), int(day[2]))
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return _number_date(float(text))
    found = next(Line(text, manner, short=True).dates(), None)
    return found.date if found else None


def name_date(name: str) -> str | None:
    """Return the date in a file's name or in its folders', year first or in words, or None."""
    near = "/".join(re.split(r"[\\/]", name)[-4:])
    spelled = find_dates(re.sub(r"[_+/]|%20", " ", near))
    digits = [checked(*map(int, match.groups())) for match in _NAMED.finditer(near)]
    return next(filter(None, [*digits[::-1], *(item.date for item in spelled[::-1])]), None)


def find_dates(text: str, *, manner: Manner = _UNKNOWN) -> list[WrittenDate]:
    """Return the whole dates that a line of text names, in order; years have four digits."""
    found = sorted(Line(text, manner, short=False).dates(), key=lambda item: item.span.start)
    return [b for a, b in pairwise([None, *found]) if b and (not a or b.span.start >= a.span.end)]


def _number_date(number: float) -> str | None:
    """Read a compact date such as 20250103, a time since 1970, or a workbook's count of days."""
    if 1e4 <= number < 1e5:
        return _serial_date(int(number))
    if not 1e7 <= number < 1e20:
        return None
    compact = _COMPACT.fullmatch(str(int(number)))
    dates = [compact and checked(*map(int, compact.groups()[:3])), _epoch_date(number)]
    # Ten digits are seconds, if that is not in the future.
    return next(filter(None, dates[::-1] if number < 1e10 else dates), None)


def _epoch_date(number: float) -> str | None:
    today = dt.datetime.now(tz=dt.UTC).timestamp() + _DAY.total_seconds()
    for unit in _EPOCHS:
        if _EPOCH_FIRST <= number / unit <= today:
            day = dt.datetime.fromtimestamp(number / unit, tz=dt.UTC)
            return day.date().isoformat()
    return None


def _serial_date(days: int) -> str | None:
    """Return the date of a workbook's count of days, if it is of the last decades."""
    date = _SERIALS + days * _DAY
    return checked(date.year, date.month, date.day) if date.year >= _SERIALS_FIRST else None


def _day_of_year(year: int, day: int) -> str | None:
    if not (1 <= year <= dt.MAXYEAR and 1 <= day <= 366):
        return None
    date = dt.date(year, 1, 1) + (day - 1) * _DAY if year < dt.MAXYEAR else dt.date.max
    return checked(date.year, date.month, date.day) if date.year == year else None
