"""An answer in the making: the sentences that passed, and their citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.evidence import Evidence, Weighed
from rag.answering.marks import split_marks
from rag.answering.support import best_support
from rag.settings import AnswerSettings
from rag.text.facts import spelled_date
from rag.types import Citation, Confidence


class Draft:
    """Checks what it is given, and numbers the sentences that bear it out.

    `weighed` is the evidence to check against, `confidence` how likely it answers at all;
    `main` is the sentence that was cited first.
    With `dated` the first sentence tells the date that it holds for.
    """

    def __init__(self, question: str, settings: AnswerSettings, *, dated: bool = False) -> None:
        self._question = question
        self.weighed = Weighed((), 0.0)
        self.confidence: Confidence | None = None
        self.text = ""
        self.citations: list[Citation] = []
        self.disagreement: list[Citation] = []
        self.main: Evidence | None = None
        self._dated = dated
        self._settings = settings
        self._sentences: list[str] = []
        self._rejected = 0

    @property
    def full(self) -> bool:
        """Whether the generator may stop: enough was said, or too much failed the check."""
        said = len(self._sentences) >= self._settings.max_sentences
        return said or self._rejected > self._settings.max_rejected

    def add(self, sentence: str) -> str:
        """Check a written sentence; return the text it adds, empty when it fails.

        It fails without a supporting sentence, or when that one speaks to the question
        much less than the best one does: true, but no answer.
        """
        claim, marks = split_marks(sentence)
        if claim in self._sentences:
            return ""
        support = best_support(
            self._question,
            claim,
            marks,
            self.weighed.evidence,
            least=self._settings.least_support,
        )
        found = support.evidence if support else None
        best = self.weighed.best
        enough = best.relevance * self._settings.least_relevance if best else 0.0
        if found is None or found.relevance < enough:
            self._rejected += 1
            return ""
        return self._append(claim, found)

    def quote_best(self) -> str:
        """Quote the most relevant sentence verbatim; return the text it adds."""
        best = self.weighed.best
        return self._append(_one_line(best.quote), best) if best else ""

    def quote_line(self, found: Evidence) -> str:
        """Quote a sentence verbatim on a line of its own, after its date."""
        date = spelled_date(found.article.date)
        return self._append(f"{f'{date}: ' if date else ''}{_one_line(found.quote)}", found, "\n")

    def contrast(self, rivals: Sequence[Evidence]) -> Iterator[str]:
        """Quote what disagrees, the answer's own sentence included, the newest first."""
        items = [item for item in (self.main, *rivals) if rivals and item]
        for item in sorted(items, key=lambda item: item.article.date or "", reverse=True):
            parts = (item.article.publisher, spelled_date(item.article.date))
            source = ", ".join(part for part in parts if part) or item.article.title
            opening = "" if self.disagreement else "Articles disagree. "
            yield self._append(f"{opening}{source}: “{_one_line(item.quote)}”", item, "\n")
            self.disagreement.append(self._citation(item))

    def _append(self, claim: str, found: Evidence, joint: str = " ") -> str:
        self.main = self.main or found
        self._sentences.append(claim)
        said = claim[:1].upper() + claim[1:]
        if self._dated and not self.text and found.article.date:
            said = f"As of {spelled_date(found.article.date)}: {claim}"
        piece = f"{joint if self.text else ''}{said} [{self._citation(found).number}]"
        self.text += piece
        return piece

    def _citation(self, found: Evidence) -> Citation:
        """Return a sentence's citation, a new one for a sentence not cited before."""
        for citation in self.citations:
            if (citation.article.id, citation.start) == (found.article.id, found.start):
                return citation
        number = len(self.citations) + 1
        self.citations.append(Citation(number, found.article, found.quote, found.start, found.end))
        return self.citations[-1]


def _one_line(text: str) -> str:
    return " ".join(text.split())
