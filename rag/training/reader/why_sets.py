"""Lessons on reasons from public question sets that ask why, in these words or in others.

QADiscourse asks "What is the reason the plant closed?". QA-SRL asks "Why was something closed?"
of a sentence, and beside it "What was closed?", whose answer is what "something" stands for.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.training.reader.lessons import Lesson, lesson_of
from rag.training.reader.negatives import beside, swapped, turned, without_sentence
from rag.training.reader.reasons import Vocabulary, why

ASKS_REASON = re.compile(
    r"\bwhy\b|\bwhat (?:caused|causes|prompted|triggered|led)\b|\bfor what reason\b"
    r"|\bwhat (?:is|was|were|are) the (?:reason|cause)s?\b",
    re.I,
)
_DISCOURSE = re.compile(r"What is the reason (?:that |as to why |why )?(?P<fact>.+?)\??")
_SOMEBODY = r"someone|something|somewhere"
_ROLE_WHY = re.compile(
    r"Why (?P<auxiliary>\w+(?:n't)?) (?P<subject>someone|something) (?:not )?"
    r"(?:be |being |have been |been )?(?P<verb>\w+)(?P<rest>.*)\?"
)
_ROLE = re.compile(r"(?:Who|What) (?P<asked>.*)\?")
_PASSIVE = re.compile(r"was|were|is|are|be|been|being|get|got")
_DONE = ("ed", "en", "n", "t")
_POINTS = re.compile(
    r"(?:he|she|they|it|we|i|you|who|that|which|this|these|those|his|her|their|its|him|them|us|me)\b",
    re.I,
)
_PREPOSITION = re.compile(r"^(?:to|for|on|in|at|of|from|by|with|about) ")
# What leads to a reason, and is left out with it.
_LINK = re.compile(
    r",? (?:because of|because|due to|as|since|after|following|citing|to|for|in order to|owing to"
    r"|so that|by)$",
    re.I,
)
_OPENS_REASON = ("because", "due", "after", "as", "since", "to", "for", "citing", "following")


def discourse(records: Iterable[Mapping[str, Any]], vocabulary: Vocabulary) -> Iterator[Lesson]:
    """Yield lessons that ask why, of the records of QADiscourse that ask for a reason."""
    for record in records:
        asked = _DISCOURSE.fullmatch(record["question"])
        fact = asked["fact"] if asked else ""
        question = why(fact[0].upper() + fact[1:], vocabulary) if fact else ""
        told = {**record, "question": question}
        if question and (lesson := lesson_of(told, source="qadiscourse/why")):
            yield lesson


def roles(records: Iterable[Mapping[str, Any]], contexts: Mapping[str, str]) -> Iterator[Lesson]:
    """Yield lessons of the records of QA-SRL that ask why, with names for "someone".

    `contexts` holds the sentences of Wikinews with those around them, by their ids.
    """
    by_sentence: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        by_sentence[record["sentence_id"]].append(record)
    for name, asked in by_sentence.items():
        for record in asked:
            question = _named(record["question"], [r for r in asked if r is not record])
            told = {
                **record,
                "question": question,
                "context": contexts.get(name, record["context"]),
            }
            if question and (lesson := lesson_of(told, source="qasrl/why")):
                yield lesson


def not_told(
    lessons: Sequence[Lesson],
    *,
    pool: Sequence[Lesson],
    search: Callable[[str], list[tuple[str, str]]],
    rng: random.Random,
) -> Iterator[Lesson]:
    """Yield lessons that do not answer, for about every second of `lessons` that does.

    The reason is left out, a word of the question is turned into its opposite, a name or number
    is changed for one of `pool`, or the passage for another that `search` finds.
    """
    makers: tuple[Callable[[Lesson], Lesson | None], ...] = (
        without_answer,
        lambda lesson: turned(lesson, rng),
        lambda lesson: swapped(lesson, pool, rng),
        lambda lesson: next(iter(beside(lesson, search(lesson.question), most=1)), None),
    )
    for lesson in lessons:
        if lesson.spans and rng.random() < 0.62:
            (make,) = rng.choices(makers, weights=(22, 14, 14, 12))
            if made := make(lesson):
                yield made


def without_answer(lesson: Lesson) -> Lesson | None:
    """Return `lesson` without its answer: without "because of a fire", or else that sentence.

    None where too little of the passage would be left.
    """
    text, span = lesson.text, lesson.spans[0]
    before, answer = text[: span.start].rstrip(), text[span.start : span.end]
    link = _LINK.search(before)
    if not link and answer.split()[0].lower() not in _OPENS_REASON:
        return without_sentence(lesson)
    left = (before[: link.start()] if link else before.rstrip(", ")) + text[span.end :]
    return replace(lesson, text=left, spans=(), answers=(), source=f"{lesson.source}/cut")


def _named(question: str, others: Sequence[Mapping[str, Any]]) -> str:
    """Return a question of QA-SRL with names for "someone"; empty where they are not known."""
    asked = _ROLE_WHY.fullmatch(question)
    if not asked:
        return ""
    passive = bool(_PASSIVE.match(asked["auxiliary"])) and asked["verb"].endswith(_DONE)
    doer, done_to = _fillers(asked["verb"], others, passive=passive)
    rest = asked["rest"]
    open_places = len(re.findall(_SOMEBODY, rest))
    if not doer or open_places > 1 or (open_places and not done_to):
        return ""
    rest = re.sub(_SOMEBODY, lambda _: _PREPOSITION.sub("", done_to, count=1), rest)
    doer = re.sub(r"^The\b", "the", doer)
    filled = question[: asked.start("subject")] + doer + question[asked.end("subject") :]
    filled = filled[: len(filled) - len(asked["rest"]) - 1] + rest + "?"
    return filled if len(filled.split()) > 4 else ""


def _fillers(verb: str, others: Sequence[Mapping[str, Any]], *, passive: bool) -> tuple[str, str]:
    """Return whom a question with `verb` asks about, and the other one; empty if unknown."""
    doer = done_to = ""
    for record in others:
        asked = _ROLE.fullmatch(record["question"])
        answer = min(record["answers"], key=len, default="")
        if not (asked and answer) or _POINTS.match(answer) or len(answer.split()) > 7:
            continue
        said = asked["asked"].split()
        stems = [_stem(word) for word in said]
        if _stem(verb) not in stems:
            continue
        at = stems.index(_stem(verb))
        before = said[:at]
        is_passive = bool({"was", "were", "been", "being"} & set(before)) and said[at].endswith(
            _DONE
        )
        if {"someone", "something"} & set(before):
            done_to = done_to or answer
        elif is_passive == passive:
            doer = doer or answer
    return doer, done_to


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|e|d|t)$", "", word.lower())
