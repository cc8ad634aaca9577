"""The conversations kept in the browser: restored, and started.

The list of them is made in the browser, where they are. Those of users who have logged in are kept
on the server too, and what one browser did to them the others are told.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import gradio as gr

from rag.errors import MissingError
from ui.web.chat.conversation import Conversation
from ui.web.chat.parts import Parts, go_apart
from ui.web.common.frame import QUIETLY, Update, archive_of, told
from ui.web.common.library import Library
from ui.web.conversations import saved
from ui.web.conversations.both import titled
from ui.web.conversations.kept import tried


def wire(page: gr.Blocks, parts: Parts, library: Library) -> None:
    """Connect the conversations in the browser's storage with the one on the page."""

    def opened(
        record: saved.Record | None, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, ...]:
        if conversation.running or not record:
            return parts.unchanged()
        try:
            archive = library.get(request.query_params.get("archive"))
        except MissingError:
            # The page shows the archives that there are.
            return parts.unchanged()
        if record.get("archive") != archive.folder.name:
            return parts.unchanged()
        with told():
            record = parts.newest(saved.checked(record, archive=archive), request)
            answers = saved.read_answers(record, archive=archive)
        id_, title = str(record["id"]), str(record["title"])
        view = conversation.restore(answers, id=id_, title=title, titled=titled(record))
        return parts.updates(view, conversation, archive, request)

    def cleared(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        return parts.updates(conversation.clear(), conversation, archive, request)

    def renamed(event: gr.EventData, conversation: Conversation, request: gr.Request) -> None:
        parts.go_on(conversation, archive_of(library, request), request)
        title = str(event.title).strip()
        # A clock that is ahead would have the last word for ever.
        at = min(int(event.at), round(time.time() * 1000))
        if conversation.id == str(event.id) and title and conversation.titled <= at:
            conversation.title, conversation.titled = title, at
        if (kept := parts.kept) and (user := request.username) and title:
            tried(lambda: kept.rename(user, str(event.id), title, at=at))

    def removed(event: gr.EventData, request: gr.Request) -> None:
        if (kept := parts.kept) and (user := request.username):
            tried(lambda: kept.remove(user, str(event.id)))

    def undone(event: gr.EventData, request: gr.Request) -> None:
        if (kept := parts.kept) and (user := request.username):
            archive = archive_of(library, request)
            with told():
                record = saved.checked(event.record, archive=archive)
            tried(lambda: kept.save(user, record))

    def parted(event: gr.EventData, conversation: Conversation) -> None:
        # Two tabs of one browser went on with it, which the browser alone knows.
        if conversation.id == str(event.id):
            go_apart(conversation, id=str(event.to), title=str(event.title))

    def news(known: dict[str, object], request: gr.Request) -> Update:
        kept, user = parts.kept, request.username
        if kept is None or not user:
            return gr.skip()
        archive = archive_of(library, request).folder.name
        found = tried(lambda: kept.news(user, archive=archive, known=known or {}))
        return asdict(found) if found else gr.skip()

    reopen: dict[str, Any] = {
        "fn": opened,
        "inputs": [parts.record, parts.session],
        "outputs": parts.changing,
        "js": "(_, session) => [dateline.current(), session]",
        **QUIETLY,
    }
    arrived = "(record) => { dateline.arrived(); dateline.resume(record); }"
    page.load(**reopen).then(None, parts.record, None, js=arrived, **QUIETLY)
    parts.drawer.restore(**reopen).then(None, js="() => dateline.offer()", **QUIETLY)
    parts.drawer.anew(cleared, parts.session, parts.changing, **QUIETLY)
    parts.drawer.rename(renamed, parts.session, None, **QUIETLY)
    parts.drawer.remove(removed, None, None, **QUIETLY)
    parts.drawer.undo(undone, None, None, **QUIETLY)
    parts.drawer.part(parted, parts.session, None, **QUIETLY)
    merge = "(news) => dateline.merge(news)"
    page.load(news, parts.news, parts.news, js="() => [dateline.known()]", **QUIETLY).then(
        None, parts.news, None, js=merge, **QUIETLY
    )
    # Each answer brings its conversation's new record.
    parts.record.change(None, parts.record, None, js="(record) => dateline.save(record)")
