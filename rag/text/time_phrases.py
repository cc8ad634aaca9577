"""Time expressions in English text, found by patterns and read as days of the calendar."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dateutil import parser
from dateutil.relativedelta import MO, SA, relativedelta

from rag.text.lexicon import MONTH, WEEKDAY, WEEKDAYS

_DAY = dt.timedelta(days=1)
# "Agenda 2030" may be meant as a time, "Blade Runner 2049" is not.
_FURTHEST_YEARS = 10

_COUNTS = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
} | {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 4, "a few": 4, "several": 5}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3} | {"1": 0, "2": 1, "3": 2, "4": 3}
# How many days ago.
_NEAR = {
    "the day before yesterday": 2,
    "yesterday": 1,
    "last night": 1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
}
# Days of every year, by month and day; their names stand for one only beside a year.
_HOLIDAYS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "new year's day": (1, 1),
    "new years day": (1, 1),
    "valentine's day": (2, 14),
    "halloween": (10, 31),
}

_MONTH = rf"(?P<month>{MONTH}|(?:{'|'.join(calendar.month_abbr[1:])}|Sept)\b\.?)"
_YEAR = r"(?P<year>(?:19|20)\d\d|(?<!\bthe\s)last\syear(?!\s+of\b)|this\syear)"
_OF_YEAR = rf"(?:,?\s+(?:of\s+)?{_YEAR}\b)"
_DATE = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_PART = (
    r"(?:(?P<part>early|mid|late|(?:start|beginning|middle|end) of)(?:\s+in)?[\s-]+(?:the\s+)?)?"
)
_TO = r"\s*(?:\bto\b|\band\b|-|–)\s*"
_OTHER = r"(?P<other>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY = rf"(?P<weekday>{WEEKDAY})"
_HOLIDAY = "|".join(_HOLIDAYS).replace("'", "['’]").replace(" ", r"\s+")
_SEASON = rf"(?P<season>{'|'.join(_SEASONS)})"
_NUMBER = r"(?P<count>\d{1,4}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
_UNIT = r"(?P<unit>hour|day|week|month|year|decade)s?\b"
# Not a sum or a reading; nor a number of things, as in "2000 people" and "March 5 people".
_ALONE = r"(?<![$£€#.,\d/-])\b"
_THINGS = (
    r"(?![\d%]|[.,:]\d|[\s-]+(?:people|persons|men|women|children|soldiers|troops|deaths|cases|"
    r"dollars|euros|pounds|points|votes|jobs|homes|houses|seats|tons|tonnes|hectares|acres|km|"
    r"kilomet\w+|met(?:re|er)s|miles|feet|years|months|weeks|days|hours|minutes|percent|million|"
    r"billion|thousand|attacks?|bombings?|riots?)\b)"
)
# What stands before a month that has neither day nor year; "by May" may be a person.
_BEFORE_MONTH = "|".join(
    rf"(?<=\b{word}\s)"
    for word in "in since during until between from to and last this early mid late".split()
)
_NO_WEEKDAY_BEFORE = "".join(
    rf"(?<!\b{word}\s)"
    for word in "next every each Good Black Bloody Super Ash Palm Easter Holy Cyber Giving "
    "Shrove Maundy Sheffield Ruby".split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """The time that `text[start:end]` names, from its first to its last day.

    `exact` when it is told from today, as "last week"; `yearless` when its year was
    guessed, as in "5 March".
    """

    first: dt.date
    last: dt.date
    exact: bool = False
    yearless: bool = False
    start: int = 0
    end: int = 0


_Reader = Callable[[re.Match[str], dt.date], Phrase | None]


def time_phrases(text: str, *, today: dt.date) -> list[Phrase]:
    """Return the time phrases of `text` in its order; no two of them overlap.

    A day that no calendar has, "31 April" or "9000 years ago", is left out. English only;
    other languages have at most their years and ISO dates found.
    """
    found: list[Phrase] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if phrase := _read(match, read, today):
                start, end = match.span()
                found.append(replace(phrase, start=start, end=end))
                # The same length, so that offsets stay; nothing reads it again.
                text = f"{text[:start]}{'~' * (end - start)}{text[end:]}"
    return sorted(found, key=lambda phrase: phrase.start)


def is_name(match: re.Match[str]) -> bool:
    """Tell whether a word that is no name has a capital within the text: "USA Today"."""
    return match.start() > 0 and match[0][0].isupper() and not match.string.isupper()


def _read(match: re.Match[str], read: _Reader, today: dt.date) -> Phrase | None:
    try:
        return read(match, today)
    except (ValueError, OverflowError, KeyError):
        # KeyError: "ſix" is "six" to a pattern that ignores case, but not to a table.
        return None


def _year(match: re.Match[str], today: dt.date) -> int | None:
    """Return the year of a match; None when it names none."""
    text = match.groupdict().get("year") or ""
    if not text.isdigit():
        return {"last": today.year - 1, "this": today.year}.get(text[:4].lower())
    if int(text) > today.year + _FURTHEST_YEARS:
        raise ValueError(f"{text} is too far away to be meant as a year")
    return int(text)


def _month_number(match: re.Match[str]) -> int:
    return [name[:3] for name in calendar.month_name].index(match["month"][:3].capitalize())


def _dated(
    match: re.Match[str], month: int, today: dt.date, *, day: int = 1, until: relativedelta
) -> Phrase:
    """Return what begins on a day of a year, or of the last year that had it."""
    year = _year(match, today)
    first = dt.date(year or today.year, month, day)
    if year is None and first > today:
        first = dt.date(first.year - 1, month, day)
    first, last = _part(match, first, first + until)
    return Phrase(first, last, yearless=year is None)


def _part(match: re.Match[str], first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return the third of a time that "early", "mid" or "late" means."""
    third = (last - first + _DAY) / 3
    part = (match.groupdict().get("part") or "").lower().removesuffix(" of")
    if part in ("early", "start", "beginning"):
        return first, first + third - _DAY
    if part in ("mid", "middle"):
        return first + third, last - third
    return (last - third + _DAY, last) if part else (first, last)


