"""Take the objects out of JSON that is not quite JSON.

Objects stand one after the other, a comma follows the last one, the end of the file is missing,
or it is a program's: ``callback([{...}]);``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,;\[\]]*")
_LIST = re.compile(r"\[\s*(?=\{)")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The objects that are whole, and whether more follows them that is not."""

    objects: list[Any]
    cut: bool


def salvage(text: str) -> Salvaged:
    """Return the whole objects of a text, those of its first list if it is cut within one."""
    found = _objects(text, 0)
    inner = _LIST.search(text)
    if not found.objects and inner:
        return _objects(text, inner.end())
    return found


def _objects(text: str, at: int) -> Salvaged:
    objects: list[Any] = []
    while True:
        if between := _BETWEEN.match(text, at):
            at = between.end()
        if not text.startswith("{", at):
            return Salvaged(objects, cut=bool(text[at:].strip("\0 \r\n}]);")))
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return Salvaged(objects, cut=True)
        objects.append(value)
