"""The file of settings, ``dateline.toml``: found, read and checked."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from rag.errors import SettingsError
from rag.settings.defaults import Settings, named_database, named_store
from rag.settings.limits import with_environment
from rag.settings.values import check_keys, record, value

_FILE = "dateline.toml"
_OWN_KEYS: dict[str, type] = {"home": str, "archive": str, "commands": dict}


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
        return cls.read(found) if found else _with_environment(cls())

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
            key: value(table[key], kind, where=f"{path}: {key}")
            for key, kind in _OWN_KEYS.items()
            if key in table
        }
        read = cls(path, record(Settings, given, where=str(path)), **own)
        return _with_environment(read)


def _with_environment(read: SettingsFile) -> SettingsFile:
    """Return the file with the settings of the environment, which take precedence."""
    settings = read.settings
    if uri := named_store():
        settings = replace(settings, store=replace(settings.store, uri=uri))
    if database := named_database():
        settings = replace(settings, database=database)
    return replace(read, settings=with_environment(settings))
