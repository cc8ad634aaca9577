"""The archives that the pages can be turned to."""

from __future__ import annotations

from threading import Lock

from rag.archive import Archive
from rag.errors import ArchiveError, MissingError
from rag.settings import archives_in
from rag.store.archives import check_name


class Library:
    """The archives beside the one that the page was started with, each opened once.

    Safe for use by several threads at once.
    """

    def __init__(self, archive: Archive) -> None:
        self.first = archive
        self.folder = archive.folder.parent
        self._open = {archive.folder.name: archive}
        self._lock = Lock()

    @property
    def names(self) -> list[str]:
        """The names of all archives, in order."""
        return sorted({self.first.folder.name, *archives_in(self.folder)})

    def get(self, name: str | None = None) -> Archive:
        """Return the archive of that name, or the first; `MissingError` when there is none."""
        with self._lock:
            if not name:
                return self.first
            if name not in self._open:
                # Only a name that is listed: it comes from the page's address.
                if name not in self.names:
                    raise MissingError(f"there is no archive {name!r}; choose another one")
                self._open[name] = Archive.open(
                    self.folder / name, create=False, settings=self.first.settings
                )
            return self._open[name]

    def create(self, name: str) -> Archive:
        """Make an empty archive. Raises `ArchiveError` for a name that is taken or unfit."""
        name = check_name(name)
        with self._lock:
            if name.casefold() in {known.casefold() for known in self.names}:
                raise ArchiveError(f"there is an archive {name!r} already; choose another name")
            self._open[name] = Archive.open(self.folder / name, settings=self.first.settings)
            return self._open[name]

    def delete(self, name: str) -> None:
        """Delete an archive and all its articles.

        Raises `ArchiveError` for the one that the page was started with, and while another
        process writes to it.
        """
        archive = self.get(name)
        if archive is self.first:
            raise ArchiveError(
                f"{name!r} is the archive this page was started with; to delete it, stop the "
                f"page and delete the folder {self.folder / name}"
            )
        with self._lock:
            archive.destroy()
            del self._open[name]
