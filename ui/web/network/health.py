"""What tells a watcher that the server lives and takes questions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def alive(_request: Request) -> Response:
    """Answer at once, whatever the models do."""
    return PlainTextResponse("alive")


ROUTES = [Route("/healthz", alive)]
