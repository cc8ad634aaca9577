"""English words that several stages know: the calendar's, those of questions, and denials."""

from __future__ import annotations

import calendar
import re

# Capitalised, in order of the calendar; weeks begin on Monday.
MONTHS = tuple(calendar.month_name[1:])
WEEKDAYS = tuple(calendar.day_name)
CALENDAR = frozenset(name.casefold() for name in (*MONTHS, *WEEKDAYS))

# Alternatives for a pattern that ignores case.
MONTH = "|".join(MONTHS)
WEEKDAY = "|".join(WEEKDAYS)
# With the short forms, "Sept" for both of its own.
MONTH_OR_SHORT = f"{MONTH}|{'|'.join(calendar.month_abbr[1:])}|Sept"

QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
# The verbs that open a question of yes or no.
OPENING_VERBS = frozenset(
    "is are was were do does did has have had can could will would should may might".split()
)

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot denied denies deny".split()
)

# The kinds of fact that a question asks for.
ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|old|long|far|fast|tall|high|big|large)\b|"
    r"\b(?:what|which) (?:percentage|percent|share|number|amount|age)\b",
    re.IGNORECASE,
)
# A figure may also be told by what it is of: "What was the death toll?"
ASKS_FIGURE = re.compile(
    rf"{ASKS_NUMBER.pattern}|\b(?:what|which)\b.*\b(?:number|toll|rate|price|cost|percent|"
    r"percentage|share|figure|record)\b",
    re.IGNORECASE,
)
# A name of one or more words: "Apollo 11", "Bank of England", "Mohammed bin Salman".
NAME = r"[A-Z][\w’'&-]*(?: (?:(?:of|the|de|la|al|bin|van) )?[A-Z0-9][\w’'&-]*)*"
# What stands before the first question word: "who was president when ..." does not ask when.
_FIRST = r"^(?:(?!\b(?:who|whom|whose|what|when|where|why|how|which)\b).)*"
ASKS_TIME = re.compile(
    rf"{_FIRST}\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|week)s?\b", re.IGNORECASE
)
ASKS_NAME = re.compile(
    rf"{_FIRST}\b(?:who|whom|whose|where)\b|\b(?:what|which) "
    r"(?:country|city|state|place|team|club|company|person|film|movie|party|bank|agency|newspaper|"
    r"president|minister|airline)\b",
    re.IGNORECASE,
)
