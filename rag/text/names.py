"""The names that texts speak of, by their capital letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from rag.text.lexicon import CALENDAR
from rag.text.sentences import STOPWORDS, sentences, stem, words

_NAME = re.compile(r"[A-Z][\w’'&-]+(?: (?:(?:of|de|the|al) )?[A-Z][\w’'&-]+)*")
_SMALL = re.compile(r"\b[a-z][\w’'-]+")
# As words they are far more frequent than as names, and a search knows no capitals.
_ALSO_WORDS = frozenset({"us"})
# What a person is called by, which is the same person's name without it.
_TITLE = re.compile(
    r"^(?:(?:The|Former|Vice|Deputy|Acting|Prime|First|Foreign|Attorney|Chief|President|Minister|"
    r"Senator|Sen|Gov|Governor|Rep|Representative|Reps|Sens|Chancellor|Judge|Justice|Mayor|"
    r"Secretary|General|Gen|Chair|Chairman|Sir|King|Queen|Prince|Princess|Pope|Dr|Mr|Mrs|Ms)\b ?)+"
)
# They say whose or where something is, and are none of it themselves.
_ADJECTIVES = frozenset(
    "african american americans arab asian australian austrian belgian brazilian british canadian "
    "chinese danish dutch eastern egyptian english european europeans french german germans greek "
    "hungarian indian iranian iraqi irish israeli italian japanese korean lebanese libyan mexican "
    "northern norwegian pakistani palestinian polish portuguese roman russian russians saudi "
    "scottish southern spanish swedish swiss syrian turkish ukrainian ukrainians welsh western "
    "democratic republican catholic christian jewish muslim".split()
)
# "I'm", "Don't": no name has these endings.
_SHORTENED = re.compile(r"['’](?:d|ll|m|re|t|ve)$")
# Longer ones are lines that a publisher puts below all of its articles.
_MOST_WORDS = 5
# A word that this share of the texts that have it large also have small is no name: "Sign up".
_ALSO_SMALL = 0.3


def frequent_names(
    texts: Iterable[str], *, most: int, without: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Return the names that several of `texts` have, with how many, the commonest first.

    The first word of a sentence may be capitalised for its place alone; it counts only
    where a further one follows. Titles of people are left out, as are adjectives such as
    "European", words that stand in small letters as well, and the names `without`.
    """
    counts: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        counts.update(_names(text))
        small.update({*_SMALL.findall(text)})
    left_out = {name.casefold() for name in without}
    ranked = sorted(
        (
            (name, count)
            for name, count in counts.items()
            if small[name.casefold()] < _ALSO_SMALL * count and name.casefold() not in left_out
        ),
        key=lambda item: (-item[1], item[0]),
    )
    return [(name, count) for name, count in ranked[:most] if count > 1]


def _names(text: str) -> set[str]:
    starts = {span.start for span in sentences(text)}
    found = set()
    for match in _NAME.finditer(text):
        name = _TITLE.sub("", match.group().removesuffix("'s").removesuffix("’s"))
        # What stands first in a sentence is a name if a further one follows, title or not.
        alone = match.start() in starts and " " not in match.group()
        if not alone and _is_name(name):
            found.add(name)
    return found


def _is_name(name: str) -> bool:
    """Tell whether capitalised words, of which titles were taken away, name something."""
    parts = name.split()
    # Its small words, such as the "of" of a university, may be any.
    large = words(" ".join(word for word in parts if word[0].isupper()))
    return (
        0 < len(parts) <= _MOST_WORDS
        and parts[0][0].isupper()
        and not {*large} & (CALENDAR | STOPWORDS | _ALSO_WORDS)
        and not _SHORTENED.search(name)
        and (len(parts) > 1 or name.casefold() not in _ADJECTIVES)
    )


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