def _read_iso(match: re.Match[str], _today: dt.date) -> Phrase:
    day = dt.date.fromisoformat(match[0])
    return Phrase(day, day)


def _read_numeric(match: re.Match[str], _today: dt.date) -> Phrase:
    """Read 25/03/2021, the day first unless that cannot be."""
    day = parser.parse(match[0], dayfirst=True).date()
    return Phrase(day, day)


def _read_day(match: re.Match[str], today: dt.date) -> Phrase | None:
    day, other = int(match["day"]), int(match["other"] or match["day"])
    if match["month"] in ("may", "march") and not match["year"]:
        return None
    until = relativedelta(days=abs(other - day))
    return _dated(match, _month_number(match), today, day=min(day, other), until=until)


def _read_month(match: re.Match[str], today: dt.date) -> Phrase:
    return _dated(match, _month_number(match), today, until=relativedelta(day=31))


def _read_holiday(match: re.Match[str], today: dt.date) -> Phrase:
    month, day = _HOLIDAYS[" ".join(match["holiday"].lower().replace("’", "'").split())]
    return _dated(match, month, today, day=day, until=relativedelta())


def _read_season(match: re.Match[str], today: dt.date) -> Phrase:
    """Read a season of the northern half; a winter is named for the year it begins in."""
    month = _SEASONS[match["season"].lower()]
    # The last summer is one that has ended.
    seen = today - relativedelta(months=3) if match[0].lower().startswith("last") else today
    return _dated(match, month, seen, until=relativedelta(months=2, day=31))


def _read_quarter(match: re.Match[str], today: dt.date) -> Phrase:
    nth = _ORDINALS[match["nth"].lower()]
    months = 6 if match["share"].lower().startswith("h") else 3
    return _dated(match, 1 + nth * months, today, until=relativedelta(months=months - 1, day=31))


def _read_decade(match: re.Match[str], _today: dt.date) -> Phrase:
    first = dt.date(int(f"{match['century'] or 19}{match['tens']}0"), 1, 1)
    return Phrase(*_part(match, first, first + relativedelta(years=9, month=12, day=31)))


def _read_year(match: re.Match[str], today: dt.date) -> Phrase:
    """Read a year or a season's pair of years, as 2019-20."""
    first = dt.date(_year(match, today) or today.year, 1, 1)
    end = match.groupdict().get("second")
    years = (int(end) - first.year) % 100 if end else 0
    found = _part(match, first, first + relativedelta(years=years, month=12, day=31))
    return Phrase(*found, exact=not match["year"].isdigit())


def _read_weekday(match: re.Match[str], today: dt.date) -> Phrase:
    """Read a weekday: the last before today, or that of this or of last week."""
    number = WEEKDAYS.index(match["weekday"].capitalize())
    back = (today.weekday() - number - 1) % 7 + 1
    if match["week"]:
        back = today.weekday() - number + (7 if match["week"].lower() == "last" else 0)
    day = today - back * _DAY
    return Phrase(day, day, exact=True)


