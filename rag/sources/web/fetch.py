"""Fetch pages and feeds over http and https, within limits of time and size."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import httpx

from rag.errors import SourceError
from rag.sources.files.handle import LIMITS, File
from rag.sources.web.reach import PublicTransport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TIMEOUT = 20.0  # seconds without a byte
_DEADLINE = 90.0  # seconds for one answer, however it trickles
_REDIRECTS = 8
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Dateline; local news archive)",
    # What is unpacked here within limits.
    "Accept-Encoding": "gzip",
}
# Bytes unpacked at a time.
_BLOCK = 2**16

_KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/pdf": "pdf",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "text/csv": "csv",
    "text/markdown": "markdown",
    "text/plain": "text",
    "text/x-opml": "opml",
    "application/feed+json": "json",
    "application/epub+zip": "epub",
    "application/rtf": "rtf",
    "multipart/related": "mhtml",
    "message/rfc822": "mail",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the address it came from in the end, and its bytes as a file."""

    url: str
    file: File


def open_client(*, private: bool = False) -> httpx.Client:
    """Return a client that follows a few redirects, which lead to http and https only.

    Unless `private` is set, it reaches the public web only; a proxy that the environment names
    resolves names itself, and decides what is reached.
    """
    transport = httpx.HTTPTransport()
    return httpx.Client(
        transport=transport if private else PublicTransport(transport),
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        timeout=_TIMEOUT,
        headers=_HEADERS,
    )


def fetch(url: str, *, client: httpx.Client) -> Fetched:
    """Return what is at `url`; raises `SourceError` in words for the user."""
    try:
        with client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                said = f"{response.status_code} {response.reason_phrase}".strip()
                raise SourceError(f"the server answered {said}; open the address in a browser")
            data = b"".join(_blocks(response))
            return Fetched(str(response.url), _as_file(url, data, response=response))
    except httpx.TimeoutException:
        raise SourceError(
            f"the server did not answer in {_TIMEOUT:.0f} s; try again later"
        ) from None
    except httpx.TooManyRedirects:
        raise SourceError("the server redirects endlessly; open the address in a browser") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise SourceError(
            f"is not, or does not lead to, an http or https address ({error})"
        ) from error
    except httpx.HTTPError as error:
        raise SourceError(
            f"could not be fetched ({error}); check address and connection"
        ) from error


def _blocks(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body, unpacked, while it keeps within size and time."""
    size, end = 0, time.monotonic() + _DEADLINE
    most = LIMITS.get().address_mb
    encoding = response.headers.get("content-encoding", "").strip().lower()
    for block in _unpacked(response.iter_raw(), encoding=encoding):
        size += len(block)
        if size > most << 20:
            raise SourceError(
                f"is larger than {most} MB; save it and give the file, or raise reading.address_mb"
            )
        if time.monotonic() > end:
            raise SourceError(f"took longer than {_DEADLINE:.0f} s; try again later")
        yield block


def _unpacked(blocks: Iterable[bytes], *, encoding: str) -> Iterator[bytes]:
    """Yield an answer's bytes, unpacked in small blocks, so that a limit ends the work in time."""
    if encoding in ("", "identity"):
        yield from blocks
        return
    if encoding not in ("gzip", "x-gzip"):
        raise SourceError(
            f"is packed as {encoding!r}, which is not read; save it and give the file"
        )
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for block in blocks:
            packed = block
            while packed:
                yield unpacker.decompress(packed, _BLOCK)
                packed = unpacker.unconsumed_tail
        yield unpacker.flush(_BLOCK)
    except zlib.error as error:
        raise SourceError(f"is damaged: it cannot be unpacked ({error})") from error


def kind_declared(content_type: str) -> str | None:
    """Return what a declared type is read as; None for one that is not known to be read."""
    return _KINDS.get(content_type.partition(";")[0].strip().lower())


def _as_file(url: str, data: bytes, *, response: httpx.Response) -> File:
    """Return an answer as a file whose kind the server declared, if it is one that is read."""
    declared = response.headers.get("content-type", "")
    kind = kind_declared(declared)
    # Servers declare anything as text or XML; then name and bytes decide.
    known = kind if kind != "text" else None
    name = "answer.xml" if "xml" in declared and kind is None else response.url.path
    return File(
        url, lambda: BytesIO(data), kind=known, stem=name, charset=response.charset_encoding
    )
