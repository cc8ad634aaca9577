"""The chat page: its components, and what happens at each click."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import gradio as gr

from rag.types import Stance
from ui.web.chat import render, shelf, thumbs
from ui.web.chat.conversation import Conversation, Filters
from ui.web.chat.examples import example_questions
from ui.web.chat.parts import Parts, updates
from ui.web.common import cited, markup
from ui.web.common.frame import QUIETLY, Update, archive_of, header
from ui.web.common.library import Library
from ui.web.common.models import LOADING, Models

PAGE = "Chat"
# Questions answered at the same time; their models share the machine's cores.
_AT_ONCE = 4
# How often the page looks whether the models are loaded, in seconds.
_LOOK_EVERY = 1.0


def build(
    page: gr.Blocks, library: Library, models: Models, *, examples: Sequence[str] | None
) -> None:
    """Lay the page out and connect it; see `ui.web.app.build`."""
    parts = _layout(library)
    _wire_page(page, parts, library, models, examples)
    _wire_conversation(parts, library, models)
    shelf.wire(page, parts, library)
    thumbs.wire(parts, library)


def _layout(library: Library) -> Parts:
    kept = shelf.layout()
    top = gr.HTML(header(library, library.first, PAGE))
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
                placeholder=render.welcome_html(library.first.stats().articles),
            )
            judged = thumbs.layout()
            question, send, stop = _question_row()
            with gr.Row():
                again, edit = (
                    gr.Button(name, size="sm", interactive=False, scale=0, min_width=140)
                    for name in ("Ask again", "Edit question")
                )
            since, until, publishers, stance = _filters()
        with gr.Column(scale=2, min_width=320):
            sources = gr.HTML(cited.sources_html(()), elem_id="dl-panel")
    return Parts(
        header=top,
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
        shelf=kept,
        thumbs=judged,
        # Copied for each session. The class itself would be called by a public endpoint.
        session=gr.State(Conversation()),
        timer=gr.Timer(_LOOK_EVERY, active=False),
    )


def _question_row() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    with gr.Row(elem_id="dl-ask", elem_classes="dl-row"):
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


def _wire_page(
    page: gr.Blocks,
    parts: Parts,
    library: Library,
    models: Models,
    examples: Sequence[str] | None,
) -> None:
    """Bring the page up to date when it is opened, and while the models are loaded."""

    def look() -> tuple[Update, ...]:
        status = models.status
        return markup.status_html(status), gr.Timer(active=status == LOADING)

    def opened(request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        offered = example_questions(archive) if examples is None else examples
        chat = gr.Chatbot(
            placeholder=render.welcome_html(archive.stats().articles),
            examples=[{"text": question} for question in offered],
        )
        publishers = gr.Dropdown(choices=markup.choices(archive.publishers()))
        return header(library, archive, PAGE), chat, publishers, *look()

    page.load(
        opened,
        outputs=[parts.header, parts.chat, parts.publishers, parts.status, parts.timer],
        **QUIETLY,
    )
    parts.timer.tick(look, outputs=[parts.status, parts.timer], **QUIETLY)


def _wire_conversation(parts: Parts, library: Library, models: Models) -> None:
    """Connect Send, Enter, the examples, Stop, Ask again and Edit question."""

    def ask(
        question: str,
        since: str,
        until: str,
        publishers: list[str] | None,
        stance: Stance,
        conversation: Conversation,
        request: gr.Request,
    ) -> Iterator[tuple[Update, ...]]:
        archive = archive_of(library, request)
        filters = Filters(since, until, tuple(publishers or ()), stance)
        for view in conversation.ask(question, archive=archive, models=models, filters=filters):
            yield updates(view, conversation, archive)

    def take_back(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        return updates(conversation.take_back(), conversation, archive_of(library, request))

    def failed(conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        return updates(conversation.failed(), conversation, archive_of(library, request))

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
    picked = parts.chat.example_select(_picked, None, parts.question, **QUIETLY).then(
        ask, inputs, parts.changing, concurrency_id="ask", **QUIETLY
    )
    repeated = parts.again.click(take_back, parts.session, parts.changing, **QUIETLY).then(
        ask, inputs, parts.changing, concurrency_id="ask", **QUIETLY
    )
    for event in (asked, picked, repeated):
        event.failure(failed, parts.session, parts.changing, **QUIETLY)
    parts.edit.click(take_back, parts.session, parts.changing, **QUIETLY).then(
        None, js="() => document.querySelector('#dl-ask textarea').focus()", **QUIETLY
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


def _picked(event: gr.SelectData) -> str:
    return str(event.value["text"])
