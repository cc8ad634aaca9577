"""The archives by name, and the one that is used if none is named."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

from rag.errors import ArchiveError, MissingError
from rag.settings import SettingsFile, archive_path, archives_folder, archives_in

if TYPE_CHECKING:
    from pathlib import Path

    from rag.store.base import Storage

# The articles that come with Dateline; it is never chosen while there is another archive.
SAMPLE = "sample"
# The name of an archive that nobody has named.
UNNAMED = "default"

# Remembers the default archive in the folder of the archives.
_REMEMBERED = "default-archive"
# Names that a folder may have on every system, and that do not lead out of its parent.
_NAME = re.compile(r"\w[\w .-]{0,62}(?<![ .])")
# Windows keeps these for devices, with any suffix.
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


def names() -> list[str]:
    """Return the names of the archives, in order."""
    return archives_in(archives_folder())


def check_name(name: str) -> str:
    """Return `name` without blanks around it; `ArchiveError` if no archive can have that name."""
    name = name.strip()
    if not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise ArchiveError(
            f"{name!r} cannot be the name of an archive; use letters, digits, spaces, "
            "dots, hyphens and underscores, at most 63, and no name of a device such as 'con'"
        )
    return name


def default() -> str | None:
    """Return the archive that is used if none is named; None if there is none.

    It is `archive` of ``dateline.toml``, else the one that was chosen, else the one called
    "default", else the only one besides the sample. Raises `ArchiveError` when several are left.
    """
    if configured := SettingsFile.find().archive:
        return configured
    own = [name for name in names() if name != SAMPLE]
    if (chosen := _remembered()) in names():
        return chosen
    if UNNAMED in own:
        return UNNAMED
    if len(own) > 1:
        raise ArchiveError(
            f"there are several archives: {', '.join(own)}; name one with --archive, or choose "
            "one for good with `rag archives use NAME`"
        )
    return own[0] if own else None


def choose(name: str) -> None:
    """Make `name` the default archive. Raises `ArchiveError` when there is none of that name."""
    _existing(name)
    (archives_folder() / _REMEMBERED).write_text(f"{name}\n", encoding="utf-8")


def remember_first(name: str) -> None:
    """Keep the default archive now that `name` was made; the first archive becomes the default."""
    if name == SAMPLE or name not in names() or _remembered() in names():
        return
    others = [other for other in names() if other not in (SAMPLE, name)]
    if len(others) < 2:
        choose(others[0] if others else name)


def make(name: str) -> Path:
    """Make an empty archive and return its folder, which `Archive.open` opens.

    Raises `ArchiveError` for a name that is taken or not allowed.
    """
    name = _free(name)
    _opened(name, create=True).close()
    remember_first(name)
    return archive_path(name)


def remove(name: str) -> None:
    """Delete an archive with all its articles.

    Raises `ArchiveError` when there is none, or while another process writes to it.
    """
    _existing(name)
    from rag.store.moves import destroy
    from rag.store.shared.database import forget_archive

    destroy(_opened(name))
    forget_archive(archive_path(name), url=SettingsFile.find().settings.database)


def rename(name: str, *, to: str) -> None:
    """Give an archive another name; the default one stays the default.

    Raises `ArchiveError` when there is none, when the new name is taken or not allowed, and while
    another process writes to the archive.
    """
    _existing(name)
    was_default = _remembered() == name
    to = _free(to)
    from rag.store.moves import move
    from rag.store.shared.database import rename_archive

    with closing(_opened(name)) as storage:
        move(storage, archive_path(to))
    rename_archive(
        archive_path(name), to=archive_path(to), url=SettingsFile.find().settings.database
    )
    if was_default:
        choose(to)


def _opened(name: str, *, create: bool = False) -> Storage:
    # Imported here because the indexes take half a second, for which a command that has its
    # question answered elsewhere need not wait.
    from rag.store.opening import open_storage

    return open_storage(archive_path(name), create=create, settings=SettingsFile.find().settings)


def _remembered() -> str | None:
    try:
        return (archives_folder() / _REMEMBERED).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _existing(name: str) -> None:
    if name not in names():
        raise missing(name)


def missing(name: str) -> MissingError:
    """Return the error for a missing archive, which names the existing ones."""
    there = f"there are {', '.join(names())}" if names() else "there is none yet"
    return MissingError(
        f"there is no archive {name!r} in {archives_folder()}; {there}; "
        f"`rag ingest --archive {name} FILES` makes it"
    )


def _free(name: str) -> str:
    name = check_name(name)
    if name.casefold() in {known.casefold() for known in names()}:
        raise ArchiveError(f"there is an archive {name!r} already; choose another name")
    return name
