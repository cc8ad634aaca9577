"""The conversations kept in the browser: brought back, and begun anew.

The list of them is made in the browser, where they are.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.web.chat.conversation import Conversation
from ui.web.chat.parts import Parts, updates
from ui.web.common.frame import QUIETLY, Update, archive_of, told
from ui.web.common.library import Library
from ui.web.conversations import saved


def wire(page: gr.Blocks, parts: Parts, library: Library) -> None:
    """Connect the conversations in the browser's storage with the one on the page."""

    def opened(
        record: saved.Record | None, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, ...]:
        if conversation.running or not record:
            return parts.unchanged()
        archive = archive_of(library, request)
        if record.get("archive") != archive.folder.name:
            return parts.unchanged()
        with told():
            answers = saved.read_answers(record, archive=archive)
        view = conversation.restore(answers, id=str(record["id"]), title=str(record["title"]))
        thread, sources, _ = updates(view, conversation, archive)
        # The browser need not keep again what it has just brought.
        return thread, sources, gr.skip()

    def cleared(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        return updates(conversation.clear(), conversation, archive_of(library, request))

    def renamed(event: gr.EventData, conversation: Conversation) -> None:
        conversation.title = str(event.title).strip() or conversation.title

    reopen: dict[str, Any] = {
        "fn": opened,
        "inputs": [parts.record, parts.session],
        "outputs": parts.changing,
        "js": "(_, session) => [dateline.current(), session]",
        **QUIETLY,
    }
    arrived = "() => dateline.arrived()"
    page.load(**reopen).then(None, js=arrived, **QUIETLY)
    parts.drawer.restore(**reopen)
    parts.drawer.anew(cleared, parts.session, parts.changing, **QUIETLY)
    parts.drawer.rename(renamed, parts.session, None, **QUIETLY)
    # Each answer brings its conversation's new record.
    parts.record.change(None, parts.record, None, js="(record) => dateline.save(record)")
