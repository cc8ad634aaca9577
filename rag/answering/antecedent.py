"""Whom or what a pronoun of a question stands for, told by the turns before it.

"How many seats did his party win?" after "Who won the election?" asks of the one who was
named in answer. A name takes the place of "she" only where the article that was cited does not
call its bearer "he".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile

from rag.answering.marks import strip_marks
from rag.text.lexicon import CALENDAR, NAME, OPENING_VERBS
from rag.text.pronouns import Pronoun, subject_called, used_for
from rag.text.sentences import STOPWORDS, words
from rag.types import Article, Turn

# What a question refers to is rarely further back.
TURNS = 4
# Words of an answer in which the names are looked for: an overview names too many.
_ANSWER_WORDS = 20
_SHORT_ANSWER = 3
_NAME = re.compile(NAME)
# Before a name that only says where or of whom: "in Rye", "the harbour of Valletta".
_PLACED = r"\b(?:of|in|at|from|by|near|for|with|to|on) (?:the )?"
# A name after one of these is a place and nobody.
_PLACE = r"\b(?:in|at|near) (?:the )?"
# What a person may be called by, before a name of two words or more.
_TITLE = re.compile(
    r"^(?:(?:Vice )?President|Prime Minister|Senator|Governor|Representative|Chancellor|Judge|"
    r"Justice|Mayor|Minister|Secretary|General|Sir|Dr|Mr|Mrs|Ms) (?=[A-Z][\w’'-]+ [A-Z])"
)
_ASKS_FOR_ONE = re.compile(
    r"^\W*(?:\w+\s+)?(?:who|whom|whose|which|"
    rf"what\s+(?!(?:{'|'.join(OPENING_VERBS)}|happens|made|came|led|\w+ed)\b)\w+)\b",
    re.I,
)
_ASKS_FOR_PERSON = re.compile(r"^\W*(?:\w+\s+)?(?:who|whom|whose)\b", re.IGNORECASE)
_HER = re.compile(r"\bher\b(?=\s+\w)(?!\s+(?:in|on|at|by|for|to|with|after|before)\b)", re.I)
# "Was it the first?" and "How long did it take?" speak of no thing.
_EMPTY_IT = re.compile(
    r"\b(?:is|was|will|would|did|does|do|has)\s+it\s+(?:an?|the|his|her|their|true|possible|take|"
    r"that|because|in|on|at|worth|called)\b|\bit\s+(?:takes?|took|was|is)\b|\bmake\s+it\b",
    re.IGNORECASE,
)
_FORMS: tuple[tuple[re.Pattern[str], Pronoun, bool], ...] = (
    (re.compile(r"\b(?:he|him)\b", re.I), "he", False),
    (re.compile(r"\bshe\b", re.I), "she", False),
    (re.compile(r"\bhis\b", re.I), "he", True),
    (re.compile(r"\bhers\b", re.I), "she", True),
    (_HER, "she", True),
    (re.compile(r"\bher\b", re.I), "she", False),
    (re.compile(r"\bits\b", re.I), "it", True),
    (re.compile(r"\btheir\b", re.I), "they", True),
    (re.compile(r"\bit\b", re.I), "it", False),
    (re.compile(r"\b(?<!between )(?<!among )(?:they|them)\b", re.I), "they", False),
)
_THAT_TIME = re.compile(r"\b(?:in |at )?(?:that|the same) year\b|\b(?:at that time)\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def with_names(question: str, history: Sequence[Turn], article: Article | None = None) -> str:
    """Return `question` with its first pronoun as the name that it stands for, if known.

    `article` is the one that the last answer cites. "That year" becomes the year.
    """
    question = _with_year(question, history, article)
    for pattern, pronoun, owns in _FORMS:
        match = pattern.search(question)
        if not match or (pronoun == "it" and _EMPTY_IT.search(question)):
            continue
        name = _named(pronoun, history, article)
        if name is None:
            return question
        told = f"{name}’s" if owns else name
        return f"{question[: match.start()]}{told}{question[match.end() :]}"
    return question


def told_to_one(turn: Turn) -> list[str]:
    """Return the names told to a question for one; none for another question."""
    if not _ASKS_FOR_ONE.match(turn.question):
        return []
    return names(turn.short) if turn.short else names_told(turn.answer)


def names_told(answer: str) -> list[str]:
    """Return the names in the first words of an answer.

    Its first word may be capitalised for its place alone, unless that is all it says.
    """
    found = answer.split()[:_ANSWER_WORDS]
    told = names(" ".join(found))
    alone = len(found) <= _SHORT_ANSWER
    return [name for name in told if alone or " " in name or not answer.startswith(name)]


def names(text: str) -> list[str]:
    """Return the names in `text`, in order; no months, and no word that only asks."""
    found = []
    for match in _NAME.finditer(text):
        parts = match[0].removesuffix("’s").removesuffix("'s").split()
        bare = " ".join(dropwhile(lambda word: word.casefold() in STOPWORDS, parts))
        known = words(bare)
        if known and CALENDAR.isdisjoint(known):
            found.append(bare)
    return found


def _named(pronoun: Pronoun, history: Sequence[Turn], article: Article | None) -> str | None:
    """Return the last name spoken of that a pronoun may stand for."""
    if pronoun in ("he", "she"):
        return _person(pronoun, history, article)
    for turn in reversed(history[-TURNS:]):
        told, asked = _told_whole(turn), names(turn.question)
        # Who did something is no "it", but may be "they": a club, or a country.
        able = told if pronoun == "they" or not _ASKS_FOR_PERSON.match(turn.question) else asked
        able = able or asked
        if able:
            return able[0] if len(able) == 1 and _fits(pronoun, able[0], article) else None
    return None


def _told_whole(turn: Turn) -> list[str]:
    """Return the name told to a question for one: all that was told, its subject, or the only one.

    "The harbour of Valletta" is no Valletta.
    """
    said = (turn.short or strip_marks(turn.answer)).strip(" .").removeprefix("The ")
    asked = names(turn.question)
    told = [name for name in told_to_one(turn) if name not in asked]
    opening = [name for name in told if re.match(rf"{re.escape(name)}(?:\s+[a-z]|$)", said)]
    alone = len(told) == 1 and names(said) == told
    placed = alone and re.search(rf"{_PLACED}{re.escape(told[0])}", said)
    return opening or (told if alone and not placed else [])


def _person(pronoun: Pronoun, history: Sequence[Turn], article: Article | None) -> str | None:
    """Return the last person spoken of: told, asked about, or else the subject of the article."""
    for turn in reversed(history[-TURNS:]):
        asked = names(turn.question)
        told = [] if _tells_several(turn) else told_to_one(turn)
        told = [name for name in told if name not in asked]
        for name in told:
            if _fits(pronoun, name, article):
                return _bare(name)
        # Who did it is another than those whom the question names, unless "she" cannot be meant.
        another = _ASKS_FOR_PERSON.match(turn.question) and not told
        for name in asked:
            placed = re.search(rf"{_PLACE}{re.escape(name)}", turn.question)
            if _used(name, article) in ((pronoun,) if another or placed else (pronoun, None)):
                return _bare(name)
    if article is None:
        return None
    return subject_called(pronoun, article.text, language=article.language)


def _bare(name: str) -> str:
    """Return a person's name without a title and a place: "Senator Ann Borg of Malta"."""
    bare = _TITLE.sub("", name)
    first = bare.split(" of ")[0]
    return first if " " in first else bare


def _tells_several(turn: Turn) -> bool:
    """Tell whether an answer lists names, none of which is "he": "Ann Borg and Leo Vella"."""
    named = told_to_one(turn)[:2]
    listed = r"(?:,|,? and) ".join(map(re.escape, named))
    return len(named) > 1 and re.search(listed, turn.answer) is not None


def _fits(pronoun: Pronoun, name: str, article: Article | None) -> bool:
    """Tell whether an article does not speak of a name by another pronoun."""
    return pronoun == "they" or _used(name, article) in (None, "they", pronoun)


def _used(name: str, article: Article | None) -> Pronoun | None:
    # "Ann Borg of Malta" is called as Ann Borg is.
    name = name.split(" of ")[0]
    if article is None:
        return used_for(name, "")
    return used_for(name, article.text, language=article.language)


def _with_year(question: str, history: Sequence[Turn], article: Article | None) -> str:
    if not _THAT_TIME.search(question):
        return question
    last = history[-1]
    told = _YEAR.findall(last.question) or _YEAR.findall(last.short)
    year = told[-1] if told else (article.date or "")[:4] if article else ""
    return _THAT_TIME.sub(f"in {year}", question, count=1) if year else question