def _length(match: re.Match[str]) -> relativedelta:
    """Return the length of "three weeks"; "recent days" are five."""
    recent = match[0].lower().startswith("recent")
    count = (match.groupdict().get("count") or ("several" if recent else "one")).lower()
    number = int(count) if count.isdigit() else _COUNTS[" ".join(count.split())]
    return {
        "hour": relativedelta(days=-(-number // 24)),
        "day": relativedelta(days=number),
        "week": relativedelta(weeks=number),
        "month": relativedelta(months=number),
        "year": relativedelta(years=number),
        "decade": relativedelta(years=10 * number),
    }[match["unit"].lower()]


def _read_ago(match: re.Match[str], today: dt.date) -> Phrase:
    """Read "two weeks ago": half a unit to each side, since nobody counts the days."""
    middle, unit = today - _length(match), match["unit"].lower()
    half = {
        "week": relativedelta(days=3),
        "month": relativedelta(days=15),
        "year": relativedelta(months=6),
        "decade": relativedelta(years=2),
    }.get(unit, relativedelta())
    return Phrase(middle - half, middle + half, exact=unit in ("hour", "day", "week"))


def _read_past(match: re.Match[str], today: dt.date) -> Phrase:
    return Phrase(today - _length(match), today, exact=True)


def _read_calendar(match: re.Match[str], today: dt.date) -> Phrase:
    """Read this or last week, month or weekend, by the calendar."""
    unit, back = match["unit"].lower(), int(match["which"].lower() == "last")
    if unit == "weekend":
        first = today + relativedelta(weekday=SA(-1 - (back and today.weekday() >= 5)))
        return Phrase(first, first + _DAY, exact=True)
    if unit == "week":
        first = today + relativedelta(weekday=MO(-1)) - 7 * back * _DAY
        return Phrase(first, min(first + 6 * _DAY, today), exact=True)
    first = today + relativedelta(day=1, months=-back)
    return Phrase(first, min(first + relativedelta(day=31), today), exact=True)


def _read_near(match: re.Match[str], today: dt.date) -> Phrase | None:
    """Read a word for today or a day before; with a capital it is a name, "USA Today"."""
    if is_name(match):
        return None
    day = today - _NEAR[" ".join(match[0].lower().split())] * _DAY
    return Phrase(day, day, exact=True)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# The longer ones first: what one has taken is gone for the next.
_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_pattern(rf"{_ALONE}\d{{4}}-\d\d-\d\d\b"), _read_iso),
    (_pattern(rf"{_ALONE}\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)\d\d\b"), _read_numeric),
    (
        _pattern(
            rf"(?:{_WEEKDAY},?\s+)?{_ALONE}(?:{_OTHER}{_TO})?{_DATE}(?:\s+of)?\s+{_MONTH}(?!\w){_OF_YEAR}?{_THINGS}"
        ),
        _read_day,
    ),
    (
        _pattern(
            rf"(?:\b{_WEEKDAY},?\s+)?\b{_MONTH}\s+(?:the\s+)?{_DATE}(?:{_TO}{_OTHER})?{_OF_YEAR}?{_THINGS}"
        ),
        _read_day,
    ),
    (_pattern(rf"\b(?P<holiday>{_HOLIDAY}){_OF_YEAR}"), _read_holiday),
    (_pattern(rf"\b{_PART}{_MONTH}{_OF_YEAR}"), _read_month),
    (_pattern(rf"(?:{_BEFORE_MONTH}){_PART}{_MONTH}(?!\w)"), _read_month),
    (_pattern(rf"\b{_PART}{_SEASON}{_OF_YEAR}"), _read_season),
    (_pattern(rf"\b(?:last|(?<=in\s)(?:the\s+)?)\s*{_SEASON}\b(?!\s+of\b)"), _read_season),
    (
        _pattern(rf"\b(?P<nth>first|second|third|fourth)\s+(?P<share>half|quarter){_OF_YEAR}"),
        _read_quarter,
    ),
    (_pattern(rf"\b(?P<share>[QH])(?P<nth>[1-4]){_OF_YEAR}"), _read_quarter),
    (_pattern(rf"\b{_PART}(?P<century>19|20)(?P<tens>\d)0s\b"), _read_decade),
    (_pattern(rf"\bthe\s+{_PART}(?P<century>)['’]?(?P<tens>[5-9])0s\b"), _read_decade),
    (
        _pattern(rf"{_ALONE}(?P<year>(?:19|20)\d\d)[-–/](?P<second>(?:19|20)?\d\d)\b(?![-/])"),
        _read_year,
    ),
    (_pattern(rf"{_ALONE}{_PART}{_YEAR}\b{_THINGS}(?![-/]\d)"), _read_year),
    (
        _pattern(
            rf"{_NO_WEEKDAY_BEFORE}\b(?:last\s+)?{_WEEKDAY}\b"
            r"(?:\s+(?:of\s+)?(?P<week>last|this)\s+week\b)?(?!\s+(?:Times|Night|Mirror|Mail|Post)\b)"
        ),
        _read_weekday,
    ),
    (_pattern(rf"\b{_NUMBER}\s+{_UNIT}\s+ago\b"), _read_ago),
    (_pattern(rf"\b(?:past|last|previous)\s+{_NUMBER}\s+{_UNIT}(?!\s+of\b)"), _read_past),
    (_pattern(rf"\b(?:the\s+past|recent)\s+{_UNIT}"), _read_past),
    (
        _pattern(
            r"\b(?:over|in|during|within)\s+the\s+last\s+(?P<unit>week|month|year|decade)\b(?!\s+of\b)"
        ),
        _read_past,
    ),
    (_pattern(r"\b(?P<which>last|this|the)\s+(?P<unit>weekend)\b"), _read_calendar),
    (
        _pattern(r"\b(?<!\bthe\s)(?P<which>last|this)\s+(?P<unit>week|month)\b(?!\s+of\b)"),
        _read_calendar,
    ),
    # Hasty writers leave out the apostrophe of "yesterday's news".
    (_pattern(r"\b(?:" + "|".join(_NEAR).replace(" ", r"\s+") + r")(?=s?\b)"), _read_near),
)
