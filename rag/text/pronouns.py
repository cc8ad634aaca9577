"""Which pronoun a text uses for a name, so that "she" is not taken for a man."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from rag.text.sentences import sentences, words

Pronoun = Literal["he", "she", "it", "they"]

_WORDS: dict[str, Pronoun] = {
    word: pronoun
    for pronoun, told in (
        ("he", "he him his himself man king prince father son husband brother actor mr sir lord"),
        ("she", "she her hers herself woman women queen princess mother daughter wife sister "
                "actress mrs ms lady"),
        ("it", "it its itself"),
        ("they", "they them their themselves"),
    )
    for word in told.split()
}  # fmt: skip
_BEFORE = re.compile(r"\b(?:king|prince|mr|sir|lord|queen|princess|mrs|ms|lady)\.?\s+$", re.I)
# Words after a name within which the pronoun for it stands; later ones may be another's.
_NEAR = 14
_NAME = re.compile(r"\s[A-Z][\w’'-]+")


def used_for(name: str, text: str, *, language: str | None = None) -> Pronoun | None:
    """Return the pronoun that `text` mostly uses for `name`; None where it does not tell.

    The first pronoun behind the name counts, or a word such as "actress", up to the next name.
    """
    last = name.split()[-1] if name.split() else ""
    if not last:
        return None
    counts = Counter(_found(last, text, language=language))
    most = counts.most_common(2)
    if not most or (len(most) > 1 and most[0][1] == most[1][1]):
        return None
    return most[0][0]


def _found(last: str, text: str, *, language: str | None) -> Iterator[Pronoun]:
    spans = sentences(text, language=language)
    for span, after in zip(spans, [*spans[1:], None], strict=True):
        quote = text[span.start : span.end]
        places = list(re.finditer(rf"\b{re.escape(last)}\b", quote))
        if not places:
            continue
        if title := _BEFORE.search(quote[: places[0].start()]):
            yield _WORDS[words(title[0])[0]]
        rest = quote[places[-1].end() :]
        pronoun = _first(_NAME.split(rest, maxsplit=1)[0])
        if pronoun is None and after and not _NAME.search(rest):
            opening = words(text[after.start : after.end])[:1]
            pronoun = _WORDS.get(opening[0]) if opening else None
        if pronoun:
            yield pronoun


def _first(text: str) -> Pronoun | None:
    return next((_WORDS[word] for word in words(text)[:_NEAR] if word in _WORDS), None)
