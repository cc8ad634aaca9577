"""The table of limits in the docs says what the code holds to."""

from __future__ import annotations

import re
from pathlib import Path

from rag.sources.files import handle, unpack
from rag.sources.web import fetch
from rag.types import MOST_CHARACTERS
from rag.types.reading import ReadLimits
from ui.web.archive import listing
from ui.web.common.waiting import LineLimits
from ui.web.conversations import kept
from ui.web.network import guard, sessions

SETTINGS = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
MB, HOUR = 2**20, 3600


def test_the_limits_in_the_docs_are_those_of_the_code() -> None:
    table = SETTINGS.read_text(encoding="utf-8").partition("## Limits")[2].partition(":::")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \|", table, flags=re.MULTILINE)
    said = {name: int(value.replace(",", "")) for name, value in rows}
    reading, line = ReadLimits(), LineLimits()
    assert said == {
        "characters of a question": MOST_CHARACTERS,
        "questions that wait": line.waiting,
        "questions of one visitor, in work or waiting": line.of_one,
        "MB of one request, uploads included": guard.BODY_LIMIT / MB,
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
