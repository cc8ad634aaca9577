"""Several questions asked in one, such as "Who won, and when was the vote?", taken apart.

What answers them may stand in several articles, and the reader finds one answer at a time.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

from rag.text.lexicon import OPENING_VERBS
from rag.text.sentences import words
from rag.text.time_phrases import time_phrases

_WH = r"(?:who|whom|whose|what|when|where|why|how(?: (?:many|much|long|far|old|often))?|which)"
_VERBS = "|".join(sorted(OPENING_VERBS))
_OPENS = re.compile(rf"^(?:(?:in|on|at|by|for|to|from|of) )?(?:{_WH})\b", re.I)
# "What did he say about who won": the second question word opens no question of its own.
_EMBEDS = re.compile(rf"^.+\b{_WH}\b", re.I)
# "When and where was she born?"
_TWO_WORDS = re.compile(rf"^(?P<one>{_WH}),? and (?P<two>{_WH}) (?P<rest>(?:{_VERBS})\b.+)$", re.I)
# "..., and how many seats did it win?", "...? And when?"
_NEXT = re.compile(
    rf"(?:\s*[?;]\s*(?:and\s+)?|,?\s+and\s+)(?=(?:(?:in|on|at|by|for|to) )?{_WH}\b)", re.I
)
_BETWEEN = re.compile(r"\s*(?:,|,?\s*and|,?\s*or)\s+(?:(?:in|of|on|at|the)\s+)*", re.I)
# "Which films were": of one year, "which film was"; "which films won", "which film won".
_PLURAL = re.compile(
    r"\b(?P<ask>which|what) (?P<noun>[a-z]+?)(?P<end>ies|s) "
    r"(?P<verb>were|are|have|won|lost|took|got|had|led|beat|came|held|[a-z]+ed)\b",
    re.I,
)
_SINGULAR = {"were": "was", "are": "is", "have": "has", "ies": "y", "s": ""}
# "Who won the men's and the women's race?"
_OF_BOTH = re.compile(
    r"^(?P<before>.+\b)(?P<one>men|women|boys|girls)['’]?s?(?:['’])? and (?:the )?"
    r"(?P<two>men|women|boys|girls)['’]?s?(?:['’])? (?P<after>.+)$",
    re.I,
)
_LEAST_WORDS = 3
_LEAST_TIMES = 3


def joined(question: str) -> tuple[str, ...]:
    """Return the questions that `question` plainly joins, in their order; empty for one alone.

    The second may leave something out that the first has: "and how many died?".
    """
    asked = " ".join(question.split()).rstrip("?!. ")
    if two := _TWO_WORDS.match(asked):
        return tuple(f"{two[word].capitalize()} {two['rest']}?" for word in ("one", "two"))
    return _clauses(asked)


def at_times(question: str) -> tuple[str, ...]:
    """Return `question` for each of the three times or more that it names; empty for fewer.

    "Which films won in ..." asks for one of each year.
    """
    asked = _PLURAL.sub(_in_singular, " ".join(question.split()).rstrip("?!. "))
    named = time_phrases(asked, today=dt.date.today())
    listed = all(_BETWEEN.fullmatch(asked, a.end, b.start) for a, b in pairwise(named))
    if len(named) < _LEAST_TIMES or not listed or not _OPENS.match(asked):
        return ()
    before, after = asked[: named[0].start], asked[named[-1].end :]
    return tuple(f"{before}{asked[item.start : item.end]}{after}?" for item in named)


def of_both(question: str) -> tuple[str, ...]:
    """Return `question` for men and for women, where it asks of both; empty for any other."""
    asked = " ".join(question.split()).rstrip("?!. ")
    found = _OF_BOTH.match(asked)
    if not found or not _OPENS.match(asked):
        return ()
    named = (found["one"], found["two"])
    sides = (side + ("'" if side.endswith("s") else "'s") for side in named)
    return tuple(f"{found['before']}{side} {found['after']}?" for side in sides)


def _clauses(asked: str) -> tuple[str, ...]:
    """Split where a question word opens what follows "and"."""
    parts = [part.strip(" ,?;") for part in _NEXT.split(asked)]
    first, *others = parts
    whole = _OPENS.match(first) and len(words(first)) >= _LEAST_WORDS and not _EMBEDS.search(first)
    if not (whole and others) or any(len(words(part)) < _LEAST_WORDS - 1 for part in others):
        return ()
    return tuple(f"{part[:1].upper()}{part[1:]}?" for part in parts)


def _in_singular(found: re.Match[str]) -> str:
    noun = found["noun"] + _SINGULAR[found["end"].lower()]
    verb = found["verb"].lower()
    return f"{found['ask']} {noun} {_SINGULAR.get(verb, verb)}"
