"""The chat page: its components, and what happens at each click."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import gradio as gr

from rag.archive import Archive
from rag.config import Stance
from rag.errors import RagError
from rag.generation import Generator
from ui import render, saved
from ui.conversation import Conversation, Filters, View
from ui.models import LOADING, Models

# Questions offered on an empty page, each with the title of the sample article that
# answers it; an archive without the article does not offer the question.
SAMPLE_QUESTIONS = {
    "How much does the Perseverance rover weigh?": (
        "NASA's Perseverance rover lands safely on Mars"
    ),
    "How much did Elon Musk pay for Twitter?": "Musk completes $44 billion purchase of Twitter",
    "How many people did the explosion at the port of Beirut kill?": (
        "Explosion at the port of Beirut kills at least 135"
    ),
}
# Archives of more articles than this are not the sample, and are not looked through.
_SAMPLE_AT_MOST = 500
# Questions answered at the same time; their models share the machine's cores.
_AT_ONCE = 4
# How often the page looks whether the models are loaded, in seconds.
_LOOK_EVERY = 1.0

# No overlay on the components while a handler runs, and no endpoint for other programs.
_QUIETLY: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# A component's new value: what Gradio's handlers return is not typed.
Update = Any


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
    session: gr.State
    timer: gr.Timer

    @property
    def changing(self) -> list[gr.blocks.Block]:
        """The components that a `View` changes, in the order of `_updates`."""
        return [
            *(self.chat, self.sources, self.question, self.send, self.stop),
            *(self.again, self.edit, self.shelf.anew, self.shelf.record),
        ]


def build(
    archive: Archive,
    *,
    generator: Generator | None = None,
    models: Models | None = None,
    examples: Sequence[str] | None = None,
) -> gr.Blocks:
    """Return the chat page over `archive`.

    The models are `generator` and the archive's embedder, loaded at the first question;
    hand over `models` to load them earlier. `examples` are questions offered on the empty
    page; by default those about the sample articles that the archive has. What the page
    looks like is set when it is launched: see `launch`.
    """
    loaded = models or Models(archive, generator=generator)
    offered = sample_questions(archive) if examples is None else examples
    title = f"{render.visible(archive.folder.name)} - Dateline"
    page = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        parts = _layout(archive, offered)
        _wire_page(page, parts, archive, loaded)
        _wire_conversation(parts, archive, loaded)
        _wire_shelf(page, parts, archive)
    return page


def launch(
    archive: Archive,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    generator: Generator | None = None,
    examples: Sequence[str] | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat page until Ctrl-C, loading the models behind it.

    `port` 0 takes a free one. `on_ready` is called with the page's address; without it
    Gradio prints the address. Raises `RagError` when the port is taken.
    """
    models = Models(archive, generator=generator)
    page = build(archive, models=models, examples=examples)
    models.load_in_background()
    address = serve(page, host=host, port=port, quiet=on_ready is not None, inbrowser=open_browser)
    if on_ready is not None:
        on_ready(address)
    page.block_thread()


def serve(page: gr.Blocks, *, host: str, port: int, **options: Any) -> str:
    """Start the page's server, return its address and leave it running.

    Nothing is fetched from elsewhere and nothing is kept in the browser: no web fonts,
    no share link, no statistics, no history of runs. `options` are Gradio's.
    """
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=port or None,
            prevent_thread_lock=True,
            share=False,
            ssr_mode=False,
            run_history=False,
            footer_links=[],
            theme=gr.themes.Default(
                primary_hue="blue", neutral_hue="slate", font=_SANS, font_mono=_MONO
            ),
            css=_resource("style.css"),
            head=f"<script>{_resource('page.js')}</script>",
            **options,
        )
    except OSError as error:
        raise RagError(f"cannot serve on {host}:{port}: {error}; choose another port") from error
    return address


