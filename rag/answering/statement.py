"""A cited sentence as it is said in an answer: readable alone, its days in full."""

from __future__ import annotations

import datetime as dt
import re

from rag.answering.evidence import Evidence
from rag.text.facts import spelled_date
from rag.text.lexicon import WEEKDAYS
from rag.text.quotable import is_quotable
from rag.text.sentences import sentences, words

# A day that the article's date tells; "Black Friday" is a name, and "on Fridays" is any.
_DAY = re.compile(
    r"(?<![-\w])(?:(?P<when>last|next|this|on|late|early|by|until|since|before|after|from|of) )?"
    rf"(?P<weekday>{'|'.join(WEEKDAYS)})\b(?: (?:morning|noon|afternoon|evening|night))?+"
    r"(?![’']?s\b|,? \d|,? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|-)|"
    r"\b(?P<near>[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight)\b(?![’']s|,? \d)"
)
_NAMED = re.compile(
    r"\b(?:Black|Good|Bloody|Super|Ash|Palm|Easter|Holy|Cyber|Giving|Shrove|Maundy|Ruby|"
    r"Sheffield) $"
)
_FUTURE = re.compile(
    r"\b(?:will|shall|due|expected|set|plan(?:s|ned)?|scheduled|next|would)\b", re.I
)
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
# Characters before or after a sentence in which the one beside it must stand whole.
_LOOK = 500
_LEANS = frozenset(
    "he she it they him her them his hers its their theirs this that these those such however "
    "but and so then also meanwhile instead there".split()
)
# The end of a subject and what it did: "founder of the firm, was sentenced to 25 years".
_CROSSED = re.compile(r"^[^,]*, (?=(?:was|were|is|are|has|have|had|will|would)\b)")
# A sum or a number with its unit, in a longer span: "completed its purchase for $44 billion".
_FIGURE = re.compile(
    r"(?:\b(?:about|around|some|nearly|almost|over|(?:more|less|fewer) than|at least|up to)\s+)?"
    r"(?<![\w.,-])(?:US|A|C)?[$€£¥]?\d+(?:[.,]\d+)*"
    r"(?:[ -](?:thousand|million|billion|trillion|bn)\b)?"
    r"(?:\s?%|\s(?:per ?cent|percentage points?|dollars|euros|pounds|yen|rupees|kilomet(?:re|er)s|"
    r"met(?:re|er)s|miles|feet|hectares|people|years|months|days|hours|minutes)\b)?"
)
_LONG = 6
# Words of a line of a list at most, and what ends a sentence.
_LINE = 6
_ENDED = re.compile(r"[.!?…。！？।॥؟:;][\"'”’)\]]*$")
_QUOTES = {'"': '"', "“": "”", "‘": "’", "(": ")", "[": "]"}


def in_full(sentence: str, date: str | None) -> str:
    """Return `sentence` with the days that it names by their weekday given a date.

    "on Thursday" becomes "on Thursday, 8 September 2022", seen from the article's `date`.
    """
    text = " ".join(sentence.split())
    if not date:
        return text
    seen = dt.date.fromisoformat(date)
    first = True

    def dated(match: re.Match[str]) -> str:
        nonlocal first
        if not first or _NAMED.search(text[: match.start()]):
            return match[0]
        first = False
        # A date within a sentence stands between commas.
        comma = "," if text[match.end() : match.end() + 2].strip().isalpha() else ""
        return f"{match[0]}, {spelled_date(_day(match, text, seen).isoformat())}{comma}"

    return _DAY.sub(dated, text)


def short(span: str, sentence: str, date: str | None, *, figure: bool = False) -> str:
    """Return a span as a short answer: without loose marks, a day with its date.

    Of one that begins within a subject only what is said of it is left, and of a long one that
    is to tell a `figure` only that, if it has but one.
    """
    if figure and len(words(span)) > _LONG and len(told := _FIGURE.findall(span)) == 1:
        return " ".join(told[0].split())
    text = _balanced(" ".join(span.split()).strip(" ,;:–—-")).rstrip(".")
    if not _starts(sentence, text):
        text = _CROSSED.sub("", text)
    # "8 a.m." and "U.S." keep the full stop that is theirs.
    if re.search(r"\b(?:[ap]\.m|[A-Z]\.[A-Z])$", text):
        text += "."
    if date and _DAY.fullmatch(text):
        return in_full(text, date)
    return text[:1].upper() + text[1:] if text and _starts(sentence, text) else text


def leans(sentence: str) -> bool:
    """Tell whether a sentence leans on the one before it: it opens with "He", "This", "But"."""
    found = words(sentence)
    return bool(found) and (found[0] in _LEANS or sentence.lstrip(" \"'“‘(")[:1].islower())


def is_line(sentence: str) -> bool:
    """Tell whether a sentence is a line of a list or table: a few words without a full stop."""
    text = sentence.strip()
    return len(words(text)) <= _LINE and not _ENDED.search(text)


def sentence_before(found: Evidence, *, near: bool = False) -> Evidence | None:
    """Return the sentence before `found` in its article, with `near` only of its own paragraph."""
    text = found.article.text
    from_here = max(0, found.start - _LOOK)
    earlier = sentences(text[from_here : found.start], language=found.article.language)
    if not earlier:
        return None
    start, end = from_here + earlier[-1].start, from_here + earlier[-1].end
    # One that begins where the look began may have been cut in its middle.
    cut = from_here > 0 and start == from_here
    apart = near and "\n" in text[end : found.start]
    return None if cut or apart else _beside(found, start, end)


def sentence_after(found: Evidence, *, near: bool = False) -> Evidence | None:
    """Return the sentence after `found` in its article, with `near` only of its own paragraph."""
    text = found.article.text
    until = found.end + _LOOK
    later = sentences(text[found.end : until], language=found.article.language)
    if not later or (len(later) == 1 and until < len(text)):
        return None
    if near and "\n" in text[found.end : found.end + later[0].start]:
        return None
    return _beside(found, found.end + later[0].start, found.end + later[0].end)


def _beside(found: Evidence, start: int, end: int) -> Evidence | None:
    quote = found.article.text[start:end]
    if not is_quotable(quote):
        return None
    return Evidence(found.passage, found.article, quote, start, end, found.lead)


def _day(match: re.Match[str], text: str, seen: dt.date) -> dt.date:
    if match["near"]:
        return seen + dt.timedelta(days=_NEAR[match["near"].lower()])
    back = (seen.weekday() - WEEKDAYS.index(match["weekday"])) % 7
    if match["when"] == "next":
        return seen + dt.timedelta(days=7 - back)
    if match["when"] == "last":
        return seen - dt.timedelta(days=back or 7)
    # Within a clause that tells what is to come, the day is to come.
    clause = re.split(r"[,;:]| (?:and|but|after) ", text[: match.start()])[-1]
    if _FUTURE.search(clause):
        return seen + dt.timedelta(days=(7 - back) % 7)
    return seen - dt.timedelta(days=back)


def _balanced(text: str) -> str:
    """Return text without a quotation mark or bracket whose partner is elsewhere."""
    for opening, closing in _QUOTES.items():
        if opening == closing:
            if text.count(opening) % 2:
                text = text.replace(opening, "")
        elif text.count(opening) != text.count(closing) and not (
            closing == "’" and opening not in text
        ):
            text = text.replace(opening, "").replace(closing, "")
    return text.strip()


def _starts(sentence: str, text: str) -> bool:
    return sentence.lstrip(" \"'“‘(").startswith(text)
