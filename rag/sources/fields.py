"""Build clean `Article` records from the fields a format holds."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import SourceError
from rag.sources import text as texts
from rag.sources.dates import Manner, can_be_two, manner_of, parse_date
from rag.sources.dumps import (
    agency_of,
    facts,
    is_sentence,
    lead_title,
    same_line,
    without_agency,
)
from rag.sources.garbled import mended
from rag.sources.tables.nested import words_of
from rag.sources.values import HAS_WORDS, body_of, says, uncut, words
from rag.sources.web.markup import from_markup
from rag.text.language import language_of
from rag.types import Article

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rag.sources.tables.columns import Matched

NO_TEXT = "has no article text"
_STATED = {
    "date",
    "author",
    "publisher",
    "agency",
    "url",
    "ignored",
}  # what lines above a text may say
_HEAD_LINES, _SHORT = 6, 120  # lines above a text, blank ones too, and their length
_BULLET = re.compile(r"[-*+] (?=\S)")
# Obsidian and Readwise make links of names: [[Jane Doe]], [[jane|Jane Doe]].
_WIKI_LINK = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]")
_BY = re.compile(r"(?i)by\s+(?=\S)")

# Characters of a title; more are text in the wrong column, and many more are neither.
_LONGEST_TITLE, _LONGEST_LEAD = 500, 20_000
_SAMPLE = 600  # characters that a language is told by
_PARTS = ("year", "month", "day")

# A number, with a few letters before it at most, counts rows and names no article.
_WEAK_ID = re.compile(r"[A-Za-z]{0,8}[-_#./: ]?\d{1,7}")


def from_row(
    row: Mapping[str, object], *, columns: Matched, source: str, day_first: bool | None = None
) -> Article:
    """Return the article in a row; of several `columns` of a field, the first filled one counts.

    `day_first` tells how 3/4/2021 is read, where other rows show it.
    Raises `SourceError` if none of those of the text has words.
    """

    def said(name: str, fits: Callable[[str], object] = bool) -> str:
        found = [words(row.get(column)) for column in columns.get(name, ())]
        known = [value for value in found if says(value)]
        return next(filter(fits, known), next(iter(known), ""))

    author = said("author", _is_name)
    bodies = (uncut(body_of(row, column)) for column in columns.get("text", ()))
    text = next(filter(says, bodies), "")
    dates = (_mended_date(words_of(row.get(column))) for column in columns.get("date", ()))
    return article(
        source=source,
        text=_with_lead(text, from_markup(said("lead"))),
        title=from_markup(said("title")),
        date=next(filter(parse_date, dates), None) or _in_parts(*map(said, _PARTS)),
        url=said("url", web_address) or said("publisher", web_address),
        publisher=said("publisher", lambda name: not web_address(name)),
        author=_without_by(author if _is_name(author) else ""),
        language=said("language"),
        id=said("id"),
        day_first=day_first,
    )


def _mended_date(date: object) -> object:
    """Return a date with its month's name mended, if it is written as text."""
    return mended(date) if isinstance(date, str) else date


def _with_lead(text: str, lead: str) -> str:
    """Return a text with the lead that a table keeps apart, unless the text repeats it."""
    bare = " ".join(lead.split()).rstrip(" .…").casefold()
    if not bare or not text or bare in " ".join(text.split()).casefold():
        return text
    return f"{lead}\n\n{text}"


def _in_parts(year: str, month: str, day: str) -> str | None:
    """Return a date given as year, month and day, the month by number or name."""
    if not (year and month and day):
        return None
    parts = f"{year}-{month}-{day}" if month.isdigit() else f"{day} {month} {year}"
    return parse_date(parts)


def _is_name(author: str) -> bool:
    return not author.isdigit()


def _without_by(author: str) -> str:
    match = _BY.match(author)
    return author[match.end() :] if match else author


def has_weak_id(found: Article) -> bool:
    """Return whether an article's id only counts the rows of its file."""
    return _WEAK_ID.fullmatch(found.id or "-") is not None


def without_id(found: Article) -> Article:
    """Return the article without its id, so that the archive derives a better one."""
    return dataclasses.replace(found, id=None)


