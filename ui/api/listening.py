"""Serve an app at a socket."""

from __future__ import annotations

import signal
import socket
import threading
from typing import Any

import uvicorn

from rag.errors import RagError

# Seconds that connections have to end in, once the server is told to.
_LAST_SECONDS = 3


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; `port` 0 takes a free one. Raises `RagError` when taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise RagError(f"cannot serve on {host}:{port}: {error}; choose another --port") from error


def address_of(place: socket.socket, host: str) -> str:
    """Return the address that a socket on `host` is reached at."""
    port = place.getsockname()[1]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def run(app: Any, place: socket.socket) -> None:
    """Serve an app at a socket that listens, until Ctrl-C or SIGTERM."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)
    config = uvicorn.Config(
        app,
        # It writes by way of the handlers that there are, so in the form that was chosen.
        log_config=None,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_LAST_SECONDS,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[place])


def _end(_signal: int, _frame: object) -> None:
    """End as Ctrl-C does: answers that are being written stop, and what was stored is whole."""
    raise KeyboardInterrupt
