"""Questions to go on with, looked for after an answer is there."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from rag.answering.suggest import suggest
from rag.archive import Archive
from rag.errors import RagError
from ui.web.chat.conversation import Conversation, View
from ui.web.chat.parts import Parts
from ui.web.common.frame import QUIETLY, Update, archive_of
from ui.web.common.library import Library
from ui.web.common.models import Models

log = logging.getLogger(__name__)


def wire(event: gr.events.Dependency, parts: Parts, library: Library, models: Models) -> None:
    """Look for suggestions when the answer of `event` is complete.

    It is an event of its own, so that a question asked meanwhile need not wait for it.
    """

    def suggested(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        parts.go_on(conversation, archive, request)
        view = offer(conversation, archive=archive, models=models)
        return parts.updates(view, conversation, archive, request) if view else parts.unchanged()

    # One at a time of all visitors; "multiple", since the next answer may be complete before.
    options: dict[str, Any] = {"concurrency_id": "suggest", "trigger_mode": "multiple", **QUIETLY}
    event.success(suggested, parts.session, parts.changing, **options)


def offer(conversation: Conversation, *, archive: Archive, models: Models) -> View | None:
    """Return the page with suggestions below its newest answer; None when there are none.

    They are a luxury: nothing is looked for while a visitor waits for an answer.
    """
    shown = conversation.newest
    if shown is None or shown.stopped or shown.answer.suggestions or models.wanted.is_set():
        return None
    try:
        with models.working():
            found = suggest(shown.answer, archive=archive)
    except RagError as error:
        log.warning("no suggestions: %s", error)
        return None
    return conversation.suggest(shown.message, found)
