"""Slips of the finger in a question, mended by the words of the archive."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches

from rag.store.base import Storage
from rag.text.sentences import STOPWORDS, WORD

# Shorter words have too many neighbours, and so have names, which are typed with more care.
_SHORTEST, _SHORTEST_NAME = 6, 7
# Texts in which the right word is looked for.
_TEXTS = 8
# Alike enough for one letter in six.
_ALIKE = 0.8
_PLAIN = re.compile(r"[A-Za-z]+")


def spelled(question: str, *, storage: Storage) -> str:
    """Return `question` with each word that no article has as the articles spell it.

    "Who directed openheimer?" becomes "Who directed Oppenheimer?". Only a word that is one
    letter from one of theirs is changed. Raises `ArchiveError`.
    """
    for word in {word for word in WORD.findall(question) if _may_be_wrong(word)}:
        right = _nearest(word, storage.texts_near(word, k=_TEXTS))
        question = re.sub(rf"\b{word}\b", right, question)
    return question


def _may_be_wrong(word: str) -> bool:
    shortest = _SHORTEST if word.islower() else _SHORTEST_NAME
    plain = _PLAIN.fullmatch(word) is not None
    return plain and len(word) >= shortest and word.casefold() not in STOPWORDS


def _nearest(word: str, texts: Iterable[str]) -> str:
    """Return the word of the texts that was meant: the most alike, then the commonest."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(WORD.findall(text))
    folded: dict[str, str] = {}
    for found, _ in counts.most_common():
        folded.setdefault(found.casefold(), found)
    alike = get_close_matches(word.casefold(), list(folded), n=1, cutoff=_ALIKE)
    return folded[alike[0]] if alike else word
