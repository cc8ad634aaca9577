"""The checksums that tantivy ends its files with, which it writes and does not read."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from rag.index.faults import IndexFault, faults

# A file ends with a JSON object, that object's length, and this number.
_END = struct.Struct("<II")
_MAGIC = 1337
_BLOCK = 1 << 20


def check(folder: Path) -> None:
    """Read all files of the index in `folder`; `IndexFault` when one is not as written."""
    with faults():
        for file in _files(folder):
            _check(file)


def size(folder: Path) -> int:
    """Return the bytes of the index in `folder`."""
    with faults():
        return sum(file.stat().st_size for file in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that belong to the last commit; others are left by a crash."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    parts = {part["segment_id"].replace("-", "") for part in meta["segments"]}
    for file in sorted(folder.iterdir()):
        if file.name.partition(".")[0] in parts and file.suffix != ".del":
            yield file


def _check(file: Path) -> None:
    with file.open("rb") as stream:
        stream.seek(-_END.size, 2)
        length, magic = _END.unpack(stream.read(_END.size))
        if magic != _MAGIC:
            raise IndexFault(f"{file} has no end")
        stream.seek(-_END.size - length, 2)
        left = stream.tell()
        wanted = json.loads(stream.read(length))["crc"]
        stream.seek(0)
        found = 0
        while left and (block := stream.read(min(left, _BLOCK))):
            left -= len(block)
            found = zlib.crc32(block, found)
    if found != wanted:
        raise IndexFault(f"the checksum of {file} is {found}, not {wanted}")
