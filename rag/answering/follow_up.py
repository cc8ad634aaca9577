"""Whether a question goes on with the conversation, and what it then means.

A question that points back, "How old was he?", is completed by rule from the turn before it.
One that names nobody, "How many people died?", may go on or stand alone: it is searched for
both as typed and completed, and the reader decides. Nothing is written by a model, so a
question never has words that the conversation lacks.

What the talk is about finds the article, and beside the question it distracts the reader: so the
passages are searched for with it and read without it. Of 90 follow-ups written for that, 55
are answered rightly then instead of 52 (63 when asked in full by hand);
docs/evaluation/reading.md has what else was tried.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.answering.antecedent import TURNS, names, told_to_one, with_names
from rag.answering.evidence import Overlap
from rag.answering.marks import strip_marks
from rag.answering.references import OF_WHAT, leaves_out, names_somebody, with_talk
from rag.generation.prompts import REFUSAL
from rag.text.facts import spelled_date
from rag.text.lexicon import OPENING_VERBS, QUESTION_WORDS
from rag.text.sentences import STOPWORDS, WORD, content_words, words
from rag.text.time_phrases import time_phrases
from rag.types import Article, Hit, Turn

# Of an answer: characters that are searched for, and the share of its words that the article has
# which it quotes; a day that is told in full has some of the rest.
_ANSWER_CHARACTERS = 300
_QUOTED = 0.75
# Words of its own with which a question that seems to point back may stand alone all the same:
# "Which two companies have their home in Santa Clara?"
_OWN_SUBJECT = 3
# Words of a question such as "And in March 2021?" at most.
_CLIPPED = 5
_GOES_ON = re.compile(
    r"^\W*(?:(?:and|but|so|ok|then)\s+)*(?:(?:what|how)\s+about\s+)?", re.IGNORECASE
)
# Words of a question that asks something by itself, at least: "Who came second?".
_ASKS = 3
# What was counted: "gold medals" of "How many gold medals did they win?".
_COUNTED = re.compile(
    r"\bhow many (?P<thing>(?:(?!of\b)[\w’'-]+ ){1,3}?)"
    rf"(?=(?:{'|'.join(sorted(OPENING_VERBS))}|in|on|at)\b)",
    re.IGNORECASE,
)
_PERSONAL = frozenset("he him his she her hers".split())
_OPENING_ASKED = frozenset("when where why how".split())


class Reference(StrEnum):
    """How a question stands to the conversation before it."""

    NONE = "none"  # it names whom it asks about
    OPEN = "open"  # it names nobody, and may go on or stand alone
    BOUND = "bound"  # it points back, or leaves something out


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a question means: what is searched for, and what the passages are read for.

    `beside` is searched for as well, where it is open whether the question goes on.
    """

    searched: str
    read: str
    beside: str = ""


def reference(question: str) -> Reference:
    """Return how `question` stands to a conversation, told by its words alone."""
    if leaves_out(question):
        return Reference.BOUND
    return Reference.NONE if names_somebody(question) else Reference.OPEN


def complete(question: str, history: Sequence[Turn], article: Article | None = None) -> Meaning:
    """Return `question` with what it leaves out, in the words of the conversation.

    "And in 2021?" takes the place of the time asked about before, and "And Microsoft?" that of
    the name. Otherwise "he" becomes the person last spoken of, and what the conversation is
    about follows in brackets, to be searched for. `article` is the one that the last answer
    cites, which tells whether "she" may be meant. Without a conversation the question stays.
    """
    if not history:
        return Meaning(question, question)
    history = _in_full(history)
    last = history[-1]
    if swapped := _swap(question, last.question):
        if reference(last.question) is Reference.NONE:
            return Meaning(swapped, swapped)
        return complete(swapped, history[:-1], article)
    named = with_names(_with_thing(question, history), history, article)
    about = dict.fromkeys([_gist(_topic(history)), _gist(last.question), *told_to_one(last)[:2]])
    added = [text for text in about if text and not {*content_words(text)} <= {*words(named)}]
    searched = with_talk(named, added)
    return Meaning(searched, named if _asks(question) else searched)


def understand(
    question: str,
    history: Sequence[Turn],
    *,
    search: Callable[[str], Sequence[Hit]],
    article: Article | None = None,
) -> Meaning:
    """Return what `question` means after `history`: itself, or what completes it.

    `search` returns the passages for a question, best first, and `article` is the one that the
    last answer cites. One that names nobody is searched for in both forms, unless its best
    passage shows that it has a name. So is one that points back and may stand alone all the
    same; it is read as completed when the passages so found hold as many of its words. "And
    what did Ann Borg win?" has a name, and is searched for in both forms too.
    """
    kind, typed = reference(question) if history else Reference.NONE, Meaning(question, question)
    if kind is Reference.NONE:
        return typed
    completed = complete(question, history, article)
    if kind is Reference.OPEN:
        new = _names_another(question, search(question), history)
        return typed if new else Meaning(completed.searched, question, beside=question)
    if alone := _without_and(question):
        new = reference(alone) is Reference.NONE or _names_another(alone, search(alone), history)
        return Meaning(completed.searched, alone, beside=alone) if new else completed
    if not _may_stand_alone(question):
        return completed
    first, found = search(question), search(completed.searched)
    if not (first and found) or first[0].article.id == found[0].article.id:
        # "He" is still easier to read as a name.
        return completed
    read = completed.read if _holds_more(question, found, than=first) else question
    return Meaning(completed.searched, read, beside=question)


