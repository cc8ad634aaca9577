"""Where archives lie, and the files by which they are known."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from rag.settings.file import SettingsFile

# What makes a folder an archive: its database, or a note of where on a server it lies.
DATABASE = "archive.sqlite"
MILVUS_PLACE = "milvus.json"
# What users, conversations, feedback and saved questions are in, where no server is named.
SHARED_FILE = "shared.sqlite"


def archives_folder() -> Path:
    """Return the folder that holds archives by name.

    It is ``$DATELINE_HOME`` when set, else `home` of ``dateline.toml``, else ``./indexes`` where
    there is one, else the user's data folder.
    """
    if home := os.environ.get("DATELINE_HOME") or SettingsFile.find().home:
        return Path(home).expanduser()
    local = Path("indexes")
    return local if local.is_dir() else Path(platformdirs.user_data_dir("dateline")) / "indexes"


def archives_in(folder: Path) -> list[str]:
    """Return the names of the archives that lie in `folder`, in order."""
    signs = (DATABASE, MILVUS_PLACE)
    return sorted({found.parent.name for sign in signs for found in folder.glob(f"*/{sign}")})


def archive_path(name: str | Path) -> Path:
    """Return the folder of archive `name`; a path, or a name with a slash, stands for itself."""
    if isinstance(name, Path):
        return name
    if os.sep in name or (os.altsep and os.altsep in name) or name.startswith((".", "~")):
        return Path(name).expanduser()
    return archives_folder() / name
