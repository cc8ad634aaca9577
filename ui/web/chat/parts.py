"""The chat page's components, as the modules that connect them share them."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from rag.archive import Archive
from ui.web.chat import render
from ui.web.chat.conversation import Conversation, View
from ui.web.common.frame import Update
from ui.web.conversations import saved
from ui.web.conversations.both import titled
from ui.web.conversations.kept import Conversations, Kept, tried

WENT_ON = "This conversation went on in another window too; this one is now called “{title}”."


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read or change.

    `asked`, `record` and `news` are not shown: they carry a question with its filters to the
    server, a conversation to the browser's storage and back, and what other browsers did.
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
    names: gr.HTML
    asked: gr.JSON
    record: gr.JSON
    news: gr.JSON
    session: gr.State
    timer: gr.Timer
    # Where users log in: what they said, for any server to go on with.
    kept: Conversations | None = None

    @property
    def changing(self) -> list[gr.blocks.Block]:
        """The components that a `View` changes, in the order of `updates`."""
        return [self.chat, self.sources, self.record]

    def unchanged(self) -> tuple[Update, ...]:
        """Return what leaves `changing` as it is."""
        return tuple(gr.skip() for _ in self.changing)

    def updates(
        self, view: View, conversation: Conversation, archive: Archive, request: gr.Request
    ) -> tuple[Update, ...]:
        """Return what `view` makes of `changing`, and keep what was said once it is complete."""
        return (
            render.thread_html(view.messages, running=view.running, question=view.question),
            gr.skip() if view.sources is None else view.sources,
            gr.skip() if view.running else self._record(conversation, archive, request),
        )

    def go_on(self, conversation: Conversation, archive: Archive, request: gr.Request) -> None:
        """Bring a conversation to where the page is that shows it.

        Another server may have answered there meanwhile, or this one was restarted.
        """
        kept, user = self.kept, request.username
        if kept is None or not user or conversation.running:
            return
        shown = tried(lambda: kept.shown_at(user, str(request.session_hash)))
        if shown is None or shown.version == conversation.version:
            return
        if shown.record["archive"] == archive.folder.name:
            answers = saved.read_answers(shown.record, archive=archive)
            conversation.restore(
                answers,
                id=shown.record["id"],
                title=shown.record["title"],
                titled=titled(shown.record),
            )
            conversation.version = shown.version

    def newest(self, record: saved.Record, request: gr.Request) -> saved.Record:
        """Return what there is now of a conversation that a browser has a record of."""
        kept, user = self.kept, request.username
        if kept is None or not user:
            return record
        return tried(lambda: kept.newest(user, record)) or record

    def _record(
        self, conversation: Conversation, archive: Archive, request: gr.Request
    ) -> saved.Record:
        record = saved.to_record(conversation, archive=archive.folder.name)
        kept, user = self.kept, request.username
        if kept is None or not user:
            return record
        page, seen = str(request.session_hash), frozenset(conversation.seen)
        done = tried(lambda: kept.save(user, record, page=page, seen=seen)) or Kept("", record)
        conversation.version = done.version
        if done.record["id"] != conversation.id:
            go_apart(conversation, id=done.record["id"], title=done.record["title"])
        elif titled(done.record) > conversation.titled:
            conversation.title, conversation.titled = done.record["title"], titled(done.record)
        return done.record | {"version": done.version}


def go_apart(conversation: Conversation, *, id: str, title: str) -> None:  # noqa: A002
    """Give a conversation that went on elsewhere too an id and a title of its own, and say so."""
    conversation.id, conversation.title = id, title
    gr.Info(WENT_ON.format(title=title))
