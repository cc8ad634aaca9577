"""Time in a question: the period it speaks of, and whether it asks for the newest state.

The phrases come from `rag.text.time_phrases`, patterns of our own over `python-dateutil`: the
search of `dateparser` takes "may", "march" and "USA Today" for times, and has no "before",
no decades and no "early 2020".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from dateutil.relativedelta import relativedelta

from rag.text.lexicon import WEEKDAY
from rag.text.time_phrases import Phrase, is_name, time_phrases
from rag.types import Period, iso_date

_DAY = dt.timedelta(days=1)
# Days after its period at which an article counts half; 15 to 120 differ by little.
_HALF = 30.0
# Days behind the newest; on 12 questions over six years 30 were too few to tell.
_HALF_LATEST = 365.0
# Before a period an article can only announce what happens in it: there it is a week.
_HALF_BEFORE = 7.0
_NEUTRAL = 0.5

# What may stand between the two phrases of a range or list, and before a phrase.
# Between "this year" and the year itself.
_IN_FULL = re.compile(r"\W*(?:\b(?:in|of)\s+)?")
_BETWEEN = re.compile(
    r"\s*(?:,|,?\s*\b(?:and|or|to|until|till|through)\b|[-–])\s*(?:in\s+|the\s+)*"
)
_BOUND = re.compile(
    r"\b(?P<bound>since|after|before|until|till|by|between)\s+(?:the\s+)?$", re.IGNORECASE
)
# "More than in 2019" asks for the other time.
_COMPARED = re.compile(
    r"\b(?:than|compared\s+(?:with|to))\s+(?:(?:in|on|the|at)\s+)*$", re.IGNORECASE
)

_ONLY_WEEKDAYS = re.compile(
    rf"(?:\W|\b(?:{WEEKDAY}|and|or|to|through|since|after|before|until|till|by|"
    r"between|the)\b)+",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|newest|most\s+recent(?:ly)?|recent(?:ly)?|lately|now(?!\s+(?:defunct|closed))|"
    r"current(?:ly)?|presently|nowadays|at\s+present|so\s+far|to\s+date|up\s+to\s+date|"
    r"at\s+the\s+moment|still(?!\s+lifes?\b)|these\s+days|as\s+of\s+today|tomorrow|upcoming|"
    r"next\s+(?:day|week|month|year|few|\w+day))\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|did|had|used\s+to)\b", re.IGNORECASE)
_TOLL = re.compile(
    r"\b(?:death\s+toll|toll|casualt(?:y|ies)|body\s+count|(?:number|total)\s+of\s+"
    r"(?:\w+\s+)?(?:cases|deaths|dead|victims|people\s+killed|infections|refugees)|"
    r"how\s+many\b.*\b(?:have|has|killed|kill|died|die|dead|injured|missing|displaced|wounded|"
    r"infected|homeless|arrested|detained|evacuated|cases|deaths|casualties))\b",
    re.IGNORECASE,
)
_OFFICES = (
    r"president|prime\s+minister|premier|chancellor|leader|head|chief|ceo|chair(?:man|woman)?|"
    r"(?:\w+\s+)?minister|secretary|governor|mayor|king|queen|pope|coach|captain|owner|director|"
    r"champion|speaker"
)
_STATE = re.compile(
    r"\b(?:population|inhabitants|unemployment|inflation|gdp|prices?|cost\s+of|rates?(?!\s+(?:cut|rise|increase|hike)s?)|"
    r"target\s+range|score|standings|rank(?:ing|ed|s)?|record(?:\s+holder)?|worth|value|"
    r"market\s+cap(?:italisation|italization)?|approval|polls?|how\s+many\s+people\s+live|"
    r"holds?\s+the|biggest|largest|richest|most\s+valuable|"
    rf"(?:who|which\s+\w+)(?:\s+(?:is|are)|['’]s)\b.*\b(?:{_OFFICES})s?|"
    r"who\s+(?:leads|heads|runs|owns|rules|governs|chairs|controls))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A phrase with its bound, "since Monday": its first and last day, None when open."""

    first: dt.date | None
    last: dt.date | None
    exact: bool
    text: str


@dataclass(frozen=True, slots=True)
class AskedTime:
    """The time that a question asks for: a period, the latest, both or none.

    `newest` is the last date of the archive.
    """

    period: Period | None = None
    latest: bool = False
    newest: str | None = None

    def __bool__(self) -> bool:
        return self.period is not None or (self.latest and self.newest is not None)

    def score(self, date: str | None) -> float:
        """Return how near an article of `date` is, as `recency` does."""
        return recency(date, self.period, latest=self.latest, newest=self.newest)


def read_time(question: str, *, today: str | dt.date | None, newest: str | None) -> AskedTime:
    """Return the time that `question` asks for, seen from `today`; without one, none.

    Raises `ValueError` for a `today` that is no date.
    """
    seen_from = iso_date(today)
    if seen_from is None:
        return AskedTime()
    period = find_period(question, today=dt.date.fromisoformat(seen_from))
    return AskedTime(period, wants_latest(question), newest)


