"""What a server writes about its work: a line per request and answer, as text or JSON."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from rag.types import Answer

log = logging.getLogger("rag.web")

# Of the request that is being answered; None outside of one.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class LogFormat(StrEnum):
    """How a log is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least weight of a record that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class JsonFormatter(logging.Formatter):
    """Writes a record as an object on one line, with the fields that its writer gave it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := request_id.get():
            line["request"] = request
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def write_as(form: LogFormat) -> None:
    """Write every log of this process to standard error in that form, libraries' included."""
    if form is LogFormat.JSON:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonFormatter())


def log_from(level: LogLevel | None) -> None:
    """Log what has at least that weight; None leaves it to --verbose and --quiet."""
    if level is not None:
        # Dateline's own; libraries log errors only.
        for name in ("rag", "ui"):
            logging.getLogger(name).setLevel(level.upper())


def answered(answer: Answer, *, questions: bool = False) -> None:
    """Log that a question was answered; what was asked only with `questions`."""
    seconds = round(answer.timings.total, 3)
    fields: dict[str, Any] = {
        "kind": answer.kind.value,
        "seconds": seconds,
        "sources": len(answer.citations),
    }
    if questions:
        fields["question"] = answer.asked or answer.question
    asked = f": {fields['question']}" if questions else ""
    log.info("%s in %s s%s", answer.kind.value, seconds, asked, extra={"fields": fields})
