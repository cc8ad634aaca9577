"""The archive page: articles are added, browsed and deleted; archives made and deleted."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from rag.archive import Archive
from rag.types import IngestReport
from ui.web.archive import adding, alerts, browsing
from ui.web.common import histogram, markup
from ui.web.common.frame import QUIETLY, Update, archive_of, header, own_html, told
from ui.web.common.jobs import Jobs
from ui.web.common.library import Library
from ui.web.network.access import Access
from ui.web.network.users import Role

PAGE = "Archive"
# Publishers drawn.
_PUBLISHERS = 15


@dataclass(frozen=True, slots=True)
class Managing:
    """The components that make and delete archives."""

    name: gr.Textbox
    create: gr.Button
    delete: gr.Button
    done: gr.JSON
    sure: gr.JSON


def build(page: gr.Blocks, library: Library, jobs: Jobs[IngestReport], access: Access) -> None:
    """Lay the page out and connect it; see `ui.web.app.build`.

    What a visitor may not do is not shown, and refused.
    """
    top = own_html(header(library, library.first, PAGE))
    # The number of the archive's last change, when the page has seen it.
    changed = gr.State(-1)
    with gr.Column(elem_id="dl-page"), gr.Tabs(overflow_behavior="wrap"):
        with gr.Tab("Articles"):
            browsed = browsing.layout(library.first)
        with gr.Tab("Add") as adding_tab:
            added = adding.layout()
        with gr.Tab("Alerts"):
            alerted = alerts.layout()
        with gr.Tab("Statistics") as statistics_tab:
            statistics = gr.HTML(elem_id="dl-statistics")
            names = own_html("")
        with gr.Tab("Archives") as archives_tab:
            managing = _managing()

    def summarised(request: gr.Request) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        form = browsing.form_html(archive)
        heading = header(library, archive, PAGE, user=request.username)
        return heading, statistics_html(archive), form

    def allowed(request: gr.Request) -> tuple[Update, Update]:
        may = [access.may(request.username, role) for role in (Role.EDITOR, Role.ADMIN)]
        return gr.Tab(visible=may[0]), gr.Tab(visible=may[1])

    def named(request: gr.Request) -> Update:
        return names_html(archive_of(library, request))

    # Only for those who look, since it reads articles.
    statistics_tab.select(named, None, names, **QUIETLY)
    page.load(allowed, None, [adding_tab, archives_tab], **QUIETLY)
    summary = [top, statistics, browsed.form]
    page.load(summarised, None, summary, **QUIETLY)
    changed.change(summarised, None, summary, **QUIETLY)
    adding.wire(page, added, library, jobs, access, changed=changed)
    browsing.wire(page, browsed, library, access, changed=changed)
    alerts.wire(page, alerted, library, access, changed=changed)
    _wire_managing(managing, library, access)


def statistics_html(archive: Archive) -> str:
    """Return what the archive holds: figures, and bars by month and publisher."""
    stats, publishers = archive.stats(), archive.publishers()
    ends = [day for day in (stats.first, stats.last) if day]
    rows = [
        ("Articles", f"{stats.articles:,}"),
        ("Near-duplicates of others among them", f"{stats.linked:,}"),
        ("Passages", f"{stats.chunks:,}"),
        ("First and last date", " to ".join(markup.spelled(day) for day in ends) or "-"),
        ("Without a date", f"{archive.count(undated=True):,}"),
        ("Publishers", f"{stats.publishers:,}"),
        ("On disk", f"{archive.size_on_disk() / 1e6:.1f} MB"),
        ("Embedder", stats.embedder),
        ("Folder", str(archive.folder.resolve())),
    ]
    months = histogram.without_gaps(archive.months())
    return markup.render(
        "statistics.html",
        figures=markup.table_html(("", ""), rows),
        months=months,
        columns=histogram.columns(months),
        publishers=publishers,
        languages=[(language_name(code), count) for code, count in archive.languages()],
        most=_PUBLISHERS,
        folded=markup.folded_table,
    )


def names_html(archive: Archive) -> str:
    """Return frequent names with how many articles mention them."""
    return markup.render("frequent.html", names=archive.names(), archive=archive.folder.name)


def language_name(code: str) -> str:
    """Return the English name of a language, or its ISO 639 code where it has none."""
    # Imported here because the chat page need not wait for it.
    from babel import Locale

    return str(Locale("en").languages.get(code, code))


def _managing() -> Managing:
    with gr.Row(elem_classes="dl-row"):
        name = gr.Textbox(label="Name of a new archive", max_lines=1)
        create = gr.Button("Create", variant="primary", scale=0, min_width=120)
    gr.HTML('<p class="dl-quiet">Choose among the archives at the top of the page.</p>')
    with gr.Row():
        delete = gr.Button(
            "Delete this archive with all its articles",
            size="sm",
            variant="stop",
            scale=0,
            min_width=300,
        )
    return Managing(name, create, delete, gr.JSON(visible=False), gr.JSON(visible=False))


def _wire_managing(managing: Managing, library: Library, access: Access) -> None:
    """Connect what makes and deletes archives; the page moves on to another one then."""

    def created(name: str, request: gr.Request) -> list[str]:
        with told():
            access.check(request.username, Role.ADMIN)
            return [library.create(name).folder.name]

    def deleted(sure: bool | None, request: gr.Request) -> list[str]:
        if not sure:
            return []
        with told():
            access.check(request.username, Role.ADMIN)
            library.delete(archive_of(library, request).folder.name)
        return [library.first.folder.name]

    go = "([name]) => { if (name) dateline.turnTo(name); }"
    managing.create.click(created, managing.name, managing.done, **QUIETLY).success(
        None, managing.done, None, js=go, **QUIETLY
    )
    managing.delete.click(
        deleted,
        managing.sure,
        managing.done,
        js="() => confirm('Delete this archive with all its articles? This cannot be undone.')",
        **QUIETLY,
    ).success(None, managing.done, None, js=go, **QUIETLY)
