"""Errors as replies: the status that fits, and the words of the error."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rag.errors import (
    AmbiguousError,
    ArchiveError,
    GenerationError,
    MissingError,
    ModelError,
    RagError,
    SharedError,
    SourceError,
)
from rag.store.folder.connection import DamageError
from ui.api.replies import FaultReply
from ui.web.common.waiting import BusyError
from ui.web.network.access import ForbiddenError

# The first that fits decides; any other of our errors is the server's own.
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (MissingError, 404),
    (BusyError, 429),
    (ForbiddenError, 403),
    (ModelError, 503),
    (GenerationError, 503),
    (SharedError, 503),
    (SourceError, 422),
    (AmbiguousError, 422),
    (DamageError, 500),
    # Taken or unfit names, archives of another model, and those that cannot be written.
    (ArchiveError, 409),
    (RagError, 500),
    (ValueError, 422),
)
_TYPES = {
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
# Seconds; a line that is full knows better.
_RETRY_AFTER = {409: 5, 503: 10}

# For the description of the API.
COMMON: dict[int | str, dict[str, Any]] = {
    401: {"model": FaultReply, "description": "No token, key or password, or a wrong one."},
    404: {"model": FaultReply, "description": "There is no such archive or article."},
    422: {"model": FaultReply, "description": "The request cannot be understood."},
    429: {"model": FaultReply, "description": "Too many questions wait already."},
    503: {"model": FaultReply, "description": "A model or the database cannot be used."},
}
WRITING: dict[int | str, dict[str, Any]] = {
    403: {"model": FaultReply, "description": "The user's role does not allow it."},
    409: {"model": FaultReply, "description": "Another process is writing to the archive."},
}


def handle(app: FastAPI) -> None:
    """Give an app the replies to every error that it may meet."""
    for error in (RagError, ValueError):
        app.add_exception_handler(error, _told)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _refused)


def status_of(error: Exception) -> int:
    """Return the status of a reply to an error."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def fault(message: str, *, status: int) -> dict[str, Any]:
    """Return the body of a reply to an error."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def reply(message: str, *, status: int, wait: int | None = None) -> JSONResponse:
    """Return the reply to an error; `wait` are the seconds after which to try again."""
    wait = wait or _RETRY_AFTER.get(status)
    headers = {"retry-after": str(wait)} if wait else None
    return JSONResponse(fault(message, status=status), status, headers=headers)


async def _told(_request: Request, error: Exception) -> JSONResponse:
    wait = error.seconds if isinstance(error, BusyError) else None
    return reply(str(error), status=status_of(error), wait=wait)


async def _not_understood(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # Not the values, which may be long, or no text at all.
    found = ("{}: {}".format(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors())
    words = "; ".join(found).encode("utf-8", "replace").decode("utf-8")
    return reply(words, status=422)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    answer = reply(str(error.detail), status=error.status_code)
    answer.headers.update(error.headers or {})
    return answer
