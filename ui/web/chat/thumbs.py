"""What users think of answers: thumbs and a note."""

from __future__ import annotations

import gradio as gr

from ui import feedback
from ui.web.chat.conversation import Conversation
from ui.web.chat.parts import Parts
from ui.web.common.frame import QUIETLY, Update, archive_of
from ui.web.common.library import Library

SAVED = "Noted, with what you wrote."


def wire(parts: Parts, library: Library) -> None:
    """Connect the thumbs at the answers and the note."""

    def judged(
        event: gr.EventData, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        parts.go_on(conversation, archive, request)
        view = conversation.judge(int(event.message), liked=bool(event.liked))
        note, right = (str(getattr(event, name, "")) for name in ("note", "right"))
        if _save(conversation, library, request, note=note, right=right) and (note or right):
            gr.Info(SAVED)
        return parts.updates(view, conversation, archive, request)

    parts.chat.judge(judged, parts.session, parts.changing, **QUIETLY)


def _save(
    conversation: Conversation, library: Library, request: gr.Request, *, note: str, right: str
) -> bool:
    """Write down the judgement that was given last; False when it is of no answer."""
    judgement = conversation.judgement
    if judgement is None:
        return False
    shown = judgement.shown
    item = feedback.judged(
        f"{conversation.id}-{shown.message}",
        shown.answer,
        history=judgement.history,
        liked=judgement.liked,
        note=note,
        right_answer=right,
        user=request.username or "",
    )
    feedback.save(item, archive_of(library, request).shared())
    return True
