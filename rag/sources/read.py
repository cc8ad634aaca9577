"""Read news from files, folders and addresses."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.files import stores, walk
from rag.sources.garbled import telling
from rag.sources.kinds import DAMAGE, read_file, why
from rag.sources.tables.columns import check_columns
from rag.sources.web.address import is_address
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rag.sources.files.handle import File

    Columns = Mapping[str, str]
    Found = Iterator[Article | Skipped | Note]

_log = logging.getLogger(__name__)


def read(
    paths: Iterable[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    on_skip: Callable[[Skipped], None] | None = None,
    on_note: Callable[[Note], None] | None = None,
    private: bool = False,
    wants: Callable[[str], bool] | None = None,
) -> Iterator[Article]:
    """Yield the articles found in files, folders and addresses, in order.

    Addresses are of the web, or of files in a store: see `rag.sources.files.stores`.

    Reading is lazy, tables row by row. The bytes of a file decide what it is; the kinds that are
    read are listed in `rag.sources.files.detect`, also inside ``.gz`` and ``.zip``.
    `columns` maps a field of `Article` to the column of a table that holds it; fields
    it leaves out are matched by well-known names. What cannot be read is passed to
    `on_skip`, what is odd about what was read to `on_note`, or both are logged, and
    reading goes on. Addresses of this machine and its network are read only with `private`.
    `wants` is called with the name of each file or address before it is read, and tells
    whether to read it. Raises `SourceError` for a mapping of an unknown field, and
    `TypeError` for a lone path instead of a list.
    """
    if isinstance(paths, str | Path):
        raise TypeError(f"give a list of paths, not a single one: [{str(paths)!r}]")
    checked = check_columns(columns)
    asked = wants or (lambda _name: True)
    found = (
        item
        for path in paths
        for item in telling(
            _at(path, columns=checked, private=private, wants=asked), name=str(path)
        )
    )
    return _articles(found, on_skip=on_skip or _log_skip, on_note=on_note or _log_note)


def places(paths: Iterable[str | Path]) -> Iterator[str | Skipped]:
    """Yield what `read` takes for each file at some paths, in order, without reading any.

    Addresses of the web are passed on as they are.
    """
    for path in paths:
        if isinstance(path, str) and is_address(path):
            yield path
            continue
        try:
            for file in _files(path):
                yield file if isinstance(file, Skipped) else file.place
        except (SourceError, OSError) as error:
            yield Skipped(str(path), why(error))


def _files(path: str | Path) -> Iterator[File | Skipped]:
    if isinstance(path, str) and stores.is_store_address(path):
        return stores.find(path)
    if isinstance(path, str) and "://" in path:
        raise SourceError("is a kind of address that is not supported; give the path of a file")
    return walk.find(Path(path))


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


def _at(
    path: str | Path, *, columns: Columns, private: bool, wants: Callable[[str], bool]
) -> Found:
    """Yield what is at one path or address."""
    name = str(path)
    try:
        if isinstance(path, str) and is_address(path):
            if wants(name):
                yield from _fetched(path, columns=columns, private=private)
        else:
            for file in _files(path):
                if isinstance(file, Skipped) or wants(file.name):
                    yield from read_file(file, columns=columns)
    except (SourceError, *DAMAGE) as error:
        _log.debug("cannot read %s", name, exc_info=error)
        yield Skipped(name, why(error))


def _fetched(url: str, *, columns: Columns, private: bool) -> Found:
    # Imported here because its library takes long, for which files need not wait.
    from rag.sources.addresses import read_address
    from rag.sources.web.fetch import open_client

    with open_client(private=private) as client:
        yield from read_address(url, columns=columns, client=client)