def article(
    *,
    source: str,
    text: str,
    title: str = "",
    date: object = None,
    url: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    language: object = None,
    id: str | None = None,  # noqa: A002 - the name it has in `Article`
    day_first: bool | None = None,
) -> Article:
    """Return a clean record; raises `SourceError` if it has no text.

    A missing title is the first sentence. What is too long for a title opens the text instead, and
    its first sentence is the title. A missing publisher the host of the address. What
    is missing of date, author and publisher is taken from lines above the text that say it.
    A publisher given as an address stands in for a missing address, too.
    """
    headline = texts.one_line(title)
    if len(headline) > _LONGEST_TITLE:
        told = f"{headline}\n\n{text}" if len(headline) <= _LONGEST_LEAD else text
        headline, text = lead_title(headline[:_LONGEST_LEAD]), told
    body = _without_headline(texts.clean(text), headline)
    if not HAS_WORDS.search(body):
        raise SourceError(NO_TEXT)
    body, stated = _stated(body)
    date = _mended_date(date)
    address = web_address(url) or web_address(publisher) or web_address(stated.get("url"))
    manner = _manner(language, date, address=address, day_first=day_first, body=body)
    byline = _WIKI_LINK.sub(r"\1", texts.one_line(author or "") or stated.get("author", ""))
    agency = agency_of(byline) or stated.get("agency")
    named = "" if web_address(publisher) else texts.one_line(publisher or "")
    return Article(
        title=headline or lead_title(body),
        text=body,
        id=texts.one_line(id or "") or None,
        date=parse_date(date, manner=manner) or parse_date(stated.get("date"), manner=manner),
        url=address,
        publisher=named or stated.get("publisher") or host(address) or agency,
        author=without_agency(byline) or None,
        language=texts.language_code(language),
        source=source,
    )


def _manner(
    language: object, date: object, *, address: str | None, day_first: bool | None, body: str
) -> Manner:
    """Return how an article's dates are written: as other rows show it, else by its language.

    The language is told by the text only for a date that can be read as two days.
    """
    manner = manner_of(language, address=address)
    if day_first is not None:
        return dataclasses.replace(manner, day_first=day_first)
    unknown = manner == Manner() and isinstance(date, str) and can_be_two(date)
    spoken = _spoken(body[:_SAMPLE]) if unknown else "en"
    return manner_of(spoken) if spoken != "en" else manner


def is_undecided(found: Article, date: object) -> bool:
    """Return whether nothing tells how the article's date, which can be two days, is read."""
    if not isinstance(date, str) or not can_be_two(date):
        return False
    unknown = manner_of(found.language, address=found.url) == Manner()
    return unknown and _spoken(found.text[:_SAMPLE]) in (None, "en")


@lru_cache(16)
def _spoken(sample: str) -> str | None:
    return language_of(sample)


def _stated(text: str) -> tuple[str, dict[str, str]]:
    """Return a body without the bylines and date lines it opens with, and what they say."""
    stated: dict[str, str] = {}
    kept: list[str] = []
    lines = iter(text.split("\n"))
    for line in lines:
        told = dict(facts(_BULLET.sub("", line))) if line else {}
        if told and told.keys() <= _STATED:
            stated = {**told, **stated}
        else:
            kept.append(line)
        if len(line) > _SHORT or len(kept) > _HEAD_LINES:
            break
    if not stated:
        return text, {}
    rest = texts.clean("\n".join([*kept, *lines]))
    return (rest, stated) if HAS_WORDS.search(rest) else (text, {})


def _without_headline(text: str, headline: str) -> str:
    """Return a body without the headline it may open with; a first sentence is none."""
    first, _, rest = text.partition("\n\n")
    full_stop = is_sentence(first) and not first.endswith(("?", "!"))
    return rest if rest and headline and not full_stop and same_line(first, headline) else text


def web_address(url: str | None) -> str | None:
    """Return `url` if it can be opened as a web page; so no ``javascript:`` reaches a reader."""
    address = texts.one_line(url or "")
    if address.startswith("www."):
        address = f"https://{address}"
    return address if re.match(r"(?i)https?://[^\s/]", address) else None


def host(url: str | None) -> str | None:
    """Return the host of an address without ``www.``, or None if there is none."""
    try:
        name = urlsplit(url or "").hostname
    except ValueError:  # an unclosed "[" of an IPv6 address
        return None
    return name.removeprefix("www.") if name else None
