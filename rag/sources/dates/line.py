"""Find the dates in a line of text, in the calendars and orders they are written in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import jdatetime

from rag.sources.dates.manner import Manner
from rag.sources.dates.months import iranian_month_of, month_of
from rag.types import Span

_DAY = dt.timedelta(days=1)
_EARLIEST = 1600  # the first newspapers
_ERAS = {
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    "大正": 1911,
    "明治": 1867,
    "民國": 1911,
    "民国": 1911,
}
_LETTERED = {"R": 2018, "H": 1988, "S": 1925, "T": 1911, "M": 1867}

_TIME = re.compile(
    r"(?i)\b\d{1,2}[:：]\d\d(?:[:：]\d\d(?:[.,]\d+)?)?(?:\s?[ap]\.?\s?m\b\.?)?(?: [+-]\d{4}\b)?"
)
_PIECE = re.compile(r"\d+|[^\W\d_][^\s\d,;/:|()\[\]–—-]*")
_TWO_WORDS = re.compile(r"(تشرين|كانون) (الأول|الاول|الثاني)")  # months of the Levant
_NEAR = re.compile(r"[\s.,'’`º°ª/–-]{0,4}")
# What may stand between the parts of a date: particles, ordinals, the words for year and day.
_PARTICLES = frozenset(
    "de del d di da do dos of the st nd rd th er ère ro º den der le el la il ta' ng ika-ب ב ה ל го"
    " й га га-е г года р року рік год gada gads m d év роки ال عام لعام พ.ศ ค.ศ นะ tháng năm ngày"
    " tahun সাল खत".split()
)
_CHINESE = "〇一二三四五六七八九"
_TO_DIGITS = str.maketrans(_CHINESE + "零", "01234567890")
_NUMBER = rf"\d{{1,3}}|元|[{_CHINESE}零十百]{{1,5}}"
_EAST = re.compile(
    rf"(?:({'|'.join(_ERAS)})\s?({_NUMBER})|(?<!\d)(\d{{4}}|\d\d|[{_CHINESE}零]{{4}}))\s?[年년]\s?"
    rf"({_NUMBER})\s?[月월]\s?({_NUMBER})\s?[日号號일]"
)
_ERA_LETTER = re.compile(r"(?<![\w.])([RHSTM])\.?(\d{1,2})[./](\d{1,2})[./](\d{1,2})(?![\d./])")
_WEEK = re.compile(r"(?<![\d-])(\d{4})-?W(\d\d)-?([1-7])(?!\d)")
_VIETNAMESE = re.compile(r"(?i)(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<![\d.,/-])(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d|[-/.,]\d)")
_YEAR_LAST = re.compile(
    r"(?<![\d.,/-])(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?!\d|[-/.,]\d)"
)
_THAI = re.compile("[\u0e00-\u0e7f]")
# Greek, Cyrillic, Hebrew, Arabic and Indian letters and digits: where they are written, days lead.
_DAYS_LEAD = re.compile("[\u0370-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")
_PERSIAN = re.compile("[\u06f0-\u06f9]")

_Parts = Sequence[tuple[int, int, int]]
_Pieces = Sequence[re.Match[str]]


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date that a text names, ``YYYY-MM-DD``, and where it stands."""

    date: str
    span: Span


