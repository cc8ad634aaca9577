"""What users said of answers, and questions made of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from rag.answering.marks import strip_date, strip_marks
from rag.errors import SourceError
from rag.store.shared.database import Shared, put
from rag.store.shared.tables import FEEDBACK, hashed
from rag.types import Answer, Turn

QUESTIONS_FILE = "feedback-questions.jsonl"
KIND = "feedback"
# Right answers that say that there is none.
NONE = frozenset({"none", "not in the articles"})


@dataclass(frozen=True, slots=True)
class Feedback:
    """A user's judgement of one answer, with what is needed to ask the question again.

    `message` names the answer: a later judgement of the same one, by the same `user`, replaces
    the earlier. If nobody logs in, `user` is blank.
    `right_answer` is the answer that the user expected; blank when not told.
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


def save(feedback: Feedback, shared: Shared) -> None:
    """Keep a judgement in an archive's database; an earlier one of its answer goes.

    Raises `SharedError`.
    """
    record = asdict(feedback)
    record["history"] = [turn._asdict() for turn in feedback.history]
    key = {"archive": shared.archive, "about": hashed(feedback.user, feedback.message)}
    with shared.writing(FEEDBACK) as connection:
        put(connection, FEEDBACK, where=key, record=json.dumps(record))


def read(shared: Shared) -> list[Feedback]:
    """Return each user's last judgement of every answer, in the order of the first ones."""
    kept = select(FEEDBACK.c.record).where(FEEDBACK.c.archive == shared.archive)
    with shared.reading() as connection:
        records = list(connection.scalars(kept.order_by(FEEDBACK.c.number)))
    return [_feedback(json.loads(record)) for record in records]


def write_questions(folder: Path, shared: Shared) -> tuple[Path, int]:
    """Write an archive's feedback, into its folder, as questions for `rag eval`.

    An answer that was liked is the accepted one; one that was not needs the right answer
    from its user. Returns the file and how many judgements were left out without one.
    Raises `SourceError` when there is nothing to write.
    """
    given = read(shared)
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
