"""Questions that compare two things, taken apart into what is asked of each.

"Compare the UK elections of 2019 and 2024" has its answer in two articles, and the passages
that fit the whole of it best may all be of one.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from rag.text.sentences import content_words
from rag.text.time_phrases import time_phrases

_DEGREES = {
    "longer": "long", "shorter": "short", "bigger": "big", "larger": "large", "smaller": "small",
    "taller": "tall", "higher": "high", "lower": "low", "heavier": "heavy", "lighter": "light",
    "older": "old", "younger": "young", "faster": "fast", "slower": "slow", "richer": "rich",
    "poorer": "poor", "stronger": "strong", "weaker": "weak", "deeper": "deep", "wider": "wide",
    "cheaper": "cheap", "dearer": "dear", "costlier": "costly", "deadlier": "deadly",
    "hotter": "hot", "colder": "cold", "warmer": "warm", "closer": "close", "earlier": "early",
    "later": "late", "worse": "bad", "better": "good", "further": "far", "farther": "far",
}  # fmt: skip
_LESS = frozenset("shorter smaller lower lighter younger poorer weaker cheaper closer".split())
# Of these more is not always a higher figure: a faster run takes less time.
_EITHER = frozenset("faster slower earlier later worse better further".split())
_MORE = r"(?P<more>more|less|fewer)"
_JOINT = (
    r"(?:,\s*(?:and|or)|and|or|vs\.?|versus|(?:as\s+)?compared\s+(?:with|to)|against|than|with|to)"
)
_SMALL = r"(?:(?:in|of|on|at|for|the|that|those|one|it|was|is)\s+)*"
_BETWEEN_TIMES = re.compile(rf"\s*,?\s*(?:{_JOINT})\s+{_SMALL}", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:from|between|since)\s+(?:the\s+)?$", re.IGNORECASE)
# "Compare A with B", "the difference between A and B": what opens such a request.
_REQUEST = re.compile(
    r"^(?:(?:please|can you|could you)\s+)*(?:compare|(?:give me |make |show me )?"
    r"(?:an? |the )?comparison (?:of|between)|(?:what (?:is|was|are|were) )?"
    r"(?:the )?differences? (?:between|in)|how (?:do|does|did) (?=.* (?:differ|compare)))\s*",
    re.IGNORECASE,
)
_DIFFER = re.compile(r"\s+(?:differ|compare)(?:\s+from each other)?$", re.IGNORECASE)
_CONTRAST = re.compile(r"\s+(?:vs\.?|versus|(?:as\s+)?compared\s+(?:with|to))\s+", re.IGNORECASE)
_COUPLED = re.compile(r"\s+(?:and|with|to|or|against)\s+", re.IGNORECASE)
_PREPOSITION = re.compile(r"^(.*\b(?:of|in|for|at|on|by|between|from|during)\s+)(\S.*)$", re.I)
_SAME_PREPOSITION = re.compile(r"^(?:that of|those of|of|in|for|at|on|by|during)\s+", re.IGNORECASE)
# "Which ship is longer, A or B?", "What was more expensive, A or B?"
_WHICH_IS = re.compile(
    rf"^(?:which|what|who)(?:\s+(?P<kind>\w+)){{0,2}}?\s+(?P<verb>is|was|are|were)\s+(?P<degree>"
    rf"(?:more|less)\s+\w+|{'|'.join(_DEGREES)})\W+(?P<pair>.+)$",
    re.IGNORECASE,
)
# "Which film won more Oscars, A or B?"
_WHICH_DID = re.compile(
    rf"^(?:which|what|who)(?:\s+(?P<kind>\w+))?\s+(?P<verb>\w+)\s+{_MORE}\s+(?P<noun>\w+),?\s+"
    r"(?P<pair>.+)$",
    re.IGNORECASE,
)
# "Did Japan win more golds in Tokyo or in Paris?"
_DID_MORE = re.compile(
    rf"^(?P<aux>did|does|do|has|have|had|was|were)\s+(?P<rest>.+?)\s+{_MORE}\s+(?P<noun>\w+)\s+"
    r"(?P<pair>(?:in|at|on|for|with|from|by|under|against)\s.+)$",
    re.IGNORECASE,
)
# "How much faster was A than B?"
_HOW_MUCH = re.compile(
    rf"^(?:how much|by how much)\s+(?:(?P<degree>{'|'.join(_DEGREES)})\s+)"
    r"(?P<verb>is|was|are|were)\s+(?P<left>.+?)\s+than\s+(?P<right>.+)$",
    re.IGNORECASE,
)
_EITHER_OR = re.compile(r"^(?P<left>.+?),?\s+(?:or|than|and)\s+(?P<right>.+)$", re.IGNORECASE)


_THE_ONE = re.compile(r"^(?:the one|that)\b", re.IGNORECASE)
# "Won" and "sold" as in "were won by"; regular verbs end in "ed".
_DONE = frozenset("won sold made lost built bought spent cast sunk shot struck hit cut".split())


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things compared, as it was named, and what is asked of it."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things compared, and what is wanted of their figures.

    `wants` is "more" or "less" for the thing with the higher or lower figure, "difference"
    for how far apart they are, and empty where both are to be told and nothing else.
    """

    parts: tuple[Part, Part]
    wants: Literal["more", "less", "difference", ""] = ""


