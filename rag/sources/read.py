"""Hand each file, folder and address to the reader of its kind."""

from __future__ import annotations

import logging
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources import files
from rag.sources.documents import pdf, plain, word
from rag.sources.encoding import decode
from rag.sources.feeds import syndicated
from rag.sources.tables import delimited, objects, parquet
from rag.sources.tables.columns import check_columns
from rag.sources.web import fetch, pages
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import httpx

    from rag.sources.files import File

    Columns = Mapping[str, str]
    Found = Iterator[Article | Skipped | Note]

# What bytes that are not what they seem make the readers and their libraries raise. The
# traceback goes to the log, as it could be a fault of the reader.
_DAMAGE = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile),
    *(ValueError, LookupError, RuntimeError, TypeError, AttributeError, AssertionError),
)

_log = logging.getLogger(__name__)


def read(
    paths: Iterable[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    on_skip: Callable[[Skipped], None] | None = None,
    on_note: Callable[[Note], None] | None = None,
) -> Iterator[Article]:
    """Yield the articles found in files, folders and http(s) addresses, in order.

    Reading is lazy, tables by the row. Text, Markdown, HTML, PDF, Word, JSON, JSON
    Lines, CSV, Parquet, RSS and Atom files are read, also inside ``.gz`` and ``.zip``.
    `columns` maps a field of `Article` to the column of a table that holds it; fields
    it leaves out are matched by well-known names. What cannot be read is passed to
    `on_skip`, what is odd about what was read to `on_note`, or both are logged, and
    reading goes on. Raises `SourceError` for a mapping of an
    unknown field, and `TypeError` for a lone path instead of a list.
    """
    if isinstance(paths, str | Path):
        raise TypeError(f"give a list of paths, not a lone one: [{str(paths)!r}]")
    checked = check_columns(columns)
    found = (item for path in paths for item in _at(path, columns=checked))
    return _articles(found, on_skip=on_skip or _log_skip, on_note=on_note or _log_note)


def _articles(
    found: Found, *, on_skip: Callable[[Skipped], None], on_note: Callable[[Note], None]
) -> Iterator[Article]:
    for item in found:
        if isinstance(item, Skipped):
            on_skip(item)
        elif isinstance(item, Note):
            on_note(item)
        else:
            yield item


def _log_skip(skipped: Skipped) -> None:
    _log.warning("skipped %s: %s", skipped.source, skipped.reason)


def _log_note(note: Note) -> None:
    _log.warning("%s %s", note.source, note.text)


def _at(path: str | Path, *, columns: Columns) -> Found:
    """Yield what is at one path or address."""
    name = str(path)
    try:
        if isinstance(path, str) and fetch.is_address(path):
            with fetch.open_client() as client:
                yield from _at_address(path, columns=columns, client=client)
        elif isinstance(path, str) and "://" in path:
            raise SourceError("is not an http or https address, and no other kind is read")
        else:
            for file in files.find(Path(path)):
                yield from _each(file, columns=columns)
    except (SourceError, *_DAMAGE) as error:
        _log.debug("cannot read %s", name, exc_info=error)
        yield Skipped(name, _reason(error))


def _each(file: File | Skipped, *, columns: Columns) -> Found:
    """Yield what is in one file; whatever is wrong with it becomes a `Skipped`."""
    if isinstance(file, Skipped):
        yield file
        return
    try:
        yield from _in(file, columns=columns)
    except (SourceError, *_DAMAGE) as error:
        _log.debug("cannot read %s", file.name, exc_info=error)
        yield Skipped(file.name, _reason(error))


def _in(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a file by its kind."""
    match files.kind_of(file):
        case "gzip":
            yield from _in(files.gunzip(file), columns=columns)
        case "zip":
            with files.unzip(file) as members:
                for member in members:
                    yield from _each(member, columns=columns)
        case "text":
            yield from plain.read_text(_text(file), source=file.name)
        case "markdown":
            yield plain.read_markdown(_text(file), source=file.name)
        case "html":
            yield pages.read_page(file.whole(), source=file.name, charset=file.charset)
        case "pdf":
            yield pdf.read_pdf(file.whole(), source=file.name)
        case "docx":
            yield word.read_docx(file.whole(), source=file.name)
        case "feed":
            yield from syndicated.read_feed(file.whole(), source=file.name)
        case "json":
            yield from objects.read_json(file, columns=columns)
        case "jsonl":
            yield from objects.read_jsonl(file, columns=columns)
        case "csv":
            yield from delimited.read_csv(file, columns=columns)
        case "parquet":
            yield from parquet.read_parquet(file, columns=columns)


def _text(file: File) -> str:
    return decode(file.whole(), declared=file.charset)


def _at_address(url: str, *, columns: Columns, client: httpx.Client) -> Found:
    """Yield the page at an address, or the pages that the feed there links to."""
    fetched = fetch.fetch(url, client=client)
    kind = files.kind_of(fetched.file)
    if kind == "html":
        yield _page(fetched, source=url)
    elif kind == "feed":
        for entry in syndicated.entries(fetched.file.whole(), source=url):
            yield _entry(entry, client=client)
    else:
        yield from _each(fetched.file, columns=columns)


def _page(fetched: fetch.Fetched, *, source: str) -> Article:
    file = fetched.file
    return pages.read_page(file.whole(), source=source, url=fetched.url, charset=file.charset)


def _entry(entry: syndicated.Entry, *, client: httpx.Client) -> Article | Skipped:
    """Return a feed's entry, from the page it links to unless it holds the whole text."""
    try:
        if entry.is_full() or entry.link is None:
            return entry.article()
        return _page(fetch.fetch(entry.link, client=client), source=entry.link)
    except SourceError as error:
        return Skipped(entry.link or entry.source, str(error))


def _reason(error: Exception) -> str:
    """Return what went wrong with the bytes of a file, in words for the user."""
    match error:
        case SourceError():
            return str(error)
        case EOFError():
            return "is cut short; fetch it again"
        case OSError(strerror=str(said)):
            return f"cannot be read: {said}"
        case _:  # gzip's own OSError has no strerror
            return f"is damaged or of another type than its name says ({error}); fetch it again"
