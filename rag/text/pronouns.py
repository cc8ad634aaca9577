"""Which pronoun a text uses for a name, so that "she" is not taken for a man."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import Literal

from rag.text.lexicon import NAME
from rag.text.sentences import STOPWORDS, sentences, words

Pronoun = Literal["he", "she", "it", "they"]

_TOLD: tuple[tuple[Pronoun, str], ...] = (
    ("he", "he his himself man king prince father son husband brother actor mr sir lord"),
    ("she", "she her hers herself woman queen princess mother daughter wife sister actress mrs ms"),
    ("she", "lady"),
    ("it", "it its itself"),
    ("they", "they their themselves"),
)
_WORDS: dict[str, Pronoun] = {word: pronoun for pronoun, told in _TOLD for word in told.split()}
# Words after a name within which the pronoun for it stands; later ones may be another's.
_NEAR = 24
# Words before the name that a sentence is about: "On Friday the minister, Ann Borg, ...".
_SUBJECT = 5
_NAME = re.compile(NAME)


def used_for(name: str, text: str, *, language: str | None = None) -> Pronoun | None:
    """Return the pronoun that `text` mostly uses for `name`; None where it does not tell.

    Its titles count, "Queen Maud", and in the sentences that it is the subject of the first
    pronoun behind it, or a word such as "actress", or what opens the sentence after.
    """
    known = words(name)
    if not known:
        return None
    if titled := next((_WORDS[word] for word in known[:-1] if word in _WORDS), None):
        return titled
    most = Counter(_found(name.split()[-1], text, language=language)).most_common(2)
    if not most or (len(most) > 1 and most[0][1] == most[1][1]):
        return None
    return most[0][0]


def subject_called(pronoun: Pronoun, text: str, *, language: str | None = None) -> str | None:
    """Return the name most often at the head of a sentence for which a text uses `pronoun`."""
    spans = sentences(text, language=language)
    heads = (_NAME.match(text, span.start) for span in spans)
    counts = Counter(head[0].removesuffix("’s").removesuffix("'s") for head in heads if head)
    able = (name for name, _ in counts.most_common() if words(name)[0] not in STOPWORDS)
    return next((n for n in able if used_for(n, text, language=language) == pronoun), None)


def _found(last: str, text: str, *, language: str | None) -> Iterator[Pronoun]:
    spans = sentences(text, language=language)
    for span, after in zip_longest(spans, spans[1:]):
        quote = text[span.start : span.end]
        place = re.search(rf"\b{re.escape(last)}\b", quote)
        if not place or len(words(quote[: place.start()])) > _SUBJECT:
            continue
        pronoun = _first(quote[place.end() :])
        if pronoun is None and after:
            opening = words(text[after.start : after.end])[:2]
            pronoun = _WORDS.get(opening[0]) if opening and opening != ["it", "was"] else None
        if pronoun:
            yield pronoun


def _first(text: str) -> Pronoun | None:
    return next((_WORDS[word] for word in words(text)[:_NEAR] if word in _WORDS), None)
