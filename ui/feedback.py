"""What users said of answers, kept beside the archive, and questions made of it."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.answering.marks import strip_date, strip_marks
from rag.errors import SourceError
from rag.types import Answer, Turn

log = logging.getLogger(__name__)

FEEDBACK_FILE = "feedback.jsonl"
QUESTIONS_FILE = "feedback-questions.jsonl"
KIND = "feedback"
# Right answers that say that there is none.
NONE = frozenset({"none", "not in the articles"})


@dataclass(frozen=True, slots=True)
class Feedback:
    """A user's judgement of one answer, with what is needed to ask the question again.

    `message` names the answer: a later judgement of the same one, by the same `user`, replaces
    the earlier. Where nobody logs in `user` is blank.
    `right_answer` is what the user would have liked to read; blank when not told.
    """

    message: str
    asked: str
    question: str
    history: tuple[Turn, ...]
    text: str
    abstained: bool
    articles: tuple[str, ...]
    quotes: tuple[str, ...]
    liked: bool
    note: str = ""
    right_answer: str = ""
    time: str = ""
    user: str = ""


def judged(
    message: str,
    answer: Answer,
    *,
    history: Iterable[Turn],
    liked: bool,
    note: str = "",
    right_answer: str = "",
    user: str = "",
) -> Feedback:
    """Return a user's judgement of `answer`, given now."""
    return Feedback(
        message=message,
        asked=answer.asked or answer.question,
        question=answer.question,
        history=tuple(history),
        text=answer.text,
        abstained=answer.abstained,
        articles=tuple(dict.fromkeys(c.article.id or "" for c in answer.citations)),
        quotes=tuple(c.quote for c in answer.citations),
        liked=liked,
        note=note.strip(),
        right_answer=right_answer.strip(),
        time=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        user=user,
    )


def save(feedback: Feedback, folder: Path) -> None:
    """Append a judgement to the file in an archive's folder."""
    record = asdict(feedback)
    record["history"] = [turn._asdict() for turn in feedback.history]
    path = folder / FEEDBACK_FILE
    line = json.dumps(record, ensure_ascii=False) + "\n"
    try:
        with path.open("ab") as file:
            # A line that was cut short by a crash or a full disk stays a line of its own.
            file.write((b"" if _ends_line(path) else b"\n") + line.encode("utf-8", "replace"))
    except OSError as error:
        raise SourceError(f"{path} cannot be written ({error.strerror}); make room") from error


def read(folder: Path) -> list[Feedback]:
    """Return each user's last judgement of every answer.

    A damaged line is left out, with a log line.
    """
    path = folder / FEEDBACK_FILE
    if not path.exists():
        return []
    found = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            item = _feedback(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("%s, line %s is left out: no feedback: %r", path, number, error)
        else:
            found[item.user, item.message] = item
    return list(found.values())


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, 2):
            return True
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def write_questions(folder: Path) -> tuple[Path, int]:
    """Write the feedback in an archive's folder as questions for `rag eval`.

    An answer that was liked is the accepted one; one that was not needs the right answer
    from its user. Returns the file and how many judgements were left out without one.
    Raises `SourceError` when there is nothing to write.
    """
    given = read(folder)
    records = [record for item in given for record in _question(item)]
    if not records:
        raise SourceError(
            f"{folder} has no feedback that makes a question; use the thumbs on the chat page, "
            "and tell the right answer where one was wrong"
        )
    path = folder / QUESTIONS_FILE
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, len(given) - len(records)


def _question(item: Feedback) -> Iterator[dict[str, object]]:
    """Yield the question that a judgement makes, if it makes one."""
    said = strip_date(strip_marks(item.text)) if item.liked else ""
    answer = item.right_answer or said
    if not answer:
        return
    refused = (item.liked and item.abstained) or answer.casefold().rstrip(".") in NONE
    trusted = item.liked and not refused
    yield {
        "id": f"{item.user}:{item.message}" if item.user else item.message,
        "question": item.asked,
        "kind": KIND,
        "answers": [] if refused else [answer],
        "gold_articles": list(item.articles) if trusted else [],
        "gold_sentences": list(item.quotes) if trusted else [],
        "history": [turn._asdict() for turn in item.history],
        "note": item.note,
    }


def _feedback(record: dict[str, Any]) -> Feedback:
    history = tuple(Turn(**turn) for turn in record.pop("history"))
    articles, quotes = tuple(record.pop("articles")), tuple(record.pop("quotes"))
    return Feedback(history=history, articles=articles, quotes=quotes, **record)
