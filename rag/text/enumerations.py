"""The items that a sentence lists: "Chile, Mexico and Spain"."""

from __future__ import annotations

import re

from rag.types import Span

_SEPARATOR = re.compile(r",\s+(?:and\s+|or\s+)?|\s+(?:and|or)\s+")
_LAST = re.compile(r"\s(?:and|or)\s|,\s+(?:and|or)\s")
# Where a clause ends and its list begins: "the guests were", "in", "such as".
_CLAUSE = re.compile(
    r"^.*\b(?:were|was|are|is|includ(?:es?|ed|ing)|by|from|in|with|after|before|between|both|like|"
    r"as|to|for|at|on|against|among|than|visited|won|has|have|had)\s+",
    re.I | re.S,
)
_FEWEST = 3
# An item: a name with the words before it, "President Zelensky of Ukraine"; or "other countries".
_NAME = (
    r"(?!(?:[a-z]+ed|met|beat|won|lost|took|led|saw|told|made|gave|sent|said|found|left)\s)"
    r"(?:[a-z][\w’'-]*\s+){0,4}[A-Z0-9][\w.’'&-]*"
    r"(?:\s+(?:(?:of|the|de|la|al|bin|van|von|in)\s+)*[A-Z0-9][\w.’'&-]*)*"
)
_ITEM = re.compile(rf"{_NAME}|others?(?:\s+(?!(?:ha[sd]|have|are|is|was|were|will)\b)[a-z]+)?")
# One in the middle may also say more of the one before: "the wife of the president".
_WHOLE_ITEM = re.compile(rf"{_NAME}|(?:the|an?|his|her)(?:\s+[\w’'-]+){{1,6}}")


def enumeration(sentence: str, span: Span) -> Span:
    """Return the list of names in `sentence` that the span is an item of, or the span itself.

    A list has three items or more and "and" or "or" before the last; each item has a name.
    """
    pieces = _pieces(sentence)
    at = next((i for i, piece in enumerate(pieces) if piece.end > span.start), None)
    if at is None or span.end > pieces[at].end:
        return span
    first = at
    while first and _starts(sentence, pieces[first]) == pieces[first].start:
        if not _is_whole(sentence, pieces[first - 1]):
            break
        first -= 1
    last = at
    while last + 1 < len(pieces) and (last == first or _is_whole(sentence, pieces[last])):
        if not _ITEM.match(sentence, pieces[last + 1].start, pieces[last + 1].end):
            break
        last += 1
    begun = _is_whole(sentence, pieces[first]) and last - first + 1 >= _FEWEST
    if not begun or not _LAST.search(sentence, pieces[last - 1].end, pieces[last].start):
        return span
    end = _ITEM.match(sentence, pieces[last].start, pieces[last].end)
    start = _starts(sentence, pieces[first])
    return Span(min(start, span.start), max(end.end() if end else 0, span.end))


def _pieces(sentence: str) -> list[Span]:
    """Return what stands between the separators of lists."""
    body = len(sentence.rstrip(" .!?\"'”’"))
    cuts = [match.span() for match in _SEPARATOR.finditer(sentence, 0, body)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), body]
    return [Span(a, b) for a, b in zip(starts, ends, strict=True) if a < b]


def _starts(sentence: str, piece: Span) -> int:
    """Return where the first item of a list begins in a piece: after the end of a clause."""
    head = _CLAUSE.match(sentence[piece.start : piece.end])
    return piece.start + (head.end() if head else 0)


def _is_whole(sentence: str, piece: Span) -> bool:
    """Tell whether a piece, after the end of a clause, is an item and nothing more."""
    return _WHOLE_ITEM.fullmatch(sentence, _starts(sentence, piece), piece.end) is not None