def comparison(question: str) -> Comparison | None:
    """Return what `question` asks of each thing that it compares; None when it compares none.

    Each part can be searched for and read by itself. A list, "Which five countries ...?", is
    one question, and so is a range, "between 2019 and 2024".
    """
    asked = " ".join(question.split()).rstrip("?!. ")
    for take_apart in (_of_degrees, _of_times, _of_things):
        if found := take_apart(asked):
            return found
    return None


def _of_degrees(asked: str) -> Comparison | None:
    """Take apart a question for the more or the less of two."""
    if match := _HOW_MUCH.match(asked):
        form = f"How {_DEGREES[match['degree'].lower()]} {match['verb']} {{}}?"
        return _both((match["left"], match["right"]), form, "difference")
    if (match := _WHICH_IS.match(asked)) and (pair := _pair(match)):
        form = f"How {_positive(match['degree'])} {match['verb']} {{}}?"
        return _both(pair, form, _direction(match["degree"]))
    if (match := _WHICH_DID.match(asked)) and (pair := _pair(match)):
        many, verb = match["noun"], match["verb"]
        passive = verb.endswith("ed") or verb in _DONE
        form = (
            f"How many {many} were {verb} by {{}}?" if passive else f"How many {many} {{}} {verb}?"
        )
        return _both(pair, form, _direction(match["more"]))
    if (match := _DID_MORE.match(asked)) and (pair := _pair(match)):
        form = f"How many {match['noun']} {match['aux'].lower()} {match['rest']} {{}}?"
        return _both(pair, form, _direction(match["more"]))
    return None


def _both(
    pair: tuple[str, str], form: str, wants: Literal["more", "less", "difference", ""] = ""
) -> Comparison:
    left, right = (Part(name, form.replace("{}", name)) for name in pair)
    return Comparison((left, right), wants)


def _direction(degree: str) -> Literal["more", "less", ""]:
    """Return whether the higher or the lower figure has more of `degree`; empty if it varies."""
    opening = degree.lower().split()[0]
    if opening in _EITHER:
        return ""
    return "less" if opening in _LESS or opening in ("less", "fewer") else "more"


def _of_times(asked: str) -> Comparison | None:
    """Take apart a question for two times, the one put in the place of both."""
    named = time_phrases(asked, today=dt.date.today())
    if len(named) != 2:
        return None
    first, second = named
    ranged = _RANGE.search(asked[: first.start]) and not _REQUEST.match(asked)
    if ranged or not _BETWEEN_TIMES.fullmatch(asked, first.end, second.start):
        return None
    before, after = _REQUEST.sub("", asked[: first.start]), asked[second.end :]
    times = (asked[first.start : first.end], asked[second.start : second.end])
    return _both(times, f"{before}{{}}{_DIFFER.sub('', after)}?")


def _of_things(asked: str) -> Comparison | None:
    """Take apart a request to compare two things, each with the words that both share."""
    request = _REQUEST.match(asked)
    left, right = _halves(_DIFFER.sub("", _REQUEST.sub("", asked)), bool(request))
    if not (content_words(left) and content_words(right)):
        return None
    names = (left, right)
    shared = _PREPOSITION.match(left)
    other = _SAME_PREPOSITION.sub("", right)
    if shared and not _PREPOSITION.match(other):
        names = (shared[2], other)
        right = f"{shared[1]}{other}"
    return Comparison((Part(names[0], f"{left}?"), Part(names[1], f"{right}?")))


def _halves(asked: str, requested: bool) -> tuple[str, str]:
    """Split at "versus", or at the last "and" of what was asked to be compared."""
    joints = list(_CONTRAST.finditer(asked)) or (
        list(_COUPLED.finditer(asked)) if requested else []
    )
    if not joints:
        return "", ""
    return asked[: joints[-1].start()], asked[joints[-1].end() :]


def _pair(found: re.Match[str]) -> tuple[str, str] | None:
    """Return the two things of "A or B"; "the one in Hull" is the fire there, if fires are."""
    match = _EITHER_OR.match(found["pair"].strip(" ,:"))
    if not match:
        return None
    kind = found.groupdict().get("kind")
    named = (match[side].strip(" ,") for side in ("left", "right"))
    left, right = (_THE_ONE.sub(f"the {kind}", name) if kind else name for name in named)
    return left, right


def _positive(degree: str) -> str:
    """Return "long" of "longer" and "expensive" of "more expensive"."""
    found = degree.lower()
    return _DEGREES.get(found, found.split()[-1])
