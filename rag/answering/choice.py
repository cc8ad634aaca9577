"""Which span of which passage answers a question, and how likely it does.

The reader's log-odds and the search's score decide together, by a logistic regression on what
`FEATURES` names. The score tells whether meaning, words and headline agree on a passage, which
they do less where nothing answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.evidence import Evidence, Overlap, collect
from rag.answering.references import without_talk
from rag.answering.wanted import FIGURES, Wanted, fits, short_form, wanted
from rag.reading import Candidate, Reading
from rag.text.counted import asked_to_count, counted
from rag.text.doers import does_another, is_done_to
from rag.text.facts import months_named, numbers, numbers_told, spelled_date, years
from rag.text.initials import is_long_form
from rag.text.opposites import (
    asks_of_women,
    contrary,
    contrary_there,
    counts_another,
    leaves_open,
    tells_of_both,
)
from rag.text.sentences import stem, words
from rag.types import Article, Confidence, Hit, Passage

# What a candidate is weighed by, in this order: the reader's log-odds, how far they are behind
# those of the best candidate, the search's score of the passage before the time asked about
# counts, the share of the question's rarer words that the passage has and that the sentence
# has. The rest speaks against it: a span of another kind than was asked for, a sentence with
# the opposite of a word of the question, a passage without a year or month asked about, the share
# of the question's numbers that the passage lacks, no figure where one was asked for, and a number
# of something else than was to be counted.
FEATURES = (
    *("odds", "behind", "score", "passage", "sentence"),
    *("misfit", "contrary", "other_year", "number", "no_figure", "uncounted"),
)
# Fitted by `python -m eval.choice`; docs/fitted-numbers.md says on what. Contrary sentences and
# other years are too rare in those sets. The weight of the first is the logarithm of how much
# rarer one is among 4,000 right sentences of SQuAD (.3 %) than among 7,917 questions without an
# answer (3.2 %); that of the second was set by hand, and also fitting it gained nothing.
BIAS = -9.24
WEIGHTS = (0.26, 0.08, 8.88, 0.61, 0.02, -0.94, -2.4, -2.0, -1.54, -2.47, -1.09)
# Whether anything answers, the search's score tells as much as the reader; between spans that are
# likely enough, the reader tells more: fitted by `python -m eval.choice` on which is right.
SCORE_IN_NATS = 4.2
_POINTING = frozenset(
    map(stem, "it he she they this that these those him her them its his their there".split())
)
_CHOICE = re.compile(r"\b(?:or|than|between)\b", re.I)
# The rest of a word before and after a span: the 3 of "Chandrayaan-3" is no word of its own, but
# the 1945 of "1939-1945" is.
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]+-|\w+)$")
_CURRENCY = "$€£¥"
_WORD_AFTER = re.compile(r"[A-Za-z]+")
# "FSG" says no more than "Fenway Sports Group".
_SHORT_NAME = re.compile(r"[A-Z]{3,6}")
# "Why is Yemen on the list?" in an article answers nothing.
_ASKED_THERE = re.compile(r"\?[\"'”’)\s]*$")
# Log-odds beyond this tell nothing more.
_CERTAIN = 12.0


@dataclass(frozen=True, slots=True)
class Found:
    """A span that may answer: `article.text[start:end]`, in the sentence `evidence`.

    `features` are the values of `FEATURES`; `probability` that it answers, in [0, 1].
    """

    hit: Hit
    start: int
    end: int
    evidence: Evidence
    features: tuple[float, ...]

    @property
    def span(self) -> str:
        """The words of the span."""
        return self.hit.article.text[self.start : self.end]

    @property
    def contrary(self) -> bool:
        """Whether the sentence, or its part with the span, tells the opposite of what was asked."""
        return bool(self.features[FEATURES.index("contrary")])

    @property
    def may_answer(self) -> bool:
        """Whether it is of the kind that was asked for, and its sentence not the opposite."""
        unfit = ("misfit", "no_figure", "contrary")
        return not any(self.features[FEATURES.index(name)] for name in unfit)

    @property
    def odds(self) -> float:
        """The reader's log-odds."""
        return self.features[0]

    @property
    def merit(self) -> float:
        """How good an answer it is beside others that are likely enough, in nats."""
        return self.odds + SCORE_IN_NATS * self.features[FEATURES.index("score")]

    @property
    def probability(self) -> float:
        """How likely it is that this answers the question, from 0 to 1."""
        total = BIAS + sum(w * value for w, value in zip(WEIGHTS, self.features, strict=True))
        return 1 / (1 + math.exp(-total))


def passage_of(hit: Hit) -> Passage:
    """Return what the reader reads of a passage found."""
    return Passage(heading(hit.article), hit.text)


def heading(article: Article) -> str:
    """Return title, publisher and date of an article on one line, as the reader learnt them."""
    parts = (article.title, article.publisher, spelled_date(article.date))
    return " · ".join(part for part in parts if part)


