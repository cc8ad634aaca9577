"""Sentences of other articles that tell the same fact otherwise.

No model judges here. Two sentences disagree when they speak of one matter and one
event, and differ in the figure, the date or the name that the question asks for, or
when one denies what the other says. In doubt they do not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from rag.articles import article_id
from rag.embedding import Embedder
from rag.evidence import Evidence, Overlap
from rag.facts import denies, names, years
from rag.figures import Figure, figures, kinds
from rag.sentences import content_stems, stem, words

_LEAST_COSINE = 0.55
_LEAST_OVERLAP = 0.5
# Names, dates and denials have no unit to compare, so the wording must be shared.
_LEAST_SHARED = 0.6
# Reports of one event follow each other closely; a year later it is another event.
_MOST_DAYS = 60

_ASKS_TIME = re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month)\b", re.I)
_ASKS_NAME = re.compile(
    r"\b(?:who|whom|where)\b|"
    r"\b(?:what|which) (?:country|city|state|place|team|club|company|person)\b",
    re.I,
)
_STANDING = re.compile(
    r"^(?:what|who|which|how (?:many|much|old|high|large|big)\b.*?) (?:is|are|does)\b", re.I
)
_UNSURE = re.compile(
    r"\b(?:could|may|might|would|should|feared|expect(?:ed|s)?|predict(?:ed|s)?|forecasts?|warned|"
    r"projected|likely|if|aims?|target of|last year|a year (?:ago|earlier|before)|previous(?:ly)?|"
    r"anniversary|not since|since \d{4})\b",
    re.I,
)
_MONTHS = "january february march april may june july august september october november december"
_CALENDAR = frozenset(f"{_MONTHS} monday tuesday wednesday thursday friday saturday sunday".split())
_DAY = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}}) (?P<m>{_MONTHS.replace(' ', '|')})|"
    rf"(?P<m2>{_MONTHS.replace(' ', '|')}) (?P<d2>\d{{1,2}}))\b",
    re.I,
)
_CLAUSE = re.compile(r"[,;:]\s+(?:and |but )?|\s(?:but|although|though|while)\s")
_DENIAL = re.compile(
    r"\b(?:ruled out|dismissed|rejected|false|untrue|unhurt|failed to|refused to)\b", re.I
)
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|yet clear|known)\b|\bno longer\b|\bno (?:later|fewer|less) than\b", re.I
)


def disagreeing(
    question: str, found: Evidence, evidence: Sequence[Evidence], *, embedder: Embedder
) -> tuple[Evidence, ...]:
    """Return the sentences of other articles that contradict `found`, newest first.

    At most one sentence of each article; undated articles come last. `found` is the
    sentence that answers `question`; `evidence` all that was weighed for it.
    """
    overlap = Overlap(question, [item.quote for item in evidence])
    differing = [
        item
        for item in evidence
        if article_id(item.article) != article_id(found.article)
        and _one_event(question, found, item)
        and overlap.of(_context(item)) >= _LEAST_OVERLAP * overlap.of(_context(found))
        and _differ(question, found, item)
    ]
    alike = _alike(found, differing, embedder=embedder)
    kept = [item for item, cosine in zip(differing, alike, strict=True) if cosine >= _LEAST_COSINE]
    best: dict[str, Evidence] = {}
    for item in sorted(kept, key=lambda item: -item.relevance):
        best.setdefault(article_id(item.article), item)
    return tuple(sorted(best.values(), key=lambda item: item.article.date or "", reverse=True))


def _differ(question: str, found: Evidence, other: Evidence) -> bool:
    """Tell whether two sentences on one event differ in what the question asks for."""
    if _other_figure(question, found.quote, other.quote):
        return True
    if not _shares_wording(found.quote, other.quote):
        return False
    if _ASKS_TIME.search(question):
        return _other_day(found.quote, other.quote)
    if _ASKS_NAME.search(question) and _other_name(question, found.quote, other.quote):
        return True
    return _denies_it(question, found.quote) != _denies_it(question, other.quote) and not (
        figures(found.quote) and re.match(r"how", question, re.I)
    )


def _one_event(question: str, found: Evidence, other: Evidence) -> bool:
    """Tell whether dates, years and names allow both sentences to be of one event."""
    context, its = _context(found), _context(other)
    standing = bool(_STANDING.match(question)) and not years(question)
    if not standing and _days_apart(found, other) > _MOST_DAYS:
        return False
    own = years(context) | years(question)
    if not standing and not _ASKS_TIME.search(question) and years(other.quote) - own:
        return False
    asked = _proper(question) & set(words(context))
    if asked or _ASKS_NAME.search(question):
        return asked <= set(words(its))
    mine, theirs = _proper(context), _proper(its)
    return not mine or not theirs or bool(mine & theirs)


def _other_figure(question: str, quote: str, other: str) -> bool:
    """Tell whether both give the figure asked for, and no two values agree."""
    if not re.search(
        r"\bhow\b|\b(?:what|which)\b.*\b(?:is|was|number|toll|rate|range|price|cost|"
        r"percent|share|figure|record)\b",
        question,
        re.I,
    ):
        return False
    if bool(_UNSURE.search(quote)) != bool(_UNSURE.search(other)):
        return False
    asked = _asked(question, figures(quote))
    if len({figure.unit for figure in asked}) != 1:
        return False
    rivals = [figure for figure in figures(other) if figure.unit & asked[0].unit]
    return len(rivals) == 1 and not any(rivals[0].agrees(figure) for figure in asked)


def _asked(question: str, given: Sequence[Figure]) -> list[Figure]:
    """Return the figures of the unit that the question asks for."""
    outcomes = kinds(question)
    fitting = [f for f in given if any(unit.split()[0] in outcomes for unit in f.unit)]
    if fitting:
        return [f for f in fitting if f.unit & outcomes] or fitting
    asked = set(content_stems(question))
    named = [f for f in given if any(unit.split()[-1] in asked for unit in f.unit)]
    if named or re.search(r"\bhow many\b", question, re.I):
        return named
    return list(given)


def _other_day(quote: str, other: str) -> bool:
    """Tell whether both name a day, or both a year, and not the same."""
    mine, theirs = _days(quote), _days(other)
    if mine and theirs:
        return not mine & theirs
    return bool(years(quote) and years(other)) and not years(quote) & years(other)


def _days(text: str) -> set[tuple[int, str]]:
    return {
        (int(match["d"] or match["d2"]), (match["m"] or match["m2"]).lower())
        for match in _DAY.finditer(text)
    }


def _other_name(question: str, quote: str, other: str) -> bool:
    """Tell whether both name someone that the question does not, and not the same."""
    given = set(words(question))
    mine, theirs = _proper(quote) - given, _proper(other) - given
    return bool(mine and theirs) and not mine & theirs


def _denies_it(question: str, quote: str) -> bool:
    """Tell whether the clause of `quote` nearest to the question denies what it says."""
    asked = set(content_stems(question))
    clauses = _CLAUSE.split(quote)
    clause = max(clauses, key=lambda text: len(asked & set(content_stems(text))))
    clause = _NO_DENIAL.sub(" ", clause)
    return denies(clause) or bool(_DENIAL.search(clause))


def _shares_wording(quote: str, other: str) -> bool:
    """Tell whether the shorter of two sentences has most of its plain words in the other."""
    mine, theirs = _plain(quote), _plain(other)
    return len(mine & theirs) >= max(2.0, _LEAST_SHARED * min(len(mine), len(theirs)))


def _plain(text: str) -> set[str]:
    """Return the content stems of `text` but its names, days and numbers."""
    left = {stem(word) for word in names(text) | _CALENDAR}
    return {word for word in content_stems(text) if word not in left and not word[0].isdigit()}


def _proper(text: str) -> set[str]:
    return {word for word in names(text) if word not in _CALENDAR}


def _alike(found: Evidence, items: Sequence[Evidence], *, embedder: Embedder) -> list[float]:
    """Return the cosines with `found`, alone or with what leads up to it, the higher one."""
    if not items:
        return []
    alone = embedder.embed_passages([item.quote for item in (found, *items)])
    whole = embedder.embed_passages([_context(item) for item in (found, *items)])
    pairs = zip(alone[1:] @ alone[0], whole[1:] @ whole[0], strict=True)
    return [float(max(pair)) for pair in pairs]


def _context(item: Evidence) -> str:
    return f"{item.lead} {item.quote}"


def _days_apart(found: Evidence, other: Evidence) -> int:
    if not (found.article.date and other.article.date):
        return 0
    dates = (dt.date.fromisoformat(item.article.date or "") for item in (found, other))
    first, second = dates
    return abs((first - second).days)
