"""Lessons whose passage does not answer: the ones that search brings, and changed questions.

Changing one name, number or year of a question for another of the same kind makes questions
that look answerable and are not (arXiv 2310.19403).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rag.training.reader.lessons import Lesson

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d,]*\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")


def swapped(lesson: Lesson, pool: Sequence[Lesson], rng: random.Random) -> Lesson | None:
    """Return `lesson` with one name, number or year of its question changed for another.

    The new one comes from the questions and texts of `pool`, so it is of the same kind. None
    when the question has nothing to change.
    """
    kinds = [kind for kind in (_YEAR, _NUMBER, _NAME) if kind.search(lesson.question)]
    if not kinds:
        return None
    kind = rng.choice(kinds)
    old = rng.choice(kind.findall(lesson.question))
    for _ in range(20):
        other = rng.choice(pool)
        found = kind.findall(other.question) or kind.findall(other.text)
        new = rng.choice(found) if found else ""
        if new and new not in lesson.text and new.count(" ") <= old.count(" ") + 1:
            question = lesson.question.replace(old, new, 1)
            return replace(lesson, question=question, spans=(), source=f"{lesson.source}/swapped")
    return None


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