def rank(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Found]:
    """Return the candidates of all passages, the likeliest to answer first."""
    sentences = collect(hits)
    asked = _Asked.of(question, hits, readings)
    found: list[Found] = []
    for number, (hit, reading) in enumerate(zip(hits, readings, strict=True), start=1):
        passage = asked.passage(hit)
        for item in (_whole(each, hit.text) for each in reading.candidates):
            evidence = _sentence(sentences, number, hit.start + item.start)
            if (
                evidence
                and not _ASKED_THERE.search(evidence.quote)
                and asked.takes(hit.text[item.start : item.end])
            ):
                found.append(asked.found(passage, item, evidence))
    return sorted(_behind_the_best(found), key=lambda item: -item.probability)


def _behind_the_best(found: Sequence[Found]) -> list[Found]:
    """Return candidates that are behind the best one which may answer, not one that cannot."""
    best = max((item.odds for item in found if item.may_answer), default=None)
    if best is None:
        return list(found)
    at = FEATURES.index("behind")
    return [
        replace(
            item,
            features=(
                *item.features[:at],
                min(0.0, item.odds - best),
                *item.features[at + 1 :],
            ),
        )
        for item in found
    ]


def in_order(found: Sequence[Found], hits: Sequence[Hit]) -> list[Hit]:
    """Return `hits` with the passages of `found` in front."""
    first = [item.hit for item in found]
    return [*dict.fromkeys(first), *(hit for hit in hits if hit not in first)]


def confidence(ranked: Sequence[Found]) -> Confidence | None:
    """Return how likely the likeliest of `ranked` answers; None without any."""
    if not ranked:
        return None
    best = max(ranked, key=lambda item: item.probability)
    return Confidence(best.probability, best.odds, best.hit.score)


@dataclass(frozen=True, slots=True)
class _Passage:
    """What a passage is weighed by, alike for all its candidates; in [0, 1]."""

    hit: Hit
    score: float
    overlap: float
    other_year: bool
    lacking: float
    # Whether the race of women is asked about, and the article reports on two.
    two_sided: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for, worked out once for all candidates.

    `best` are the highest log-odds, and `top` the highest score of an article of the year asked
    about: of four elections the one that most words fit may be another.
    """

    question: str
    kind: Wanted
    given: frozenset[str]
    numbers: frozenset[float]
    times: frozenset[str]
    to_count: frozenset[str]
    overlap: Overlap
    best: float
    top: float
    of_women: bool

    @classmethod
    def of(cls, question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> _Asked:
        kind = wanted(question)
        # Numbers of the talk, in brackets, are not asked for.
        own = without_talk(question)
        asked_times = frozenset(years(own) | months_named(own, dated=True))
        odds = (item.odds for reading in readings for item in reading.candidates)
        return cls(
            question,
            kind,
            _given(question, kind),
            frozenset(numbers(own)),
            asked_times,
            asked_to_count(own),
            Overlap(question, [hit.text for hit in hits]),
            _bounded(max(odds, default=0.0)),
            max((_score(hit) for hit in hits if _is_dated(hit, asked_times)), default=1.0),
            asks_of_women(question),
        )

    def takes(self, span: str) -> bool:
        """Tell whether a span says what the question does not, or the long form asked for."""
        if short := short_form(self.question):
            return is_long_form(span, short)
        if self.given and _SHORT_NAME.fullmatch(span) and span.lower() in _initials(self.question):
            return False
        return not self.given.issuperset(map(stem, words(span)))

    def passage(self, hit: Hit) -> _Passage:
        """Return what a passage is weighed by."""
        told = _told(hit)
        other_year = _is_of_another(hit, self.times)
        measured = self.times and self.top and _is_dated(hit, self.times)
        score = min(1.0, _score(hit) / self.top) if measured else _score(hit)
        lacking = self.numbers - numbers_told(told) if self.numbers else ()
        share = len(lacking) / (len(self.numbers) or 1)
        two_sided = self.of_women and tells_of_both(hit.article.text)
        return _Passage(hit, score, self.overlap.of(told), other_year, share, two_sided)

    def found(self, passage: _Passage, item: Candidate, evidence: Evidence) -> Found:
        """Return a candidate with the values of `FEATURES`."""
        hit, start = passage.hit, passage.hit.start + item.start
        # What goes on into the next sentence is more than the answer.
        end = min(hit.start + item.end, evidence.end)
        misfit = self._misfit(hit, item, hit.article.text[start:end])
        features = (
            odds := _bounded(item.odds),
            odds - self.best,
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
        return fits(self.kind, span, before=before, after=after) is False

    def _denied(self, evidence: Evidence, start: int, end: int, *, two_sided: bool) -> bool:
        quote = evidence.quote
        return (
            is_done_to(self.question, quote[end - evidence.start :])
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


def _whole(item: Candidate, text: str) -> Candidate:
    """Return a span that begins or ends within a word with all of that word."""
    start, end = item.start, item.end
    if text[start : start + 1].isalnum() or text[start : start + 1] == "-":
        cut = _WORD_BEFORE.search(text[:start])
        start = cut.start() if cut else start
    if start and text[start].isdigit() and text[start - 1] in _CURRENCY:
        start -= 1
    if text[end - 1 : end].isalnum():
        rest = _WORD_AFTER.match(text, end)
        end = rest.end() if rest else end
    return replace(item, start=start, end=end)


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


def _sentence(sentences: Sequence[Evidence], passage: int, start: int) -> Evidence | None:
    """Return the sentence of a passage that holds a character of its article."""
    for item in sentences:
        if item.passage == passage and item.start <= start < item.end:
            return item
    return None
