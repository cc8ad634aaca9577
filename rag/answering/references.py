"""Which questions point to what was said before them, told by their words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.lexicon import OPENING_VERBS
from rag.text.sentences import STOPWORDS, WORD, content_words, words

_PERSONAL = frozenset("he she it they him them".split())
_POSSESSIVE = frozenset("his her hers its their theirs".split())
_POINTING = frozenset("this that these those there then one ones former latter same".split())
_REFERENCES = _PERSONAL | _POSSESSIVE | _POINTING
# Between a name and a pronoun they show that the name is what the pronoun stands for.
_CLAUSE = frozenset("when while before after because since if that which who whose".split())
# A question with fewer words of its own leaves out its subject: "And in 2021?"
_FEWEST_CONTENT_WORDS = 2
# "How many did China win?" leaves out of what.
OF_WHAT = re.compile(rf"\bhow many (?=(?:{'|'.join(sorted(OPENING_VERBS))})\b)", re.IGNORECASE)
# "Who is Vikram?" says enough; "What was the play?" does not.
_DEFINES = re.compile(
    r"\W*(?:who|what|where)\s+(?:is|are|was|were)\s+(?:an?\s+)?(?!the\b|it\b|that\b|this\b)\w{4,}\W*$",
    re.IGNORECASE,
)
_THINGS = frozenset("it its they them their".split())
_GOES_ON = re.compile(r"\W*(?:and|but|so|(?:and |but )?(?:what|how) about)\b", re.IGNORECASE)

# Words of the conversation that complete a question: "Why? (Ann Borg, the ferry)".
_TALK = re.compile(r"(?<=\?)\s+\([^()]*\)\W*$")


def with_talk(question: str, told: Sequence[str]) -> str:
    """Return `question` with what the conversation is about after it, in brackets."""
    return f"{question.rstrip('?!. ')}? ({', '.join(told)})" if told else question


def without_talk(question: str) -> str:
    """Return `question` without what `with_talk` put after it."""
    return _TALK.sub("", question)


def names_somebody(question: str) -> bool:
    """Tell whether a word of `question`, not at its head, has a capital letter."""
    return _first_name(question) is not None


def leaves_out(question: str) -> bool:
    """Tell whether it goes on with "and", says too little or points to something outside it."""
    short = len(content_words(question)) < _FEWEST_CONTENT_WORDS and not _DEFINES.match(question)
    goes_on = _GOES_ON.match(question) or OF_WHAT.search(question)
    return short or bool(goes_on) or _points_elsewhere(question)


def _points_elsewhere(question: str) -> bool:
    """Tell whether a pronoun in `question` stands for something outside it."""
    found, name = words(question), _first_name(question)
    return any(
        word in _REFERENCES and not _is_inside(found, place, name=name)
        for place, word in enumerate(found)
    )


def _is_inside(found: Sequence[str], place: int, *, name: int | None) -> bool:
    """Tell whether the word at `place` points to nothing, or to a name before it.

    "Did Biden see his son?" and "How old was Biden when he won?" have the name inside;
    "the son that won" and "was there a son" point to nothing.
    """
    word, last = found[place], place == len(found) - 1
    if word in ("that", "there"):
        return not last and place > 0 and (found[place - 1] in STOPWORDS) == (word == "there")
    if word in _THINGS and _after_a_noun(found[:place]):
        return True
    if word in _POINTING or name is None or place < name:
        return False
    return word in _POSSESSIVE or not _CLAUSE.isdisjoint(found[:place])


def _after_a_noun(before: Sequence[str]) -> bool:
    """Tell whether a clause has begun, "when it ...", behind one with words of its own."""
    clause = next((place for place, word in enumerate(before) if word in _CLAUSE and place), None)
    told = [word for word in before[:clause] if word not in STOPWORDS]
    return clause is not None and len(told) >= _FEWEST_CONTENT_WORDS


def _first_name(question: str) -> int | None:
    """Return the place of the first word, not at the head, with a capital letter."""
    for place, word in enumerate(WORD.findall(question)):
        if place and any(letter.isupper() for letter in word):
            return place
    return None