def sample_questions(archive: Archive) -> tuple[str, ...]:
    """Return the questions about sample articles that `archive` can be asked."""
    if archive.stats().articles > _SAMPLE_AT_MOST:
        return ()
    titles = {article.title for article in archive.articles()}
    return tuple(question for question, title in SAMPLE_QUESTIONS.items() if title in titles)


# Names in quotes would be looked for as files: Gradio serves fonts of its own.
_SANS = gr.themes.Font("sans-serif")
_MONO = gr.themes.Font("monospace")


def _resource(name: str) -> str:
    return resources.files("ui").joinpath(name).read_text(encoding="utf-8")


def _layout(archive: Archive, examples: Sequence[str]) -> Parts:
    stats = archive.stats()
    shelf = _shelf()
    header = gr.HTML(render.header_html(archive.folder.name, stats))
    status = gr.HTML(elem_id="dl-models")
    with gr.Row(elem_id="dl-columns"):
        with gr.Column(scale=3, min_width=320):
            chat = gr.Chatbot(
                label="Conversation",
                show_label=False,
                height="clamp(18rem, calc(100dvh - 23rem), 60rem)",
                buttons=[],
                latex_delimiters=[],
                layout="panel",
                elem_id="dl-chat",
                placeholder=render.welcome_html(stats.articles),
                examples=[{"text": question} for question in examples],
            )
            question, send, stop = _question_row()
            with gr.Row():
                again = gr.Button("Ask again", size="sm", interactive=False, min_width=120)
                edit = gr.Button("Edit question", size="sm", interactive=False, min_width=120)
            since, until, publishers, stance = _filters()
        with gr.Column(scale=2, min_width=320):
            sources = gr.HTML(render.sources_html(()), elem_id="dl-panel")
    return Parts(
        header=header,
        status=status,
        chat=chat,
        question=question,
        send=send,
        stop=stop,
        since=since,
        until=until,
        publishers=publishers,
        stance=stance,
        again=again,
        edit=edit,
        sources=sources,
        shelf=shelf,
        # Copied for each session. The class itself would be called by a public endpoint.
        session=gr.State(Conversation()),
        timer=gr.Timer(_LOOK_EVERY, active=False),
    )


def _question_row() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    with gr.Row(elem_id="dl-ask"):
        question = gr.Textbox(
            label="Your question",
            placeholder="Ask about the articles",
            max_lines=6,
            autofocus=True,
            min_width=160,
        )
        send = gr.Button("Send", variant="primary", scale=0, min_width=80)
        stop = gr.Button("Stop", interactive=False, scale=0, min_width=80)
    return question, send, stop


def _shelf() -> Shelf:
    with gr.Sidebar(open=False, label="Conversations"):
        gr.HTML('<h2 class="dl-shelf">Conversations</h2>')
        anew = gr.Button("New conversation", variant="primary", size="sm")
        chosen = gr.Radio([], label="Kept in this browser", elem_id="dl-kept", visible=False)
        name = gr.Textbox(label="Name of this conversation", max_lines=1)
        with gr.Row():
            rename = gr.Button("Rename", size="sm", min_width=80)
            delete = gr.Button("Delete", size="sm", variant="stop", min_width=80)
        with gr.Row():
            markdown = gr.Button("Export as Markdown", size="sm", min_width=120)
            as_json = gr.Button("Export as JSON", size="sm", min_width=120)
        carriers = [gr.JSON(visible=False) for _ in range(3)]
    return Shelf(anew, chosen, name, rename, delete, markdown, as_json, *carriers)


def _filters() -> tuple[gr.Textbox, gr.Textbox, gr.Dropdown, gr.Radio]:
    # Gradio's own date field goes on filtering by the last date after a misspelt one.
    with gr.Accordion("Filters", open=False):
        with gr.Row():
            since = gr.Textbox(label="From", placeholder="YYYY-MM-DD", max_lines=1)
            until = gr.Textbox(label="To", placeholder="YYYY-MM-DD", max_lines=1)
        publishers = gr.Dropdown([], label="Publishers", multiselect=True)
        stance = gr.Radio(
            [("Strict", "strict"), ("Balanced", "balanced"), ("Lenient", "lenient")],
            value="balanced",
            label="Answer when in doubt",
            info="Strict refuses more often; lenient answers more often, and errs more often.",
        )
    return since, until, publishers, stance


