"""Lessons whose passage does not answer: the ones that search brings, and changed questions.

Changing one name, number or year of a question for another of the same kind makes questions
that look answerable and are not (arXiv 2310.19403). So does a word turned into its opposite.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rag.text.sentences import sentences
from rag.training.reader.lessons import Lesson

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d,]*\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
# Characters of a passage that is left when a sentence is taken out.
_LEAST = 120
_OPPOSITES = (
    "rise:fall increase:decrease win:lose accept:reject support:oppose open:close join:leave "
    "buy:sell approve:reject agree:refuse gain:lose begin:end start:stop grow:shrink raise:cut "
    "attack:defend strengthen:weaken early:late high:low higher:lower more:less many:few "
    "large:small strong:weak better:worse good:bad popular:unpopular legal:illegal safe:dangerous "
    "first:last old:new easy:difficult common:rare allowed:forbidden allow:forbid rose:fell "
    "increased:decreased opened:closed accepted:rejected approved:rejected supported:opposed "
    "arrested:released convicted:acquitted appointed:dismissed moved:kept important:unimportant "
    "able:unable successful:unsuccessful arrive:leave enter:leave return:leave failed:succeeded "
    "fail:succeed keep:abandon build:destroy built:destroyed north:south east:west best:worst"
)
_OPPOSITE: Mapping[str, str] = {
    one: other
    for pair in _OPPOSITES.split()
    for one, other in (pair.split(":"), pair.split(":")[::-1])
}


def turned(lesson: Lesson, rng: random.Random) -> Lesson | None:
    """Return `lesson` with a word of its question turned into its opposite, without an answer.

    None when there is nothing to turn.
    """
    able = [word for word in re.findall(r"[a-z]+", lesson.question) if word in _OPPOSITE]
    if not able:
        return None
    old = rng.choice(able)
    question = re.sub(rf"\b{old}\b", _OPPOSITE[old], lesson.question, count=1)
    source = f"{lesson.source}/turned"
    return replace(lesson, question=question, spans=(), answers=(), source=source)


def without_sentence(lesson: Lesson) -> Lesson | None:
    """Return `lesson` without the sentence that holds its answer, which is a natural near miss.

    None where too little of the passage would be left, or the rest holds the answer as well.
    """
    text, span = lesson.text, lesson.spans[0]
    there = next(s for s in sentences(text) if s.start <= span.start < s.end)
    left = " ".join((text[: there.start] + text[there.end :]).split())
    if len(left) < _LEAST or _holds(left, lesson.answers):
        return None
    return replace(lesson, text=left, spans=(), answers=(), source=f"{lesson.source}/cut")


def swapped(lesson: Lesson, pool: Sequence[Lesson], rng: random.Random) -> Lesson | None:
    """Return `lesson` with one name, number or year of its question changed for another.

    Every second time the new one stands in the passage itself, so that it is not told by being
    absent; else, and where the passage has none, it comes from the questions and texts of `pool`.
    None when the question has nothing to change.
    """
    kinds = [kind for kind in (_YEAR, _NUMBER, _NAME) if kind.search(lesson.question)]
    if not kinds:
        return None
    kind = rng.choice(kinds)
    old = rng.choice(kind.findall(lesson.question))
    new = _present(kind, old, lesson, rng) if rng.random() < 0.5 else ""
    new = new or _absent(kind, old, lesson, pool, rng)
    if not new:
        return None
    question = lesson.question.replace(old, new, 1)
    return replace(lesson, question=question, spans=(), source=f"{lesson.source}/swapped")


def _present(kind: re.Pattern[str], old: str, lesson: Lesson, rng: random.Random) -> str:
    """Return a name, number or year of the passage that is in neither question nor answer."""
    answer = " ".join(lesson.answers)
    found = [
        new
        for new in kind.findall(lesson.text)
        if new not in lesson.question and new not in answer and not _shares_word(new, old)
    ]
    return rng.choice(found) if found else ""


def _absent(
    kind: re.Pattern[str], old: str, lesson: Lesson, pool: Sequence[Lesson], rng: random.Random
) -> str:
    """Return a name, number or year of another lesson that the passage does not hold."""
    for _ in range(20):
        other = rng.choice(pool)
        found = kind.findall(other.question) or kind.findall(other.text)
        new = rng.choice(found) if found else ""
        if new and new not in lesson.text and new.count(" ") <= old.count(" ") + 1:
            return str(new)
    return ""


def _shares_word(one: str, other: str) -> bool:
    return not set(one.split()).isdisjoint(other.split())


def beside(lesson: Lesson, found: Iterable[tuple[str, str]], *, most: int) -> Iterator[Lesson]:
    """Yield lessons on passages that search found and that do not hold the answer.

    `found` are heading and text of the passages, best first.
    """
    given = 0
    for heading, text in found:
        if given == most:
            return
        if text[:60] in lesson.text or lesson.text[:60] in text or _holds(text, lesson.answers):
            continue
        given += 1
        yield replace(
            lesson,
            heading=heading,
            text=text,
            spans=(),
            verdict=None,
            source=f"{lesson.source}/found",
        )


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = text.casefold()
    return any(answer.casefold() in folded for answer in answers)