@dataclass(frozen=True, slots=True)
class Line:
    """A text with how to read it: `short` years have two digits."""

    text: str
    manner: Manner
    short: bool

    def dates(self) -> Iterator[WrittenDate]:
        """Yield the dates, those in the surest forms first."""
        # Times go, but what follows keeps its place.
        timeless = _TIME.sub(lambda match: " " * len(match.group()), self.text)
        timeless = _TWO_WORDS.sub(r"\1_\2", timeless)
        line = Line(timeless, self.manner, self.short)
        for match, parts in (*line.eastern(), *line.numeric()):
            if date := next(filter(None, (line.of_any_calendar(*each) for each in parts)), None):
                yield WrittenDate(date, Span(*match.span()))
        yield from line.spelled()

    def eastern(self) -> Iterator[tuple[re.Match[str], _Parts]]:
        """Yield Chinese, Japanese, Korean and Vietnamese dates, as year, month and day."""
        for match in _EAST.finditer(self.text):
            era, of_era, year, month, day = match.groups()
            number = _ERAS[era] + _number(of_era) if era else self.full_year(_digits(year))
            yield match, [(number, _number(month), _number(day))]
        for match in _ERA_LETTER.finditer(self.text if self.short else ""):
            year, month, day = map(int, match.groups()[1:])
            yield match, [(_LETTERED[match[1]] + year, month, day)]
        for match in _VIETNAMESE.finditer(self.text):
            yield match, [(int(match[3]), int(match[2]), int(match[1]))]

    def numeric(self) -> Iterator[tuple[re.Match[str], _Parts]]:
        """Yield dates in digits with the ways to read them, the likeliest first."""
        for match in _WEEK.finditer(self.text):
            yield match, _of_week(*map(int, match.groups()))
        for match in _YEAR_FIRST.finditer(self.text):
            yield match, [(int(match[1]), int(match[3]), int(match[4]))]
        for match in _YEAR_LAST.finditer(self.text):
            if self.short or len(match[4]) == 4:
                yield match, self.readings(match)

    def readings(self, match: re.Match[str]) -> _Parts:
        """Return the ways to read three numbers that do not begin with a long year."""
        first, second, last = int(match[1]), int(match[3]), self.full_year(match[4])
        day_first, month_first = (last, second, first), (last, first, second)
        if match[2] == ".":  # where dots are written days lead, if there is such a month
            usual = [day_first if second <= 12 else month_first]
        else:
            usual = [day_first, month_first][:: 1 if self.leads_with_days() else -1]
        if len(match[4]) == 4:
            return usual
        year_first = (self.full_year(match[1].zfill(2)), second, int(match[4]))
        return [year_first, *usual] if self.manner.year_first else [*usual, year_first]

    def leads_with_days(self) -> bool:
        """Tell whether 3/4/2021 is in April: by the language, or else by the letters."""
        by_letters = self.manner.language is None and _DAYS_LEAD.search(self.text) is not None
        return self.manner.day_first or by_letters

    def spelled(self) -> Iterator[WrittenDate]:
        """Yield dates with a month's name."""
        pieces = list(_PIECE.finditer(self.text))
        for at, piece in enumerate(pieces):
            if piece[0][0].isdecimal():
                continue
            before, after = self.numbers(pieces, at, -1), self.numbers(pieces, at, 1)
            if (after or len(before) > 1) and (found := self.around(piece, before, after)):
                yield found

    def numbers(self, pieces: _Pieces, at: int, step: int) -> _Pieces:
        """Return the one or two numbers next to a piece, past particles, nearest first."""
        found: list[re.Match[str]] = []
        for last, here in pairwise(range(at, at + 5 * step, step)):
            if not 0 <= here < len(pieces) or len(found) == 2:
                break
            left, right = sorted((pieces[last], pieces[here]), key=lambda piece: piece.start())
            gap = self.text[left.end() : right.start()]
            if not (_NEAR.fullmatch(gap) or (found and gap.isspace())):
                break
            if pieces[here][0][0].isdecimal():
                found.append(pieces[here])
            elif not self.is_passed_over(pieces[here][0], gap):
                break
        return found

    def is_passed_over(self, word: str, gap: str) -> bool:
        """Tell whether a word may stand within a date; in Arabic a month may have two names."""
        if word.casefold().rstrip(".") in _PARTICLES:
            return True
        return "/" in gap and month_of(word, language=self.manner.language) is not None

    def around(self, name: re.Match[str], before: _Pieces, after: _Pieces) -> WrittenDate | None:
        """Return the date that the numbers around a month's name make with it."""
        pairs = self.days_and_years(before, after)
        # Numbers first: a word that is not a month's name is looked up in all languages, and the
        # first such word loads them, which takes half a second.
        month = month_of(name[0], language=self.manner.language) if pairs else None
        for day, year in pairs:
            if date := self.dated(name[0], month, day=int(day[0]), year=self.full_year(year[0])):
                ends = (name, day, year)
                span = Span(min(end.start() for end in ends), max(end.end() for end in ends))
                return WrittenDate(date, span)
        return None

    def days_and_years(
        self, before: _Pieces, after: _Pieces
    ) -> list[tuple[re.Match[str], re.Match[str]]]:
        """Return what may be the day and the year of a month's name, the usual order first."""
        orders = ((before, after), (after, after[1:]), (after, before), (before, before[1:]))
        return [
            (days[0], years[0])
            for days, years in orders
            if days and years and self.is_day_and_year(days[0][0], years[0][0])
        ]

    def dated(self, name: str, month: int | None, *, day: int, year: int) -> str | None:
        """Return the day of a month by its number, or by its name in the Iranian calendar."""
        if month:
            return self.of_any_calendar(year, month, day)
        iranian = iranian_month_of(name)
        return _iranian(year, iranian, day) if iranian else None

    def is_day_and_year(self, day: str, year: str) -> bool:
        """Tell whether two numbers have as many digits as a day and a year."""
        return len(day) <= 2 and (len(year) == 4 or (self.short and len(year) == 2))

    def full_year(self, digits: str) -> int:
        """Return a year of two digits as the latest one that is not to come."""
        if len(digits) != 2:
            return int(digits)
        if self.is_thai():
            return 2500 + int(digits)
        this = dt.date.today().year
        year = this // 100 * 100 + int(digits)
        return year if year <= this else year - 100

    def of_any_calendar(self, year: int, month: int, day: int) -> str | None:
        """Return a date whose year may be of the Thai or, in digits, of the Iranian calendar."""
        if 2400 <= year < 2700 and self.is_thai():
            return checked(year - 543, month, day)
        if 1300 <= year < 1500 and (self.manner.language == "fa" or _PERSIAN.search(self.text)):
            return _iranian(year, month, day)
        return checked(year, month, day)

    def is_thai(self) -> bool:
        """Tell whether years may be of the Buddhist era."""
        return self.manner.language == "th" or _THAI.search(self.text) is not None


def checked(year: int, month: int, day: int) -> str | None:
    """Return the ISO date, unless there is no such day or it is yet to come."""
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    known = year >= _EARLIEST and date <= dt.date.today() + _DAY
    return date.isoformat() if known else None


def _iranian(year: int, month: int, day: int) -> str | None:
    try:
        date = jdatetime.date(year, month, day).togregorian()
    except ValueError:
        return None
    return checked(date.year, date.month, date.day)


def _of_week(year: int, week: int, day: int) -> _Parts:
    """Return the day of a week of ISO 8601; none where the year has no such week."""
    try:
        date = dt.date.fromisocalendar(year, week, day)
    except ValueError:
        return []
    return [(date.year, date.month, date.day)]


def _number(written: str) -> int:
    """Return a number in digits or in Chinese characters, up to 999."""
    digits = _digits(written.replace("元", "1"))
    if digits.isdecimal():
        return int(digits)
    total, count = 0, 0
    for char in digits:
        if char.isdecimal():
            count = int(char)
        else:
            total, count = total + (count or 1) * {"十": 10, "百": 100}[char], 0
    return total + count


def _digits(written: str) -> str:
    """Return Chinese characters for single figures as digits."""
    return written.translate(_TO_DIGITS)
