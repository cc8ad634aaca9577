"""Hand out the bytes of files within limits, wherever they lie."""

from __future__ import annotations

import io
import os
import re
import tempfile
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from rag.errors import SourceError
from rag.types import ReadLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What one file may cost in the process that reads it; `rag.sources.worker` sets it there.
LIMITS: ContextVar[ReadLimits] = ContextVar("limits", default=ReadLimits())  # noqa: B039 - frozen
HEAD = 2**16  # bytes looked at to tell an encoding


def whole_limit() -> int:
    """Return how many bytes a document may have that must be held in memory."""
    return LIMITS.get().document_mb << 20


@dataclass(slots=True)
class Budget:
    """How many bytes may still be unpacked from one file and the archives inside it."""

    left: int

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises `SourceError` when there are none left."""
        self.left -= count
        if self.left < 0:
            raise SourceError(
                "unpacks to more than is safe to read; unpack it and give the files, or raise "
                "reading.unpacked_mb"
            )


@dataclass(frozen=True, slots=True)
class File:
    """A named run of bytes that can be opened, more than once, from the start.

    `kind` is what it is read as, when that is known from elsewhere than name and bytes;
    `stem` is the name its type shows in, where that is not `name` (``a.txt`` of
    ``a.txt.gz``); `charset` is the encoding its server declared. `place` is the path or the
    address by which `rag.sources.read` reads it alone; blank where it lies inside another file.
    """

    name: str
    open: Callable[[], IO[bytes]]
    kind: str | None = None
    stem: str | None = None
    charset: str | None = None
    place: str = ""
    depth: int = 0
    budget: Budget = field(default_factory=lambda: Budget(LIMITS.get().unpacked_mb << 20))

    def whole(self) -> bytes:
        """Return all bytes; raises `SourceError` if they are too many to hold."""
        with self.open() as stream:
            data = stream.read(whole_limit() + 1)
        if len(data) > whole_limit():
            raise SourceError(
                f"is larger than {whole_limit() >> 20} MB; split it into smaller files, or raise "
                "reading.document_mb"
            )
        return data

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Open for reading in any order, by way of a temporary file where need be."""
        with self.open() as stream:
            if isinstance(stream, io.BufferedReader | io.BytesIO) and stream.seekable():
                yield stream
                return
            with tempfile.SpooledTemporaryFile(max_size=whole_limit()) as copy:
                while block := stream.read(2**20):
                    copy.write(block)
                copy.seek(0)
                yield copy


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


def rewound(head: bytes, stream: IO[bytes]) -> io.BufferedReader:
    """Return a stream that gives the `head` read from `stream`, and then the rest of it."""
    return io.BufferedReader(_Rejoined(head, stream), HEAD)


def on_disk(path: Path) -> File:
    """Return the file at a path."""
    return File(shown_name(path), lambda: path.open("rb"), place=str(path))


def shown_name(path: Path) -> str:
    """Return a path as text that can be stored, even if its name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def suffix_of(name: str) -> str:
    """Return the suffix of a name in lower case; blank for what only looks like one."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z]\w{0,9}", suffix) else ""  # not the ".3" of "no. 1.3"
