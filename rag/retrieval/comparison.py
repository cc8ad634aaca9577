"""Questions that compare two things, taken apart into what is asked of each.

"Compare the UK elections of 2019 and 2024" has its answer in two articles, and the passages
that fit the whole of it best may all be of one.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from rag.retrieval.degrees import Wants, degrees
from rag.text.lexicon import NAME, OPENING_VERBS, QUESTION_WORDS
from rag.text.sentences import content_words, words
from rag.text.time_phrases import Phrase, time_phrases

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
_DIFFERS_FROM = re.compile(r"\s+(?:differ from|compare (?:with|to|against))\s+", re.IGNORECASE)
_DIFFER = re.compile(r"\s+(?:differ|compare)(?:\s+from each other)?$", re.IGNORECASE)
_CONTRAST = re.compile(r"\s+(?:vs\.?|versus|(?:as\s+)?compared\s+(?:with|to))\s+", re.IGNORECASE)
_COUPLED = re.compile(r"\s+(?:and|with|to|or|against)\s+", re.IGNORECASE)
_PREPOSITION = re.compile(r"^(.*\b(?:of|in|for|at|on|by|between|from|during)\s+)(\S.*)$", re.I)
_SAME_PREPOSITION = re.compile(r"^(?:that of|those of|of|in|for|at|on|by|during)\s+", re.IGNORECASE)
# What may open both halves: "cases when A came and when B came", "prices in A and in B".
_PARALLEL = re.compile(r"^(?:when|where|after|before|under|in|of|for|at|on|by|during|with)\b", re.I)
_NAME = re.compile(rf"\b{NAME}")
_BEFORE_QUESTION = frozenset("in at on for by to from of".split())
_YES_NO = re.compile(rf"^(?:{'|'.join(OPENING_VERBS)})\b", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things compared, as it was named, and what is asked of it."""

    name: str
    question: str

    @property
    def asked(self) -> str:
        """The question in full: "What was turnout in 2019?" for "turnout in 2019?"."""
        return f"What was {self.question}" if self.bare else self.question

    @property
    def bare(self) -> bool:
        """Whether it names a thing alone, "turnout in 2019?", and does not say what to tell."""
        opening = words(self.question)[:1]
        return (QUESTION_WORDS | OPENING_VERBS | _BEFORE_QUESTION).isdisjoint(opening)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things compared, and what is wanted of their figures.

    `wants` is "more" or "less" for the thing with the higher or lower figure or date,
    "faster" or "slower" where that depends on the figures, "difference" for how far apart they
    are, and empty where both are to be told and nothing else. With `polar` the answer is
    whether the first has more, or less: yes or no.
    """

    parts: tuple[Part, Part]
    wants: Wants = ""
    polar: bool = False


def comparison(question: str) -> Comparison | None:
    """Return what `question` asks of each thing that it compares; None when it compares none.

    Each part can be searched for and read by itself. A list, "Which five countries ...?", is
    one question, and so is a range, "between 2019 and 2024".
    """
    asked = " ".join(question.split()).rstrip("?!. ")
    if found := degrees(asked):
        return _both(found.pair, found.form, found.wants, polar=found.polar)
    return _of_times(asked) or _of_things(asked)


def _both(
    pair: tuple[str, str], form: str, wants: Wants = "", *, polar: bool = False
) -> Comparison:
    left, right = (Part(name, form.replace("{}", name)) for name in pair)
    return Comparison((left, right), wants, polar)


def _of_times(asked: str) -> Comparison | None:
    """Take apart a question for two times, the one put in the place of both."""
    named = _times(asked)
    if len(named) != 2 or _YES_NO.match(asked):
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
    named = _DIFFERS_FROM.sub(" versus ", _REQUEST.sub("", asked)) if request else asked
    left, right = _halves(_DIFFER.sub("", named), bool(request))
    if not (content_words(left) and content_words(right)):
        return None
    for share in (_parallel, _after_preposition, _in_place):
        if shared := share(left, right):
            return shared
    return Comparison((Part(left, f"{left}?"), Part(right, f"{right}?")))


def _parallel(left: str, right: str) -> Comparison | None:
    """Share what stands before a word that opens both: "cases in A" and "in B"."""
    opening = _PARALLEL.match(right)
    places = list(re.finditer(rf"\b{opening[0]}\b", left, re.I)) if opening else []
    if not places or not content_words(left[: places[-1].start()]):
        return None
    before, mine = left[: places[-1].start()], left[places[-1].start() :]
    # "In B in 2022" dates both.
    if (dated := _times(right)) and dated[-1].end == len(right) and not _times(left):
        when = re.search(r"(?:\s(?:in|on|at|during|of))?\s*$", right[: dated[-1].start])
        mine += right[when.start() if when else dated[-1].start :]
    return Comparison((_part(before, mine), _part(before, right)))


def _part(before: str, named: str) -> Part:
    """Return a part whose name goes without the word that opens it, "of" or "in"."""
    return Part(_SAME_PREPOSITION.sub("", named), f"{before}{named}?")


def _after_preposition(left: str, right: str) -> Comparison | None:
    """Share what stands before the last preposition: "inflation in A" and "B"."""
    shared = _PREPOSITION.match(left)
    other = _SAME_PREPOSITION.sub("", right)
    if not shared or _PREPOSITION.match(other):
        return None
    names = (shared[2], other)
    return Comparison((Part(names[0], f"{left}?"), Part(names[1], f"{shared[1]}{other}?")))


def _in_place(left: str, right: str) -> Comparison | None:
    """Put the name and the time of the right into the place of those of the left.

    "How many seats did A win in 2019" and "B in 2024" ask the same of both.
    """
    mine, theirs = _times(left), _times(right)
    names, others = _NAME.findall(left[1:]), _NAME.findall(right)
    if not (len(mine) == len(theirs) == len(names) == len(others) == 1):
        return None
    if not QUESTION_WORDS.intersection(words(left)[:1]):
        return None
    old = left[mine[0].start : mine[0].end]
    new = right[theirs[0].start : theirs[0].end]
    asked = left.replace(old, new, 1)
    asked = re.sub(rf"(?:\bthe )?{re.escape(names[0])}", lambda _: others[0], asked, count=1)
    return Comparison((Part(f"{names[0]} {old}", f"{left}?"), Part(right, f"{asked}?")))


def _halves(asked: str, requested: bool) -> tuple[str, str]:
    """Split at "versus", or at the last "and" of what was asked to be compared."""
    joints = list(_CONTRAST.finditer(asked)) or (
        list(_COUPLED.finditer(asked)) if requested else []
    )
    if not joints:
        return "", ""
    return asked[: joints[-1].start()], asked[joints[-1].end() :]


def _times(text: str) -> list[Phrase]:
    return time_phrases(text, today=dt.date.today())
