"""Who may use the pages from other machines: names, hashed passwords and roles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, select

from rag.errors import RagError
from rag.store.shared.database import Shared, put
from rag.store.shared.tables import CONVERSATIONS, KEYS, SESSIONS, USERS
from ui.counted import counted

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
_ROLE = select(USERS.c.role)


def required(shared: Shared) -> Users:
    """Return the users, where others can reach a server; `RagError` when there are none."""
    users = Users(shared)
    if not users.names:
        raise RagError(
            "other machines can reach that address, so users must log in, and there are none: "
            "add one with `rag users add NAME`, or leave --host out"
        )
    return users


class Users:
    """The users of an installation; every call asks the database.

    Each raises `SharedError` when that cannot be used.
    """

    def __init__(self, shared: Shared) -> None:
        self.shared = shared

    @property
    def names(self) -> list[str]:
        """The names of all users, in order."""
        with self.shared.reading() as connection:
            return sorted(connection.scalars(select(USERS.c.name)))

    def get(self, name: str) -> User | None:
        """Return what is kept of a user; None when there is none of that name."""
        with self.shared.reading() as connection:
            return user_in(connection, name)

    def add(self, name: str, password: str, *, role: Role | None = None) -> None:
        """Add a user, or give one another password. Raises `ValueError` for what is unfit.

        Without `role` a new user is a reader, and one there is stays what he is.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be a user name; use letters, digits and . @ - _")
        if len(password) < LEAST:
            length = counted(len(password), "character")
            raise ValueError(f"the password has {length}; use at least {LEAST}")
        hashed = _HASHER.hash(password)
        with self.shared.writing(USERS) as connection:
            known = user_in(connection, name)
            chosen = role or (known.role if known else Role.READER)
            put(connection, USERS, where={"name": name}, password=hashed, role=str(chosen))

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role. Raises `ValueError` when there is none of that name."""
        with self.shared.writing(USERS) as connection:
            _check_known(connection, name)
            changed = USERS.update().where(USERS.c.name == name).values(role=str(role))
            connection.execute(changed)

    def remove(self, name: str) -> None:
        """Remove a user with all log-ins and keys. Raises `ValueError` when there is none."""
        with self.shared.writing(USERS) as connection:
            _check_known(connection, name)
            connection.execute(USERS.delete().where(USERS.c.name == name))
            for table in (KEYS, SESSIONS, CONVERSATIONS):
                connection.execute(table.delete().where(table.c.user_name == name))

    def verify(self, name: str, password: str) -> bool:
        """Tell whether that is the user's password; takes as long for an unknown name."""
        known = self.get(name)
        try:
            hashed = known.password if known else _nobody()
            return _HASHER.verify(hashed, password) and known is not None
        except (Argon2Error, InvalidHashError):
            return False


def user_in(connection: Connection, name: str) -> User | None:
    """Return what a database has of a user; None when there is none of that name."""
    # What is not a name may not be a text for the database either.
    if not _NAME.fullmatch(name):
        return None
    row = connection.execute(select(USERS).where(USERS.c.name == name)).one_or_none()
    if row is None:
        return None
    try:
        return User(row.password, Role(row.role))
    except ValueError:
        raise RagError(
            f"{name} has the role {row.role!r}, which does not exist; add {name} again"
        ) from None


@cache
def _nobody() -> str:
    """Return what the password of an unknown name is compared with, to take as long."""
    return _HASHER.hash("nobody has this password")


def _check_known(connection: Connection, name: str) -> None:
    known = _NAME.fullmatch(name) and connection.scalar(_ROLE.where(USERS.c.name == name))
    if not known:
        raise ValueError(f"there is no user {name!r}; `rag users list` shows them")
