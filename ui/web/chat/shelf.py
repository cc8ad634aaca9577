"""The conversations kept in the browser: listed, opened, renamed, deleted, exported."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from ui.web.chat import saved
from ui.web.chat.conversation import Conversation
from ui.web.chat.parts import Parts, Shelf, updates
from ui.web.common import markup
from ui.web.common.frame import DOWNLOAD, QUIETLY, Update, archive_of, told
from ui.web.common.library import Library


def layout() -> Shelf:
    """Return the components, in a side bar."""
    with gr.Sidebar(open=False, label="Conversations"):
        gr.HTML('<h2 class="dl-shelf">Conversations</h2>')
        anew = gr.Button("New conversation", variant="primary", size="sm")
        chosen = gr.Radio([], label="Kept in this browser", elem_id="dl-kept", visible=False)
        name = gr.Textbox(label="Name of this conversation", max_lines=1)
        with gr.Row():
            rename = gr.Button("Rename", size="sm", min_width=80)
            delete = gr.Button("Delete", size="sm", variant="stop", min_width=80)
        markdown = gr.Button("Export as Markdown", size="sm")
        as_json = gr.Button("Export as JSON", size="sm")
        carriers = [gr.JSON(visible=False) for _ in range(3)]
    return Shelf(anew, chosen, name, rename, delete, markdown, as_json, *carriers)


def wire(page: gr.Blocks, parts: Parts, library: Library) -> None:
    """Connect the conversations in the browser's storage with the one on the page."""
    shelf = parts.shelf

    def listed(
        index: list[saved.Record] | None, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, Update]:
        name = archive_of(library, request).folder.name
        own = [item for item in index or [] if item.get("archive") == name]
        choices = [(markup.visible(str(item["title"])), str(item["id"])) for item in own]
        chosen = conversation.id if conversation.id in [id_ for _, id_ in choices] else None
        return (
            gr.Radio(choices=choices, value=chosen, visible=bool(choices)),
            saved.title_of(conversation),
        )

    def opened(
        record: saved.Record | None, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        if conversation.running or not record or record.get("archive") != archive.folder.name:
            return parts.unchanged()
        with told():
            answers = saved.read_answers(record, archive=archive)
        view = conversation.restore(answers, id=str(record["id"]), title=str(record["title"]))
        shown = zip(parts.changing, updates(view, conversation, archive), strict=True)
        # The browser need not keep again what it has just brought.
        return tuple(gr.skip() if part is shelf.record else value for part, value in shown)

    def cleared(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        return updates(conversation.clear(), conversation, archive_of(library, request))

    def deleted(
        confirmed: bool | None, conversation: Conversation, request: gr.Request
    ) -> tuple[Update, ...]:
        return cleared(conversation, request) if confirmed else parts.unchanged()

    def renamed(title: str, conversation: Conversation) -> None:
        conversation.title = title.strip() or conversation.title

    def as_markdown(conversation: Conversation) -> saved.Record:
        return {"name": "conversation.md", "text": saved.to_markdown(conversation)}

    def as_json(conversation: Conversation, request: gr.Request) -> saved.Record:
        record = saved.to_record(conversation, archive=archive_of(library, request).folder.name)
        return {
            "name": "conversation.json",
            "text": json.dumps(record, ensure_ascii=False, indent=2),
        }

    relist: dict[str, Any] = {
        "fn": listed,
        "inputs": [shelf.index, parts.session],
        "outputs": [shelf.chosen, shelf.name],
        **QUIETLY,
    }
    index = "(_, session) => [dateline.index(), session]"
    reopen: dict[str, Any] = {
        "fn": opened,
        "inputs": [shelf.record, parts.session],
        "outputs": parts.changing,
        **QUIETLY,
    }
    page.load(**reopen, js="(_, session) => [dateline.current(), session]").then(**relist, js=index)
    # Each answer brings its conversation's new record.
    shelf.record.change(None, shelf.record, None, js="(record) => dateline.save(record)").then(
        **relist, js=index
    )
    shelf.chosen.input(
        lambda record, _: record,
        [shelf.record, shelf.chosen],
        shelf.record,
        js="(_, id) => [dateline.open(id), id]",
        **QUIETLY,
    ).then(**reopen).then(**relist, js=index)
    shelf.anew.click(cleared, parts.session, parts.changing, **QUIETLY).then(
        None, js="() => { dateline.open(null); }", **QUIETLY
    ).then(**relist, js=index)
    shelf.rename.click(
        renamed,
        [shelf.name, parts.session],
        None,
        js="(title, session) => { dateline.rename(sessionStorage.getItem('dateline/'), title);"
        " return [title, session]; }",
        **QUIETLY,
    ).then(**relist, js=index)
    shelf.delete.click(
        deleted,
        [shelf.index, parts.session],
        parts.changing,
        js="(_, session) => [dateline.remove(sessionStorage.getItem('dateline/')), session]",
        **QUIETLY,
    ).then(**relist, js=index)
    for button, made in ((shelf.markdown, as_markdown), (shelf.json, as_json)):
        button.click(made, parts.session, shelf.file, **QUIETLY).then(
            None, shelf.file, None, js=DOWNLOAD, **QUIETLY
        )
