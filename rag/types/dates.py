"""Dates as they are written in records: ISO 8601, without a time of day."""

from __future__ import annotations

import datetime as dt


def iso_date(value: str | dt.date | None) -> str | None:
    """Return `value` as an ISO 8601 calendar date, ``YYYY-MM-DD``.

    Takes a `date`, a `datetime` or an ISO string, whose time of day is dropped.
    Raises `ValueError` for anything else, naming the value.
    """
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.datetime.fromisoformat(value.strip()).date().isoformat()
    except (ValueError, AttributeError):
        raise ValueError(f"not a date: {value!r}; write it as YYYY-MM-DD") from None


def calendar_date(value: str | dt.date | None) -> dt.date | None:
    """Return `value` as a date; as `iso_date`."""
    written = iso_date(value)
    return dt.date.fromisoformat(written) if written else None
