"""What a watcher counts: questions by how they ended, seconds, the line; for Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response

from rag.types import Answer, AnswerKind
from ui.web.common.waiting import Line

# Upper bounds in seconds: a reader takes .3 to 3, a generator up to half a minute.
_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


class Meter:
    """The counts of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "dateline_questions",
            "Questions by how they ended: answer, overview, talk or refusal.",
            ["kind"],
            registry=self._registry,
        )
        # From the start, so that a rate can be taken of what has not happened yet.
        for kind in AnswerKind:
            self._questions.labels(kind.value)
        self._seconds = Histogram(
            "dateline_question_seconds",
            "Seconds from the start of the work on a question to its answer.",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)

    def count(self, answer: Answer) -> None:
        """Count an answer, whoever asked."""
        self._questions.labels(answer.kind.value).inc()
        self._seconds.observe(answer.timings.total)

    def watch(self, line: Line) -> None:
        """Show how many questions of a line wait and are being answered."""
        waiting = Gauge(
            "dateline_questions_waiting",
            "Questions that wait for their turn.",
            registry=self._registry,
        )
        waiting.set_function(lambda: line.waiting)
        running = Gauge(
            "dateline_questions_running",
            "Questions that are being answered.",
            registry=self._registry,
        )
        running.set_function(lambda: line.running)

    async def show(self, _request: Request) -> Response:
        """Return the counts in Prometheus's text format."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
