"""Log-ins of browsers: they end by themselves, and with the user or the password."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, or_, select, update

from rag.settings import ServerLimits
from rag.store.shared.tables import SESSIONS, USERS, hashed
from ui.web.network.users import Users, user_in

HOUR = 3_600.0
# Seconds after which it is written down that a session is used still; a page asks much at once.
_NOTED = 60.0


class Sessions:
    """The sessions of an installation, which hold at each of its servers.

    Each method raises `SharedError` when the database cannot be used.
    """

    def __init__(
        self,
        users: Users,
        *,
        limits: ServerLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shared = users.shared
        limits = limits or ServerLimits()
        self._of_one = limits.sessions
        self._idle = limits.idle_hours * HOUR
        # Seconds after the log-in at which a session ends.
        self.longest = limits.session_hours * HOUR
        self._clock = clock

    def begin(self, name: str) -> str:
        """Return the secret of a new session of a user there is."""
        now, secret = self._clock(), secrets.token_urlsafe(32)
        with self._shared.writing(SESSIONS) as connection:
            known = user_in(connection, name)
            if known is None:
                raise ValueError(f"there is no user {name!r}")
            self._make_room(connection, name, now)
            row = {"user_name": name, "password": known.password, "begun": now, "used": now}
            connection.execute(insert(SESSIONS).values(hash=hashed(secret), **row))
        return secret

    def user_of(self, secret: str) -> str | None:
        """Return whose session that is, which goes on; None when it is none or has ended."""
        now = self._clock()
        # Another password, or no such user any more, ends what began before.
        same = (SESSIONS.c.user_name == USERS.c.name) & (SESSIONS.c.password == USERS.c.password)
        with self._shared.reading() as connection:
            found = connection.execute(
                select(SESSIONS).join(USERS, same).where(SESSIONS.c.hash == hashed(secret))
            ).one_or_none()
        if found is None or found.used <= now - self._idle or found.begun <= now - self.longest:
            return None
        if now - found.used >= min(_NOTED, self._idle / 2):
            self._note(found.hash, now)
        return str(found.user_name)

    def end(self, secret: str) -> None:
        """End a session; one that has ended already may be ended again."""
        with self._shared.writing(SESSIONS) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == hashed(secret)))

    def _note(self, hash_: str, now: float) -> None:
        with self._shared.writing(SESSIONS) as connection:
            used = update(SESSIONS).where(SESSIONS.c.hash == hash_).values(used=now)
            connection.execute(used)

    def _make_room(self, connection: Connection, name: str, now: float) -> None:
        """Delete the sessions that have ended, and of a user who has many the eldest."""
        ended = or_(SESSIONS.c.used <= now - self._idle, SESSIONS.c.begun <= now - self.longest)
        connection.execute(delete(SESSIONS).where(ended))
        own = select(SESSIONS.c.hash).where(SESSIONS.c.user_name == name)
        newest = own.order_by(SESSIONS.c.begun.desc(), SESSIONS.c.used.desc())
        surplus = list(connection.scalars(newest.offset(self._of_one - 1)))
        connection.execute(delete(SESSIONS).where(SESSIONS.c.hash.in_(surplus)))
