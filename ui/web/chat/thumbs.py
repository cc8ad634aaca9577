"""What users think of answers: thumbs and a note, kept beside the archive."""

from __future__ import annotations

import gradio as gr

from ui import feedback
from ui.web.chat.conversation import Conversation
from ui.web.chat.parts import Parts, Thumbs
from ui.web.common import markup
from ui.web.common.frame import QUIETLY, Update, archive_of
from ui.web.common.library import Library

THANKS = "Noted beside the archive, and nowhere else. You may say more:"
SAVED = "Noted, with what you wrote."
NOTHING = "There is no answer here to judge."


def layout() -> Thumbs:
    """Return the components, hidden until an answer is judged."""
    with gr.Group(visible=False, elem_id="dl-thumbs") as panel:
        said = gr.HTML()
        note = gr.Textbox(label="Note (optional)", max_lines=4)
        right = gr.Textbox(
            label="The right answer (optional)",
            info='"none" if the articles do not say it. It makes a question for rag eval.',
            max_lines=4,
        )
        save = gr.Button("Save note", size="sm")
    return Thumbs(panel, said, note, right, save)


def wire(parts: Parts, library: Library) -> None:
    """Connect the thumbs below the answers and the note."""

    def judged(
        event: gr.LikeData, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, ...]:
        index = event.index if isinstance(event.index, int) else event.index[0]
        conversation.judge(index, liked=bool(event.liked))
        if not _save(conversation, library, request):
            gr.Info(NOTHING)
            return (gr.Group(visible=False), *(gr.skip() for _ in range(3)))
        return gr.Group(visible=True), markup.status_html(THANKS), "", ""

    def noted(note: str, right: str, conversation: Conversation, request: gr.Request) -> Update:
        if _save(conversation, library, request, note=note, right=right):
            gr.Info(SAVED)
        return gr.Group(visible=False)

    thumbs = parts.thumbs
    parts.chat.like(
        judged,
        parts.session,
        [thumbs.panel, thumbs.said, thumbs.note, thumbs.right],
        **QUIETLY,
    )
    thumbs.save.click(noted, [thumbs.note, thumbs.right, parts.session], thumbs.panel, **QUIETLY)


def _save(
    conversation: Conversation,
    library: Library,
    request: gr.Request,
    *,
    note: str = "",
    right: str = "",
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
    )
    feedback.save(item, archive_of(library, request).folder)
    return True
