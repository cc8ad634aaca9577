"""Conversations of users who have logged in, kept so that any server goes on with them."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from rag.errors import SharedError
from rag.settings import ServerLimits
from rag.store.shared.database import Shared, put
from rag.store.shared.tables import CONVERSATIONS, hashed
from ui.web.conversations.both import joined, newest, titled

log = logging.getLogger(__name__)

Record = dict[str, Any]

# Longer conversations than so many characters stay in the browser alone.
LONGEST = 2_000_000

_TOLD = ("version", "from", "saved")

_TABLE = CONVERSATIONS.c


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it was saved; `version` is another one after each change."""

    version: str
    record: Record


@dataclass(frozen=True, slots=True)
class News:
    """What a browser lacks: changed `records`, and the `ids` of all that there are."""

    records: tuple[Record, ...]
    ids: tuple[str, ...]


class Conversations:
    """The conversations of all users, in one database. Without it each raises `SharedError`.

    A user has `most` of them; a further one takes the place of the one that was changed the
    longest ago.
    """

    def __init__(
        self,
        shared: Shared,
        *,
        most: int = ServerLimits().conversations,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shared = shared
        self._most = most
        self._clock = clock

    def save(
        self, user: str, record: Record, *, page: str = "", seen: Collection[str] = ()
    ) -> Kept:
        """Keep a record of `saved.to_record` as what an open page shows; return what is kept.

        Without `page` it is shown by none that it was not shown by before. `seen` are the
        identities of the answers that the page has shown: others stay, as `both.joined` says.
        The version is blank for a record that is too long, which is not kept.
        """
        if len(json.dumps(record)) > LONGEST:
            return Kept("", record)
        version = uuid.uuid4().hex
        with self._shared.writing(CONVERSATIONS) as connection:
            if stored := _stored(connection, user, str(record["id"])):
                record = joined(stored, record, seen=seen)
            key = {"user_name": user, "id": hashed(str(record["id"]))}
            values = self._values(record) | {"version": version}
            if page:
                _leave(connection, key, hashed(page))
                put(connection, CONVERSATIONS, where=key, **values, page=hashed(page))
            elif not _change(connection, key, values):
                put(connection, CONVERSATIONS, where=key, **values, page="")
            _make_room(connection, user, most=self._most)
        return Kept(version, record)

    def newest(self, user: str, record: Record) -> Record:
        """Return what a page shows that comes back with a browser's record; see `both.newest`."""
        with self._shared.reading() as connection:
            return newest(_stored(connection, user, str(record["id"])), record)

    def shown_at(self, user: str, page: str) -> Kept | None:
        """Return what an open page of a user shows; None when nothing was saved of it."""
        mine = (_TABLE.user_name == user) & (_TABLE.page == hashed(page))
        with self._shared.reading() as connection:
            row = connection.execute(select(CONVERSATIONS).where(mine)).first()
        return Kept(row.version, json.loads(row.record)) if row else None

    def news(self, user: str, *, archive: str, known: Mapping[str, object]) -> News:
        """Return what has changed of a user's conversations over an archive.

        `known` has the version of each that the browser has, by its id.
        """
        mine = (_TABLE.user_name == user) & (_TABLE.archive == archive) & (_TABLE.answers > 0)
        with self._shared.reading() as connection:
            rows = connection.execute(select(CONVERSATIONS).where(mine)).all()
        found = [(row, json.loads(row.record)) for row in rows]
        return News(
            tuple(
                record | {"version": row.version, "saved": round(row.saved * 1000)}
                for row, record in found
                if known.get(record["id"]) != row.version
            ),
            tuple(record["id"] for _, record in found),
        )

    def rename(self, user: str, id_: str, title: str, *, at: int) -> None:
        """Give a conversation another name, unless it got one later than `at`, in ms since 1970.

        One that is not there stays so.
        """
        with self._shared.writing(CONVERSATIONS) as connection:
            record = _stored(connection, user, id_)
            if record and titled(record) <= at:
                text = json.dumps(record | {"title": title, "titled": at})
                values = {"record": text, "version": uuid.uuid4().hex}
                connection.execute(update(CONVERSATIONS).where(_is(user, id_)).values(values))

    def remove(self, user: str, id_: str) -> None:
        """Delete a conversation; one that is not there may be deleted again."""
        with self._shared.writing(CONVERSATIONS) as connection:
            connection.execute(delete(CONVERSATIONS).where(_is(user, id_)))

    def _values(self, record: Record) -> dict[str, Any]:
        return {
            "archive": str(record["archive"]),
            "answers": len(record["answers"]),
            "saved": self._clock(),
            # What it says of itself beside is for the browser.
            "record": json.dumps({name: record[name] for name in record if name not in _TOLD}),
        }


def tried(work: Callable[[], Any]) -> Any:
    """Return what `work` returns; None, with a log line, while the database cannot be used.

    An answer is shown all the same, and the browser keeps it.
    """
    try:
        return work()
    except SharedError as error:
        log.warning("conversations are not kept on the server: %s", error)
        return None


def _stored(connection: Connection, user: str, id_: str) -> Record | None:
    row = connection.execute(select(_TABLE.record).where(_is(user, id_))).first()
    return json.loads(row.record) if row else None


def _is(user: str, id_: str) -> Any:
    return (_TABLE.user_name == user) & (_TABLE.id == hashed(id_))


def _leave(connection: Connection, key: dict[str, str], page: str) -> None:
    """Let a page show no other conversation; one that was begun and has no answer goes."""
    others = (
        (_TABLE.user_name == key["user_name"]) & (_TABLE.page == page) & (_TABLE.id != key["id"])
    )
    connection.execute(delete(CONVERSATIONS).where(others & (_TABLE.answers == 0)))
    connection.execute(update(CONVERSATIONS).where(others).values(page=""))


def _change(connection: Connection, key: dict[str, str], values: dict[str, Any]) -> bool:
    same = (_TABLE.user_name == key["user_name"]) & (_TABLE.id == key["id"])
    return connection.execute(update(CONVERSATIONS).where(same).values(values)).rowcount > 0


def _make_room(connection: Connection, user: str, *, most: int) -> None:
    own = select(_TABLE.id).where(_TABLE.user_name == user)
    surplus = list(connection.scalars(own.order_by(_TABLE.saved.desc()).offset(most)))
    mine = (_TABLE.user_name == user) & _TABLE.id.in_(surplus)
    connection.execute(delete(CONVERSATIONS).where(mine))
