"""Wrong passwords, counted: the more there were, the longer the next one waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from rag.settings import ServerLimits
from rag.store.shared.database import Shared, put
from rag.store.shared.tables import ATTEMPTS, hashed

# Seconds after the last wrong one in which all are forgotten, unless a wait lasts longer, and
# names and addresses that are remembered.
_FORGOTTEN = 3_600.0
_REMEMBERED = 10_000
# 2 to the power of more is longer than any wait.
_DOUBLED = 30


@dataclass(frozen=True, slots=True)
class _Wrong:
    """How many wrong passwords there were, and when the last."""

    count: int
    last: float

    def until(self, limits: ServerLimits) -> float:
        """Return the time before which no further password is looked at."""
        if (further := self.count - limits.wrong_passwords) < 0:
            return self.last
        return self.last + min(2.0 ** min(further, _DOUBLED), limits.password_wait)


class Attempts:
    """Wrong passwords by name and by address, counted by all servers together."""

    def __init__(
        self,
        shared: Shared,
        *,
        limits: ServerLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shared = shared
        self._limits = limits or ServerLimits()
        self._forgotten = max(_FORGOTTEN, self._limits.password_wait)
        self._clock = clock

    def begin(self, *keys: str) -> float:
        """Return the seconds to wait still; 0 counts as a wrong password until `succeeded`.

        Counted beforehand, so that a hundred at the same moment are a hundred.
        """
        with self._shared.writing(ATTEMPTS) as connection:
            now = self._clock()
            old = now - self._forgotten
            found = {hashed(key): _of(connection, hashed(key), now, old=old) for key in keys}
            if (wait := max(wrong.until(self._limits) for wrong in found.values()) - now) > 0:
                return wait
            for key, wrong in found.items():
                put(connection, ATTEMPTS, where={"hash": key}, tries=wrong.count + 1, last=now)
            _forget(connection, old=old)
            return 0.0

    def succeeded(self, *keys: str) -> None:
        """Forget the wrong ones: this one was right."""
        with self._shared.writing(ATTEMPTS) as connection:
            right = [hashed(key) for key in keys]
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.hash.in_(right)))


def _of(connection: Connection, key: str, now: float, *, old: float) -> _Wrong:
    row = connection.execute(select(ATTEMPTS).where(ATTEMPTS.c.hash == key)).one_or_none()
    if row is None or row.last < old:
        return _Wrong(0, now)
    return _Wrong(row.tries, row.last)


def _forget(connection: Connection, *, old: float) -> None:
    """Forget what is old, and of more than are remembered the oldest."""
    connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.last < old))
    newest = select(ATTEMPTS.c.hash).order_by(ATTEMPTS.c.last.desc(), ATTEMPTS.c.hash)
    surplus = list(connection.scalars(newest.offset(_REMEMBERED)))
    connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.hash.in_(surplus)))
