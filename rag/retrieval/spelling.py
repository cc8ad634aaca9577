"""Slips of the finger in a question, mended by the words of the archive."""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches

from rag.store.folder import Storage
from rag.store.indexes import Indexes
from rag.store.store import Store
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
    typed = {word for word in WORD.findall(question) if _may_be_wrong(word)}
    if not typed:
        return question
    mended = storage.search(
        lambda store, indexes: {word: _nearest(word, store, indexes) for word in typed}
    )
    for word, right in mended.items():
        question = re.sub(rf"\b{word}\b", right, question)
    return question


def _may_be_wrong(word: str) -> bool:
    shortest = _SHORTEST if word.islower() else _SHORTEST_NAME
    plain = _PLAIN.fullmatch(word) is not None
    return plain and len(word) >= shortest and word.casefold() not in STOPWORDS


def _nearest(word: str, store: Store, indexes: Indexes) -> str:
    """Return the word of the archive that was meant: the most alike, then the commonest."""
    chunks = store.chunks(indexes.passages.near(word, k=_TEXTS))
    articles = store.articles_by_key([*{chunk.article for chunk in chunks.values()}])
    counts: Counter[str] = Counter()
    for chunk in chunks.values():
        if article := articles.get(chunk.article):
            counts.update(WORD.findall(f"{article.title} {article.text[chunk.start : chunk.end]}"))
    folded: dict[str, str] = {}
    for found, _ in counts.most_common():
        folded.setdefault(found.casefold(), found)
    alike = get_close_matches(word.casefold(), list(folded), n=1, cutoff=_ALIKE)
    return folded[alike[0]] if alike else word
