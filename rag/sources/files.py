"""Find files in folders and archives, and hand out their bytes within limits.

Nothing is unpacked to disk but by way of anonymous temporary files.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import tempfile
import zipfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from rag.errors import SourceError
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WHOLE_LIMIT = 64 * 2**20  # bytes of a document that must be held in memory
UNPACKED_LIMIT = 8 * 2**30  # bytes unpacked from one file, archives inside it included
RATIO_LIMIT = 200  # unpacked to packed; news text packs about 3 to 1, tables 20 to 1
HEAD = 2**16  # bytes looked at to tell an encoding
_RATIO_FREE = 4 * 2**20  # bytes below which the ratio does not matter
_DEPTH_LIMIT = 3  # archives within archives

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf", ".docx": "docx",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet", ".rss": "feed", ".xml": "feed", ".atom": "feed",
    ".gz": "gzip", ".zip": "zip",
}  # fmt: skip
READABLE = "txt, md, html, pdf, docx, json, jsonl, csv, tsv, parquet, rss, xml, atom, gz and zip"
_MAGIC = ((b"%PDF-", "pdf"), (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PAR1", "parquet"))


@dataclass(slots=True)
class Budget:
    """How many bytes may still be unpacked from one file and the archives inside it."""

    left: int

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises `SourceError` when there are none left."""
        self.left -= count
        if self.left < 0:
            raise SourceError("unpacks to more than is safe to read; unpack it and give the files")


@dataclass(frozen=True, slots=True)
class File:
    """A named run of bytes that can be opened, more than once, from the start.

    `kind` is what it is read as, when that is known from elsewhere than name and bytes;
    `stem` is the name its type shows in, where that is not `name` (``a.txt`` of
    ``a.txt.gz``); `charset` is the encoding its server declared.
    """

    name: str
    open: Callable[[], IO[bytes]]
    kind: str | None = None
    stem: str | None = None
    charset: str | None = None
    depth: int = 0
    budget: Budget = field(default_factory=lambda: Budget(UNPACKED_LIMIT))

    def whole(self) -> bytes:
        """Return all bytes; raises `SourceError` if they are too many to hold."""
        with self.open() as stream:
            data = stream.read(WHOLE_LIMIT + 1)
        if len(data) > WHOLE_LIMIT:
            raise SourceError(f"is larger than {WHOLE_LIMIT >> 20} MB; split it into smaller files")
        return data

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Open for reading in any order, by way of a temporary file where need be."""
        with self.open() as stream:
            if isinstance(stream, io.BufferedReader | io.BytesIO) and stream.seekable():
                yield stream
                return
            with tempfile.SpooledTemporaryFile(max_size=WHOLE_LIMIT) as copy:
                while block := stream.read(2**20):
                    copy.write(block)
                copy.seek(0)
                yield copy


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


class _Rejoined(io.RawIOBase):
    """A stream whose beginning has been read already."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head, self._stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(block)] = block
        return len(block)


def find(path: Path) -> Iterator[File | Skipped]:
    """Yield the files at `path`, in sorted order if it is a folder."""
    if path.is_dir():
        yield from _known(_name(path), _walk(path))
    elif path.is_file():
        yield _on_disk(path)
    else:
        raise SourceError(f"no such file or folder: {path}; check the spelling")


def kind_of(file: File) -> str:
    """Return what a file is read as; its name and first bytes decide.

    Well-known first bytes overrule a known suffix (a PDF saved as ``.html``), but do not
    make an unknown type known: a spreadsheet is a zip file, too. Raises `SourceError`.
    """
    if file.kind:
        return file.kind
    suffix = _suffix(file.stem or file.name)
    known = KINDS.get(suffix)
    if suffix and not known:
        raise SourceError(f"files of type {suffix} are not read; give {READABLE} files")
    with file.open() as stream:
        head = stream.read(1024)
    kind = _magic(head, known) or known or sniff(head)
    if kind is None:
        raise SourceError(f"is not text, and its type is unknown; give {READABLE} files")
    return kind


def _magic(head: bytes, known: str | None) -> str | None:
    """Return the kind that the first bytes prove, if the suffix does not allow for them."""
    kind = next((kind for start, kind in _MAGIC if head.startswith(start)), None)
    if kind == "zip" and known == "docx":
        return known
    return "html" if known in {"text", "feed"} and sniff(head) == "html" else kind


def sniff(head: bytes) -> str | None:
    """Return the kind of text that `head` begins, or None if it is not text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf")):
        return "html" if b"<html" in start else "feed"
    if re.match(rb"\{|\[\s*[{\]]", start):
        return "json"
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "text" if utf16 or b"\x00" not in head else None


def rewound(head: bytes, stream: IO[bytes]) -> io.BufferedReader:
    """Return a stream that gives the `head` read from `stream`, and then the rest of it."""
    return io.BufferedReader(_Rejoined(head, stream), HEAD)


def gunzip(file: File) -> File:
    """Return the file inside a ``.gz`` file, which unpacks as it is read."""
    name = file.stem or file.name
    stem = name[:-3] if name.lower().endswith(".gz") else name

    def unpack() -> IO[bytes]:
        packed = file.open()
        raw = _Metered(
            cast("IO[bytes]", gzip.GzipFile(fileobj=packed)), packed=packed, budget=file.budget
        )
        return io.BufferedReader(raw, 2**16)

    return File(file.name, unpack, stem=stem, depth=_deeper(file), budget=file.budget)


@contextmanager
def unzip(file: File) -> Iterator[Iterator[File | Skipped]]:
    """Open a zip file and give its members, named ``outer.zip!inner.html``, in sorted order."""
    depth = _deeper(file)
    with file.seekable() as stream, zipfile.ZipFile(stream) as archive:
        yield _known(file.name, _members(file, archive, depth=depth))


def _members(file: File, archive: zipfile.ZipFile, *, depth: int) -> Iterator[File | Skipped]:
    members = sorted(archive.infolist(), key=lambda member: member.filename)
    visible = [m for m in members if not m.is_dir() and not _hidden(m.filename)]
    locked = sum(member.flag_bits & 1 for member in visible)
    if locked:
        reason = f"{locked} of its {len(visible)} files need a password; unpack it and give those"
        yield Skipped(file.name, reason)
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


def _known(name: str, files: Iterable[File | Skipped]) -> Iterator[File | Skipped]:
    """Pass on what can be read, and report the rest once, by type."""
    unknown: Counter[str] = Counter()
    for file in files:
        suffix = _suffix(file.name) if isinstance(file, File) else ""
        if suffix and suffix not in KINDS:
            unknown[suffix] += 1
        else:
            yield file
    if unknown:
        counts = ", ".join(f"{count} {suffix}" for suffix, count in sorted(unknown.items()))
        yield Skipped(name, f"passed over files of other types: {counts}; read are {READABLE}")


def _walk(folder: Path) -> Iterator[File | Skipped]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Skipped(_name(folder), f"cannot be opened: {error.strerror}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if not entry.is_symlink():  # a link may lead back up
                yield from _walk(entry)
        elif entry.is_file():
            yield _on_disk(entry)


def _on_disk(path: Path) -> File:
    return File(_name(path), lambda: path.open("rb"))


def _name(path: Path) -> str:
    """Return a path as text that can be stored, even if its name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z]\w{0,9}", suffix) else ""  # not the ".3" of "no. 1.3"


def _hidden(member: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member).parts)


def _deeper(file: File) -> int:
    if file.depth >= _DEPTH_LIMIT:
        raise SourceError("holds archives within archives within archives; unpack it first")
    return file.depth + 1
