"""Follow-up questions put in a form that stands alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from contextlib import closing

from rag.generation.base import Generator
from rag.generation.prompts import build_rewrite
from rag.text.facts import denies
from rag.text.lexicon import QUESTION_WORDS
from rag.text.sentences import STOPWORDS, WORD, content_words, sentences, stem, words
from rag.types import Turn

# Turns that the generator is shown; what a question refers to is rarely further back.
TURNS = 3
# Tokens that a rewrite may have; the longest of 6,900 in the training data has 36 words.
MAX_TOKENS = 40

_PERSONAL = frozenset("he she it they him them".split())
_POSSESSIVE = frozenset("his her hers its their theirs".split())
_POINTING = frozenset("this that these those there then one ones former latter same".split())
_REFERENCES = _PERSONAL | _POSSESSIVE | _POINTING
# Between a name and a pronoun they show that the name is what the pronoun stands for.
_CLAUSE = frozenset("when while before after because since if that which who whose".split())
# Words without evidence of their own that a rewrite must not lose all the same.
_ASKING = QUESTION_WORDS | frozenset("many much more most".split())
# A question with fewer words of its own leaves out its subject: "And in 2021?"
_FEWEST_CONTENT_WORDS = 2
# "How many did China win?" leaves out of what.
_OF_WHAT = re.compile(
    r"\bhow many (?:did|does|do|has|have|had|is|are|was|were|will|would|can|could)\b", re.IGNORECASE
)
# "Who is Vikram?" says enough; "What was the play?" does not.
_DEFINES = re.compile(
    r"\W*(?:who|what|where)\s+(?:is|are|was|were)\s+(?:an?\s+)?(?!the\b|it\b|that\b|this\b)\w{4,}\W*$",
    re.IGNORECASE,
)
_THINGS = frozenset("it its they them their".split())
_GOES_ON = re.compile(r"\W*(?:and|but|so|(?:and |but )?(?:what|how) about)\b", re.IGNORECASE)


def standalone(
    question: str,
    history: Sequence[Turn],
    *,
    generator: Generator | None = None,
    stop: threading.Event | None = None,
) -> str:
    """Return `question` in a form that can be understood without the conversation.

    A question that refers back is rewritten by `generator`. Without one, and when the
    rewrite fails its check, it is put after the question before it. A question that does
    not refer back is returned as it is. Raises `GenerationError`.
    """
    if not history or not refers_back(question):
        return question
    rewritten = rewrite(question, history, generator=generator, stop=stop) if generator else None
    return rewritten or f"{history[-1].question} {question}"


def rewrite(
    question: str,
    history: Sequence[Turn],
    *,
    generator: Generator,
    stop: threading.Event | None = None,
) -> str | None:
    """Return the generator's rewrite of `question`, or None when it fails its check.

    Raises `GenerationError`.
    """
    turns = history[-TURNS:]
    pieces = generator.stream(build_rewrite(question, turns), max_new_tokens=MAX_TOKENS, stop=stop)
    with closing(pieces):  # type: ignore[type-var]
        written = "".join(pieces).strip()
    return written if is_faithful(written, question=question, history=turns) else None


def is_faithful(rewritten: str, *, question: str, history: Sequence[Turn]) -> bool:
    """Tell whether a rewrite asks what `question` asks in this conversation.

    It is one question that points to nothing outside it, keeps the words, names and
    numbers of `question`, adds only words of the conversation and at least one of them
    where the question leaves something out, and denies exactly when `question` does.
    """
    said = " ".join(part for turn in history for part in turn)
    kept, has = _telling(question), _telling(rewritten)
    return (
        rewritten.endswith("?")
        and len(sentences(rewritten)) == 1
        and not _points_elsewhere(rewritten)
        and kept <= has <= kept | _telling(said) | _ASKING
        and (kept != has or not leaves_out(question))
        and denies(rewritten) == denies(question)
    )


def refers_back(question: str) -> bool:
    """Tell whether a question needs the conversation before it to be understood.

    It does when it leaves something out, and may when it names nobody and nothing: news is
    asked about by name.
    """
    return leaves_out(question) or not (names_somebody(question) or question == question.casefold())


def names_somebody(question: str) -> bool:
    """Tell whether a word of `question`, not at its head, has a capital letter."""
    return _first_name(question) is not None


def leaves_out(question: str) -> bool:
    """Tell whether it goes on with "and", says too little or points to something outside it."""
    short = len(content_words(question)) < _FEWEST_CONTENT_WORDS and not _DEFINES.match(question)
    goes_on = _GOES_ON.match(question) or _OF_WHAT.search(question)
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


def _telling(text: str) -> set[str]:
    """Return the stems of the words that a rewrite must keep and may not invent."""
    found = words(_GOES_ON.sub("", text, count=1) if _GOES_ON.match(text) else text)
    return {stem(word) for word in found if word in _ASKING or _tells(word)}


def _tells(word: str) -> bool:
    return not (word in STOPWORDS or word in _REFERENCES or word.endswith("n't"))
