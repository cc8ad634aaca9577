"""Read the lines of a file as they come, each in the encoding that it is in."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.files import handle
from rag.sources.files.encoding import bad_bytes, guess_encoding, marked_encoding
from rag.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lines:
    """Decoded lines with their ends, and how many bytes had to be set right on the way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._head = stream.read(handle.HEAD)
        self._source = handle.rewound(self._head, stream)
        self._guess = ""
        self._seen_utf8 = bad_bytes(self._head) > 0
        self._repaired = 0
        self._given = self._decoded()

    def __iter__(self) -> Iterator[str]:
        return self._given

    def notes(self, name: str) -> Iterator[Note]:
        """Yield what to tell about the encoding of the file called `name`."""
        if self._repaired:
            yield Note(name, repaired_note(self._repaired))

    def _decoded(self) -> Iterator[str]:
        if encoding := marked_encoding(self._head):
            yield from io.TextIOWrapper(
                self._source, encoding=encoding, errors="replace", newline=""
            )
            return
        most = handle.whole_limit()
        for line in self._raw(most):
            if len(line) == most:
                raise SourceError(
                    f"has a line longer than {most >> 20} MB; split it, or raise "
                    "reading.document_mb"
                )
            yield self._line(line)

    def _raw(self, most: int) -> Iterator[bytes]:
        """Yield lines as bytes; old Macintosh files end them with a carriage return alone."""
        if b"\r" in self._head and b"\n" not in self._head:
            yield from self._source.read(most).splitlines(keepends=True)
        while line := self._source.readline(most):
            yield line

    def _line(self, line: bytes) -> str:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return self._odd_line(line)
        self._seen_utf8 = self._seen_utf8 or not line.isascii()
        return text

    def _odd_line(self, line: bytes) -> str:
        """Decode a line that is not UTF-8, in a file that otherwise is or is not."""
        if bad := bad_bytes(line) or self._seen_utf8:
            self._repaired += max(int(bad), 1)
            return line.decode(errors="cp1252-letters")
        self._guess = self._guess or guess_encoding(self._head + line)
        return line.decode(self._guess, errors="replace")


def repaired_note(count: int, encoding: str = "utf-8") -> str:
    """Return what to say of bytes that are not of the encoding that a file is in."""
    what = "byte is" if count == 1 else "bytes are"
    named = encoding.replace("_", "-").upper()
    if named != "UTF-8":
        return f"seems to be {named}, but {count} {what} not; read as �"
    return f"is UTF-8, but {count} {what} not; read as the letter meant, or as �"
