"""An answer in the making: the sentences that passed, and their citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.compared import Conclusion
from rag.answering.evidence import Evidence, Weighed
from rag.answering.found import Found
from rag.answering.marks import split_marks
from rag.answering.statement import in_full, is_line, leans, sentence_before
from rag.answering.statement import short as short_answer
from rag.answering.support import best_support
from rag.generation.prompts import REFUSAL
from rag.retrieval.comparison import Part
from rag.settings import AnswerSettings
from rag.text.facts import numbers, spelled_date
from rag.text.sentences import content_words
from rag.types import Citation, Confidence


class Draft:
    """Checks what it is given, and numbers the sentences that bear it out.

    `main` is the sentence that was cited first. With `dated`
    the first sentence tells the date that it holds for.
    """

    def __init__(self, question: str, settings: AnswerSettings, *, dated: bool = False) -> None:
        self._question = question
        self._weighed = Weighed((), 0.0)
        self._confidence: Confidence | None = None
        self._text = ""
        self._short: list[str] = []
        self._citations: list[Citation] = []
        self._disagreement: list[Citation] = []
        self._main: Evidence | None = None
        self._dated = dated
        # Of the line that was quoted last.
        self._day = ""
        self._settings = settings
        self._sentences: list[str] = []
        self._joint = " "
        self._rejected = 0
        self._refused = False

    @property
    def text(self) -> str:
        """What was said so far."""
        return self._text

    @property
    def short(self) -> str:
        """The answer in the fewest words; several answers have a semicolon between them."""
        return "; ".join(self._short)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The sentences cited so far, in order of their numbers."""
        return tuple(self._citations)

    @property
    def disagreement(self) -> tuple[Citation, ...]:
        """Those of the citations that contradict each other, the newest first."""
        return tuple(self._disagreement)

    @property
    def main(self) -> Evidence | None:
        """The sentence that was cited first."""
        return self._main

    @property
    def confidence(self) -> Confidence | None:
        """How likely the evidence answers at all; None before `trust`."""
        return self._confidence

    @property
    def full(self) -> bool:
        """Whether the generator may stop: enough was said, or too much failed the check."""
        said = len(self._sentences) >= self._settings.max_sentences
        return said or self._rejected > self._settings.max_rejected

    def rest_on(self, weighed: Weighed) -> None:
        """Take the evidence that written sentences are checked against."""
        self._weighed = weighed

    def trust(self, confidence: Confidence | None) -> None:
        """Take how likely the articles answer at all."""
        self._confidence = confidence

    def start_line(self) -> None:
        """Let the next sentence begin a line."""
        self._joint = "\n"

    def take_short(self, spans: Sequence[str], *, said: str) -> None:
        """Take as a short answer the first of `spans` that was `said`, if one was."""
        told, figures = {*content_words(said)}, numbers(said)
        tells = (
            span for span in spans if {*content_words(span)} <= told and numbers(span) <= figures
        )
        if said and (span := next(tells, "")) and span not in self._short:
            self._short.append(span)

    def refuse(self) -> None:
        """Take note that a generator found no answer; what it said before stays."""
        self._refused = True

    @property
    def refused(self) -> bool:
        """Whether a generator found no answer."""
        return self._refused

    def add(self, sentence: str) -> str:
        """Check a written sentence; return the text it adds, empty when it fails.

        It fails without a supporting sentence, or when that one speaks to the question
        much less than the best one does: true, but no answer. Once there is an answer, more may be
        said of the article that tells it.
        """
        claim, marks = split_marks(sentence)
        if claim in self._sentences:
            return ""
        support = best_support(
            self._question,
            claim,
            marks,
            self._weighed.evidence,
            least=self._settings.least_support,
        )
        found = support.evidence if support else None
        best = self._weighed.best
        enough = best.relevance * self._settings.least_relevance if best else 0.0
        if found is None or (found.relevance < enough and not self._goes_on(found)):
            self._rejected += 1
            return ""
        return self._append(claim, found)

    def state(self, found: Evidence, *, short: str = "", verdict: str = "") -> str:
        """Say the sentence that holds the answer, after "Yes" or "No" if that is its `verdict`.

        A sentence that leans on the one before it is said after that one, unless that one
        leans too. `short` is the answer in the fewest words.
        """
        piece = ""
        before = sentence_before(found) if leans(found.quote) else None
        if before and not leans(before.quote) and not self._is_cited(before):
            piece = self._append(in_full(before.quote, before.article.date), before)
        said = _readable(found)
        self._short += [short] if short and short not in self._short else []
        if self._is_cited(found):
            return piece
        return piece + self._append(f"{verdict}: {said}" if verdict else said, found)

    def quote_line(self, found: Evidence) -> str:
        """Quote a sentence verbatim, on a line that opens with its date; a day has one line."""
        date = spelled_date(found.article.date)
        if date and date == self._day:
            return self._append(_one_line(found.quote), found)
        self._day = date
        return self._append(f"{f'{date}: ' if date else ''}{_one_line(found.quote)}", found, "\n")

    def conclude(self, found: Conclusion) -> str:
        """Say on a line what two spans say together; both sentences have been cited."""
        sides = " against ".join(map(_said, found.spans))
        numbers = dict.fromkeys(self._citation(item.evidence).number for item in found.spans)
        marks = " ".join(f"[{number}]" for number in numbers)
        self._short = [found.short]
        return self._line(f"{found.short}: {sides}. {marks}")

    def value(self, found: Found) -> str:
        """Say on a line the date of an article and what it tells of a figure that changes."""
        date = spelled_date(found.hit.article.date)
        self._dated = False
        piece = self._append(f"{date}: {_said(found)}", found.evidence, "\n")
        self._short.append(f"{_said(found)} ({date})")
        return piece

    def miss(self, part: Part) -> str:
        """Say on a line that the articles have nothing on a part of the question."""
        if part.bare:
            return self._line(f"{REFUSAL.rstrip('.')}: {part.question.rstrip('?')}.")
        return self._line(f"{REFUSAL} {part.question}")

    def _line(self, text: str) -> str:
        piece = f"\n{text}"
        self._text += piece
        return piece

    def contrast(self, rivals: Sequence[Evidence]) -> Iterator[str]:
        """Quote what disagrees, the answer's own sentence included, the newest first."""
        items = [item for item in (self._main, *rivals) if rivals and item]
        for item in sorted(items, key=lambda item: item.article.date or "", reverse=True):
            parts = (item.article.publisher, spelled_date(item.article.date))
            source = ", ".join(part for part in parts if part) or item.article.title
            opening = "" if self._disagreement else "Articles disagree. "
            yield self._append(f"{opening}{source}: “{_one_line(item.quote)}”", item, "\n")
            self._disagreement.append(self._citation(item))

    def _append(self, claim: str, found: Evidence, joint: str | None = None) -> str:
        joint, self._joint = joint or self._joint, " "
        self._main = self._main or found
        self._sentences.append(claim)
        said = claim[:1].upper() + claim[1:]
        if self._dated and not self._text and found.article.date:
            said = f"As of {spelled_date(found.article.date)}: {claim}"
        piece = f"{joint if self._text else ''}{said} [{self._citation(found).number}]"
        self._text += piece
        return piece

    def _goes_on(self, found: Evidence) -> bool:
        return self._main is not None and self._main.article.id == found.article.id

    def _is_cited(self, found: Evidence) -> bool:
        return any(
            (item.article.id, item.start) == (found.article.id, found.start)
            for item in self._citations
        )

    def _citation(self, found: Evidence) -> Citation:
        """Return a sentence's citation, a new one for a sentence not cited before."""
        for citation in self._citations:
            if (citation.article.id, citation.start) == (found.article.id, found.start):
                return citation
        number = len(self._citations) + 1
        self._citations.append(Citation(number, found.article, found.quote, found.start, found.end))
        return self._citations[-1]


def _said(found: Found) -> str:
    return short_answer(found.span, found.evidence.quote, found.evidence.article.date)


def _readable(found: Evidence) -> str:
    """Return a sentence as it is said alone; a line of a list is said with its article's title."""
    said, title = in_full(found.quote, found.article.date), _one_line(found.article.title)
    return f"{title}: {said}" if title and title != said and is_line(said) else said


def _one_line(text: str) -> str:
    return " ".join(text.split())
