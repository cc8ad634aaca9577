"""Mend text that was decoded wrongly before it was saved, such as ``CafÃ©``.

ftfy knows what UTF-8 looks like in another encoding. Ordinary text never looks so, and a line
that has the right letter as well speaks about the garbled one; neither is touched.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING

from rag.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article, Skipped

    Found = Iterator[Article | Skipped | Note]

# A letter of several bytes becomes as many characters beyond ASCII, of which one may be a blank.
# None begins with a quotation mark, and these often stand in pairs.
_MAYBE = re.compile(r"[^\x00-\x7f‘’“”][^\x00-\x7f]|[ÂÃ] ")
_FIRST = frozenset("ÂÃÄÅâãðÎÏÐÑÙØРС")  # what the first of such bytes becomes
_NOTE = "has letters that were garbled before it was saved, as é in CafÃ©; they were mended"
# Text is mended wherever it is cleaned, of which only what reads the file can tell.
_was_mended: ContextVar[bool] = ContextVar("_was_mended", default=False)


def telling(found: Found, *, name: str) -> Found:
    """Yield what is found at `name`, and a note if any of its text was mended."""
    _was_mended.set(False)
    yield from found
    if _was_mended.get():
        yield Note(name, _NOTE)


def mended(text: str) -> str:
    """Return a text whose garbled lines are mended."""
    if text.isascii() or not _MAYBE.search(text):
        return text
    whole = "\n".join(
        _mended_line(line) if _MAYBE.search(line) else line for line in text.split("\n")
    )
    if whole != text:
        _was_mended.set(True)
    return whole


def _mended_line(line: str) -> str:
    # Imported here because few texts need it.
    import ftfy

    whole = ftfy.fix_encoding(line)
    beyond = {char for char in whole if char > "\x7f"} - _FIRST
    both = any(whole.count(char) > line.count(char) > 0 for char in beyond)
    return line if both else whole
