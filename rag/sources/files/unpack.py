"""Open zip and tar files, and what gzip, bzip2 and xz packed, within limits.

Nothing is unpacked to disk but by way of anonymous temporary files.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from rag.errors import SourceError
from rag.sources.files.handle import Budget, File
from rag.sources.files.walk import readable, without_page_parts
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OPENERS: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    "gzip": lambda packed: cast("IO[bytes]", gzip.GzipFile(fileobj=packed)),
    "bzip2": lambda packed: cast("IO[bytes]", bz2.BZ2File(packed)),
    "xz": lambda packed: cast("IO[bytes]", lzma.LZMAFile(packed)),  # noqa: SIM115
}
_PACKED = re.compile(r"(?i)\.(?:gz|bz2|xz)$")
RATIO_LIMIT = 200  # unpacked to packed; news text packs about 3 to 1, tables 20 to 1
_RATIO_FREE = 4 * 2**20  # bytes below which the ratio does not matter
_DEPTH_LIMIT = 3  # archives within archives


class _Metered(io.RawIOBase):
    """Unpacked bytes, counted against the budget and the packed bytes read so far."""

    def __init__(self, stream: IO[bytes], *, packed: IO[bytes], budget: Budget) -> None:
        self._stream, self._packed, self._budget = stream, packed, budget
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        self._count += len(block)
        self._budget.spend(len(block))
        if self._count > max(_RATIO_FREE, RATIO_LIMIT * self._packed.tell()):
            raise SourceError("unpacks to far more than news text would; it may be a zip bomb")
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()


def unpacked(file: File, kind: str) -> File:
    """Return the file inside a ``.gz``, ``.bz2`` or ``.xz`` file, which unpacks as it is read."""
    name = file.stem or file.name
    stem = _PACKED.sub("", name)

    def unpack() -> IO[bytes]:
        packed = file.open()
        raw = _Metered(_OPENERS[kind](packed), packed=packed, budget=file.budget)
        return io.BufferedReader(raw, 2**16)

    return File(file.name, unpack, stem=stem, depth=_deeper(file), budget=file.budget)


@contextmanager
def untar(file: File) -> Iterator[Iterator[File | Skipped]]:
    """Open a tar file and give its members, named ``outer.tar!inner.html``, in sorted order."""
    depth = _deeper(file)
    with file.seekable() as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        members = {m.name: m for m in archive.getmembers() if m.isfile() and not _hidden(m.name)}
        kept = sorted(without_page_parts(members))
        found = (_member(file, archive, members[name], depth=depth) for name in kept)
        yield readable(file.name, found)


def _member(
    file: File, archive: tarfile.TarFile, member: tarfile.TarInfo, *, depth: int
) -> File | Skipped:
    """Return a member as a file, its size charged: none is packed but the whole."""
    file.budget.spend(member.size)

    def opened() -> IO[bytes]:
        return archive.extractfile(member) or io.BytesIO()

    return File(f"{file.name}!{member.name}", opened, depth=depth, budget=file.budget)


@contextmanager
def unzip(file: File, *, only: str = "") -> Iterator[Iterator[File | Skipped]]:
    """Open a zip file and give its members, named ``outer.zip!inner.html``, in sorted order.

    With `only` those whose names hold it.
    """
    depth = _deeper(file)
    with file.seekable() as stream, zipfile.ZipFile(stream) as archive:
        yield readable(file.name, _members(file, archive, depth=depth, only=only))


def _members(
    file: File, archive: zipfile.ZipFile, *, depth: int, only: str
) -> Iterator[File | Skipped]:
    members = sorted(archive.infolist(), key=lambda member: member.filename)
    members = [member for member in members if only in member.filename]
    kept = set(without_page_parts(member.filename for member in members))
    visible = [
        m for m in members if not m.is_dir() and not _hidden(m.filename) and m.filename in kept
    ]
    locked = sum(member.flag_bits & 1 for member in visible)
    if locked:
        reason = f"{locked} of its {len(visible)} files need a password; unpack it and give those"
        yield Skipped(file.name, reason, count=locked)
    for member in visible:
        if not member.flag_bits & 1:
            inner = f"{file.name}!{member.filename}"
            reason = _check_member(member, budget=file.budget)
            opener = partial(archive.open, member)
            found = File(inner, opener, depth=depth, budget=file.budget)
            yield Skipped(inner, reason) if reason else found


def _check_member(member: zipfile.ZipInfo, *, budget: Budget) -> str:
    """Charge a member's declared size, which zipfile never reads past; return an objection."""
    size = member.file_size
    if size > max(_RATIO_FREE, RATIO_LIMIT * member.compress_size):
        return "unpacks to far more than news text would; it may be a zip bomb"
    budget.spend(size)
    return ""


def _hidden(member: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member).parts)


def _deeper(file: File) -> int:
    if file.depth >= _DEPTH_LIMIT:
        raise SourceError("holds archives within archives within archives; unpack it first")
    return file.depth + 1
