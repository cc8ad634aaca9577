"""Values of settings, checked: of a file they have a type already, of elsewhere they are texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_type_hints

from rag.errors import SettingsError

_KINDS = {int: "a whole number", float: "a number", str: "a text", dict: "a table"}

Record = TypeVar("Record")


def check_keys(table: Iterable[str], known: Iterable[str], *, where: str) -> None:
    """Raise `SettingsError` for a key that is not known, with those that are."""
    names = sorted(known)
    for key in table:
        if key not in names:
            near = get_close_matches(key, names, n=1)
            meant = f", did you mean {near[0]!r}" if near else ""
            raise SettingsError(
                f"{where}: there is no setting {key!r}{meant}; there are {', '.join(names)}"
            )


def record(cls: type[Record], table: Mapping[str, Any], *, where: str) -> Record:
    """Return a record of settings with the values of a table, in tables of tables too."""
    kinds = get_type_hints(cls)
    check_keys(table, kinds, where=where)
    values = {key: value(table[key], kinds[key], where=f"{where}: {key}") for key in table}
    try:
        return cls(**values)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


def value(given: object, kind: type, *, where: str) -> Any:
    """Return a value of that kind; `SettingsError` for one of another, and below zero."""
    if is_dataclass(kind):
        return record(kind, value(given, dict, where=where), where=where)
    if kind is float and type(given) is int:
        given = float(given)
    if type(given) is not kind or (isinstance(given, float) and not math.isfinite(given)):
        raise SettingsError(f"{where} must be {_KINDS[kind]}, not {given!r}")
    if isinstance(given, int | float) and given < 0:
        raise SettingsError(f"{where} must not be below zero, as {given!r} is")
    return given


def number(text: str, kind: type, *, where: str) -> Any:
    """Return the number that a text is; raises as `value`."""
    given: object = text
    with suppress(ValueError):
        given = kind(text)
    return value(given, kind, where=where)
