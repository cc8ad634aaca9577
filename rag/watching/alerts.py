"""Saved questions, asked again when articles come in; a changed answer is kept beside the old."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rag.answering.many import answer_many
from rag.answering.marks import strip_marks
from rag.answering.pipeline import answer
from rag.archive import Archive
from rag.errors import ArchiveError
from rag.types import Answer
from rag.watching.files import write_whole

# In the archive's folder: the questions with their last answers, and all changes, a line each.
QUESTIONS = "alerts.json"
CHANGES = "alerts.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """An article that an answer cites, with the sentence it cites."""

    id: str
    title: str
    quote: str
    publisher: str | None = None
    date: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """An answer as it was at a time, in ISO 8601 with its zone."""

    time: str
    text: str
    abstained: bool
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """A saved question and its last answer."""

    question: str
    version: Version


@dataclass(frozen=True, slots=True)
class Changed:
    """A saved question whose answer is another one than before."""

    question: str
    before: Version
    after: Version


class Alerts:
    """The saved questions of an archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._file = archive.folder / QUESTIONS
        self._log = archive.folder / CHANGES

    def saved(self) -> list[Alert]:
        """Return the questions with their last answers, in the order they were saved."""
        try:
            records = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise ArchiveError(
                f"cannot read the saved questions in {self._file} ({error}); mend or remove it"
            ) from error
        return [Alert(item["question"], _version(item["version"])) for item in records]

    def add(self, question: str) -> Alert:
        """Save a question with its answer of now. Raises `ValueError` for a blank or known one."""
        question, known = question.strip(), self.saved()
        if not question:
            raise ValueError("the question is blank; write one")
        if question in [alert.question for alert in known]:
            raise ValueError(f"{question!r} is saved already")
        alert = Alert(question, self._ask(question))
        self._save([*known, alert])
        return alert

    def remove(self, number: int) -> Alert:
        """Remove the question at a number, from 1 on, and return it; `ValueError` for none."""
        known = self.saved()
        if not 1 <= number <= len(known):
            raise ValueError(f"there is no saved question {number}; there are {len(known)}")
        removed = known.pop(number - 1)
        self._save(known)
        return removed

    def check(self) -> list[Changed]:
        """Ask all questions again; keep and return the answers that have changed."""
        saved = self.saved()
        answers = answer_many([alert.question for alert in saved], archive=self._archive)
        found = [
            _checked(alert, _as_version(given)) for alert, given in zip(saved, answers, strict=True)
        ]
        changes = [change for _, change in found if change]
        if changes:
            # The log first: a process killed in between tells a change twice rather than never.
            with self._log.open("a", encoding="utf-8") as log:
                log.writelines(f"{to_json(change)}\n" for change in changes)
            self._save([alert for alert, _ in found])
        return changes

    def changes(self) -> Iterator[Changed]:
        """Yield all changes so far, the first one first; a damaged line is left out."""
        if not self._log.exists():
            return
        with self._log.open(encoding="utf-8") as log:
            for line in log:
                try:
                    item = json.loads(line)
                    yield Changed(
                        item["question"], _version(item["before"]), _version(item["after"])
                    )
                except (ValueError, KeyError, TypeError):
                    continue

    def _ask(self, question: str) -> Version:
        return _as_version(answer(question, archive=self._archive))

    def _save(self, alerts: list[Alert]) -> None:
        records = [dataclasses.asdict(alert) for alert in alerts]
        write_whole(self._file, json.dumps(records, ensure_ascii=False, indent=1))


def to_json(change: Changed) -> str:
    """Return a change as one line of JSON."""
    return json.dumps(dataclasses.asdict(change), ensure_ascii=False)


def _checked(alert: Alert, now: Version) -> tuple[Alert, Changed | None]:
    if _said(now) == _said(alert.version):
        return alert, None
    return Alert(alert.question, now), Changed(alert.question, alert.version, now)


def _said(version: Version) -> str:
    """Return what an answer says, whatever the numbers of its marks."""
    return " ".join(strip_marks(version.text).split())


def _as_version(given: Answer) -> Version:
    sources = tuple(
        Source(
            id=citation.article.id or "",
            title=citation.article.title,
            quote=citation.quote,
            publisher=citation.article.publisher,
            date=citation.article.date,
            url=citation.article.url,
        )
        for citation in given.citations
    )
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Version(now, given.text, given.abstained, sources)


def _version(record: Mapping[str, Any]) -> Version:
    sources = tuple(Source(**item) for item in record["sources"])
    return Version(record["time"], record["text"], record["abstained"], sources)
