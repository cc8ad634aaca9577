"""Keys with which programs log in as a user: shown once, and kept as hashes."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import insert, select

from rag.store.shared.database import Shared
from rag.store.shared.tables import KEYS


class Keys:
    """The keys of an installation; every call asks the database.

    Each raises `SharedError` when that cannot be used.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def make(self, user: str) -> str:
        """Return a new key of a user."""
        key = f"dl-{secrets.token_urlsafe(32)}"
        with self._shared.writing(KEYS) as connection:
            connection.execute(insert(KEYS).values(hash=_hashed(key), user_name=user))
        return key

    def user_of(self, key: str) -> str | None:
        """Return whose key that is; None for one that is unknown."""
        with self._shared.reading() as connection:
            return connection.scalar(select(KEYS.c.user_name).where(KEYS.c.hash == _hashed(key)))

    def remove(self, user: str) -> int:
        """Remove all keys of a user, and return how many there were."""
        with self._shared.writing(KEYS) as connection:
            return connection.execute(KEYS.delete().where(KEYS.c.user_name == user)).rowcount


def _hashed(key: str) -> str:
    # A key is 32 random bytes, which nobody guesses: no slow hash is needed, as for passwords.
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
