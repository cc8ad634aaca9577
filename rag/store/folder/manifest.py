"""What the files beside the database hold, written down so that it can be checked."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss

from rag.index.faults import IndexFault, faults
from rag.index.vectors import DenseIndex
from rag.store.folder.changes import Mark
from rag.store.folder.tuning import Tuning

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file of vectors, what it holds and how to know it again.

    It holds the chunks that the database had at `mark`. A file whose size and time are
    as they were is taken for unharmed, as Git does; another one is read whole and must
    have this checksum.
    """

    name: str
    mark: Mark
    tuning: Tuning
    size: int
    modified_ns: int
    sha256: str

    @classmethod
    def save(cls, index: faiss.Index, folder: Path, *, mark: Mark, tuning: Tuning) -> VectorFile:
        """Write `index` into `folder`, under a name of its own; `IndexFault` when that fails."""
        path = folder / f"vectors-{mark.generation}.faiss"
        fresh = path.with_suffix(".new")
        try:
            with faults():
                faiss.write_index(index, str(fresh))
                with fresh.open("rb+") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    os.fsync(file.fileno())
                found = fresh.stat()
                fresh.replace(path)
        except IndexFault:
            # On a full disk its room is needed for better things.
            fresh.unlink(missing_ok=True)
            raise
        return cls(path.name, mark, tuning, found.st_size, found.st_mtime_ns, digest)

    def load(self, folder: Path, *, dimension: int) -> DenseIndex:
        """Map the file; `IndexFault` when it is not as it was written."""
        path = folder / self.name
        with faults():
            found = path.stat()
        if (found.st_size, found.st_mtime_ns) != (self.size, self.modified_ns):
            self.check(folder)
        return DenseIndex.load(path, dimension=dimension, last=self.mark.chunk)

    def check(self, folder: Path) -> None:
        """Read the whole file; `IndexFault` when it is not as it was written."""
        with faults(), (folder / self.name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        expect(f"checksum of {self.name}", digest, self.sha256)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the derived files were built from; written last, by atomic rename.

    `mark` is the state of the database that the full-text indexes are of, and `commits`
    are their own numbers for it. `vectors` is None while all vectors are read from the
    database at every start.
    """

    format: int
    embedder: str
    checksum: str
    dimension: int
    chunk_tokens: int
    articles: int
    chunks: int
    mark: Mark
    commits: tuple[int, int]
    vectors: VectorFile | None

    def save(self, folder: Path) -> None:
        """Write the manifest into `folder`; `IndexFault` when that fails."""
        fresh = folder / f"{_MANIFEST}.new"
        with faults():
            fresh.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
            fresh.replace(folder / _MANIFEST)

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read the manifest in `folder`; `IndexFault` when it is missing or damaged."""
        with faults():
            read = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            if not isinstance(read, dict) or not {"mark", "commits", "vectors"} <= read.keys():
                raise IndexFault(f"{folder / _MANIFEST} is not a manifest of this version")
            if file := read["vectors"]:
                # Called "fit" by the first versions.
                tuning = file.pop("fit", None) or file["tuning"]
                file["mark"], file["tuning"] = Mark(**file["mark"]), Tuning(**tuning)
                read["vectors"] = VectorFile(**file)
            read["mark"], read["commits"] = Mark(**read["mark"]), tuple(read["commits"])
            return cls(**read)


def expect(what: str, found: object, wanted: object) -> None:
    """Raise `IndexFault` when what was found is not what was wanted."""
    if found != wanted:
        raise IndexFault(f"{what} is {found}, not {wanted}")
