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
from rag.sources.dates.manner import Manner, manner_of

__all__ = ["Manner", "WrittenDate", "find_dates", "manner_of", "name_date", "parse_date"]

_DAY = dt.timedelta(days=1)
_EPOCHS = (1.0, 1e3, 1e6, 1e9)  # seconds, milli-, micro-, nanoseconds since 1970
_EPOCH_FIRST = 1e8  # 1973: smaller numbers are years, counts or compact dates
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?)?")
_BASIC = re.compile(r"^(\d{4})(\d\d)(\d\d)(?=T\d)")  # ISO 8601 without hyphens
_NAMED = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./ ]?([01]\d)[-_./ ]?([0-3]\d)(?!\d)")
_UNKNOWN = Manner()


def parse_date(value: object, *, manner: Manner = _UNKNOWN) -> str | None:
    """Return a date of any common form as ``YYYY-MM-DD``, or None if it is not a whole date.

    Takes ISO and RFC 822 dates, dates spelled out in the languages of `rag.sources.dates.months`,
    ``20250103`` and longer stamps, seconds to nanoseconds since 1970 (in UTC), `date` and
    `datetime`. The calendar day is the one written, whatever the time zone. ``03/04/2021``
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
    text = _BASIC.sub(r"\1-\2-\3", written)
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
    """Read a compact date such as 20250103, or a time since 1970."""
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
