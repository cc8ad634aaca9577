"""Names and what their initials make: "SVB" and "Silicon Valley Bank"."""

from __future__ import annotations

import re

from rag.text.sentences import STOPWORDS, words

# A word of a name, or a small word within one; "Bankman-Fried" has two initials.
_WORD = r"[A-Z](?:[\w’']|\.(?=\w))*"
_NAME = re.compile(rf"{_WORD}(?:(?:[ -]| (?:of|the|for|and|de|on|in|to|&) (?:the )?){_WORD})+")
_PIECE = re.compile(r"(?:[\w’']|\.(?=\w))+")


def is_long_form(name: str, short: str) -> bool:
    """Tell whether the words of a name, or all but small ones, have the letters of `short`."""
    told = words(name)
    great = [word for word in told if word not in STOPWORDS]
    return short.lower() in ("".join(word[0] for word in found) for found in (told, great))


def long_form(short: str, text: str) -> str:
    """Return the first name in `text` whose initials are `short`, in any case; empty if none is.

    It may be a part of a longer run of capital letters, as in "Collapsed Silicon Valley Bank".
    """
    for run in _NAME.finditer(text):
        pieces = list(_PIECE.finditer(run[0]))
        for first, piece in enumerate(pieces):
            if piece[0][0].lower() != short[:1].lower() or piece[0][0].islower():
                continue
            for last in pieces[first + 1 :]:
                name = run[0][piece.start() : last.end()]
                if last[0][0].isupper() and is_long_form(name.replace("-", " "), short):
                    return name.removesuffix("'s").removesuffix("’s")
    return ""
