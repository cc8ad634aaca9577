"""Read the questions of an evaluation."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.text.sentences import sentences
from rag.types import Turn, iso_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT_KIND = "fact"


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a right answer holds.

    `answers` are the accepted answers; without any, the archive cannot answer.
    `gold_articles` name the articles with the answer by id or by file stem.
    `gold_sentences` are the sentences that support it, any of which will do.
    `history` is the conversation before it, and `standalone` the question written by hand
    so that it stands alone. `since` and `until` are ISO dates.
    """

    id: str
    question: str
    kind: str = DEFAULT_KIND
    answers: tuple[str, ...] = ()
    gold_articles: tuple[str, ...] = ()
    gold_sentences: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    standalone: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def answerable(self) -> bool:
        """Tell whether the archive holds an answer."""
        return bool(self.answers)


def packaged_questions() -> Path:
    """Return the path of the questions about the sample archive."""
    return Path(str(resources.files("eval") / "questions.jsonl"))


def load_questions(path: Path | str) -> list[Question]:
    """Read questions from a file: ``.jsonl`` with one object per line, or SQuAD's ``.json``.

    Either may be compressed, with ``.gz`` at the end of its name. In JSON lines `id` and
    `question` are required; blank lines and unknown keys are ignored, and
    `gold_article_ids` stands in for `gold_articles`. Raises `SourceError` if a file cannot be read,
    a line is not a question, or an id is used twice.
    """
    path = Path(path)
    try:
        with _open(path) as file:
            read = _squad if path.name.removesuffix(".gz").endswith(".json") else _lines
            return list(read(file, path=path))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read questions from {path}: {error}") from error


def _lines(file: IO[str], *, path: Path) -> Iterator[Question]:
    """Yield the questions of a file with one object per line."""
    seen = set()
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        question = _parse(line, where=where)
        if question.id in seen:
            raise SourceError(
                f'{where}: "id" {question.id!r} is used twice; give each question its own'
            )
        seen.add(question.id)
        yield question


def _squad(file: IO[str], *, path: Path) -> Iterator[Question]:
    """Yield the questions of a file in the format of SQuAD 1.1 and 2.0.

    Its articles are known by their titles, as `rag ingest` reads them from the same file.
    """
    try:
        for article in json.load(file)["data"]:
            for paragraph in article["paragraphs"]:
                for record in paragraph["qas"]:
                    yield _squad_question(record, paragraph["context"], article["title"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{path} is not in the format of SQuAD ({error!r}); a file of other questions "
            "is JSON lines and ends in .jsonl"
        ) from error


def _squad_question(record: Mapping[str, Any], context: str, title: str) -> Question:
    answers = record.get("answers", [])
    held = [_sentence_at(context, answer["answer_start"]) for answer in answers]
    return Question(
        id=str(record["id"]),
        question=record["question"].strip(),
        answers=tuple(dict.fromkeys(answer["text"] for answer in answers)),
        gold_articles=(title,) if answers else (),
        gold_sentences=tuple(dict.fromkeys(held)),
    )


def _sentence_at(text: str, position: int) -> str:
    """Return the sentence of `text` that holds the character at `position`."""
    spans = (span for span in sentences(text) if span.start <= position < span.end)
    return next((text[span.start : span.end] for span in spans), text)


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _parse(line: str, *, where: str) -> Question:
    try:
        return to_question(json.loads(line.rstrip()))
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}: not JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:
        raise SourceError(f"{where}: {error}") from error


def to_question(record: object) -> Question:
    """Return the question in an object of a question file; `ValueError` for anything else."""
    if not isinstance(record, dict):
        raise ValueError(f"expected an object with keys, got {type(record).__name__}")
    return Question(
        id=_text(record, "id"),
        question=_text(record, "question"),
        kind=_optional_text(record, "kind") or DEFAULT_KIND,
        answers=_texts(record, "answers"),
        gold_articles=_texts(record, "gold_articles") or _texts(record, "gold_article_ids"),
        gold_sentences=_texts(record, "gold_sentences"),
        history=_turns(record),
        standalone=_optional_text(record, "standalone"),
        since=iso_date(_optional_text(record, "since")),
        until=iso_date(_optional_text(record, "until")),
    )


def _text(record: Mapping[str, object], key: str) -> str:
    if not (value := _optional_text(record, key)):
        raise ValueError(f'"{key}" is missing or blank')
    return value


def _optional_text(record: Mapping[str, object], key: str) -> str | None:
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f'"{key}" must be text, got {value!r}')
    return value.strip()


def _list(record: Mapping[str, object], key: str) -> list[object]:
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f'"{key}" must be a list, got {value!r}')
    return value


def _texts(record: Mapping[str, object], key: str) -> tuple[str, ...]:
    values = _list(record, key)
    texts = tuple(value.strip() for value in values if isinstance(value, str))
    if len(texts) < len(values) or not all(texts):
        raise ValueError(f'"{key}" must hold texts that are not blank, got {values!r}')
    return texts


def _turns(record: Mapping[str, object]) -> tuple[Turn, ...]:
    turns = []
    for value in _list(record, "history"):
        if not isinstance(value, dict):
            raise ValueError(f'"history" must hold objects, got {value!r}')
        turns.append(Turn(question=_text(value, "question"), answer=_text(value, "answer")))
    return tuple(turns)
