"""The chat page's components, as the modules that connect them share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components.chatbot import ComponentMessage

from rag.archive import Archive
from ui.web.chat import saved
from ui.web.chat.conversation import Conversation, Message, View
from ui.web.common.frame import Update


@dataclass(frozen=True, slots=True)
class Shelf:
    """The components for the conversations kept in the browser.

    `record` holds the one that is open and `index` what is known of all: they are not
    shown, and carry values between the server and the browser's storage.
    """

    anew: gr.Button
    chosen: gr.Radio
    name: gr.Textbox
    rename: gr.Button
    delete: gr.Button
    markdown: gr.Button
    json: gr.Button
    record: gr.JSON
    index: gr.JSON
    file: gr.JSON


@dataclass(frozen=True, slots=True)
class Thumbs:
    """The components for what a user thinks of an answer; `panel` holds the others."""

    panel: gr.Group
    said: gr.HTML
    note: gr.Textbox
    right: gr.Textbox
    save: gr.Button


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read or change."""

    header: gr.HTML
    status: gr.HTML
    chat: gr.Chatbot
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    since: gr.Textbox
    until: gr.Textbox
    publishers: gr.Dropdown
    stance: gr.Radio
    again: gr.Button
    edit: gr.Button
    sources: gr.HTML
    shelf: Shelf
    thumbs: Thumbs
    session: gr.State
    timer: gr.Timer

    @property
    def changing(self) -> list[gr.blocks.Block]:
        """The components that a `View` changes, in the order of `updates`."""
        return [
            *(self.chat, self.sources, self.question, self.send, self.stop),
            *(self.again, self.edit, self.shelf.anew, self.shelf.record, self.thumbs.panel),
        ]

    def unchanged(self) -> tuple[Update, ...]:
        """Return what leaves `changing` as it is."""
        return tuple(gr.skip() for _ in self.changing)


def updates(view: View, conversation: Conversation, archive: Archive) -> tuple[Update, ...]:
    """Return what `view` makes of `Parts.changing`."""
    return (
        [_in_chat(message) for message in view.messages],
        gr.skip() if view.sources is None else view.sources,
        gr.skip() if view.question is None else view.question,
        gr.Button(interactive=not view.running),
        gr.Button(interactive=view.running),
        *(gr.Button(interactive=bool(view.messages) and not view.running) for _ in range(2)),
        gr.Button(interactive=not view.running),
        gr.skip() if view.running else saved.to_record(conversation, archive=archive.folder.name),
        gr.Group(visible=False),
    )


def _in_chat(message: Message) -> dict[str, Any]:
    """Return a message as Gradio's chat takes it, its content in an HTML component.

    The component changes only those nodes of the page that differ, so what is read, focused
    or selected stays while an answer grows. A message of text would be drawn anew each time.
    """
    content = ComponentMessage(
        component="html",
        value=message["content"],
        constructor_args={},
        # Its own style would dress links as buttons.
        props={"apply_default_css": False},
    )
    return {"role": message["role"], "content": content}
