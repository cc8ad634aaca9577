"""The chat page: its components, and what happens at each click."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.types import IngestReport, Span
from ui.web.chat import first, layout, suggesting, thumbs
from ui.web.chat.asking import Visitor
from ui.web.chat.conversation import Conversation
from ui.web.chat.examples import Examples
from ui.web.chat.filters import Filters
from ui.web.chat.parts import Parts
from ui.web.common import cited
from ui.web.common.frame import QUIETLY, Update, archive_of, told
from ui.web.common.jobs import Jobs
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.common.timeline import of_answer, timeline_html
from ui.web.conversations import shelf
from ui.web.conversations.kept import Conversations
from ui.web.network.access import Access

# Seconds for which nothing that is sent to a page is taken by it before it counts as gone.
_PATIENCE = 1.0
# Who waits is for the line of questions to say, and who is refused should be told at once.
_REFUSED_AT_ONCE = 6
_LONGEST_KEY = 64


def build(
    page: gr.Blocks,
    library: Library,
    models: Models,
    jobs: Jobs[IngestReport],
    access: Access,
    *,
    examples: Sequence[str] | None,
) -> None:
    """Lay the page out and connect it; see `ui.web.app.build`."""
    most = models.line.limits.conversations
    kept = Conversations(access.users.shared, most=most) if access.users else None
    parts = replace(layout.layout(library), kept=kept)
    first.wire(page, parts, library, models, jobs, Examples(models, given=examples), access)
    _wire_conversation(page, parts, library, models)
    _wire_reader(parts, library)
    shelf.wire(page, parts, library)
    thumbs.wire(parts, library)


def _wire_conversation(page: gr.Blocks, parts: Parts, library: Library, models: Models) -> None:
    """Connect the question, Stop, Ask again and Edit."""

    def ask(
        asked: dict[str, Any], conversation: Conversation, request: gr.Request
    ) -> Iterator[tuple[Update, ...]]:
        archive = archive_of(library, request)
        parts.go_on(conversation, archive, request)
        with told():
            filters = Filters.read(asked)
        question = str(asked.get("question", ""))
        steps = conversation.ask(
            question,
            archive=archive,
            models=models,
            filters=filters,
            visitor=_visitor(page, request),
            key=str(asked.get("key", ""))[:_LONGEST_KEY],
        )
        # Closed with this one, which ends the work.
        with closing(steps):  # type: ignore[type-var]
            for view in steps:
                yield parts.updates(view, conversation, archive, request)

    def take_back(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        parts.go_on(conversation, archive, request)
        return parts.updates(conversation.take_back(), conversation, archive, request)

    def failed(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        return parts.updates(conversation.failed(), conversation, archive, request)

    asking: dict[str, Any] = {
        "fn": ask,
        "inputs": [parts.asked, parts.session],
        "outputs": parts.changing,
        "js": "(_, session) => [dateline.asked(), session]",
        "show_progress": "hidden",
    }
    limits = models.line.limits
    asked = parts.bar.ask(
        **asking,
        concurrency_limit=limits.at_once + limits.waiting + _REFUSED_AT_ONCE,
        concurrency_id="ask",
        api_name="ask",
        api_visibility="undocumented",
    )
    back: dict[str, Any] = {
        "fn": take_back,
        "inputs": parts.session,
        "outputs": parts.changing,
        **QUIETLY,
    }
    repeated = parts.chat.retry(**back).then(
        **{**asking, "js": "(_, session) => [dateline.askedAgain(), session]"},
        concurrency_id="ask",
        api_visibility="private",
    )
    for event in (asked, repeated):
        event.failure(failed, parts.session, parts.changing, **QUIETLY)
        # Whatever has become of it, the page stops saying that it is being sent.
        for ended in (event.success, event.failure):
            ended(None, js="() => dateline.settled()", **QUIETLY)
        suggesting.wire(event, parts, library, models)
    parts.chat.edit(**back)
    parts.bar.stop(
        Conversation.stop,
        parts.session,
        None,
        queue=False,
        show_progress="hidden",
        api_name="stop",
        api_visibility="undocumented",
    )


def _visitor(page: gr.Blocks, request: gr.Request) -> Visitor:
    """Return who asks: the user's name, else the open page.

    Not the computer's address, which a whole office may share; the line's own bound holds those
    back who open many pages.
    """
    return Visitor(request.username or str(request.session_hash), _gone(page, request))


def _gone(page: gr.Blocks, request: gr.Request) -> Callable[[], bool]:
    """Return what tells whether the page that asked takes nothing of what is sent to it."""
    waited_since: float | None = None

    def gone() -> bool:
        nonlocal waited_since
        # Gradio tells a handler of nobody who has left before its next step.
        sent = page._queue.pending_messages_per_session  # noqa: SLF001
        session = str(request.session_hash)
        if session not in sent or not sent[session].qsize():
            waited_since = None
            return False
        waited_since = waited_since or time.monotonic()
        return time.monotonic() - waited_since > _PATIENCE

    return gone


def _wire_reader(parts: Parts, library: Library) -> None:
    """Connect what opens an article that is not among the sources, and the timelines."""

    def opened(event: gr.EventData, request: gr.Request) -> Update:
        archive = archive_of(library, request)
        with told():
            article = archive.article(str(event.article))
            span = _span(getattr(event, "at", None), len(article.text))
        linked = archive.linked(article.id or "")
        return cited.article_html(article, linked=linked, span=span)

    def timeline(event: gr.EventData, conversation: Conversation, request: gr.Request) -> Update:
        archive = archive_of(library, request)
        parts.go_on(conversation, archive, request)
        number = int(event.message)
        shown = next((each for each in conversation.shown if each.message == number), None)
        if shown is None:
            return gr.skip()
        with told():
            entries = of_answer(shown.answer, archive=archive, where=shown.where)
        return timeline_html(entries, title=shown.asked)

    events = ((parts.chat.open, opened, None), (parts.chat.timeline, timeline, parts.session))
    for event, handler, given in events:
        event(handler, given, parts.reader, **QUIETLY).success(
            None, js="() => dateline.showReader()", **QUIETLY
        )


def _span(at: object, length: int) -> Span | None:
    """Return the characters that an address such as ``12-90`` names, if the text has them."""
    start, _, end = str(at or "").partition("-")
    if not (start.isdecimal() and end.isdecimal()):
        return None
    span = Span(int(start), int(end))
    return span if span.start < span.end <= length else None
