"""The chat page's components and what they show before anything is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import gradio as gr

from rag.archive import Archive
from rag.errors import RagError
from rag.types import Filter
from ui.web.archive.formats import FORMATS
from ui.web.chat import render
from ui.web.chat.conversation import Conversation
from ui.web.chat.examples import Offered
from ui.web.chat.filters import read_period
from ui.web.chat.parts import Parts
from ui.web.common import histogram, markup
from ui.web.common.frame import header, own_html
from ui.web.common.header import period_html
from ui.web.common.library import Library

# How often the page looks whether the models are loaded, in seconds.
_LOOK_EVERY = 1.0
# Names of filters, their icons, and what they say when nothing is narrowed.
_CHIPS = (
    ("when", "calendar", "Any time"),
    ("publishers", "newspaper", "All publishers"),
    ("names", "users", "All names"),
    ("stance", "scale", "Balanced"),
)
_STANCES = (
    ("strict", "Strict", "refuses more often"),
    ("balanced", "Balanced", "errs as rarely as it refuses"),
    ("lenient", "Lenient", "answers more often, and is wrong more often"),
)
# The events that each component raises; their names must stand in the script that connects them.
_CHAT_EVENTS = "dateline.connect(trigger, 'retry', 'edit', 'judge', 'open', 'timeline')"
_BAR_EVENTS = "dateline.connectBar(element, trigger, server, 'ask', 'stop')"
_DRAWER_EVENTS = (
    "dateline.connectDrawer(trigger, server, 'restore', 'anew', 'rename', 'remove', 'undo', 'part')"
)


def layout(library: Library) -> Parts:
    """Return the components, laid out by the page's style."""
    with gr.Column(elem_id="dl-app"):
        top = own_html(header(library, library.first, "Chat"), elem_id="dl-top")
        drawer = own_html(
            markup.render("drawer.html"),
            elem_id="dl-kept-panel",
            js_on_load=_DRAWER_EVENTS,
            server_functions=[to_markdown],
        )
        with gr.Column(elem_id="dl-main"):
            welcome = own_html(welcome_html(library.first, Offered()), elem_id="dl-first")
            drop = gr.File(
                label="Drop files here, or click to choose them",
                # Gradio's own words say it inside.
                show_label=False,
                file_count="multiple",
                height=180,
                elem_id="dl-drop",
                visible=False,
            )
            dropped = own_html("", elem_id="dl-dropped")
            chat = own_html(
                render.thread_html((), running=False),
                elem_id="dl-chat",
                js_on_load=_CHAT_EVENTS,
            )
            own_html(markup.render("waiting.html"), elem_id="dl-waiting")
        with gr.Column(elem_id="dl-side"):
            own_html(markup.render("side.html"))
            sources = own_html("", elem_id="dl-panel")
            reader = own_html("", elem_id="dl-reader")
        with gr.Column(elem_id="dl-foot"):
            status = own_html("", elem_id="dl-models")
            bar = own_html(
                markup.render("bar.html", chips=_CHIPS),
                elem_id="dl-ask",
                js_on_load=_BAR_EVENTS,
                server_functions=[period_of, _name_of(library)],
            )
            filters = own_html(filters_html(library.first), elem_id="dl-filters")
            names = own_html(markup.render("named.html", names=None), elem_id="dl-names-panel")
    return Parts(
        header=top,
        status=status,
        drawer=drawer,
        chat=chat,
        welcome=welcome,
        drop=drop,
        dropped=dropped,
        sources=sources,
        reader=reader,
        bar=bar,
        filters=filters,
        names=names,
        asked=gr.JSON(visible=False),
        record=gr.JSON(visible=False),
        news=gr.JSON(visible=False),
        # Copied for each session. The class itself would be called by a public endpoint.
        session=gr.State(Conversation()),
        timer=gr.Timer(_LOOK_EVERY, active=False),
    )


def welcome_html(archive: Archive, offered: Offered) -> str:
    """Return what the page shows before the first question: what is here, and what to ask."""
    stats = archive.stats()
    return markup.render(
        "welcome.html",
        archive=archive.folder.name,
        articles=stats.articles,
        period=period_html(stats),
        columns=histogram.columns(archive.months()),
        questions=offered.questions,
        looking=offered.looking,
        waiting=offered.waiting,
        formats=FORMATS,
    )


def missing_html(library: Library, request: gr.Request) -> str:
    """Return the list of archives, for an address of one that is not there."""
    asked = request.query_params.get("archive")
    return markup.render("missing.html", asked=asked or "", names=library.names)


def filters_html(archive: Archive) -> str:
    """Return the panels that the filters are picked in."""
    return markup.render(
        "filters.html",
        columns=histogram.columns(archive.months()),
        publishers=archive.publishers(),
        stances=_STANCES,
    )


def names_html(archive: Archive) -> str:
    """Return the panel in which names are picked that articles must mention."""
    return markup.render("named.html", names=archive.names())


def _name_of(library: Library) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return what checks a name that was typed; called by the page."""

    def name_of(asked: dict[str, str]) -> dict[str, str]:
        try:
            [name] = Filter.read(names=str(asked["name"])).names
            library.get(str(asked["archive"])).check_names([name])
        except (RagError, ValueError) as error:
            return {"name": "", "problem": markup.sentence(str(error))}
        return {"name": name, "problem": ""}

    return name_of


def period_of(words: str) -> dict[str, str | None]:
    """Return the period that was typed; called by the page."""
    return asdict(read_period(str(words)))


def to_markdown(record: dict[str, Any]) -> str:
    """Return a conversation of the browser's store as Markdown; called by the page."""
    from ui.web.conversations import saved

    return saved.record_to_markdown(record)
