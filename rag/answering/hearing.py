"""What the reader makes of the passages found, and of a yes or a no."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answering import choice, fact, proposal
from rag.answering.choice import Found
from rag.answering.evidence import Evidence
from rag.answering.proposal import Belief
from rag.answering.verdict import verdict
from rag.answering.wanted import Wanted, wanted
from rag.reading import Reader, Reading
from rag.text.opposites import as_reported
from rag.text.sentences import content_stems
from rag.types import Hit, Passage

# What opens the answer to a question that takes for granted what the articles deny.
OTHERWISE = "The articles say otherwise"
# Passages that are asked whether they bear out a yes or a no.
_BELIEVED = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What the reader makes of the passages found for a question.

    `searched` is the question with all that was searched for.
    """

    question: str
    searched: str
    hits: tuple[Hit, ...]
    ranked: tuple[Found, ...]
    believed: tuple[Belief, ...]


class Hearing:
    """Asks a reader, which is loaded when it is first needed."""

    def __init__(self, reader: Callable[[], Reader], *, stop: threading.Event) -> None:
        self._load = reader
        self._stop = stop

    @property
    def reader(self) -> Reader:
        """The reader that is asked."""
        return self._load()

    def ranked(self, question: str, hits: Sequence[Hit]) -> list[Found]:
        """Return the spans of the passages found, the likeliest to answer first."""
        return choice.rank(question, hits, self._read(question, hits))

    def of(self, question: str, hits: Sequence[Hit]) -> Heard:
        """Return what the reader makes of the passages found; a yes or a no is weighed too."""
        readings = self._read(question, hits)
        first = [choice.passage_of(hit) for hit in hits[:_BELIEVED]]
        believed = self._believed(question, first)
        spoken = map(proposal.heard, readings, believed)
        ranked = choice.rank(question, hits, [*spoken, *readings[len(believed) :]])
        return Heard(question, question, tuple(hits), tuple(ranked), tuple(believed))

    def verdict(self, question: str, found: Evidence, believed: Sequence[Belief]) -> str:
        """Return "Yes", "No", or that what the question takes for granted is denied; or nothing."""
        if not fact.is_read(found.article):
            return ""
        sentence = Passage(found.lead, found.quote)
        if not believed:
            shared = set(content_stems(question)).intersection(content_stems(found.quote))
            denied = shared and proposal.denies(question, sentence, reader=self.reader)
            return OTHERWISE if denied else ""
        (shown,) = self._believed(question, [sentence])
        return verdict(question, found, passages=proposal.together(believed), sentence=shown)

    def _read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        passages = [choice.passage_of(hit) for hit in hits]
        asked = as_reported(question, hits[0].article.text) if hits else question
        return self.reader.read(asked, passages, stop=self._stop)

    def _believed(self, question: str, passages: Sequence[Passage]) -> list[Belief]:
        """Return how far passages bear out a yes and a no; none for another question."""
        if wanted(question) is not Wanted.YES_NO:
            return []
        return proposal.beliefs(proposal.polar(question), passages, reader=self.reader)
