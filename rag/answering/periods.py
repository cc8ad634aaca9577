"""Questions about a stretch of time: "What happened in October 2022?", "last week's news".

They ask for no subject, so there is nothing to search for: the answer lists what the archive
has from that time, one headline and one sentence per article.
"""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.evidence import Evidence
from rag.answering.leading import lead, sentences_of
from rag.archive import Archive
from rag.generation.prompts import REFUSAL
from rag.text.facts import spelled_date
from rag.text.question_time import find_period, wants_latest
from rag.text.sentences import STOPWORDS, words
from rag.text.time_phrases import time_phrases
from rag.types import Article, Citation, Filter, Hit, Period, Query, ScoreParts

# Articles that are listed, and days up to which those that only tell of a time are looked for.
_MOST = 24
_SHORT_DAYS = 7
_TOLD_WITHIN = dt.timedelta(days=45)
_LOOKED_THROUGH = 200
# So many articles are listed under the names of their months.
_MANY = 8
_NEWEST = 8

_NEWS = frozenset(
    "news headline headlines story stories article articles report reports reported event events "
    "happen happens happened happening occur occurred going went gone goes summary summarise "
    "summarize overview recap review digest rundown roundup chronicle timeline highlights "
    "developments published written archive papers paper press media new latest breaking".split()
)
_SUBJECTLESS = frozenset(
    "anything everything something all world worldwide globally big biggest main major important "
    "top most key short brief quick full complete notable significant major list show give tell "
    "find get see read please pls us us' me day days date week weeks month months year years time "
    "period around circa during course whole entire part thing things stuff else know want like "
    "let go come came made making make look back up today yesterday current recent recently newest "
    "last first ones one's what's that's there's whats sum catch old older newer earlier later "
    "dated available exist exists present contain contained have got any here".split()
)
_RANGE_WORDS = frozenset("since until till before after between from to through by early".split())
# What is left of "yesterday's".
_LETTERS = frozenset(string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Listing:
    """What is said about a time: lines of text, their citations, and the articles nearby.

    `lines` begin with a line break but for the first. Without citations the text begins
    with the refusal phrase.
    """

    lines: tuple[str, ...]
    citations: tuple[Citation, ...] = ()
    nearby: tuple[Hit, ...] = ()


def asked_period(query: Query) -> Period | None:
    """Return the period that a query asks all news of; None when it asks for more than a time.

    "What is the news?" asks for that up to now, a period without a beginning. A time alone,
    "March 2023", asks for its news at the head of a conversation; later it goes on with the
    question before it.
    """
    today = query.today or dt.date.today()
    period = find_period(query.question, today=today, late=False)
    said = set(words(_without_time(query.question, today)))
    if said - _NEWS - _SUBJECTLESS - _RANGE_WORDS - STOPWORDS - _LETTERS:
        return None
    if period:
        return period if said & _NEWS or not query.history else None
    latest = said & {"news", "headlines"} or (said & _NEWS and wants_latest(query.question))
    return Period(None, None, "", exact=True) if latest else None


def list_period(period: Period, query: Query, archive: Archive) -> Listing:
    """Return what `archive` has from `period`, within the query's filter, in order of time."""
    where = _within(query.where, period)
    if where is None:
        return Listing((f"{REFUSAL} The filter leaves out {period.phrase}.",))
    if not period.phrase:
        newest = _articles(archive, where, limit=_NEWEST)
        return _listed([lead(article) for article in newest], "The newest articles are these.")
    count = archive.count(
        since=where.since, until=where.until, publishers=where.publishers, names=where.names
    )
    if count:
        leads = [lead(article) for article in _spread(archive, where, count)]
        return _listed(leads, _opening(where, count))
    told = _told_of(archive, where)
    if told:
        return _listed(told, f"{_none(where)} These tell of that time.")
    return _empty(archive, where)


def _within(where: Filter, period: Period) -> Filter | None:
    """Return the filter that lets through what both do; None when that is nothing."""
    since = max(filter(None, (where.since, period.since)), default=None)
    until = min(filter(None, (where.until, period.until)), default=None)
    if since and until and since > until:
        return None
    return replace(where, since=since, until=until)


def _articles(archive: Archive, where: Filter, *, limit: int, offset: int = 0) -> list[Article]:
    return archive.articles(
        since=where.since,
        until=where.until,
        publishers=where.publishers,
        names=where.names,
        limit=limit,
        offset=offset,
    )


def _spread(archive: Archive, where: Filter, count: int) -> list[Article]:
    """Return all articles, or as many as are listed, spread evenly; the oldest first."""
    if count <= _MOST:
        return _articles(archive, where, limit=count)[::-1]
    places = (place * count // _MOST for place in reversed(range(_MOST)))
    return [found for p in places for found in _articles(archive, where, limit=1, offset=p)]


def _listed(found: Sequence[Evidence], opening: str) -> Listing:
    """Return a line for each sentence, under the names of the months when they are many."""
    if not found:
        return Listing((REFUSAL,))
    lines, month = [opening], ""
    for number, item in enumerate(found, start=1):
        if len(found) > _MANY and _month(item.article) != month:
            month = _month(item.article)
            lines.append(f"\n{month}")
        lines.append(f"\n{_line(item)} [{number}]")
    cited = (
        Citation(number, item.article, item.quote, item.start, item.end)
        for number, item in enumerate(found, start=1)
    )
    return Listing(tuple(lines), tuple(cited))


def _line(item: Evidence) -> str:
    title = item.article.title.rstrip(".")
    parts = (spelled_date(item.article.date), f"{title}." if title else "")
    heading = ": ".join(part for part in parts if part)
    return f"{heading} {' '.join(item.quote.split())}".strip()


def _month(article: Article) -> str:
    return " ".join(spelled_date(article.date).split()[1:])


def _told_of(archive: Archive, where: Filter) -> list[Evidence]:
    """Return the sentences in which later articles tell of a few days that have none themselves."""
    if not where.since or not where.until:
        return []
    first, last = dt.date.fromisoformat(where.since), dt.date.fromisoformat(where.until)
    if (last - first).days >= _SHORT_DAYS:
        return []
    later = replace(where, until=(last + _TOLD_WITHIN).isoformat())
    found = _articles(archive, later, limit=_LOOKED_THROUGH)[::-1]
    told = (_first_about(article, first, last) for article in found)
    return [item for item in told if item][:_MOST]


def _first_about(article: Article, first: dt.date, last: dt.date) -> Evidence | None:
    """Return the first sentence of `article` that dates something from `first` to `last`."""
    seen_from = dt.date.fromisoformat(article.date or last.isoformat())
    for item in sentences_of(article):
        named = time_phrases(item.quote, today=seen_from)
        if any(first <= phrase.first and phrase.last <= last for phrase in named):
            return item
    return None


def _empty(archive: Archive, where: Filter) -> Listing:
    """Say that there is nothing from then, and when the nearest articles are from."""
    days = archive.days_around(
        where.since, where.until, publishers=where.publishers, names=where.names
    )
    nearby = [
        article
        for day in days
        for article in _articles(archive, replace(where, since=day, until=day), limit=1)
    ]
    there_is = " and ".join(spelled_date(day) for day in days)
    nearest = f" The nearest are of {there_is}." if days else ""
    return Listing((f"{REFUSAL} {_none(where)}{nearest}",), nearby=tuple(map(_hit, nearby)))


def _hit(article: Article) -> Hit:
    opening = lead(article)
    return Hit(article, opening.quote, opening.start, opening.end, 0.0, ScoreParts())


def _opening(where: Filter, count: int) -> str:
    articles = "1 article" if count == 1 else f"{count:,} articles"
    shown = f"; {_MOST} of them, spread over that time, are these" if count > _MOST else ""
    return f"The archive has {articles} published {_dates(where)}{shown}."


def _none(where: Filter) -> str:
    return f"The archive has none published {_dates(where)}."


def _dates(where: Filter) -> str:
    first, last = spelled_date(where.since), spelled_date(where.until)
    if first == last:
        return f"on {first}"
    if first and last:
        return f"from {first} to {last}"
    return f"since {first}" if first else f"up to {last}"


def _without_time(question: str, today: dt.date) -> str:
    for phrase in reversed(time_phrases(question, today=today)):
        question = f"{question[: phrase.start]} {question[phrase.end :]}"
    return question
