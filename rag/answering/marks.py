"""Citation marks such as ``[1]``, and the stops before them."""

from __future__ import annotations

import re

_LEADING_MARKS = re.compile(r"(?:\[\d[\d, ]*\]\s*)+")
_UNFINISHED_MARK = re.compile(r"\[[\d, ]*")
_MARK = re.compile(r"\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")

_ANY_MARK = re.compile(r"\s*\[\d+(?:\s*[,;]\s*\d+)*\]")
_AS_OF = re.compile(r"^As of \d{1,2} \w+ \d{4}: ")


def split_marks(text: str) -> tuple[str, tuple[int, ...]]:
    """Return `text` without citation marks such as ``[1]`` or ``[1, 2]``, and the numbers."""
    marks = [int(number) for found in _MARK.findall(text) for number in found.split(",")]
    return _MARK.sub("", text).strip(), tuple(dict.fromkeys(marks))


def leading_marks(text: str) -> tuple[str, str]:
    """Split citation marks off the head of `text`: they belong to what stands before."""
    found = _LEADING_MARKS.match(text)
    return (" " + found.group().strip(), text[found.end() :]) if found else ("", text)


def is_finished(sentence: str) -> bool:
    """Tell whether `sentence` ends with a stop, whatever marks follow it."""
    return split_marks(sentence)[0].rstrip("\"'”’)").endswith((".", "!", "?", "…"))


def is_unfinished_mark(text: str) -> bool:
    """Tell whether `text` may be the beginning of a citation mark."""
    return _UNFINISHED_MARK.fullmatch(text) is not None


def strip_marks(text: str) -> str:
    """Remove citation marks such as ``[1]`` and ``[1, 2]``."""
    return _ANY_MARK.sub("", text)


def strip_date(text: str) -> str:
    """Remove "As of 5 March 2021:" from the head of an answer about what changes."""
    return _AS_OF.sub("", text)