def source(turn: Turn, *, search: Callable[[str], Sequence[Hit]]) -> Article | None:
    """Return the article that an answer was taken from: the one found with all its words.

    None for a refusal, and where no article has most of them.
    """
    said = strip_marks(turn.answer)[:_ANSWER_CHARACTERS]
    if said.startswith(REFUSAL) or not content_words(said):
        return None
    found = search(f"{turn.question} {said}")
    if not found:
        return None
    article = found[0].article
    told = set(content_words(f"{article.title} {spelled_date(article.date)} {article.text}"))
    asked = content_words(said)
    return article if sum(word in told for word in asked) >= _QUOTED * len(asked) else None


def _asks(question: str) -> bool:
    """Tell whether a question asks something by itself, which "And in Paris?" does not."""
    found = words(question)
    return len(found) >= _ASKS and not (QUESTION_WORDS | OPENING_VERBS).isdisjoint(found)


def _without_and(question: str) -> str:
    """Return what follows "And" if it points to nothing else and asks by itself; or nothing."""
    alone = _GOES_ON.sub("", question)
    leans = alone == question or reference(alone) is Reference.BOUND
    return "" if leans or not _asks(alone) else alone


def _may_stand_alone(question: str) -> bool:
    """Tell whether a question that seems to point back has enough words of its own."""
    goes_on = _GOES_ON.match(question)
    if (goes_on and goes_on[0].strip()) or _names_one(question):
        return False
    return len(content_words(question)) >= _OWN_SUBJECT


def _names_one(question: str) -> bool:
    """Tell whether "he" or "her" is of somebody else than whom "Who lost her seat?" asks for."""
    found = words(question)
    opening, following = (*found, "", "")[:2]
    of_subject = opening in ("who", "which") and following not in OPENING_VERBS
    return not of_subject and not _PERSONAL.isdisjoint(found)


def _names_another(question: str, found: Sequence[Hit], history: Sequence[Turn]) -> bool:
    """Tell whether a question without capitals names somebody whom nobody spoke of before.

    A name is a word that the best passage has with a capital alone.
    """
    said = set(words(" ".join(f"{turn.question} {turn.answer}" for turn in history)))
    new = [word for word in content_words(question) if word not in said]
    told = {each for hit in found[:1] for each in WORD.findall(f"{hit.article.title} {hit.text}")}
    return any(word not in told and not told.isdisjoint(_capitals(word)) for word in new)


def _capitals(word: str) -> tuple[str, str]:
    return word.capitalize(), word.upper()


def _holds_more(question: str, found: Sequence[Hit], *, than: Sequence[Hit]) -> bool:
    """Tell whether the first of the passages found has as many of the question's words."""
    told = [f"{hit.article.title} {hit.text}" for hit in (*found, *than)]
    overlap = Overlap(question, told)
    return overlap.of(told[0]) >= overlap.of(told[len(found)])


def _in_full(history: Sequence[Turn]) -> list[Turn]:
    """Return the turns with "And in 2020?" in the form that completes the question before it."""
    told: list[Turn] = []
    for turn in history:
        swapped = _swap(turn.question, told[-1].question) if told else None
        told.append(Turn(swapped or turn.question, turn.answer, turn.short))
    return told


def _with_thing(question: str, history: Sequence[Turn]) -> str:
    """Return "How many did China win?" with what was last counted: "how many gold medals ..."."""
    if not OF_WHAT.search(question):
        return question
    asked = (_COUNTED.search(turn.question) for turn in reversed(history[-TURNS:]))
    thing = next((found["thing"] for found in asked if found), "")
    return OF_WHAT.sub(lambda found: f"{found[0]}{thing}", question, count=1)


def _topic(history: Sequence[Turn]) -> str:
    """Return the last question that stands alone, which tells what the talk is about."""
    asked = [turn.question for turn in history[-TURNS:]]
    named = (text for text in reversed(asked) if reference(text) is Reference.NONE)
    told = (text for text in reversed(asked) if reference(text) is Reference.OPEN)
    return next(named, None) or next(told, asked[-1])


def _swap(question: str, base: str) -> str | None:
    """Return `base` with the time, name or question word of a clipped question put into it."""
    fragment = _GOES_ON.sub("", question.strip()).rstrip("?!. ")
    found = words(fragment)
    if len(found) == 1 and found[0] in _OPENING_ASKED:
        opened = re.match(r"(?:when|where|why)\b", base, re.IGNORECASE)
        return f"{fragment.capitalize()}{base[opened.end() :]}" if opened else None
    if fragment == question.strip().rstrip("?!. ") or len(found) > _CLIPPED:
        return None
    return _swap_time(fragment, base) or _swap_name(fragment, base)


def _swap_time(fragment: str, base: str) -> str | None:
    today = dt.date.today()
    new, old = time_phrases(fragment, today=today), time_phrases(base, today=today)
    if len(new) != 1 or len(old) != 1 or set(content_words(fragment[: new[0].start])):
        return None
    time = fragment[new[0].start : new[0].end]
    return f"{base[: old[0].start]}{time}{base[old[0].end :]}"


def _swap_name(fragment: str, base: str) -> str | None:
    """Put the name in `fragment` into the place of the one in `base`, if it is the only one."""
    name = re.sub(r"^(?:the)\s+", "", fragment, flags=re.IGNORECASE)
    old = names(base)
    if not name[:1].isupper() or len(old) != 1:
        return None
    return base.replace(old[0], name, 1)


def _gist(asked: str) -> str:
    """Return what `asked` is about: itself without the words that only ask."""
    first = next(
        (word for word in WORD.finditer(asked) if word[0].casefold() not in STOPWORDS), None
    )
    return asked[first.start() :].rstrip("?!. ") if first else ""
