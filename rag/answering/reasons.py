"""Answers to why: the words that explain, and the sentence beside that has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import Evidence
from rag.answering.found import FEATURES, Found
from rag.answering.statement import sentence_after, sentence_before
from rag.answering.wanted import Wanted, wanted
from rag.text.sentences import content_stems

# A span that explains goes before a likelier one that does not if it is this share as likely.
_AS_LIKELY = 0.3
# A span with this share of its words from the question, or with this share of the question's, says
# again what was asked.
_AGAIN = 0.65
_PLAINLY = re.compile(
    r"\b(?:because|due to|owing to|thanks to|caused by|driven by|as a result of|in order to|"
    r"so that|in (?:a )?protest|the (?:cause|reason) (?:was|is))\b",
    re.IGNORECASE,
)
# What may tell a reason within a span that says again what was asked, and after it.
_HINTS = re.compile(r"\b(?:after|amid|over|as|since|when|by)\b", re.IGNORECASE)
_ACCOUNTS = re.compile(
    rf"{_PLAINLY.pattern}|\b(?:saying|explain(?:ed|ing)|blam(?:ed|ing)|said that)\b", re.IGNORECASE
)
# What follows from the sentence before.
_FOLLOWS = re.compile(
    r"\b(?:instead|therefore|thus|hence|consequently|as a result(?! of)|for th(?:at|is) reason)\b",
    re.IGNORECASE,
)


def asks_for_reason(question: str) -> bool:
    """Tell whether a question asks why."""
    return wanted(question) is Wanted.REASON


def explaining(question: str, able: Sequence[Found]) -> list[Found]:
    """Return the spans that may answer a question for a reason, one that explains in front.

    Those that share no word with the question, in their sentence and what leads up to it, are
    left out.
    """
    near = [item for item in able if _speaks_of(question, item)]
    if not near:
        return []
    enough = _AS_LIKELY * near[0].probability
    first = next(
        (item for item in near if item.probability >= enough and _explains(question, item)), near[0]
    )
    return [first, *(item for item in near if item is not first)]


def sentences_beside(question: str, found: Found) -> tuple[Evidence | None, Evidence | None]:
    """Return the sentence before and the one after, where they tell what the found one does not.

    The one before, when the found one follows from it or its span explains nothing; the one after,
    when it has a reason and the found one only says again what was asked.
    """
    follows = _FOLLOWS.search(found.evidence.quote) is not None
    if not (follows or _says_nothing(question, found)):
        return None, None
    after = sentence_after(found.evidence)
    if after and not follows and _ACCOUNTS.search(after.quote):
        return None, after
    return sentence_before(found.evidence, near=True), None


def _explains(question: str, found: Found) -> bool:
    """Tell whether the sentence of a span has a word such as "because"."""
    plain = _PLAINLY.search(found.evidence.quote) is not None
    return plain and not _says_nothing(question, found)


def _says_nothing(question: str, found: Found) -> bool:
    """Tell whether a span is a name and no reason, or says again what was asked."""
    if found.features[FEATURES.index("misfit")] and not found.span[:1].islower():
        return True
    told, asked = content_stems(found.span), set(content_stems(question))
    if sum(word in asked for word in told) >= _AGAIN * len(told):
        return True
    again = len(asked.intersection(told)) >= _AGAIN * len(asked)
    return again and not (_PLAINLY.search(found.span) or _HINTS.search(found.span))


def _speaks_of(question: str, found: Found) -> bool:
    asked = set(content_stems(question))
    told = content_stems(f"{found.evidence.lead} {found.evidence.quote}")
    return not asked or not asked.isdisjoint(told)
