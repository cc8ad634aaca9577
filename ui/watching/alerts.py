"""Saved questions, asked again when articles come in; a changed answer is kept beside the old."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from rag.answering.many import answer_many
from rag.answering.marks import strip_marks
from rag.answering.pipeline import answer
from rag.archive import Archive
from rag.store.shared.database import Shared
from rag.store.shared.tables import ALERTS, CHANGES
from rag.types import Answer


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
    """A saved question whose answer has changed."""

    question: str
    before: Version
    after: Version


class Alerts:
    """The saved questions of an archive. Without its database each raises `SharedError`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._shared = archive.shared()

    def saved(self) -> list[Alert]:
        """Return the questions with their last answers, in the order they were saved."""
        with self._shared.reading() as connection:
            return [row.alert for row in _rows(connection, self._shared)]

    def add(self, question: str) -> Alert:
        """Save a question with its present answer. Raises `ValueError` for a blank or known one."""
        question = question.strip()
        if not question:
            raise ValueError("the question is blank; write one")
        _check_new(question, self.saved())
        alert = Alert(question, self._ask(question))
        with self._shared.writing(ALERTS) as connection:
            _check_new(question, [row.alert for row in _rows(connection, self._shared)])
            row = {"archive": self._shared.archive, "record": _to_json(alert)}
            connection.execute(insert(ALERTS).values(row))
        return alert

    def remove(self, number: int) -> Alert:
        """Remove the question at a number, from 1 on, and return it; `ValueError` for none."""
        with self._shared.writing(ALERTS) as connection:
            known = _rows(connection, self._shared)
            if not 1 <= number <= len(known):
                raise ValueError(
                    f"there is no saved question {number}; `rag alerts list` numbers them"
                )
            removed = known[number - 1]
            connection.execute(delete(ALERTS).where(ALERTS.c.number == removed.number))
        return removed.alert

    def check(self) -> list[Changed]:
        """Ask all questions again; keep and return the answers that have changed."""
        with self._shared.reading() as connection:
            rows = _rows(connection, self._shared)
        answers = answer_many([row.alert.question for row in rows], archive=self._archive)
        found = [
            _checked(row, _as_version(given)) for row, given in zip(rows, answers, strict=True)
        ]
        changes = [each for each in found if each is not None]
        return [each.changed for each in changes if self._keep(each)]

    def changes(self) -> Iterator[Changed]:
        """Yield all changes so far, the first one first."""
        kept = select(CHANGES.c.record).where(CHANGES.c.archive == self._shared.archive)
        with self._shared.reading() as connection:
            records = list(connection.scalars(kept.order_by(CHANGES.c.number)))
        for item in map(json.loads, records):
            yield Changed(item["question"], _version(item["before"]), _version(item["after"]))

    def _ask(self, question: str) -> Version:
        return _as_version(answer(question, archive=self._archive))

    def _keep(self, found: _Found) -> bool:
        """Keep a change and the new answer; False when another process has done so already."""
        row, changed = found.row, found.changed
        same = (ALERTS.c.number == row.number) & (ALERTS.c.record == row.record)
        now = _to_json(Alert(changed.question, changed.after))
        with self._shared.writing(ALERTS) as connection:
            if not connection.execute(update(ALERTS).where(same).values(record=now)).rowcount:
                return False
            change = {"archive": self._shared.archive, "record": _to_json(changed)}
            connection.execute(insert(CHANGES).values(change))
        return True


@dataclass(frozen=True, slots=True)
class _Row:
    """A saved question as it stands in the table."""

    number: int
    record: str
    alert: Alert


@dataclass(frozen=True, slots=True)
class _Found:
    """A change, and the row that it changes."""

    row: _Row
    changed: Changed


def _rows(connection: Connection, shared: Shared) -> list[_Row]:
    mine = select(ALERTS).where(ALERTS.c.archive == shared.archive).order_by(ALERTS.c.number)
    return [
        _Row(row.number, row.record, _alert(json.loads(row.record)))
        for row in connection.execute(mine)
    ]


def _check_new(question: str, known: list[Alert]) -> None:
    if question in [alert.question for alert in known]:
        raise ValueError(f"{question!r} is saved already")


def _to_json(record: Alert | Changed) -> str:
    return json.dumps(dataclasses.asdict(record))


def _alert(record: Mapping[str, Any]) -> Alert:
    return Alert(record["question"], _version(record["version"]))


def to_json(change: Changed) -> str:
    """Return a change as one line of JSON."""
    return json.dumps(dataclasses.asdict(change), ensure_ascii=False)


def _checked(row: _Row, now: Version) -> _Found | None:
    before = row.alert.version
    if _said(now) == _said(before):
        return None
    return _Found(row, Changed(row.alert.question, before, now))


def _said(version: Version) -> str:
    """Return what an answer says, regardless of the numbers of its marks."""
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
