"""Who may use the pages from other machines: names, hashed passwords and roles, in one file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from rag.errors import RagError
from ui.web.network.files import write_privately

FILE = "users.json"
LEAST = 10


class Role(StrEnum):
    """What a user may do; each may do what those before it may."""

    READER = "reader"  # ask and browse
    EDITOR = "editor"  # add, edit and delete articles
    ADMIN = "admin"  # make and delete archives, evaluate, see the feedback of all

    def may(self, least: Role) -> bool:
        """Tell whether this role may do what takes at least that one."""
        return list(Role).index(self) >= list(Role).index(least)


@dataclass(frozen=True, slots=True)
class User:
    """What is kept of a user: the hash of the password, and the role."""

    password: str
    role: Role


_NAME = re.compile(r"[\w.@-]{1,64}")
_HASHER = PasswordHasher()


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

    def get(self, name: str) -> User | None:
        """Return what is kept of a user; None when there is none of that name."""
        return self._read().get(name)

    def add(self, name: str, password: str, *, role: Role | None = None) -> None:
        """Add a user, or give one another password. Raises `ValueError` for what is unfit.

        Without `role` a new user is a reader, and one there is stays what he is.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a user; use letters, digits and . @ - _")
        if len(password) < LEAST:
            raise ValueError(f"the password has {len(password)} characters; use at least {LEAST}")
        users = self._read()
        before = users[name].role if name in users else Role.READER
        self._write(users | {name: User(_HASHER.hash(password), role or before)})

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role. Raises `ValueError` when there is none of that name."""
        users = self._read()
        self._write(users | {name: replace(_known(users, name), role=role)})

    def remove(self, name: str) -> None:
        """Remove a user. Raises `ValueError` when there is none of that name."""
        users = self._read()
        _known(users, name)
        del users[name]
        self._write(users)

    def verify(self, name: str, password: str) -> bool:
        """Tell whether that is the user's password; takes as long for an unknown name."""
        known = self.get(name)
        try:
            hashed = known.password if known else _nobody()
            return _HASHER.verify(hashed, password) and known is not None
        except (Argon2Error, InvalidHashError):
            return False

    def _read(self) -> dict[str, User]:
        try:
            users = json.loads(self.path.read_text(encoding="utf-8"))
            return {
                name: User(str(kept["password"]), Role(kept["role"]))
                for name, kept in users.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
            raise RagError(f"{self.path} is not readable as a list of users: {error!r}") from error

    def _write(self, users: dict[str, User]) -> None:
        write_privately(self.path, {name: asdict(user) for name, user in users.items()})


@cache
def _nobody() -> str:
    """Return what the password of an unknown name is compared with, to take as long."""
    return _HASHER.hash("nobody has this password")


def _known(users: dict[str, User], name: str) -> User:
    if name not in users:
        raise ValueError(f"there is no user {name!r}; `rag users list` shows them")
    return users[name]
