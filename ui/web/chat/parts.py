"""The chat page's components, as the modules that connect them share them."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from rag.archive import Archive
from ui.web.chat import render
from ui.web.chat.conversation import Conversation, View
from ui.web.common.frame import Update
from ui.web.conversations import saved


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read or change.

    `asked` and `record` are not shown: they carry a question with its filters to the server,
    and a conversation to the browser's storage and back.
    """

    header: gr.HTML
    status: gr.HTML
    drawer: gr.HTML
    chat: gr.HTML
    welcome: gr.HTML
    drop: gr.File
    dropped: gr.HTML
    sources: gr.HTML
    reader: gr.HTML
    bar: gr.HTML
    filters: gr.HTML
    asked: gr.JSON
    record: gr.JSON
    session: gr.State
    timer: gr.Timer

    @property
    def changing(self) -> list[gr.blocks.Block]:
        """The components that a `View` changes, in the order of `updates`."""
        return [self.chat, self.sources, self.record]

    def unchanged(self) -> tuple[Update, ...]:
        """Return what leaves `changing` as it is."""
        return tuple(gr.skip() for _ in self.changing)


def updates(view: View, conversation: Conversation, archive: Archive) -> tuple[Update, ...]:
    """Return what `view` makes of `Parts.changing`."""
    return (
        render.thread_html(view.messages, running=view.running, question=view.question),
        gr.skip() if view.sources is None else view.sources,
        gr.skip() if view.running else saved.to_record(conversation, archive=archive.folder.name),
    )
