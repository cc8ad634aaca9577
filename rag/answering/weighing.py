"""What a question looks for, and what each candidate is weighed by: the values of `FEATURES`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.evidence import Evidence, Overlap
from rag.answering.found import Found, heading
from rag.answering.references import without_talk
from rag.answering.wanted import FIGURES, Wanted, fits, short_form, tells_only_where, wanted
from rag.reading import Candidate
from rag.text.counted import asked_to_count, counted
from rag.text.doers import does_another, is_done_to, is_namesake
from rag.text.facts import months_named, numbers, numbers_told, spelled_date, years
from rag.text.initials import is_long_form
from rag.text.names import names_part
from rag.text.opposites import (
    asks_of_women,
    contrary,
    contrary_there,
    counts_another,
    leaves_open,
    tells_of_both,
)
from rag.text.sentences import stem, words
from rag.types import Hit

_POINTING = frozenset(
    map(stem, "it he she they this that these those him her them its his their there".split())
)
_CHOICE = re.compile(r"\b(?:or|than|between)\b", re.I)
# "FSG" says no more than "Fenway Sports Group".
_SHORT_NAME = re.compile(r"[A-Z]{3,6}")
# Log-odds beyond this tell nothing more.
_CERTAIN = 12.0


@dataclass(frozen=True, slots=True)
class WeighedPassage:
    """What a passage is weighed by, alike for all its candidates; in [0, 1]."""

    hit: Hit
    score: float
    overlap: float
    other_year: bool
    lacking: float
    # Whether the race of women is asked about, and the article reports on two.
    two_sided: bool


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for, worked out once for all candidates.

    `top` is the highest score, in [0, 1], of an article of the year asked about: of four elections
    the one that most words fit may be another.
    """

    question: str
    kind: Wanted
    given: frozenset[str]
    numbers: frozenset[float]
    times: frozenset[str]
    to_count: frozenset[str]
    overlap: Overlap
    top: float
    of_women: bool

    @classmethod
    def of(cls, question: str, hits: Sequence[Hit]) -> Criteria:
        """Work out what `question` looks for in all passages found."""
        kind = wanted(question)
        # Numbers of the talk, in brackets, are not asked for.
        own = without_talk(question)
        asked_times = frozenset(years(own) | months_named(own, dated=True))
        return cls(
            question,
            kind,
            _given(question, kind),
            frozenset(numbers(own)),
            asked_times,
            asked_to_count(own),
            Overlap(question, [hit.text for hit in hits]),
            max((_score(hit) for hit in hits if _is_dated(hit, asked_times)), default=1.0),
            asks_of_women(question),
        )

    def takes(self, text: str, start: int, end: int) -> bool:
        """Tell whether `text[start:end]` says what the question does not, or the long form asked.

        "James Webb" is a part of what was asked about where the text has "James Webb Telescope".
        """
        span = text[start:end]
        if self.given and names_part(self.question, text, start, end):
            return False
        if short := short_form(self.question):
            return is_long_form(span, short)
        if self.given and _SHORT_NAME.fullmatch(span) and span.lower() in _initials(self.question):
            return False
        return not self.given.issuperset(map(stem, words(span)))

    def passage(self, hit: Hit) -> WeighedPassage:
        """Return what a passage is weighed by."""
        told = _told(hit)
        other_year = _is_of_another(hit, self.times)
        measured = self.times and self.top and _is_dated(hit, self.times)
        score = min(1.0, _score(hit) / self.top) if measured else _score(hit)
        lacking = self.numbers - numbers_told(told) if self.numbers else ()
        share = len(lacking) / (len(self.numbers) or 1)
        two_sided = self.of_women and tells_of_both(hit.article.text)
        return WeighedPassage(hit, score, self.overlap.of(told), other_year, share, two_sided)

    def found(self, passage: WeighedPassage, item: Candidate, evidence: Evidence) -> Found:
        """Return a candidate with the values of `FEATURES`, as if it were the best one."""
        hit, start = passage.hit, passage.hit.start + item.start
        # What goes on into the next sentence is more than the answer.
        end = min(hit.start + item.end, evidence.end)
        misfit = self._misfit(hit, item, hit.article.text[start:end])
        features = (
            _bounded(item.odds),
            0.0,
            passage.score,
            passage.overlap,
            self.overlap.of(evidence.quote),
            float(misfit and self.kind not in FIGURES),
            float(self._denied(evidence, start, end, two_sided=passage.two_sided)),
            float(passage.other_year),
            passage.lacking,
            float(misfit and self.kind in FIGURES),
            float(not misfit and self._uncounted(hit, item)),
        )
        return Found(hit, start, end, evidence, features)

    def _misfit(self, hit: Hit, item: Candidate, span: str) -> bool:
        before, after = hit.text[: item.start][-30:], hit.text[item.end : item.end + 20]
        if tells_only_where(self.question, span, before=before):
            return True
        return fits(self.kind, span, before=before, after=after) is False

    def _denied(self, evidence: Evidence, start: int, end: int, *, two_sided: bool) -> bool:
        quote = evidence.quote
        return (
            is_done_to(self.question, quote[end - evidence.start :])
            or is_namesake(self.question, quote[: start - evidence.start])
            or contrary(self.question, quote)
            or counts_another(self.question, quote, start - evidence.start)
            # "Because prices rose" may be why wages fell.
            or (
                self.kind is not Wanted.REASON
                and contrary_there(self.question, quote, start - evidence.start)
            )
            or does_another(self.question, quote)
            or (two_sided and leaves_open(f"{evidence.lead} {quote}"))
        )

    def _uncounted(self, hit: Hit, item: Candidate) -> bool:
        counted_there = counted(hit.text, item.start, item.end)
        return bool(self.to_count) and self.to_count.isdisjoint(counted_there)


def _told(hit: Hit) -> str:
    return f"{heading(hit.article)} {hit.text}"


def _score(hit: Hit) -> float:
    """Return the search's score of a passage before the time asked about counts."""
    return hit.score if hit.parts.fused is None else hit.parts.fused


def _is_of_another(hit: Hit, asked: frozenset[str]) -> bool:
    """Tell whether a passage lacks a time asked about; without a date it may be of that one."""
    if not asked or hit.article.date is None:
        return False
    told = _told(hit)
    return bool(asked - years(told) - months_named(told))


def _is_dated(hit: Hit, asked: frozenset[str]) -> bool:
    """Tell whether an article is of the time asked about by its date, or has no date.

    That its text names the year, as of another event, is not enough.
    """
    date = spelled_date(hit.article.date)
    return not date or not asked - years(date) - months_named(date)


def _bounded(odds: float) -> float:
    return max(-_CERTAIN, min(_CERTAIN, odds))


def _initials(question: str) -> str:
    return "".join(word[0] for word in words(question))


def _given(question: str, kind: Wanted) -> frozenset[str]:
    """Return the stems of which no answer is made alone: pronouns, and the question's own.

    "A or B?" names what answers it, and so may a question of yes or no. The empty set holds
    no span that has a word.
    """
    free = kind is Wanted.YES_NO or _CHOICE.search(question)
    return frozenset() if free else frozenset(map(stem, words(question))) | _POINTING
