"""The table of limits in the docs says what the code holds to."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from rag.settings import ServerLimits
from rag.sources.files import handle, unpack
from rag.sources.web import fetch
from rag.types import MOST_CHARACTERS
from rag.types.reading import ReadLimits
from ui.web.archive import listing
from ui.web.conversations import kept
from ui.web.network import sessions

SETTINGS = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
MB, HOUR = 2**20, 3600


def table() -> str:
    return SETTINGS.read_text(encoding="utf-8").partition("## Limits")[2].partition(":::")[0]


def test_the_limits_in_the_docs_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \|", table(), flags=re.MULTILINE)
    said = {name: int(value.replace(",", "")) for name, value in rows}
    reading, server = ReadLimits(), ServerLimits()
    assert said == {
        "characters of a question": MOST_CHARACTERS,
        "questions that wait": server.waiting,
        "questions of one visitor, in work or waiting": server.of_one,
        "MB of one request, uploads included": server.request_mb,
        "seconds of processor time per article of a file": reading.seconds,
        "seconds for a whole file": reading.waiting,
        "MB of memory for reading a file": reading.memory / MB,
        "MB of a document that must be held in memory": handle.WHOLE_LIMIT / MB,
        "MB unpacked from one file": handle.UNPACKED_LIMIT / MB,
        "size of what is unpacked, times the packed size": unpack.RATIO_LIMIT,
        "MB of the reply from one address": fetch.SIZE_LIMIT / MB,
        "articles of one export on the page": listing.MOST_EXPORTED,
        "conversations of one user on the server": kept.MOST,
        "hours after which an idle session ends": sessions.IDLE / HOUR,
        "hours after log-in at which a session ends": sessions.LONGEST / HOUR,
    }


def test_every_limit_that_can_be_set_is_in_the_table() -> None:
    named = re.findall(r"\| `([a-z]+\.[a-z_]+)` \|", table())
    known = {"limits": ServerLimits, "reading": ReadLimits}
    assert named == [f"{name}.{each.name}" for name, kind in known.items() for each in fields(kind)]
