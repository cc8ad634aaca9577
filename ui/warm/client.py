"""The side of a command: questions put to a warm process, if there is one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Hit, Query
from ui.warm import SOCKET

# Seconds to say hello in; one that does not is left alone.
_HELLO = 1.0
# Seconds for an answer, for which the process may have to load its models first.
_ANSWER = 300.0

_SETTINGS = TypeAdapter(Settings)
_QUERY = TypeAdapter(Query)
_ANSWERS = TypeAdapter(Answer)
_HITS = TypeAdapter(list[Hit])

Result = TypeVar("Result")


class Warm:
    """Puts questions to the process behind a socket."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def answer(self, query: Query) -> Answer:
        """Return the answer to a query.

        Raises `RagError` as `rag.answer` does, also when the process ends meanwhile, and
        `ValueError` for a publisher that no article has or a name that none mentions.
        """
        return self._ask("/answer", query, _ANSWERS)

    def search(self, query: Query) -> list[Hit]:
        """Return the passages that fit a query best; raises as `answer`."""
        return self._ask("/search", query, _HITS)

    def _ask(self, path: str, query: Query, kind: TypeAdapter[Result]) -> Result:
        try:
            reply = self._client.post(path, content=_QUERY.dump_json(query), headers=_JSON)
        except httpx.HTTPError as error:
            raise RagError(
                f"the process that answers for this archive stopped ({error}); ask again, or "
                "with --local"
            ) from error
        if reply.is_success:
            return kind.validate_json(reply.content)
        raise _fault(reply)


_JSON = {"content-type": "application/json"}


@contextmanager
def connected(folder: Path, settings: Settings) -> Iterator[Warm | None]:
    """Provide the warm process of the archive in `folder`, or None if none fits.

    It fits if it has the same settings. A socket whose process is gone is ignored.
    """
    path = folder / SOCKET
    if not path.exists():
        yield None
        return
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://warm", timeout=_ANSWER) as client:
        yield Warm(client) if _works_with(client, settings) else None


def _works_with(client: httpx.Client, settings: Settings) -> bool:
    try:
        found = _SETTINGS.validate_json(client.get("/settings", timeout=_HELLO).content)
    # A process of another version may have other settings.
    except (httpx.HTTPError, OSError, ValidationError):
        return False
    # Each archive has the embedder that it was made with, and limits change no answer.
    limits = ("limits", "reading", "timeouts")
    alike = {name: getattr(found, name) for name in ("embedder", *limits)}
    return found == dataclasses.replace(settings, **alike)


def _fault(reply: httpx.Response) -> Exception:
    try:
        record: dict[str, Any] = reply.json()
        message, usage = str(record["message"]), bool(record["usage"])
    except (ValueError, KeyError, TypeError):
        return RagError(f"the process that answers for this archive failed ({reply.status_code})")
    return ValueError(message) if usage else RagError(message)
