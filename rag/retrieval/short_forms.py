"""Short forms in a question that the articles write out: "sbf" for "Sam Bankman-Fried"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.initials import long_form
from rag.text.sentences import STOPWORDS, stem, words
from rag.types import Hit

# Two letters are the initials of too many.
_SHORT = re.compile(r"\b[A-Za-z]{3,5}\b")


def written_out(question: str, hits: Sequence[Hit]) -> str:
    """Return `question` with each short form that no passage found has as a passage writes it.

    The vectors find what a short form stands for; the reader needs its words.
    """
    told = [f"{hit.article.title}. {hit.text}" for hit in hits]
    known = {stem(word) for text in told for word in words(text)}

    def full(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in STOPWORDS or stem(word) in known:
            return match[0]
        return next(filter(None, (long_form(word, text) for text in told)), match[0])

    return _SHORT.sub(full, question)
