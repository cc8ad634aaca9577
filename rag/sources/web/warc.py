"""Read the pages in web archives: WARC files, and WACZ files that pack them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError, extra
from rag.sources.files.handle import File, whole_limit
from rag.sources.web.fetch import kind_declared

if TYPE_CHECKING:
    from collections.abc import Iterator

_OK = "200"


@dataclass(frozen=True, slots=True)
class Captured:
    """What was answered at an address, as a file."""

    url: str
    file: File


def captures(file: File, *, passed: Counter[str]) -> Iterator[Captured]:
    """Yield what a WARC file holds of kinds that are read; count the rest by type in `passed`.

    Raises `SourceError` if it is not a WARC file.
    """
    with extra("formats", error=SourceError):
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed

    with file.open() as stream:
        try:
            for record in ArchiveIterator(stream):
                if record.rec_type in {"response", "resource"}:
                    yield from _captured(record, file, passed=passed)
        except ArchiveLoadFailed as error:
            raise SourceError(f"is not a readable web archive ({error})") from error


def _captured(record: Any, file: File, *, passed: Counter[str]) -> Iterator[Captured]:
    headers = record.http_headers
    status = headers.get_statuscode() if headers else _OK
    declared = (headers or record.rec_headers).get_header("Content-Type") or ""
    kind = kind_declared(declared)
    if status != _OK or kind is None:
        passed[f"of status {status}" if status != _OK else declared.partition(";")[0]] += 1
        return
    url = record.rec_headers.get_header("WARC-Target-URI") or file.name
    data = record.content_stream().read(whole_limit())
    charset = declared.partition("charset=")[2].strip(" \"';") or None
    name = f"{file.name}!{url}"
    yield Captured(url, File(name, lambda: BytesIO(data), kind=kind, stem="page", charset=charset))
