"""Where on a Milvus server an archive lies, kept in the archive's folder."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import ArchiveError
from rag.settings import MILVUS_PLACE, StoreSettings

# A collection's name takes letters, digits and underscores.
_OTHERS = re.compile(r"[^a-zA-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Place:
    """An archive's server, the database on it, and how the names of its collections begin.

    `shards` is the number of parts that new collections have.
    """

    uri: str
    database: str
    collections: str
    shards: int = 1

    @classmethod
    def of(cls, folder: Path, settings: StoreSettings) -> Place:
        """Return where the archive in `folder` lies by its name, on every machine the same."""
        name = folder.name
        # Two names may differ in nothing but what a collection's name cannot have.
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        begin = f"dateline_{_OTHERS.sub('_', name)[:60]}_{digest}"
        uri = settings.uri
        if is_file(uri):
            uri = str(Path(uri).expanduser().absolute())
        return cls(uri, settings.database, begin, settings.shards)

    @classmethod
    def read(cls, folder: Path) -> Place | None:
        """Return where the archive in `folder` lies; None when it is on no server."""
        file = folder / MILVUS_PLACE
        if not file.is_file():
            return None
        try:
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ArchiveError(
                f"{file} cannot be read ({error}); it says on which Milvus server the archive "
                f"lies. Remove it and run `rag archives make {folder.name}` with the store of "
                "the settings"
            ) from error

    def save(self, folder: Path) -> None:
        """Write it into `folder`, which is made where it is missing."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fresh = folder / f"{MILVUS_PLACE}.new"
            fresh.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
            fresh.replace(folder / MILVUS_PLACE)
        except OSError as error:
            raise ArchiveError(
                f"{folder} cannot be written ({error.strerror}); check its rights"
            ) from error

    @property
    def articles(self) -> str:
        """The collection of articles."""
        return f"{self.collections}_articles"

    @property
    def chunks(self) -> str:
        """The collection of chunks."""
        return f"{self.collections}_chunks"

    @property
    def values(self) -> str:
        """The collection of the days, publishers and languages there are."""
        return f"{self.collections}_values"


def is_file(uri: str) -> bool:
    """Tell whether an address is a file of Milvus Lite, which runs in this process."""
    return "://" not in uri
