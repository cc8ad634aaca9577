"""The names that texts speak of, by their capital letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from rag.text.lexicon import CALENDAR
from rag.text.sentences import STOPWORDS, sentences, stem, words

_NAME = re.compile(r"[A-Z][\w’'&-]+(?: (?:(?:of|de|the|al) )?[A-Z][\w’'&-]+)*")
# As words they are far more frequent than as names, and a search knows no capitals.
_ALSO_WORDS = frozenset({"us"})


def frequent_names(texts: Iterable[str], *, most: int) -> list[tuple[str, int]]:
    """Return the names that several of `texts` have, with how many, the commonest first.

    The first word of a sentence may be capitalised for its place alone; it counts only
    where a further one follows.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_names(text))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(name, count) for name, count in ranked[:most] if count > 1]


def _names(text: str) -> set[str]:
    starts = {span.start for span in sentences(text)}
    found = set()
    for match in _NAME.finditer(text):
        name = match.group().removesuffix("'s").removesuffix("’s")
        # Its small words, such as the "of" of a university, may be any.
        large = (word for word in name.split() if word[0].isupper())
        known = not {*words(" ".join(large))} & (CALENDAR | STOPWORDS | _ALSO_WORDS)
        if known and (match.start() not in starts or " " in name):
            found.add(name)
    return found


def names_part(question: str, text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is only a part of a name there that `question` says more of.

    "Who built the Webb telescope?" names the whole of "James Webb Space Telescope", not its first
    two words.
    """
    asked = set(map(stem, words(question)))
    whole = next((m for m in _NAME.finditer(text) if m.start() <= start and end <= m.end()), None)
    if not whole or not asked.intersection(map(stem, words(text[start:end]))):
        return False
    rest = f"{text[whole.start() : start]} {text[end : whole.end()]}"
    return not asked.isdisjoint(map(stem, words(rest)))
