"""Read web pages saved by Safari: a property list with the page and its parts."""

from __future__ import annotations

import plistlib
from typing import Any

from rag.errors import SourceError
from rag.sources import fields
from rag.sources.web.mhtml import Saved


def page_in(data: bytes) -> Saved:
    """Return the page of a web archive; raises `SourceError` if there is none in it."""
    try:
        found = plistlib.loads(data)
    except (plistlib.InvalidFileException, ValueError, OverflowError) as error:
        raise SourceError("is not a readable web archive; save the page again") from error
    main: Any = found.get("WebMainResource") if isinstance(found, dict) else None
    page = main.get("WebResourceData") if isinstance(main, dict) else None
    if not isinstance(page, bytes):
        raise SourceError(f"{fields.NO_TEXT}: there is no page in it")
    charset = main.get("WebResourceTextEncodingName")
    address = fields.web_address(str(main.get("WebResourceURL") or ""))
    return Saved(page, address, str(charset) if charset else None)
