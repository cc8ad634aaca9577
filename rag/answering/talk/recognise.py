"""Tell a remark that asks the articles nothing from a question that is searched for.

The rule is a closed vocabulary. A greeting, a word of thanks and a question about the program
are made of a few hundred words; a remark with any other word, such as a name, is searched for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from enum import StrEnum

from rag.answering.talk import vocabulary as known
from rag.text.lexicon import OPENING_VERBS
from rag.text.question_language import question_language
from rag.text.question_time import find_period
from rag.text.sentences import WORD, words

_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_KEY_ROWS = ("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm")
_NO_WORD = re.compile(r"[^\W\d_aeiouy]{6,}|(?=[^\W\d_]{6})[^aeiouy]+\Z")
_WELL_BEING = re.compile(
    r"\bhow(?:'?s| is| are| r)?(?: (?:you|u|it|things|life|everything|your day))+"
    r"(?: (?:going|doing|today|been|feeling|all|there|dateline))*\b|\bwhat(?:'?s| is)? (?:up|new)\b"
)
_PARTING = re.compile(r"\bsee (?:you|ya|u)\b|\btake care\b")
_OPENING = re.compile(
    rf"(?:(?:{'|'.join(sorted(known.OPENERS - {'morning', 'evening', 'night', 'later'}))}|"
    r"good (?:morning|afternoon|evening|day)|thanks|thank you|please|ok(?:ay)?)"
    r"(?: (?:there|again|dateline|everyone|all))?\s*[,.!:;-]+\s*)+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\s*,\s*(?:please|pls|plz|thanks|thank you|thx))+\s*(?=[.!?]*$)", re.IGNORECASE
)

_ACTING = frozenset("do can could should able does".split())
_HAVING = frozenset("have know news here got".split())
_SWEARING = frozenset("what the hell fuck shit crap damn is this wrong with you".split())


class Remark(StrEnum):
    """What a turn of talk is; a goodbye is a greeting, an insult is unclear."""

    GREETING = "greeting"
    THANKS = "thanks"
    IDENTITY = "identity"
    HELP = "help"
    CONTENTS = "contents"
    OTHER_LANGUAGE = "other_language"
    UNCLEAR = "unclear"


def recognise(
    question: str,
    *,
    in_conversation: bool = False,
    languages: Callable[[], Collection[str]] = tuple,
) -> Remark | None:
    """Return what `question` is when it asks the articles nothing; None when it is searched for.

    `in_conversation` tells that something was said before, to which "why?" and "how does
    this work?" may refer. `languages` returns the ISO 639 codes of the articles, of which
    English needs no mention; it is called for a question in another language, which is
    searched for when some of the articles are in it. A blank question is None.
    """
    if not question.strip():
        return None
    language = question_language(question)
    if language not in (None, "en"):
        return None if language in languages() else Remark.OTHER_LANGUAGE
    said = _said(question)
    if all(_is_no_word(word) for word in said):
        return Remark.UNCLEAR
    if remark := _speaking(said) or _social(said, question):
        return remark
    # "What were the stories last year?" asks for the news of that time.
    if find_period(question, today=dt.date.today()):
        return None
    return _about_itself(said, in_conversation) or _dismissal(said, in_conversation)


def without_courtesy(question: str) -> str:
    """Return `question` without "Hi," before it and ", please" behind it."""
    return _CLOSING.sub("", _OPENING.sub("", question, count=1)) or question


def _said(question: str) -> list[str]:
    """Return the words, "hiii" as "hi"."""
    shortened = _DRAWN_OUT.sub(r"\1", question)
    return [word.strip("'-.") for word in words(shortened)]


def _is_no_word(word: str) -> bool:
    """Tell whether `word` is keys struck at random: "asdf", "sdkjfhs"; never a number."""
    row = len(word) > 3 and any(word in keys or word[::-1] in keys for keys in _KEY_ROWS)
    return row or len(word) == 1 or bool(_NO_WORD.search(word))


def _speaking(said: list[str]) -> Remark | None:
    """Recognise "Do you speak Spanish?"."""
    asked = {"you", "u", "i"} & {*said} and known.SPEAKING & {*said}
    named = known.LANGUAGES & {*said}
    if asked and named and not {*said} - known.FILLERS - known.SPEAKING - named - {"ask"}:
        return Remark.OTHER_LANGUAGE
    return None


def _social(said: list[str], question: str) -> Remark | None:
    """Recognise greetings and thanks, which hold no question but "How are you?"."""
    left = _WELL_BEING.sub(" ", " ".join(said))
    how_are_you = left != " ".join(said)
    left = _PARTING.sub(" bye ", left)
    rest = set(left.split())
    if rest - known.FILLERS - known.GREETING - known.GRATITUDE:
        return None
    # "How is Nice?" asks after a city.
    if rest & known.QUESTION_WORDS or said[0] in OPENING_VERBS or _has_name(question):
        return None
    if rest & known.GRATITUDE and not rest & known.OPENERS - {"day"}:
        return Remark.THANKS
    if rest & known.OPENERS or how_are_you:
        return Remark.GREETING
    return None


def _about_itself(said: list[str], in_conversation: bool) -> Remark | None:
    """Recognise what is asked of the program and its archive."""
    bag = {*said}
    own = known.ASKING_HELP | known.ABOUT_CONTENTS | known.ABOUT_ITSELF
    if bag - known.FILLERS - own - known.GREETING - known.GRATITUDE - known.LANGUAGES:
        return None
    # "What did they ask you?" is about people named before.
    others = known.OTHERS | {"it"} if in_conversation else known.OTHERS
    if bag & others or not _is_to_the_program(bag, in_conversation):
        return None
    return _topic(bag)


def _is_to_the_program(bag: set[str], in_conversation: bool) -> bool:
    """Tell whether it is spoken of; where people have spoken of other things, only by name."""
    named = known.PROGRAM if in_conversation else known.PROGRAM | known.HERE
    alone = bag <= known.FILLERS | known.ASKED_ALONE and bag & known.ASKED_ALONE
    mine = bag & known.SELF and bag & known.DOING
    several = len(bag & known.ABOUT_CONTENTS - known.AMBIGUOUS) > 1
    return bool(bag & named or alone or mine or (several and not in_conversation))


def _topic(bag: set[str]) -> Remark | None:
    """Return what a remark about the program asks for."""
    contents, help_, itself = (
        len(bag & vocabulary - known.AMBIGUOUS)
        for vocabulary in (known.ABOUT_CONTENTS, known.ASKING_HELP, known.ABOUT_ITSELF)
    )
    to_it = bag & {"you", "u", "dateline", "this"}
    if not help_ + itself and bag & _HAVING and bag & {"you", "u", "here"}:
        return Remark.CONTENTS
    if help_ and help_ >= max(contents, itself):
        return Remark.HELP
    if contents and contents >= itself:
        return Remark.CONTENTS
    if itself or (to_it and not bag & _ACTING and bag & {"who", "what", "old"}):
        return Remark.IDENTITY
    return Remark.HELP if bag & _ACTING and bag & (known.SELF | {"you", "u"}) else None


def _dismissal(said: list[str], in_conversation: bool) -> Remark | None:
    """Recognise insults, doubts and murmurs, and what has no word of its own."""
    bag = {*said}
    to_it = bag & {"you", "u", "your", "ur"} or bag <= _SWEARING
    if not bag <= known.FILLERS | known.DISMISSALS | known.GRATITUDE | known.ABOUT_ITSELF:
        return None
    asks = bag & known.QUESTION_WORDS or said[0] in OPENING_VERBS
    if bag & known.DISMISSALS and (to_it or not asks):
        return Remark.UNCLEAR
    # "And then?" goes on with a conversation; "is it so" begins none.
    return None if in_conversation or asks or bag - known.FILLERS else Remark.UNCLEAR


def _has_name(question: str) -> bool:
    """Tell whether a word has a capital in the middle of a sentence written in small letters."""
    found = WORD.findall(question)
    return any(word[:1].isupper() and word != "I" for word in found[1:]) and not question.isupper()
