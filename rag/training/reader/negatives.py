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
