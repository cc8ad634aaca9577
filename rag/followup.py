"""Follow-up questions completed with what they refer back to."""

from __future__ import annotations

from collections.abc import Sequence

from rag.sentences import content_words, words
from rag.types import Turn

_REFERENCES = frozenset(
    "he she it they him her them his hers its their theirs this that these those there then "
    "one ones former latter same".split()
)
# A question with fewer words of its own leaves out its subject: "And in 2021?"
_FEWEST_CONTENT_WORDS = 2


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return `question` in a form that can be searched without the conversation.

    A question that refers back, by a pronoun or by leaving its subject out, is put
    after the question before it; any other is returned as it is.
    """
    if not history or not _refers_back(question):
        return question
    return f"{history[-1][0]} {question}"


def _refers_back(question: str) -> bool:
    found = words(question)
    return len(content_words(question)) < _FEWEST_CONTENT_WORDS or not _REFERENCES.isdisjoint(found)
