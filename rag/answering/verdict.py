"""Whether a sentence says yes or no to a question.

The reader finds the sentence. That it tells what the question asks, and whether it denies it,
is read off its words; where they leave it open nothing is said, and the sentence is the answer.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.answering.evidence import Evidence
from rag.text.facts import denies, names, numbers
from rag.text.sentences import content_stems, stem, words

# Share of the question's content words that must stand in the sentence for a "No", and, since
# a denial is telling and its absence is not, a higher one for a "Yes".
_LEAST_NO, _LEAST_YES = 0.5, 0.75
_CLAUSE = re.compile(r"[,;:]\s+(?:and |but )?|\s(?:but|although|though|while|whether)\s")
_NO_DENIAL = re.compile(r"\bnot (?:only|just)\b|\bno (?:longer|later|fewer|less)\b", re.I)
_OPENING = re.compile(r"^\w+n['’]t\b", re.I)
_ORDINALS = frozenset("first second third fourth fifth last only".split())
_OPENS = re.compile(r"\b(?:if|could|may|might|whether|unclear|expected|likely|would)\b", re.I)


def verdict(question: str, found: Evidence) -> Literal["Yes", "No", ""]:
    """Return what a sentence says to a question of yes or no; empty where it leaves it open."""
    asked = set(content_stems(question))
    clause = max(_CLAUSE.split(found.quote), key=lambda text: len(asked & set(content_stems(text))))
    share = len(asked & set(content_stems(f"{found.lead} {found.quote}"))) / (len(asked) or 1)
    # "Didn't he resign?" asks the same as "Did he resign?".
    denied = denies(_NO_DENIAL.sub(" ", clause)) != denies(_OPENING.sub("", question))
    if denied:
        return "No" if share >= _LEAST_NO else ""
    if share < _LEAST_YES or _OPENS.search(clause) or _differs(question, found):
        return ""
    return "Yes"


def _differs(question: str, found: Evidence) -> bool:
    """Tell whether the sentence lacks a number, an order or a name of the question."""
    told = f"{found.lead} {found.quote}"
    here = set(words(told))
    order = _ORDINALS & set(words(question))
    stems = {stem(word) for word in here}
    lost = {name for name in names(question) if stem(name) not in stems}
    return bool(lost or order - here or numbers(question) - numbers(told))
