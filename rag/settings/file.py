"""The file of settings, ``dateline.toml``: found, read and checked."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import platformdirs

from rag.errors import SettingsError
from rag.settings.defaults import Settings, named_database, named_store

_FILE = "dateline.toml"
_OWN_KEYS: dict[str, type] = {"home": str, "archive": str, "commands": dict}
_KINDS = {int: "a whole number", float: "a number", str: "a text", dict: "a table"}

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a ``dateline.toml`` says.

    `home` is the folder of the archives and `archive` the one to use, None where the file does
    not say. `commands` has the options of commands by their names, unchecked.
    """

    path: Path | None = None
    settings: Settings = field(default_factory=Settings)
    home: str | None = None
    archive: str | None = None
    commands: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def find(cls) -> SettingsFile:
        """Read the file in force; without one, everything is as by default.

        It is ``$DATELINE_CONFIG`` when set, else ``dateline.toml`` in the current folder, else
        in the user's folder of settings. Raises as `read`.
        """
        if named := os.environ.get("DATELINE_CONFIG"):
            return cls.read(Path(named).expanduser())
        places = (Path(), Path(platformdirs.user_config_dir("dateline")))
        there = (place / _FILE for place in places)
        found = next((path for path in there if path.is_file()), None)
        return cls.read(found) if found else cls()

    def _with_environment(self) -> SettingsFile:
        """Return the file with the settings of the environment, which take precedence."""
        settings = self.settings
        if uri := named_store():
            settings = replace(settings, store=replace(settings.store, uri=uri))
        if database := named_database():
            settings = replace(settings, database=database)
        return replace(self, settings=settings)

    @classmethod
    def read(cls, path: Path) -> SettingsFile:
        """Read a file of settings.

        Raises `SettingsError` for one that cannot be read, for an unknown key, and for a value
        of the wrong kind.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"cannot read settings from {path}: {error}") from error
        known = [item.name for item in fields(Settings)]
        check_keys(table, (*_OWN_KEYS, *known), where=str(path))
        given = {key: table[key] for key in known if key in table}
        own = {
            key: _value(table[key], kind, where=f"{path}: {key}")
            for key, kind in _OWN_KEYS.items()
            if key in table
        }
        read = cls(path, _record(Settings, given, where=str(path)), **own)
        return read._with_environment()


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


def _record(cls: type[Record], table: Mapping[str, Any], *, where: str) -> Record:
    """Return a record of settings with the values of a table, in tables of tables too."""
    kinds = get_type_hints(cls)
    check_keys(table, kinds, where=where)
    return cls(**{key: _value(table[key], kinds[key], where=f"{where}: {key}") for key in table})


def _value(value: object, kind: type, *, where: str) -> Any:
    if is_dataclass(kind):
        return _record(kind, _value(value, dict, where=where), where=where)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where} must be {_KINDS[kind]}, not {value!r}")
    if isinstance(value, int | float) and value < 0:
        raise SettingsError(f"{where} must not be below zero, as {value!r} is")
    return value
