"""Read subtitles (SRT, WebVTT): what is said, without numbers and times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.sources import fields
from rag.sources.files.encoding import decode
from rag.sources.text import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article

_TIMES = re.compile(r"\s*(?:\d+:)?\d+:\d\d[.,]\d+\s+-->.*")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_SPEAKER = re.compile(r"\s*>>+\s*")


def read_subtitles(data: bytes, *, source: str) -> Iterator[Article]:
    """Yield the transcript as one article; a paragraph ends where the speaker changes."""
    said = filter(None, map(_said, re.split(r"\n[ \t]*\n", _lines(decode(data)))))
    text = " ".join(said)
    yield fields.article(source=source, text=_SPEAKER.sub("\n\n", text))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\n")


def _said(cue: str) -> str:
    """Return the words of one cue; blank for what is no cue."""
    lines = cue.split("\n")
    at = next((n for n, line in enumerate(lines) if _TIMES.fullmatch(line)), None)
    if at is None:
        return ""
    return " ".join(
        filter(None, (unescape(_TAG.sub("", line)).strip() for line in lines[at + 1 :]))
    )
