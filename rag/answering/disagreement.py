"""Sentences of other articles that tell the same fact otherwise.

No model judges here. Two sentences disagree when they speak of one event and differ in
the figure, the date or the name that the question asks for, or when one denies what
the other says. In doubt they do not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from rag.answering.evidence import Evidence, Overlap
from rag.embedding.embedder import Embedder
from rag.store.identity import article_id
from rag.text.facts import denies, names, years
from rag.text.lexicon import ASKS_FIGURE, ASKS_NAME, ASKS_TIME, CALENDAR, MONTH
from rag.text.quantities import Figure, figures, outcomes
from rag.text.sentences import content_stems, stem, words

_LEAST_COSINE = 0.55
_LEAST_OVERLAP = 0.5
# Names, dates and denials have no unit to compare, so the wording must be shared.
_LEAST_SHARED = 0.6
# Reports of one event follow each other closely; a year later it is another event.
_MOST_DAYS = 60

_UNSURE = re.compile(
    r"\b(?:could|may|might|would|should|feared|expect(?:ed|s)?|forecasts?|predict(?:ed|s)?|warned|"
    r"likely|if|last year|a year (?:ago|earlier|before)|previous(?:ly)?|since \d{4})\b",
    re.I,
)
_DAY = re.compile(rf"\b(?:(\d{{1,2}}) ({MONTH})|({MONTH}) (\d{{1,2}}))\b", re.I)
_CLAUSE = re.compile(r"[,;:]\s+(?:and |but )?|\s(?:but|although|though|while)\s")
_NO_DENIAL = re.compile(r"\bnot (?:only|just)\b|\bno (?:longer|later|fewer|less)\b", re.I)


def disagreeing(
    question: str,
    found: Evidence,
    evidence: Sequence[Evidence],
    *,
    embedder: Embedder,
    among: Sequence[Evidence] = (),
) -> tuple[Evidence, ...]:
    """Return the sentences of other articles that contradict `found`, newest first.

    At most one sentence of each article; undated articles come last. `found` is the
    sentence that answers `question`; `evidence` are those that may contradict it, and
    `among` those by which rare words are told from common ones, by default the same. Nothing is
    embedded unless figures, dates, names or a denial differ.
    """
    overlap = Overlap(question, [item.quote for item in among or evidence])
    differing = [
        item
        for item in evidence
        if article_id(item.article) != article_id(found.article)
        and _one_event(question, found, item)
        and overlap.of(_context(item)) >= _LEAST_OVERLAP * overlap.of(_context(found))
        and _differ(question, found.quote, item.quote)
    ]
    if not differing:
        return ()
    vectors = embedder.embed_passages([_context(item) for item in (found, *differing)])
    best: dict[str, Evidence] = {}
    for item, cosine in zip(differing, vectors[1:] @ vectors[0], strict=True):
        key = article_id(item.article)
        if cosine >= _LEAST_COSINE and (key not in best or item.relevance > best[key].relevance):
            best[key] = item
    return tuple(sorted(best.values(), key=lambda item: item.article.date or "", reverse=True))


def _one_event(question: str, found: Evidence, other: Evidence) -> bool:
    """Tell whether dates, years and names allow both sentences to be of one event."""
    context, its = _context(found), _context(other)
    if _days_apart(found, other) > _MOST_DAYS:
        return False
    if not ASKS_TIME.search(question) and years(other.quote) - years(f"{context} {question}"):
        return False
    if not _proper(question) <= set(words(context)) & set(words(its)):
        return False
    mine, theirs = _proper(context), _proper(its)
    return bool(mine & theirs) or not (mine and theirs) or bool(ASKS_NAME.search(question))


def _differ(question: str, quote: str, other: str) -> bool:
    """Tell whether two sentences on one event differ in what the question asks for."""
    if ASKS_FIGURE.search(question):
        return _other_figure(question, quote, other)
    if not _shares_wording(question, quote, other):
        return False
    if ASKS_TIME.search(question):
        return _apart(_days(quote), _days(other)) or _apart(years(quote), years(other))
    given = set(words(question))
    if ASKS_NAME.search(question) and _apart(_proper(quote) - given, _proper(other) - given):
        return True
    return _denied(question, quote) != _denied(question, other)


def _other_figure(question: str, quote: str, other: str) -> bool:
    """Tell whether both give the figure asked for, and no two values agree."""
    if bool(_UNSURE.search(quote)) != bool(_UNSURE.search(other)):
        return False
    asked = _asked(question, figures(quote))
    if len({figure.unit for figure in asked}) != 1:
        return False
    if not _of_one_deed(question, asked[0], (quote, other)):
        return False
    rivals = [figure for figure in figures(other) if figure.unit & asked[0].unit]
    return len(rivals) == 1 and not any(rivals[0].agrees(figure) for figure in asked)


def _of_one_deed(question: str, figure: Figure, quotes: Sequence[str]) -> bool:
    """Tell whether all sentences speak of what was done with the things that are counted.

    Of "How many stores is Kroger closing?" a sentence on the stores that it has says nothing.
    What befell people has too many words for it: "died", "the death toll".
    """
    counted = {word for unit in figure.unit for word in unit.split()}
    deed = _plain(question) - counted
    return bool(outcomes(question)) or not deed or all(deed & _plain(quote) for quote in quotes)


def _asked(question: str, given: Sequence[Figure]) -> list[Figure]:
    """Return the figures of the unit that the question asks for."""
    kinds = outcomes(question)
    if fitting := [f for f in given if any(unit.split()[0] in kinds for unit in f.unit)]:
        return [f for f in fitting if f.unit & kinds] or fitting
    asked = set(content_stems(question))
    named = [f for f in given if any(unit.split()[-1] in asked for unit in f.unit)]
    return named if named or re.search(r"\bhow many\b", question, re.I) else list(given)


def _apart(mine: set[str], theirs: set[str]) -> bool:
    return bool(mine and theirs) and not mine & theirs


def _days(text: str) -> set[str]:
    """Return the days of the year that `text` names, as "3 may"."""
    found = _DAY.findall(text.lower())
    return {f"{day or day2} {month or month2}" for day, month, month2, day2 in found}


def _denied(question: str, quote: str) -> bool:
    """Tell whether the clause of `quote` nearest to the question denies what it says."""
    asked = set(content_stems(question))
    clauses = _CLAUSE.split(quote)
    clause = max(clauses, key=lambda text: len(asked & set(content_stems(text))))
    return denies(_NO_DENIAL.sub(" ", clause))


def _shares_wording(question: str, quote: str, other: str) -> bool:
    """Tell whether two sentences share most plain words, and half of the question's."""
    mine, theirs, asked = _plain(quote), _plain(other), _plain(question)
    shared = mine & theirs
    most = max(2.0, _LEAST_SHARED * min(len(mine), len(theirs)))
    return len(shared) >= most and 2 * len(shared & asked) >= len(asked)


def _plain(text: str) -> set[str]:
    """Return the content stems of `text` but its names, days and numbers."""
    left = {stem(word) for word in names(text) | CALENDAR}
    return {word for word in content_stems(text) if word not in left and not word[0].isdigit()}


def _proper(text: str) -> set[str]:
    return names(text) - CALENDAR


def _context(item: Evidence) -> str:
    return f"{item.lead} {item.quote}"


def _days_apart(found: Evidence, other: Evidence) -> int:
    first, second = found.article.date, other.article.date
    if not (first and second):
        return 0
    return abs((dt.date.fromisoformat(first) - dt.date.fromisoformat(second)).days)
