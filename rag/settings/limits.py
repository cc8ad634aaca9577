"""Limits from elsewhere than the file: from the environment, and from options."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_type_hints

from rag.errors import SettingsError
from rag.settings.defaults import ServerLimits, Settings, Timeouts
from rag.settings.values import check_keys, number, record
from rag.types import ReadLimits

_TABLES: dict[str, type] = {
    "limits": ServerLimits,
    "reading": ReadLimits,
    "timeouts": Timeouts,
}


@dataclass(frozen=True, slots=True)
class _Given:
    """A limit in words: its table and name there, its value, and who says it."""

    table: str
    name: str
    text: str
    where: str


def with_environment(settings: Settings) -> Settings:
    """Return the settings with the limits of variables such as ``DATELINE_LIMITS_WAITING``.

    A blank variable counts as none. Raises `SettingsError` for a value that is no limit.
    """
    given = [
        _Given(table, field.name, text, variable)
        for table, kind in _TABLES.items()
        for field in fields(kind)
        if (text := os.environ.get(variable := f"DATELINE_{table}_{field.name}".upper()))
    ]
    return _with(settings, given)


def with_limits(settings: Settings, words: Iterable[str]) -> Settings:
    """Return the settings with limits such as ``waiting=10`` or ``reading.seconds=30``.

    A name without a table is one of ``limits``. Raises `SettingsError` for anything else.
    """
    return _with(settings, [_parsed(word) for word in words])


def _parsed(word: str) -> _Given:
    name, sign, text = (part.strip() for part in word.partition("="))
    if not sign:
        raise SettingsError(f"a limit is NAME=VALUE, as in waiting=10, not {word!r}")
    table, dot, inner = name.rpartition(".")
    if dot:
        check_keys([table], _TABLES, where=word)
    table = table or "limits"
    check_keys([inner], get_type_hints(_TABLES[table]), where=table)
    return _Given(table, inner, text, name)


def _with(settings: Settings, given: Iterable[_Given]) -> Settings:
    """Set the limits of each table together: what one allows may depend on another."""
    tables: dict[str, dict[str, object]] = {}
    for each in given:
        kind = get_type_hints(_TABLES[each.table])[each.name]
        values = tables.setdefault(each.table, {})
        values[each.name] = number(each.text, kind, where=each.where)
    made: dict[str, Any] = {
        table: record(_TABLES[table], asdict(getattr(settings, table)) | values, where=table)
        for table, values in tables.items()
    }
    return replace(settings, **made)