def _wire_page(page: gr.Blocks, parts: Parts, archive: Archive, models: Models) -> None:
    """Bring the page up to date when it is opened, and while the models are loaded."""

    def look() -> tuple[Update, ...]:
        status = models.status
        return render.status_html(status), gr.Timer(active=status == LOADING)

    def opened() -> tuple[Update, ...]:
        names = [(_choice(name, count), name) for name, count in archive.publishers()]
        header = render.header_html(archive.folder.name, archive.stats())
        return header, gr.Dropdown(choices=names), *look()

    page.load(
        opened,
        outputs=[parts.header, parts.publishers, parts.status, parts.timer],
        **_QUIETLY,
    )
    parts.timer.tick(
        look,
        outputs=[parts.status, parts.timer],
        **_QUIETLY,
    )


def _wire_conversation(parts: Parts, archive: Archive, models: Models) -> None:
    """Connect Send, Enter, the examples, Stop, Ask again and Edit question."""

    def ask(
        question: str,
        since: str,
        until: str,
        publishers: list[str] | None,
        stance: Stance,
        conversation: Conversation,
    ) -> Iterator[tuple[Update, ...]]:
        filters = Filters(since, until, tuple(publishers or ()), stance)
        for view in conversation.ask(question, archive=archive, models=models, filters=filters):
            yield _updates(view, conversation, archive)

    def take_back(conversation: Conversation) -> tuple[Update, ...]:
        return _updates(conversation.take_back(), conversation, archive)

    def failed(conversation: Conversation) -> tuple[Update, ...]:
        return _updates(conversation.failed(), conversation, archive)

    inputs = [
        *(parts.question, parts.since, parts.until, parts.publishers, parts.stance),
        parts.session,
    ]
    asked = gr.on(
        [parts.send.click, parts.question.submit],
        ask,
        inputs,
        parts.changing,
        api_name="ask",
        api_visibility="undocumented",
        show_progress="hidden",
        concurrency_limit=_AT_ONCE,
        concurrency_id="ask",
    )
    picked = parts.chat.example_select(_picked, None, parts.question, **_QUIETLY).then(
        ask, inputs, parts.changing, concurrency_id="ask", **_QUIETLY
    )
    repeated = parts.again.click(take_back, parts.session, parts.changing, **_QUIETLY).then(
        ask, inputs, parts.changing, concurrency_id="ask", **_QUIETLY
    )
    for event in (asked, picked, repeated):
        event.failure(failed, parts.session, parts.changing, **_QUIETLY)
    parts.edit.click(take_back, parts.session, parts.changing, **_QUIETLY).then(
        None, js="() => document.querySelector('#dl-ask textarea').focus()", **_QUIETLY
    )
    parts.stop.click(
        Conversation.stop,
        parts.session,
        None,
        queue=False,
        show_progress="hidden",
        api_name="stop",
        api_visibility="undocumented",
    )


