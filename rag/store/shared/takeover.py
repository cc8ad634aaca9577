"""Files of before there was a database: their rows are taken over once, and the files renamed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, insert, select

from rag.errors import SharedError
from rag.store.shared.tables import ALERTS, CHANGES, FEEDBACK, KEYS, USERS, hashed

if TYPE_CHECKING:
    from rag.store.shared.database import Shared

log = logging.getLogger(__name__)

# What a file is called once its rows are in the database.
_TAKEN = ".taken-over"
# What a line must have.
_JUDGEMENT = set("message asked question history text abstained articles quotes liked".split())
_CHANGE = {"question", "before", "after"}


def take_over_users(folder: Path, shared: Shared) -> None:
    """Take over the users and their keys. Raises `SharedError` for a file that is damaged."""

    def users(connection: Connection, text: str) -> None:
        known = set(connection.scalars(select(USERS.c.name)))
        for name, kept in json.loads(text).items():
            if name not in known:
                row = {"name": name, "password": str(kept["password"]), "role": str(kept["role"])}
                connection.execute(insert(USERS).values(row))

    def keys(connection: Connection, text: str) -> None:
        known = set(connection.scalars(select(KEYS.c.hash)))
        for hash_, user in json.loads(text).items():
            if hash_ not in known:
                connection.execute(insert(KEYS).values(hash=hash_, user_name=str(user)))

    _take_over(folder / "users.json", shared, USERS, users)
    _take_over(folder / "keys.json", shared, KEYS, keys)


def take_over_archive(folder: Path, shared: Shared) -> None:
    """Take over an archive's feedback, saved questions and changed answers.

    A damaged line is left out, with a log line; `SharedError` for saved questions that are damaged.
    """
    path = folder / "feedback.jsonl"

    def feedback(connection: Connection, text: str) -> None:
        last: dict[str, dict[str, Any]] = {}
        for record in _lines(path, text, needs=_JUDGEMENT):
            last[hashed(str(record.get("user", "")), str(record["message"]))] = record
        for about, record in last.items():
            _add(connection, FEEDBACK, shared, record, about=about)

    def alerts(connection: Connection, text: str) -> None:
        for record in json.loads(text):
            _add(connection, ALERTS, shared, dict(record))

    def changes(connection: Connection, text: str) -> None:
        for record in _lines(folder / "alerts.jsonl", text, needs=_CHANGE):
            _add(connection, CHANGES, shared, record)

    _take_over(path, shared, FEEDBACK, feedback)
    _take_over(folder / "alerts.json", shared, ALERTS, alerts)
    _take_over(folder / "alerts.jsonl", shared, CHANGES, changes)


def _take_over(
    path: Path, shared: Shared, table: Table, rows: Callable[[Connection, str], None]
) -> None:
    if not path.exists():
        return
    try:
        # The file is read where nobody else takes it over, and is gone once its rows hold.
        with shared.writing(table) as connection:
            if not path.exists():
                return
            rows(connection, path.read_text(encoding="utf-8", errors="replace"))
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise SharedError(
            f"{path} cannot be read, so nothing of it is in the database ({error!r}); repair "
            "or remove it"
        ) from error
    path.rename(path.with_name(path.name + _TAKEN))
    log.warning("%s is in the database now, and its file is called %s", path, path.name + _TAKEN)


def _add(connection: Connection, table: Table, shared: Shared, record: Any, **values: str) -> None:
    row = {"archive": shared.archive, "record": json.dumps(record), **values}
    connection.execute(insert(table).values(row))


def _lines(path: Path, text: str, *, needs: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the records of the lines that are whole."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = {**json.loads(line)}
        except (ValueError, TypeError) as error:
            log.warning("%s, line %s is left out: %r", path, number, error)
            continue
        if lacking := needs - record.keys():
            log.warning("%s, line %s is left out: no %s", path, number, ", ".join(lacking))
        else:
            yield record
