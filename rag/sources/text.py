"""Clean text, so that it stays the same however it was written."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

from rag.sources.garbled import mended

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Control, zero-width, bidi and tag characters, lone surrogates: never seen by the reader,
# but by the model.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
# Joiners stay between letters that need them (Persian, Hindi, emoji).
_JOINERS = re.compile(
    "(?<![\u0300-\u1fff\u2600-\U0010ffff])[\u200c\u200d]+"
    "|[\u200c\u200d]+(?![\u0300-\u1fff\u2600-\U0010ffff])"
)
_ODD_SPACES = re.compile(r"[^\S\n\t\f ]")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_LINE_SPACES = re.compile(r" +\n *|\n +")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def tidy(text: str) -> str:
    """Return `text` mended, in NFC, with plain line ends and spaces, without unseen characters.

    Lines, indentation, blank lines and form feeds stay, as they tell articles apart.
    """
    seen = _UNSEEN.sub("", _LINE_ENDS.sub("\n", mended(text)))
    if seen.isascii():  # which has neither joiners nor odd spaces
        return seen
    seen = _JOINERS.sub("", seen)
    return unicodedata.normalize("NFC", _ODD_SPACES.sub(" ", seen))


def clean(text: str) -> str:
    """Return `text` tidied, with runs of spaces as one and at most one blank line in a row."""
    spaced = _SPACES.sub(" ", tidy(text).replace("\f", "\n"))
    return re.sub(r"\n{3,}", "\n\n", _LINE_SPACES.sub("\n", spaced)).strip()


def one_line(text: str) -> str:
    """Return `text` cleaned, on one line."""
    return clean(text).replace("\n\n", " ").replace("\n", " ")


def unescape(text: str) -> str:
    """Return `text` with its complete HTML entities as characters; ``&copy=1`` stays."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text)


def language_code(declared: object) -> str | None:
    """Return the shortest code, such as ``en``, of a declared language; None without one.

    It may be declared as a tag (``en-GB``), a code of three letters (``eng``), or by its English
    name.
    """
    said = str(declared or "").strip()
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]\w+)*", said)
    if not match:
        return _codes().get(said.lower()) if said else None
    code = match[1].lower()
    return _codes().get(code, code) if len(code) > 2 else code


@cache
def _codes() -> dict[str, str]:
    """Return the shortest codes of languages by their codes of three letters and English names."""
    # Imported here because it takes a tenth of a second, and few files need it.
    from babel import Locale
    from babel.core import get_global

    names = {name.lower(): code for code, name in Locale("en").languages.items()}
    longer = {long: code for long, code in get_global("language_aliases").items() if len(long) == 3}
    return names | longer
