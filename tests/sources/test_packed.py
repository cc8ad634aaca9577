"""Files packed by bzip2, xz and tar."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
from typing import TYPE_CHECKING

import pytest

from rag.sources import read
from rag.sources.files.handle import LIMITS
from rag.types import ReadLimits

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Skipped

TEXT = "The ropewalk at Lund opens on Sunday."
ROW = f'{{"title": "Ropes", "text": "{TEXT}"}}\n'.encode()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    return data.getvalue()


def found_in(path: Path, data: bytes) -> tuple[list[str], list[Skipped]]:
    path.write_bytes(data)
    skipped: list[Skipped] = []
    return [article.text for article in read([path], on_skip=skipped.append)], skipped


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl.bz2", bz2.compress(ROW)),
        ("a.jsonl.xz", lzma.compress(ROW)),
        ("a.tar", tarred({"a.jsonl": ROW})),
        ("a.tar.gz", tarred({"in/a.jsonl": ROW}, "w:gz")),
        ("a.tgz", tarred({"a.jsonl": ROW}, "w:gz")),
        ("a.tar.xz", tarred({"a.jsonl": ROW}, "w:xz")),
        ("a.tar.bz2", tarred({"a.jsonl": ROW}, "w:bz2")),
    ],
)
def test_what_is_packed_is_read(tmp_path: Path, name: str, data: bytes) -> None:
    assert found_in(tmp_path / name, data) == ([TEXT], [])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl.bz2", bz2.compress(ROW)[:-9]),
        ("a.jsonl.xz", lzma.compress(ROW)[:-9]),
        ("a.tar", tarred({"a.jsonl": ROW})[:600]),
    ],
)
def test_what_is_cut_short_is_told(tmp_path: Path, name: str, data: bytes) -> None:
    texts, skipped = found_in(tmp_path / name, data)
    assert (texts, len(skipped)) == ([], 1)


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_what_unpacks_without_end_is_refused(tmp_path: Path, pack: object) -> None:
    texts, [skipped] = found_in(tmp_path / "a.txt.bz2", pack(b"a " * 2**24))
    assert (texts, "zip bomb" in skipped.reason) == ([], True)


def test_a_member_that_is_too_large_is_refused(tmp_path: Path) -> None:
    large = tarred({"a.txt": b"a " * 2**20})
    token = LIMITS.set(ReadLimits(unpacked_mb=1))
    try:
        texts, [skipped] = found_in(tmp_path / "a.tar", large)
    finally:
        LIMITS.reset(token)
    assert (texts, "more than is safe" in skipped.reason) == ([], True)
