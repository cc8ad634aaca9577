"""Slips of the finger in a question, mended by the words of the archive."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import takewhile

from rag.store.base import Storage
from rag.text.lexicon import OPENING_VERBS
from rag.text.sentences import STOPWORDS, WORD

# Shorter words have too many neighbours, and so have names, which are typed with more care.
_SHORTEST, _SHORTEST_NAME = 6, 7
# Texts in which the right word is looked for.
_TEXTS = 8
_PLAIN = re.compile(r"[A-Za-z]+")
# The one short name that is a question word in small letters: "when did who declare it". No other
# "who" follows a verb that opens a question.
_WHO = re.compile(rf"\b({'|'.join(sorted(OPENING_VERBS))}) (?:the )?who\b(?= \w)", re.I)


def spelled(question: str, *, storage: Storage) -> str:
    """Return `question` with each word that no article has as the articles spell it.

    "Who directed openheimer?" becomes "Who directed Oppenheimer?". Only a word that is one
    letter from one of theirs is changed, and "did who" is written out. Raises `ArchiveError`.
    """
    question = _WHO.sub(r"\1 the World Health Organization", question)
    for word in {word for word in WORD.findall(question) if _may_be_wrong(word)}:
        right = _nearest(word, storage.texts_near(word, k=_TEXTS))
        question = re.sub(rf"\b{word}\b", right, question)
    return question


def _may_be_wrong(word: str) -> bool:
    shortest = _SHORTEST if word.islower() else _SHORTEST_NAME
    plain = _PLAIN.fullmatch(word) is not None
    return plain and len(word) >= shortest and word.casefold() not in STOPWORDS


def _nearest(word: str, texts: Iterable[str]) -> str:
    """Return the commonest word of the texts that is one letter from `word`; or `word`."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(WORD.findall(text))
    typed = _singular(word)
    alike = (found for found, _ in counts.most_common() if _one_letter(typed, _singular(found)))
    return next(alike, word)


def _singular(word: str) -> str:
    return word.casefold().removesuffix("s")


def _one_letter(word: str, other: str) -> bool:
    """Tell whether one letter is too few, too many or another, or two have changed places.

    The full-text index compares stems, and for it "margin" is near to "Marine".
    """
    if word == other:
        return False
    head = _alike(word, other)
    tail = _alike(word[head:][::-1], other[head:][::-1])
    left, right = word[head : len(word) - tail], other[head : len(other) - tail]
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])


def _alike(word: str, other: str) -> int:
    """Return how many letters two words begin with alike."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))
    )
