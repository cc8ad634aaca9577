"""Tell which column of a table holds which field of an article.

Tables, front matter and JSON name the same thing in many ways, see `names`. A row may fill
another of them than the row before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.tables.names import EXTRACTS, FIELDS, LEADS, PARTS, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    # The columns that may hold each field, likeliest first; the first with a value counts.
    Matched = Mapping[str, tuple[str, ...]]


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's mapping; raises `SourceError` naming what is wrong in it."""
    for name, column in (columns or {}).items():
        if name not in FIELDS:
            raise SourceError(f"no article field {name!r}; map one of: {', '.join(FIELDS)}")
        if not isinstance(column, str) or not column:
            raise SourceError(f"field {name!r} is mapped to {column!r}; give the name of a column")
    return dict(columns or {})


def match_columns(present: Iterable[str], *, columns: Mapping[str, str]) -> Matched:
    """Return which of the columns present may hold each field: the mapped one, else by name.

    Raises `SourceError`, listing the columns, if a mapped one or the text is missing.
    """
    there = [str(column) for column in present]
    for name, column in columns.items():
        if column not in there:
            raise SourceError(f"has no column {column!r} for {name}; {_listed(there)}")
    matched = {**known_columns(there, without=frozenset(columns.values()))}
    matched |= {name: (column,) for name, column in columns.items()}
    if not matched.get("text"):
        example = f"text={there[0]}" if there else "text=body"
        raise SourceError(f"has no text column; name one, as in {example}. {_listed(there, 'I')}")
    return matched


def known_columns(present: Iterable[str], *, without: frozenset[str] = frozenset()) -> Matched:
    """Return the columns that go by a known name of each field; a nested one stands last."""
    by_name: dict[str, list[str]] = {}
    for column in sorted(present, key=lambda column: column.count(".")):  # stable
        if column not in without:
            by_name.setdefault(plain_name(column), []).append(column)
    names = {**FIELDS, "text": (*FIELDS["text"], *EXTRACTS), "lead": LEADS, **PARTS}
    return {
        field: tuple(column for name in known for column in by_name.get(name, ()))
        for field, known in names.items()
    }


def is_extract(column: str) -> bool:
    """Return whether a column holds only an extract of the text."""
    return plain_name(column) in EXTRACTS


def _listed(there: list[str], first: str = "i") -> str:
    return f"{first}ts columns are: {', '.join(there) or 'none'}"
