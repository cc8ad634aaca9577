"""Find the files in folders and archives that can be read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.sources.files.detect import READABLE, is_readable
from rag.sources.files.handle import File, on_disk, shown_name, suffix_of
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# What browsers of any language call the folder beside a saved page: ``name_files``.
_SAVED_PARTS = re.compile(r"[_.-]\w+")
_PAGE = re.compile(r"(?i)(.+)\.(?:html?|xhtml)")


def find(path: Path) -> Iterator[File | Skipped]:
    """Yield the files at `path`, in sorted order if it is a folder."""
    if path.is_dir():
        yield from readable(shown_name(path), _walk(path))
    elif path.is_file():
        yield on_disk(path)
    elif path.exists():
        raise SourceError("is a device or a pipe, which may never end; give a file")
    else:
        raise SourceError("no such file or folder; check the spelling")


def readable(name: str, files: Iterable[File | Skipped]) -> Iterator[File | Skipped]:
    """Pass on what can be read, and report the rest once, by type."""
    unknown: Counter[str] = Counter()
    for file in files:
        suffix = suffix_of(file.name) if isinstance(file, File) else ""
        if isinstance(file, File) and suffix and not is_readable(file):
            unknown[suffix] += 1
        else:
            yield file
    if unknown:
        counts = ", ".join(f"{count} {suffix}" for suffix, count in sorted(unknown.items()))
        reason = f"skipped files of other types: {counts}; supported are {READABLE}"
        yield Skipped(name, reason, count=sum(unknown.values()))


def _walk(folder: Path) -> Iterator[File | Skipped]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Skipped(shown_name(folder), f"cannot be opened: {error.strerror}")
        return
    pages = saved_pages(entry.name for entry in entries)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            # A link may lead back up; a saved page's pictures and scripts are part of it.
            if not entry.is_symlink() and not is_part_of_page(entry.name, pages):
                yield from _walk(entry)
        elif entry.is_file():
            yield on_disk(entry)


def saved_pages(names: Iterable[str]) -> frozenset[str]:
    """Return the names of web pages among files, without their suffix."""
    return frozenset(match[1] for name in names if (match := _PAGE.fullmatch(name)))


def is_part_of_page(folder: str, pages: frozenset[str]) -> bool:
    """Return whether a folder holds the parts of a page that a browser saved beside it."""
    return any(
        folder.startswith(page) and _SAVED_PARTS.fullmatch(folder[len(page) :]) for page in pages
    )


def without_page_parts(names: Iterable[str]) -> list[str]:
    """Return the paths of an archive but those inside the folder of a saved page."""
    listed = list(names)
    pages = saved_pages(listed)
    return [
        name
        for name in listed
        if not any(is_part_of_page(str(parent), pages) for parent in PurePosixPath(name).parents)
    ]
