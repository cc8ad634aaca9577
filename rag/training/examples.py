"""Read questions to learn from: JSON Lines, one object per line.

A question on one passage; no ``answers`` means that the passage, though near, does not
answer it, and the generator learns to refuse. ``title`` may be left out:

    {"question": "How long was the strike?", "answers": ["three days"],
     "title": "Ferry strike", "context": "The strike closed the harbour for three days."}

A question on several passages; ``gold_titles`` names those that answer it, by default all
in which the answer stands:

    {"question": "Which strike was longer?", "answers": ["The ferry strike"],
     "passages": [{"title": "Ferry strike", "text": "..."}, {"title": "Rail", "text": "..."}],
     "gold_titles": ["Ferry strike", "Rail"]}

An answer should be a span of its passage, or "Yes" or "No". Of several, the most
frequent is learnt.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rag.errors import TrainingError
from rag.types import Passage

# What a record in none of the forms raises.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class AnswerExample:
    """A question on passages; `gold` are the indices of those that answer it.

    An empty `answer` means that the passages do not answer the question, though they
    look as if they might.
    """

    question: str
    passages: tuple[Passage, ...]
    gold: tuple[int, ...]
    answer: str


def read(paths: Iterable[Path]) -> list[AnswerExample]:
    """Read the records of JSONL files, gzipped or not; repeated questions are dropped.

    Raises `TrainingError`, naming file and line, for a record in another form.
    """
    readings: dict[str, AnswerExample] = {}
    for where, record in records(paths):
        with well_formed(where):
            reading = _reading(record)
        readings.setdefault(reading.question.casefold(), reading)
    return list(readings.values())


def records(paths: Iterable[Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the records of JSONL files, gzipped or not, each with its file and line.

    Raises `TrainingError` for what is no JSON.
    """
    for path in paths:
        yield from _lines(path)


@contextmanager
def well_formed(where: str) -> Iterator[None]:
    """Raise `TrainingError`, naming the place, for a record that turns out to have no such form."""
    try:
        yield
    except _MALFORMED as error:
        raise TrainingError(
            f"{where}: {_reason(error)}; a record needs question, answers and context or passages"
        ) from error


def _lines(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of a file, each with its place; `TrainingError` when it has none."""
    number = 0
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path}:{number}", json.loads(line)
    except json.JSONDecodeError as error:
        raise TrainingError(f"{path}:{number}: not JSON: {error}") from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise TrainingError(f"cannot read {path} after line {number}: {error}") from error


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _reading(record: Mapping[str, Any]) -> AnswerExample:
    answer = _usual(_texts(record["answers"]))
    if "context" in record:
        title = str(record.get("title") or "").replace("_", " ")
        passages: tuple[Passage, ...] = (Passage(title, _plain(record["context"])),)
        gold: tuple[int, ...] = (0,)
    else:
        passages = tuple(
            Passage(str(item.get("title") or ""), _plain(item["text"]))
            for item in record["passages"]
        )
        gold = _gold(passages, answer, record.get("gold_titles"))
    if answer and not gold:
        raise ValueError(f"none of the {len(passages)} passages holds the answer {answer!r}")
    return AnswerExample(_plain(record["question"]), passages, gold if answer else (), answer)


def _usual(answers: list[str]) -> str:
    """Return the most frequent answer; of several, the shortest."""
    counts = Counter(answer.rstrip(".,;") for answer in answers)
    return min(counts, key=lambda answer: (-counts[answer], len(answer)), default="")


def _gold(passages: tuple[Passage, ...], answer: str, titles: list[str] | None) -> tuple[int, ...]:
    return tuple(
        index
        for index, passage in enumerate(passages)
        if (passage.heading in titles if titles else answer and answer in passage.text)
    )


def _texts(values: object) -> list[str]:
    if not isinstance(values, list):
        raise TypeError(f"expected a list of texts, got {values!r}")
    return [_plain(value) for value in values]


def _plain(text: object) -> str:
    """Return a text on one line, with single blanks."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text, got {text!r}")
    return " ".join(text.split())
