"""The table of limits in the docs says what the code holds to."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from rag.settings import ServerLimits, Timeouts
from rag.sources.files import unpack
from rag.types import MOST_CHARACTERS
from rag.types.reading import ReadLimits
from ui.api import requests

SETTINGS = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
MB = 2**20


def table() -> str:
    return SETTINGS.read_text(encoding="utf-8").partition("## Limits")[2].partition(":::")[0]


def test_the_limits_in_the_docs_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \|", table(), flags=re.MULTILINE)
    said = {name: int(value.replace(",", "")) for name, value in rows}
    reading, server, waits = ReadLimits(), ServerLimits(), Timeouts()
    assert said == {
        "characters of a question": MOST_CHARACTERS,
        "questions that wait": server.waiting,
        "questions of one visitor, in work or waiting": server.of_one,
        "MB of one request, uploads included": server.request_mb,
        "seconds of processor time per article of a file": reading.seconds,
        "seconds for a whole file": reading.waiting,
        "MB of memory for reading a file": reading.memory / MB,
        "MB of a document that must be held in memory": reading.document_mb,
        "MB unpacked from one file": reading.unpacked_mb,
        "MB of the reply from one address": reading.address_mb,
        "size of what is unpacked, times the packed size": unpack.RATIO_LIMIT,
        "wrong passwords that nobody waits for": server.wrong_passwords,
        "seconds that the next password waits at most": server.password_wait,
        "sessions of one user": server.sessions,
        "hours after which an idle session ends": server.idle_hours,
        "hours after log-in at which a session ends": server.session_hours,
        "conversations of one user on the server": server.conversations,
        "articles that the archive page finds by words": server.found_articles,
        "articles of one export on the page": server.export_articles,
        "requests that `rag serve-models` has in work or waiting": server.model_requests,
        "seconds to connect to a generator's server": waits.generator_connect,
        "seconds of its silence": waits.generator,
        "seconds for one attempt to call a webhook": waits.webhook_attempt,
        "seconds for all attempts": waits.webhook,
        "articles of one request to the web API": requests.MOST_ARTICLES,
        "articles of one list of the web API": requests.MOST_LISTED,
        "passages of one search of the web API": requests.MOST_PASSAGES,
    }


def test_every_limit_that_can_be_set_is_in_the_table() -> None:
    named = re.findall(r"\| `([a-z]+\.[a-z_]+)` \|", table())
    known = {"limits": ServerLimits, "reading": ReadLimits, "timeouts": Timeouts}
    assert named == [f"{name}.{each.name}" for name, kind in known.items() for each in fields(kind)]
