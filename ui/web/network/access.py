"""What each user may do, asked wherever something is done."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import RagError
from ui.web.network.users import Role, Users


class ForbiddenError(RagError):
    """The user's role is too little for what was wanted."""


@dataclass(frozen=True, slots=True)
class Access:
    """The roles of those whom a server lets in.

    With `trusted`, one without a name has come in with the token of this machine, and may do
    everything.
    """

    users: Users | None = None
    trusted: bool = True

    def role(self, name: str | None) -> Role | None:
        """Return the role of a user, as it is at this moment; None for one who has none."""
        if name is None:
            return Role.ADMIN if self.trusted else None
        known = self.users.get(name) if self.users else None
        return known.role if known else None

    def may(self, name: str | None, least: Role) -> bool:
        """Tell whether a user may do what takes at least that role."""
        role = self.role(name)
        return role is not None and role.may(least)

    def check(self, name: str | None, least: Role) -> None:
        """Raise `ForbiddenError` unless a user may do what takes at least that role."""
        if not self.may(name, least):
            raise ForbiddenError(
                f"{name or 'nobody'} may not do that: it takes the role {str(least)!r}, which an "
                f"administrator gives with `rag users role {name or 'NAME'} {least}`"
            )
