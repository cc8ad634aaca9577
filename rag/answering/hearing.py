"""What the reader makes of the passages found, and of a yes or a no."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answering import choice, fact, proposal
from rag.answering.evidence import Evidence
from rag.answering.found import Found, passage_of
from rag.answering.lists import asks_for_several
from rag.answering.proposal import Belief
from rag.answering.verdict import verdict
from rag.answering.wanted import Wanted, wanted
from rag.reading import Reader, Reading
from rag.text.opposites import as_reported
from rag.text.question_time import changes, wants_latest
from rag.text.sentences import content_stems
from rag.types import Hit, Passage

# What opens the answer to a question that takes for granted what the articles deny.
OTHERWISE = "The articles say otherwise"
# Passages that are asked whether they bear out a yes or a no.
_BELIEVED = 3
# Passages that are read first, and the probability at which they are enough. Of 518 questions over
# 64 and 3,316 articles half were answered so, all but one with the same words as by reading eight.
_FIRST = 4
_ENOUGH = 0.4


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
        """Return the spans of all passages found, the likeliest to answer first."""
        return choice.rank(question, hits, self._read(question, hits, whole=True))

    def of(self, question: str, hits: Sequence[Hit], *, about: str = "") -> Heard:
        """Return what the reader makes of the passages found; a yes or a no is weighed too.

        The later passages are read only where none of the first surely answers, or where any
        of them may count as well: for the newest of several answers, for one of the article
        `about` which the talk is, for several things, and for a yes or a no.
        """
        whole = bool(about) or not _rests_on_one(question)
        readings = self._read(question, hits, whole=whole)
        first = [passage_of(hit) for hit in hits[:_BELIEVED]]
        believed = self._believed(question, first)
        spoken = map(proposal.heard, readings, believed)
        ranked = choice.rank(question, hits, [*spoken, *readings[len(believed) :]])
        return Heard(question, question, tuple(hits), tuple(ranked), tuple(believed))

    def verdict(self, heard: Heard, found: Evidence) -> str:
        """Return "Yes", "No", or that what the question takes for granted is denied; or nothing."""
        question, believed = heard.question, heard.believed
        if not fact.is_read(found.article):
            return ""
        sentence = Passage(found.lead, found.quote)
        if not believed:
            shared = set(content_stems(question)).intersection(content_stems(found.quote))
            first = [passage_of(hit) for hit in heard.hits[:_FIRST]]
            denied = shared and proposal.denies(question, sentence, first, reader=self.reader)
            return OTHERWISE if denied else ""
        (shown,) = self._believed(question, [sentence])
        return verdict(question, found, passages=proposal.together(believed), sentence=shown)

    def _read(self, question: str, hits: Sequence[Hit], *, whole: bool) -> list[Reading]:
        """Return the readings of `hits`; those after the first are blank where these suffice."""
        passages = [passage_of(hit) for hit in hits]
        asked = as_reported(question, hits[0].article.text) if hits else question
        cut = len(hits) if whole else _FIRST
        first = self.reader.read(asked, passages[:cut], stop=self._stop)
        unread = [Reading(())] * len(passages[cut:])
        if not unread or self._is_sure(question, hits, [*first, *unread]):
            return [*first, *unread]
        return [*first, *self.reader.read(asked, passages[cut:], stop=self._stop)]

    @staticmethod
    def _is_sure(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> bool:
        return any(
            item.probability >= _ENOUGH and item.may_answer and not fact.is_unnamed(question, item)
            for item in choice.rank(question, hits, readings)
        )

    def _believed(self, question: str, passages: Sequence[Passage]) -> list[Belief]:
        """Return how far passages bear out a yes and a no; none for another question."""
        if wanted(question) is not Wanted.YES_NO:
            return []
        return proposal.beliefs(proposal.polar(question), passages, reader=self.reader)


def _rests_on_one(question: str) -> bool:
    """Tell whether the surest passage answers a question, whatever others say."""
    counts_all = wants_latest(question) or changes(question) or asks_for_several(question)
    return not counts_all and wanted(question) is not Wanted.YES_NO