def _wire_shelf(page: gr.Blocks, parts: Parts, archive: Archive) -> None:
    """Connect the conversations in the browser's storage with the one on the page."""
    shelf, name = parts.shelf, archive.folder.name

    def listed(
        index: list[saved.Record] | None, conversation: Conversation
    ) -> tuple[Update, Update]:
        own = [item for item in index or [] if item.get("archive") == name]
        choices = [(render.visible(str(item["title"])), str(item["id"])) for item in own]
        chosen = conversation.id if conversation.id in [id_ for _, id_ in choices] else None
        return (
            gr.Radio(choices=choices, value=chosen, visible=bool(choices)),
            saved.title_of(conversation),
        )

    def opened(record: saved.Record | None, conversation: Conversation) -> tuple[Update, ...]:
        if conversation.running or not record or record.get("archive") != name:
            return tuple(gr.skip() for _ in parts.changing)
        try:
            answers = saved.read_answers(record, archive=archive)
        except ValueError as error:
            raise gr.Error(str(error)) from error
        view = conversation.restore(answers, id=str(record["id"]), title=str(record["title"]))
        return _updates(view, conversation, archive)

    def cleared(conversation: Conversation) -> tuple[Update, ...]:
        return _updates(conversation.clear(), conversation, archive)

    def deleted(confirmed: bool | None, conversation: Conversation) -> tuple[Update, ...]:
        if not confirmed:
            return tuple(gr.skip() for _ in parts.changing)
        return cleared(conversation)

    def renamed(title: str, conversation: Conversation) -> None:
        conversation.title = title.strip() or conversation.title

    def as_markdown(conversation: Conversation) -> saved.Record:
        return {"name": "conversation.md", "text": saved.to_markdown(conversation)}

    def as_json(conversation: Conversation) -> saved.Record:
        record = saved.to_record(conversation, archive=name)
        return {
            "name": "conversation.json",
            "text": json.dumps(record, ensure_ascii=False, indent=2),
        }

    relist: dict[str, Any] = {
        "fn": listed,
        "inputs": [shelf.index, parts.session],
        "outputs": [shelf.chosen, shelf.name],
        **_QUIETLY,
    }
    index = "(_, session) => [dateline.index(), session]"
    reopen: dict[str, Any] = {
        "fn": opened,
        "inputs": [shelf.record, parts.session],
        "outputs": parts.changing,
        **_QUIETLY,
    }
    page.load(**reopen, js="(_, session) => [dateline.current(), session]").then(**relist, js=index)
    # Each answer brings its conversation's new record.
    shelf.record.change(None, shelf.record, None, js="(record) => dateline.save(record)").then(
        **relist, js=index
    )
    shelf.chosen.input(
        lambda record: record,
        shelf.chosen,
        shelf.record,
        js="(id) => dateline.open(id)",
        **_QUIETLY,
    ).then(**reopen).then(**relist, js=index)
    shelf.anew.click(cleared, parts.session, parts.changing, **_QUIETLY).then(
        None, js="() => { dateline.open(null); }", **_QUIETLY
    ).then(**relist, js=index)
    shelf.rename.click(
        renamed,
        [shelf.name, parts.session],
        None,
        js="(title, session) => { dateline.rename(sessionStorage.getItem('dateline/'), title);"
        " return [title, session]; }",
        **_QUIETLY,
    ).then(**relist, js=index)
    shelf.delete.click(
        deleted,
        [shelf.index, parts.session],
        parts.changing,
        js="(_, session) => [dateline.remove(sessionStorage.getItem('dateline/')), session]",
        **_QUIETLY,
    ).then(**relist, js=index)
    for button, made in ((shelf.markdown, as_markdown), (shelf.json, as_json)):
        button.click(made, parts.session, shelf.file, **_QUIETLY).then(
            None,
            shelf.file,
            None,
            js="(file) => dateline.download(file.name, file.text)",
            **_QUIETLY,
        )


def _picked(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _updates(view: View, conversation: Conversation, archive: Archive) -> tuple[Update, ...]:
    """Return what `view` makes of `Parts.changing`."""
    name = archive.folder.name
    return (
        list(view.messages),
        gr.skip() if view.sources is None else view.sources,
        gr.skip() if view.question is None else view.question,
        gr.Button(interactive=not view.running),
        gr.Button(interactive=view.running),
        *(gr.Button(interactive=bool(view.messages) and not view.running) for _ in range(2)),
        gr.Button(interactive=not view.running),
        gr.skip() if view.running else saved.to_record(conversation, archive=name),
    )


def _choice(publisher: str, count: int) -> str:
    return f"{render.visible(publisher)} ({count})"
