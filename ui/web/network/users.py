"""Who may use the pages from other machines: names and hashed passwords, in one file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from rag.errors import RagError
from ui.web.network.files import write_privately

FILE = "users.json"
LEAST = 10
_NAME = re.compile(r"[\w.@-]{1,64}")
_HASHER = PasswordHasher()
# What the password of an unknown name is compared with, so that the answer takes as long.
_NOBODY = _HASHER.hash("nobody has this password")


def required(folder: Path) -> Users:
    """Return the users of a folder, where others can reach it; `RagError` when there are none."""
    users = Users(folder)
    if not users.names:
        raise RagError(
            "other machines can reach that address, so users must log in, and there are none: "
            "add one with `rag users add NAME`, or leave --host out"
        )
    return users


class Users:
    """The users in the file `FILE` of a folder; every call reads it anew."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    @property
    def names(self) -> list[str]:
        """The names of all users, in order. Raises `RagError` for a damaged file."""
        return sorted(self._read())

    def add(self, name: str, password: str) -> None:
        """Add a user, or give one another password. Raises `ValueError` for what is unfit."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a user; use letters, digits and . @ - _")
        if len(password) < LEAST:
            raise ValueError(f"the password has {len(password)} characters; use at least {LEAST}")
        write_privately(self.path, self._read() | {name: _HASHER.hash(password)})

    def remove(self, name: str) -> None:
        """Remove a user. Raises `ValueError` when there is none of that name."""
        users = self._read()
        if name not in users:
            raise ValueError(f"there is no user {name!r}; `rag users list` shows them")
        del users[name]
        write_privately(self.path, users)

    def verify(self, name: str, password: str) -> bool:
        """Tell whether that is the user's password; takes as long for an unknown name."""
        known = self._read().get(name)
        try:
            return _HASHER.verify(known or _NOBODY, password) and known is not None
        except (Argon2Error, InvalidHashError):
            return False

    def _read(self) -> dict[str, str]:
        try:
            users = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(name): str(hashed) for name, hashed in users.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise RagError(f"{self.path} is not readable as a list of users: {error}") from error
