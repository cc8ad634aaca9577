"""Read web pages saved with all their parts in one file (MHTML)."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources import fields

if TYPE_CHECKING:
    pass


def page_in(data: bytes) -> tuple[bytes, str | None, str | None]:
    """Return the page of an MHTML file, the address it was saved from, and its encoding.

    Raises `SourceError` if there is no page in it.
    """
    message = message_from_bytes(data, policy=policy.default)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                address = _address(message, part)
                return content, address, part.get_content_charset()
    raise SourceError(f"{fields.NO_TEXT}: there is no page in it")


def _address(message: object, part: object) -> str | None:
    for holder, name in ((part, "Content-Location"), (message, "Snapshot-Content-Location")):
        if value := holder.get(name):  # type: ignore[attr-defined]
            return fields.web_address(str(value))
    return None