def find_period(question: str, *, today: dt.date, late: bool = True) -> Period | None:
    """Return the period that `question` speaks of, seen from `today`; None without one.

    Weeks begin on Monday; "on Tuesday" is the last one before today. Phrases that speak
    of now win over those that date an event, and closed ones over open ones; of several,
    the period spans all. An exact period ends late by a tenth of its length, at least a
    day and at most tomorrow: papers report the next day, and in the east it is tomorrow.
    Without `late` it ends on its own last day.
    """
    found = _joined(question, _told_once(question, time_phrases(question, today=today)))
    told = [item for item in found if not _COMPARED.search(question[: item.start])]
    bound = [_with_bound(question, phrase) for phrase in told]
    chosen = (
        [item for item in bound if item.exact]
        or [item for item in bound if item.first and item.last]
        or bound[:1]
    )
    return _spanning(chosen, today if late else None) if chosen else None


def wants_latest(question: str) -> bool:
    """Tell whether `question` asks for the newest state of affairs, or for what is to come.

    A capital within the question makes a name: "Apocalypse Now".
    """
    return any(not is_name(match) for match in _LATEST.finditer(question))


def changes(question: str) -> bool:
    """Tell whether `question` asks for a figure or state that changes from day to day.

    The answer should then say "as of" its article's date. Tolls change while a disaster
    lasts, in whatever tense; prices, rates and office-holders only when not of the past.
    """
    return bool(_TOLL.search(question)) or (
        bool(_STATE.search(question)) and not _PAST.search(question)
    )


def recency(date: str | None, period: Period | None, *, latest: bool, newest: str | None) -> float:
    """Return how well an article of `date` fits the time asked for, in [0, 1].

    It is 1 inside the period and falls off as a hyperbola outside: to 1/2 at 30 days after
    it or 7 before it, to 1/3 at twice as many. With `latest` it is 1 at `newest`, the
    archive's last date, and 1/2 a year earlier. With both, half of it is for the period
    alone and half for the latest within. An article without a date, or a question without a
    time, has 0.5. Raises `ValueError` for what is not an ISO date.
    """
    if date is None or not (period or (latest and newest)):
        return _NEUTRAL
    day = dt.date.fromisoformat(date)
    inside = _nearness(day, period) if period else 1.0
    if not (latest and newest):
        return inside
    until = period.until if period else None
    age = (dt.date.fromisoformat(min(newest, until or newest)) - day).days
    new = _falling(age, _HALF_LATEST)
    return inside * (1 + new) / 2 if period else new


def _nearness(day: dt.date, period: Period) -> float:
    early = (dt.date.fromisoformat(period.since) - day).days if period.since else 0
    late = (day - dt.date.fromisoformat(period.until)).days if period.until else 0
    return _falling(early, _HALF_BEFORE) * _falling(late, _HALF)


def _falling(days: int, half: float) -> float:
    # A hyperbola tells days apart as well as years, in an archive of either.
    return half / (half + max(days, 0))


def _spanning(chosen: Sequence[_Stretch], today: dt.date | None) -> Period:
    """Return the period from the first to the last day of all that were chosen.

    Seen from `today` it ends late when it is exact.
    """
    firsts, lasts = [item.first for item in chosen], [item.last for item in chosen]
    first = None if None in firsts else min(filter(None, firsts))
    last = None if None in lasts else max(filter(None, lasts))
    if today and chosen[0].exact:
        last = _with_slack(first, last, today)
    text = ", ".join(item.text for item in chosen)
    # Asked of an archive of old articles, "on Tuesday" is a day of theirs.
    exact = chosen[0].exact and not _ONLY_WEEKDAYS.fullmatch(text)
    return Period(iso_date(first), iso_date(last), text, exact)


def _with_slack(first: dt.date | None, last: dt.date | None, today: dt.date) -> dt.date:
    tomorrow = today + _DAY
    if last is None:
        return tomorrow
    length = (last - first + _DAY).days if first else 1
    return min(last + max(1, length // 10) * _DAY, tomorrow)


def _told_once(question: str, found: Sequence[Phrase]) -> list[Phrase]:
    """Return the phrases without those that the next one tells in full: "this year (2025)"."""
    return [
        item
        for item, following in zip_longest(found, found[1:])
        if following is None
        or following.exact
        or not (item.exact and _IN_FULL.fullmatch(question[item.end : following.start]))
    ]


def _joined(question: str, found: Sequence[Phrase]) -> list[Phrase]:
    """Return the phrases with those made one that only "and", "to" or a dash divides."""
    joined: list[Phrase] = []
    for item in found:
        before = joined[-1] if joined else None
        if before and _BETWEEN.fullmatch(question[before.end : item.start]):
            joined[-1] = _range(before, item)
        else:
            joined.append(item)
    return joined


def _range(left: Phrase, right: Phrase) -> Phrase:
    """Return the span of two phrases; in "March to June 2021" the year is of both."""
    first, last = left.first, left.last
    if left.yearless and not right.yearless and not right.exact:
        year = relativedelta(year=right.first.year)
        first, last = first + year, last + year
    return replace(
        right,
        first=min(first, right.first),
        last=max(last, right.last),
        exact=left.exact or right.exact,
        start=left.start,
    )


def _with_bound(question: str, phrase: Phrase) -> _Stretch:
    """Return the phrase, open at one end if "since", "before" or the like precedes it."""
    match = _BOUND.search(question[: phrase.start])
    first, last = {
        "since": (phrase.first, None),
        "after": (phrase.last + _DAY, None),
        "before": (None, phrase.first - _DAY),
        "until": (None, phrase.last),
        "till": (None, phrase.last),
        "by": (None, phrase.last),
    }.get(match["bound"].lower() if match else "", (phrase.first, phrase.last))
    start = match.start() if match else phrase.start
    return _Stretch(first, last, phrase.exact, question[start : phrase.end])
