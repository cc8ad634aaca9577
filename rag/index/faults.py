"""One error for whatever the libraries of the indexes raise: the index is built again."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES})
# tantivy and FAISS pass on only the system's words.
_SAID = re.compile(
    r"No space left|File too large|quota exceeded|Read-only file system|Permission denied", re.I
)


class IndexFault(Exception):  # noqa: N818 - a fault of a file, which is repaired and not shown
    """An index cannot be read or written; it is derived, so that it can be rebuilt."""


class NoRoomFault(IndexFault):
    """An index cannot be written: the disk is full, a limit is reached, or it is read-only."""


@contextmanager
def faults() -> Iterator[None]:
    """Raise `IndexFault` for what a library of the indexes raises inside."""
    try:
        yield
    except IndexFault:
        raise
    except OSError as error:
        raise (NoRoomFault if error.errno in _NO_ROOM else IndexFault)(str(error)) from error
    except (ValueError, TypeError, RuntimeError, LookupError) as error:
        raise (NoRoomFault if _SAID.search(str(error)) else IndexFault)(str(error)) from error
    except BaseException as error:
        # A panic of tantivy's is not even an `Exception`, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise IndexFault(str(error)) from error
