"""What a user's role allows, asked before a request of the web API is carried out."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request

from ui.web.network.access import Access
from ui.web.network.users import Role


def _least(role: Role) -> Any:
    def check(request: Request) -> None:
        access: Access = request.app.state.access
        access.check(request.scope.get("user_name"), role)

    return Depends(check)


# Dependencies of routes.
EDITING = [_least(Role.EDITOR)]
ADMINISTERING = [_least(Role.ADMIN)]
