"""The side of a warm process: an app over one archive, served at its socket."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from rag.answering.pipeline import run
from rag.archive import Archive
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Hit, Query
from ui.warm import SOCKET

log = logging.getLogger(__name__)

# Seconds that a process which holds the socket has to take a connection.
_PATIENCE = 1.0
# Seconds that the last answers have to be sent in.
_LAST_SECONDS = 3


def build(archive: Archive) -> FastAPI:
    """Return the app that answers questions to `archive`, one at a time."""
    app = FastAPI(openapi_url=None)
    turn = threading.Lock()

    @app.get("/settings")
    def settings() -> Settings:
        return archive.settings

    @app.post("/answer")
    def answer(query: Query) -> Answer:
        archive.check_filter(query.where)
        with turn:
            *_, last = run(query, archive=archive)
        assert isinstance(last, Answer)  # noqa: S101
        return last

    @app.post("/search")
    def search(query: Query) -> list[Hit]:
        archive.check_filter(query.where)
        with turn:
            return archive.retrieve(query)

    @app.exception_handler(RagError)
    @app.exception_handler(ValueError)
    def tell(_request: Request, error: Exception) -> JSONResponse:
        usage = isinstance(error, ValueError)
        return JSONResponse({"message": str(error), "usage": usage}, 422 if usage else 500)

    return app


@contextmanager
def warm(archive: Archive) -> Iterator[None]:
    """Answer commands over `archive` during the block, if possible.

    It cannot if another process already does, if the folder cannot be written or its path
    is too long for a socket, and where a generator is in use that would be loaded twice.
    """
    listening = _listen(archive.folder / SOCKET) if _fits(archive.settings) else None
    if listening is None:
        yield
        return
    config = uvicorn.Config(
        build(archive), log_config=None, lifespan="off", timeout_graceful_shutdown=_LAST_SECONDS
    )
    server = uvicorn.Server(config)
    inode = (archive.folder / SOCKET).stat().st_ino
    thread = threading.Thread(
        target=server.run, args=([listening],), name="answer-commands", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        _remove(archive.folder / SOCKET, inode)
        thread.join(_LAST_SECONDS + 1)


def _fits(settings: Settings) -> bool:
    return not settings.generator


def _listen(path: Path) -> socket.socket | None:
    """Return a socket that listens at `path`, for this user only; None where there can be none."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    listening = socket.socket(socket.AF_UNIX)
    try:
        if path.exists():
            if _is_alive(path):
                log.info("another process answers commands at %s", path)
                raise FileExistsError(path)
            path.unlink()
        listening.bind(str(path))
        # Nobody can connect before it listens, so there is no moment without these rights.
        path.chmod(0o600)
        listening.listen()
    except OSError as error:
        log.info("commands load their own models: %s", error)
        listening.close()
        return None
    return listening


def _is_alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as trial:
        trial.settimeout(_PATIENCE)
        try:
            trial.connect(str(path))
        except (ConnectionError, FileNotFoundError):
            return False
        except OSError:
            # One that is too busy to answer, or is not a socket, must not be removed.
            return True
    return True


def _remove(path: Path, inode: int) -> None:
    with suppress(OSError):
        # Another process may have put its own there, when this one did not answer it.
        if path.stat().st_ino == inode:
            path.unlink()
