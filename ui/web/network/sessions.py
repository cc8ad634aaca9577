"""Log-ins of browsers: they end by themselves, and with the user or the password."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ui.web.network.users import Users

HOUR = 3_600.0
# Seconds after the last request, and after the log-in, at which a session ends.
IDLE, LONGEST = 12 * HOUR, 7 * 24 * HOUR
# Sessions of one user at a time; a further one ends the eldest.
_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class _Session:
    """A log-in: whose, with which password's hash, since when, and when last used."""

    user: str
    password: str
    begun: float
    used: float


class Sessions:
    """The sessions of a server, kept in memory alone. Safe for use by several threads."""

    def __init__(self, users: Users, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._users = users
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}

    def begin(self, name: str) -> str:
        """Return the secret of a new session of a user there is."""
        known = self._users.get(name)
        if known is None:
            raise ValueError(f"there is no user {name!r}")
        now, secret = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            self._open = {key: kept for key, kept in self._open.items() if _lasts(kept, now)}
            own = [key for key, kept in self._open.items() if kept.user == name]
            for eldest in own[: max(0, len(own) - _OF_ONE + 1)]:
                del self._open[eldest]
            self._open[secret] = _Session(name, known.password, now, now)
        return secret

    def user_of(self, secret: str) -> str | None:
        """Return whose session that is, which goes on; None when it is none or has ended."""
        now = self._clock()
        with self._lock:
            kept = self._open.get(secret)
            if kept is None:
                return None
            known = self._users.get(kept.user)
            # Another password, or no such user any more, ends what began before.
            if known is None or known.password != kept.password or not _lasts(kept, now):
                del self._open[secret]
                return None
            self._open[secret] = replace(kept, used=now)
            return kept.user

    def end(self, secret: str) -> None:
        """End a session; one that has ended already may be ended again."""
        with self._lock:
            self._open.pop(secret, None)


def _lasts(session: _Session, now: float) -> bool:
    return now - session.used < IDLE and now - session.begun < LONGEST
