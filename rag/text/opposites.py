"""Words whose opposite makes another fact: "men's" and "women's", "rose" and "fell"."""

from __future__ import annotations

import re

from rag.text.facts import ROMAN
from rag.text.lexicon import MONTH_OR_SHORT, MONTHS, WEEKDAY
from rag.text.quantities import outcomes
from rag.text.sentences import STOPWORDS, stem, words

# One side per string; each form stands for all of its side.
_OPPOSED = (
    ("men man men's male boys", "women woman women's female girls"),
    ("rise rose risen rising raise raised increase increased grow grew growth up higher gain climb",
     "fall fell fallen falling cut lower drop dropped decrease decline declined down slash shrink"),
    ("win won winning victory beat defeated winner re-elected", "lose lost losing defeat loser"),
    ("accept accepted approve approved agree agreed", "reject rejected refuse refused deny"),
    ("convict convicted guilty", "acquit acquitted innocent cleared"),
    ("actor", "actress"), ("stuck aground grounded stranded", "freed refloated dislodged unstuck"),
    ("husband", "wife"), ("brother", "sister"), ("son", "daughter"), ("father", "mother"),
    ("north northern", "south southern"), ("east eastern", "west western"),
    ("oldest eldest", "youngest"), ("earliest first", "last latest"),
    ("highest most largest biggest", "lowest fewest smallest least"),
    ("open opened reopened", "close closed shut"), ("buy bought", "sell sold"),
    ("hire hired", "fire fired dismissed sacked"), ("born", "died"),
    ("launch launched liftoff", "land landed landing touchdown splashdown"),
    ("gold", "silver", "bronze"),
    ("top topped", "second runner-up", "third", "fourth", "fifth", "sixth"),
)  # fmt: skip
_SIDES = tuple(tuple(frozenset(map(stem, side.split())) for side in item) for item in _OPPOSED)
# "Chandrayaan 2", "Artemis II", "elections 2019": one of a series.
_NUMBERED = re.compile(r"\b([a-z]{4,})[ -](\d+|[ivx]+)\b", re.I)
# "Gave up" and "drop out" tell of no rise and no fall.
_PARTICLE = re.compile(
    r"\b(?!(?:is|are|was|were|be|been|go|goes|gone|went|moved?|by|and|or)\b)[a-z]+ "
    r"(?:up|down)\b(?! (?:by|from|to|about|nearly|almost|some|over|more)\b| [\d$€£])|"
    r"\b(?:drop|f[ae]ll)\w* (?:out|through|apart|short|behind|victim|asleep|ill)\b",
    re.I,
)
# "Last Wednesday" and "in the first round" tell a time, and no place in a row.
_IN_TIME = re.compile(
    rf"\b(?:first|last|second|third)\s+(?:(?:few|two|three|four|five|six|\d+)\s+)?"
    rf"(?:{WEEKDAY}|{MONTH_OR_SHORT}|hours?|days?|weeks?|months?|years?|night|spring|summer|autumn|"
    r"winter|quarter|half|rounds?|stages?)\b",
    re.I,
)
_MENS = re.compile(r"\bmen['’]?s\s+", re.I)
_PART = re.compile(r"[,;:]\s|\s(?:and|but|while)\s")
_WINNING = 2
# Who wins and who loses is told by one sentence, and the reader tells them apart.
_ROLE = re.compile(r"\b(?:who|whom|which)\b", re.I)


def contrary(question: str, sentence: str) -> bool:
    """Tell whether a sentence has the opposite of a word asked, or another outcome than asked for.

    A question for a person or thing may be answered from the other side: "X lost to Y" tells
    who won.
    """
    return _is_opposed(question, sentence, winning=not _ROLE.search(question))


def turned_round(question: str, clause: str) -> bool:
    """Tell whether a clause says no to a question by the opposite of a word: "fell" by "rose".

    Not by "lost", which the other side may have done.
    """
    return _is_opposed(question, clause, winning=False)


def _is_opposed(question: str, sentence: str, *, winning: bool) -> bool:
    if _other_outcome(question, sentence) or _other_number(question, sentence):
        return True
    asked, told = _telling(question), _telling(sentence)
    return any(
        _opposed(sides, asked, told)
        for place, sides in enumerate(_SIDES)
        if winning or place != _WINNING
    )


def _telling(text: str) -> set[str]:
    """Return the stems of the words of a text that can be the opposite of others."""
    return set(map(stem, words(_IN_TIME.sub(" ", _PARTICLE.sub(" ", text)))))


def counts_another(question: str, sentence: str, place: int) -> bool:
    """Tell whether what stands at a character of a sentence is of another outcome than asked for.

    "It killed 135 people and injured 5,000" has both, each in a part of its own.
    """
    return _other_outcome(question, _part_with(sentence, place))


def contrary_there(question: str, sentence: str, place: int) -> bool:
    """Tell whether the part of a sentence with a character tells the opposite of what was asked.

    "A was the best actor and B the best actress" has both, each in a part of its own.
    """
    return contrary(question, _part_with(sentence, place))


def _part_with(sentence: str, place: int) -> str:
    ends = [match.start() for match in _PART.finditer(sentence)]
    start = max((end for end in ends if end < place), default=0)
    stop = min((end for end in ends if end >= place), default=len(sentence))
    return sentence[start:stop]


def asks_of_women(question: str) -> bool:
    """Tell whether a question is of women and not of men.

    A report says so where it means them; of the men's race it often says "the race".
    """
    return _speaks_of(question) == (False, True)


def as_reported(question: str, report: str) -> str:
    """Return a question for "the men's race" as one for "the race", if a report says no more."""
    return question if _MENS.search(report) else _MENS.sub("", question)


def tells_of_both(text: str) -> bool:
    """Tell whether a text speaks of men and of women: a report on two races."""
    return all(_speaks_of(text))


def leaves_open(text: str) -> bool:
    """Tell whether a text speaks neither of men nor of women."""
    return not any(_speaks_of(text))


def _speaks_of(text: str) -> tuple[bool, ...]:
    found = set(map(stem, words(text)))
    return tuple(bool(found & side) for side in _SIDES[0])


def _other_outcome(question: str, text: str) -> bool:
    befell, told_of = outcomes(question), outcomes(text)
    return bool(befell and told_of) and befell.isdisjoint(told_of)


def _opposed(sides: tuple[frozenset[str], ...], asked: set[str], told: set[str]) -> bool:
    """Tell whether one side is asked about, and of all sides only others are told."""
    ours = [side for side in sides if asked & side]
    others = [side for side in sides if told & side]
    return len(ours) == 1 and bool(others) and ours[0] not in others


def _other_number(question: str, sentence: str) -> bool:
    """Tell whether a sentence speaks of another one of the series that is asked about."""
    series = _series(sentence)
    return any(
        series.get(name) and not numbers & series[name]
        for name, numbers in _series(question).items()
    )


def _series(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, number in _NUMBERED.findall(text.lower()):
        if name.title() not in MONTHS and name not in STOPWORDS:
            found.setdefault(stem(name), set()).add(str(ROMAN.get(number.upper(), number)))
    return found
