"""Find files in object stores and other file systems, by addresses such as ``s3://bucket/key``."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import quote

from rag.errors import SourceError, extra
from rag.sources.files.handle import File
from rag.sources.files.walk import readable, without_page_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.types import Skipped

_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]+://")
# Schemes that are not stores: the web's, those of local files, whose paths are given as such,
# and one that sends passwords in the clear.
_OTHERS = ("http", "https", "file", "local", "ftp")
# Characters of an address that stand for themselves; others are quoted.
_PLAIN = ":/?&=@%+~,;!$'()*#[]"
# Bytes read ahead, so that a reader of small pieces does not ask the store for each.
_AHEAD = 2**20


def is_store_address(path: str) -> bool:
    """Return whether a path is the address of a file in a store."""
    return bool(_ADDRESS.match(path)) and path.partition("://")[0].lower() not in _OTHERS


def find(address: str) -> Iterator[File | Skipped]:
    """Yield the files at an address, in sorted order if it is a folder or the start of keys.

    pyarrow reads the stores of S3, Google, Azure and Hadoop; fsspec reads what else has a
    package installed for it. Keys, regions and proxies are found where the tools of
    the store look for them. Options of an address, as ``?endpoint_override=host:port``, are
    pyarrow's. Raises `SourceError` when nothing is there or the store does not answer.
    """
    place = _place(address)
    from pyarrow import fs

    info = place.asked(lambda: place.system.get_file_info(place.path))
    if info.type == fs.FileType.File:
        yield place.file(place.path)
    elif info.type == fs.FileType.Directory:
        yield from readable(place.name(place.path), map(place.file, place.below()))
    else:
        raise SourceError(f"there is nothing at {place.name(place.path)}; check the spelling")


@dataclass(frozen=True, slots=True)
class _Place:
    """A path within a file system, and the address that leads to it.

    With `quoted` an address has percent signs for odd characters: pyarrow's do, fsspec's not.
    """

    system: Any
    path: str
    address: str
    quoted: bool

    def name(self, path: str) -> str:
        """Return the address of a path without options, which may hold keys."""
        return f"{self.address.partition('://')[0].lower()}://{path}"

    def file(self, path: str) -> File:
        """Return the file at a path at or below this one."""
        start, mark, options = self.address.partition("?")
        rest = path[len(self.path) :]
        rest = quote(rest) if self.quoted else rest
        own = f"{start.rstrip('/')}{rest}{mark}{options}" if rest else self.address
        return File(self.name(path), lambda: self._opened(path), place=own)

    def below(self) -> list[str]:
        """Return the paths of the files below this one, as a walk through folders would."""
        from pyarrow import fs

        chosen = fs.FileSelector(self.path, recursive=True)
        infos = self.asked(lambda: self.system.get_file_info(chosen))
        paths = [info.path for info in infos if info.type == fs.FileType.File]
        shown = [path for path in paths if "/." not in path[len(self.path) :]]
        return sorted(without_page_parts(shown), key=lambda path: path.split("/"))

    def asked(self, work: Callable[[], Any]) -> Any:
        """Return what the store answers; raises `SourceError` when it does not."""
        import pyarrow as pa

        try:
            return work()
        except (pa.ArrowException, OSError) as error:
            raise SourceError(
                f"cannot be read ({_first_line(error)}); check address, keys and rights"
            ) from error

    def _opened(self, path: str) -> IO[bytes]:
        stream = self.asked(lambda: self.system.open_input_file(path))
        # pyarrow's streams have all that the buffer asks of a raw one.
        return io.BufferedReader(cast("io.RawIOBase", stream), _AHEAD)


def _place(address: str) -> _Place:
    with extra("formats", error=SourceError):
        import pyarrow as pa
        from pyarrow import fs

    quoted = quote(address, safe=_PLAIN)
    try:
        system, path = fs.FileSystem.from_uri(quoted)
    except pa.ArrowInvalid:
        system, path = _by_fsspec(address)
        return _Place(system, path.rstrip("/") or path, address, quoted=False)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"cannot be reached ({_first_line(error)})") from error
    return _Place(system, path.rstrip("/") or path, quoted, quoted=True)


def _by_fsspec(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs
    from pyarrow import fs

    try:
        system, path = url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise SourceError(
            f"is not an address that can be read ({_first_line(error)}); http, https, s3, gs, abfs "
            "and hdfs are read, and others for which fsspec has a package"
        ) from error
    return fs.PyFileSystem(fs.FSSpecHandler(system)), path


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
