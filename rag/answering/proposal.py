"""What is proposed to the reader about a question: an answer to it, or what it takes for granted.

The reader tells of a passage whether it answers a question. Of "Was X Y? Yes." it tells whether
the passage bears that out, for which it has learnt from claims and their evidence
(`rag.training.reader.claims`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.reading import Asked, Reader, Reading, proposed
from rag.text import facts
from rag.text.lexicon import OPENING_VERBS
from rag.text.sentences import content_stems
from rag.types import Passage

# How much likelier the no must be, in nats, for a sentence to deny what a question takes for
# granted. At 2 nats of the third round of the reader, 12 of 34 questions written for it with a
# wrong premise were found so, and 2 of 35 with a right one; of 18 others with a right one 3 were,
# none where the first passages deny it too. On 240 questions of BoolQ the balances of the present
# reader are half as wide again: 16.8 nats from the tenth to the ninetieth of a hundred, not 11.2.
DENIED = -2.7
_VERB = rf"(?:{'|'.join(sorted(OPENING_VERBS))})(?:n['’]?t)?"
_ASKED = re.compile(
    rf"^(?:(?:so|and|but|then)\s+)?(?:why|when|where|how)\s+(?P<polar>{_VERB}\s+\S+\s.*?)\W*$", re.I
)
# What a question of yes or no has around its core.
_AROUND = re.compile(
    r"^.*,\s+(?=" + _VERB + r"\s+(?:it|he|she|they|this|that|there)\b)|"
    r"[\s,(]*\byes\s*(?:or|/)\s*no\b\W*|,?\s*\b(?:right|correct|true)\W*$|\W+$",
    re.I,
)
# What stands in brackets at the end explains, or is of the conversation.
_BRACKETS = re.compile(r"(?<=[\w?])\s+\([^()]*\)\W*$")


@dataclass(frozen=True, slots=True)
class Belief:
    """How far a passage bears out a yes and a no, in log-odds."""

    yes: float
    no: float

    @property
    def balance(self) -> float:
        """How much likelier the yes is than the no, in nats."""
        return self.yes - self.no


def presupposed(question: str) -> str:
    """Return what a question takes for granted, as one of yes or no; empty if that is not known.

    "Why did the bank fail?" takes for granted what "Did the bank fail?" asks.
    """
    found = _ASKED.match(_BRACKETS.sub("", question.strip()))
    polar = found["polar"] if found else ""
    return polar[:1].upper() + polar[1:]


def polar(question: str) -> str:
    """Return a question of yes or no without what its asker, or the talk, put around it."""
    core = _AROUND.sub("", _BRACKETS.sub("", question.strip()))
    return core[:1].upper() + core[1:]


def beliefs(question: str, passages: Sequence[Passage], *, reader: Reader) -> list[Belief]:
    """Return how far each passage bears out a yes and a no to `question`, one of yes or no."""
    asked = [Asked(proposed(question, verdict), tuple(passages)) for verdict in ("Yes", "No")]
    both = zip(*reader.read_together(asked), strict=True)
    return [Belief(yes.answered, no.answered) for yes, no in both]


def together(found: Sequence[Belief]) -> Belief:
    """Return what passages bear out together: each verdict by the one that does so most."""
    return Belief(max(item.yes for item in found), max(item.no for item in found))


def heard(reading: Reading, found: Belief) -> Reading:
    """Return the reading of a question of yes or no, whose passage answers it by either verdict.

    Of the question alone the reader says less where the answer is no.
    """
    more = max(found.yes, found.no) - reading.answered
    if more <= 0:
        return reading
    raised = (replace(item, odds=item.odds + more) for item in reading.candidates)
    return replace(reading, candidates=tuple(raised))


def denies(
    question: str, sentence: Passage, passages: Sequence[Passage], *, reader: Reader
) -> bool:
    """Tell whether a sentence denies what `question` takes for granted of whom it asks about.

    One that does not name whom the question asks about, or what, denies nothing of it; nor does
    one whose denial the `passages` that were found do not share. A question with a denial of its
    own, "Why didn't they come?", is answered by one.
    """
    taken = presupposed(question)
    subject = set(content_stems(taken.partition(" ")[2])[:1])
    if not taken or facts.denies(question):
        return False
    if not subject <= {*content_stems(f"{sentence.heading} {sentence.text}")}:
        return False
    if beliefs(taken, [sentence], reader=reader)[0].balance >= DENIED:
        return False
    return together(beliefs(taken, passages, reader=reader)).balance < DENIED
