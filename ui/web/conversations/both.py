"""What to keep where one conversation went on in two places: nothing that was said is lost.

Each page knows which answers it has shown. What it does may take those back; an answer that it has
never shown was given elsewhere, and stays. Of its names the one that was given last counts.
`conversations.js` does the same in the browser.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from typing import Any

from ui.web.common.shown import identity

Record = dict[str, Any]

_NUMBERED = re.compile(r"(.*) \((\d{1,3})\)", re.DOTALL)


def joined(stored: Record, record: Record, *, seen: Collection[str] = ()) -> Record:
    """Return what to keep of a page's `record`, given what is `stored` under its id.

    `seen` are the identities of the answers that the page has shown. With the id of `record` it
    takes the place of `stored`. Where both went on it comes back under another id and title, so
    that both are kept, with the id of before as `from`.
    """
    record, stored = named(record, stored), named(stored, record)
    there, own = _by_identity(stored), _by_identity(record)
    if set(there) <= {*own, *seen}:
        return record
    if set(own) <= set(there):
        # Nothing new: what was said elsewhere, with this page's votes.
        return stored | {"answers": list((there | own).values())}
    title = numbered(str(record["title"]))
    return record | {"id": uuid.uuid4().hex, "title": title, "from": record["id"]}


def newest(stored: Record | None, record: Record) -> Record:
    """Return what a page shows that comes back with a browser's `record`.

    One that bears a version is what the server once kept, and what it keeps now counts; without
    answers where it was deleted meanwhile. One that bears none is the browser's alone.
    """
    if record.get("version"):
        return named(stored, record) if stored else record | {"answers": [], "title": ""}
    return joined(stored, record) if stored else record


def named(record: Record, other: Record) -> Record:
    """Return `record` under the name of `other` if that was given later."""
    if titled(other) <= titled(record):
        return record
    return record | {"title": other["title"], "titled": titled(other)}


def titled(record: Record) -> int:
    """Return when a conversation was given its name, in ms since 1970; 0 for never."""
    # Records of before do not say.
    at = record.get("titled")
    return int(at) if isinstance(at, int | float) else 0


def numbered(title: str) -> str:
    """Return the title of a second conversation of that title: ``Ferry (2)``."""
    found = _NUMBERED.fullmatch(title)
    return f"{found[1]} ({int(found[2]) + 1})" if found else f"{title} (2)"


def _by_identity(record: Record) -> dict[str, Any]:
    return {_identity(item): item for item in record["answers"]}


def _identity(item: Record) -> str:
    # Records of before have no key.
    return identity(*(str(item.get(name) or "") for name in ("key", "asked", "text")))
