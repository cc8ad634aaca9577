"""Lessons for the reader: a question, one passage, and where its answer stands.

Records are JSON Lines in the form of `rag.training.records`; a passage is read as the
product reads it, with a heading of title, publisher and date before the text.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from rag.types import Span

Verdict = Literal["yes", "no"]
# Characters of a passage at most: a chunk and a half, so that long contexts are cut to a window.
LONGEST = 900
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the reader should say of one passage.

    `spans` are the places of the answer in `text`, in characters: none when the passage
    does not answer, or when only the `verdict` on a question of yes or no is
    known: it is somewhere in the passage.
    """

    question: str
    heading: str
    text: str
    spans: tuple[Span, ...] = ()
    verdict: Verdict | None = None
    source: str = ""
    answers: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the passage answers the question."""
        return bool(self.spans) or self.verdict is not None


def read_records(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a JSON Lines file, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def lesson_of(record: Mapping[str, Any], *, source: str) -> Lesson | None:
    """Return the lesson of one record on one passage; None when its answer is not in it."""
    passage = _passage(record)
    if passage is None:
        return None
    heading, text = passage
    answers = tuple(_flat(answer) for answer in record["answers"] if answer)
    question = _flat(record["question"])
    if not answers:
        return Lesson(question, heading, window(text, None), source=source)
    verdict = _verdict(answers)
    if verdict:
        return Lesson(question, heading, window(text, None), (), verdict, source, answers)
    found = _places(text, question, answers)
    if not found:
        return None
    text, found = _cut(text, found)
    return Lesson(question, heading, text, found, None, source, answers)


def window(text: str, around: Span | None) -> str:
    """Return at most `LONGEST` characters of whole sentences, `around` within them."""
    cut, _ = _cut(text, (around or Span(0, 0),))
    return cut


def _passage(record: Mapping[str, Any]) -> tuple[str, str] | None:
    if "context" in record:
        title = unquote(_flat(record.get("title") or "")).replace("_", " ")
        return title, _flat(record["context"])
    answers = [answer for answer in record["answers"] if answer]
    gold = record.get("gold_titles")
    for item in record["passages"]:
        text = _flat(item["text"])
        holds = any(_flat(answer) in text for answer in answers)
        if not answers or (holds and (not gold or item.get("title") in gold)):
            return _flat(item.get("title") or ""), text
    return None


def _verdict(answers: Sequence[str]) -> Verdict | None:
    first = answers[0].casefold().strip(" .")
    return "yes" if first == "yes" else "no" if first == "no" else None


def _places(text: str, question: str, answers: Sequence[str]) -> tuple[Span, ...]:
    """Return where the answer most people gave stands, in the sentence nearest the question."""
    counts = Counter(answer.rstrip(".,; ") for answer in answers)
    for answer in sorted(counts, key=lambda item: (-counts[item], len(item))):
        spans = [
            Span(match.start(), match.end())
            for match in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text)
        ]
        if spans and answer:
            return (max(spans, key=lambda span: _nearness(text, span, question)),)
    return ()


def _nearness(text: str, span: Span, question: str) -> int:
    asked = {word.casefold() for word in _WORD.findall(question)}
    around = text[max(0, span.start - 120) : span.end + 120]
    return sum(word.casefold() in asked for word in _WORD.findall(around))


def _cut(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    if len(text) <= LONGEST:
        return text, spans
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    first, last = spans[0].start, spans[-1].end
    # The answer stands anywhere in the window, as it does in chunks; the place is drawn
    # from the text itself, so that the same record always makes the same lesson.
    room = max(0, LONGEST - (last - first))
    before = room * (len(text) % 7 + 1) // 8
    start = max((s for s in starts if s <= first and first - s <= before), default=None)
    earliest = [s for s in starts if first - before <= s <= first]
    start = min(earliest) if earliest else first
    end = max((s for s in starts if last <= s <= start + LONGEST), default=start + LONGEST)
    cut = text[start:end].rstrip()
    return cut, tuple(Span(s.start - start, s.end - start) for s in spans)


def _flat(text: str) -> str:
    return " ".join(text.split())


def unique(lessons: Iterable[Lesson]) -> list[Lesson]:
    """Return the lessons, each question on the same text once."""
    kept: dict[tuple[str, str], Lesson] = {}
    for lesson in lessons:
        kept.setdefault((lesson.question.casefold(), lesson.text[:80]), lesson)
    return list(kept.values())
