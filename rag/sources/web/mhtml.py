"""Read web pages saved with all their parts in one file (MHTML)."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy

from rag.errors import SourceError
from rag.sources import fields


@dataclass(frozen=True, slots=True)
class Saved:
    """A page in a file that holds its parts as well, where it was saved from, and its encoding."""

    page: bytes
    address: str | None
    charset: str | None


def page_in(data: bytes) -> Saved:
    """Return the page of an MHTML file; raises `SourceError` if there is no page in it."""
    message = message_from_bytes(data, policy=policy.default)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                address = _address(message, part)
                return Saved(content, address, part.get_content_charset())
    raise SourceError(f"{fields.NO_TEXT}: there is no page in it")


def _address(message: object, part: object) -> str | None:
    for holder, name in ((part, "Content-Location"), (message, "Snapshot-Content-Location")):
        if value := holder.get(name):  # type: ignore[attr-defined]
            return fields.web_address(str(value))
    return None
