"""Browsing on the archive page: articles are listed, read, edited, exported and deleted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.archive import Archive
from rag.types import Article
from ui.web.archive import listing
from ui.web.archive.listing import Listed, Wanted
from ui.web.common import cited, markup, timeline
from ui.web.common.frame import DOWNLOAD, QUIETLY, Update, archive_of, own_html, told
from ui.web.common.library import Library
from ui.web.network.access import Access
from ui.web.network.users import Role

_EVENTS = "dateline.connectBrowser(trigger, 'look', 'open', 'edit', 'remove', 'to_csv', 'to_json')"
_NOTHING_OPEN = markup.render("nothing_open.html")
_ORDERS = (
    ("best", "Best or newest"),
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
    ("title", "Title"),
    ("publisher", "Publisher"),
)


@dataclass(frozen=True, slots=True)
class Browsing:
    """The components that show articles.

    `query` and `saved` are not shown: they carry the query to the server, and an export back.
    """

    form: gr.HTML
    found: gr.HTML
    article: gr.HTML
    query: gr.JSON
    saved: gr.JSON


def layout(archive: Archive) -> Browsing:
    """Return the components."""
    form = own_html(form_html(archive), js_on_load=_EVENTS)
    with gr.Row(elem_id="dl-columns"):
        with gr.Column(scale=2, min_width=320):
            found = own_html("", elem_id="dl-articles")
        with gr.Column(scale=3, min_width=320):
            article = own_html(_NOTHING_OPEN, elem_id="dl-article")
    return Browsing(form, found, article, gr.JSON(visible=False), gr.JSON(visible=False))


def wire(
    page: gr.Blocks, browsing: Browsing, library: Library, access: Access, *, changed: gr.State
) -> None:
    """Connect what shows articles, anew when `changed`, which an edit and a deletion change."""

    def look(query: dict[str, Any] | None, request: gr.Request) -> Update:
        archive = archive_of(library, request)
        with told():
            wanted = Wanted.read(query)
            return list_html(listing.look(archive, wanted), wanted=wanted, archive=archive)

    def opened(event: gr.EventData, request: gr.Request) -> Update:
        archive = archive_of(library, request)
        with told():
            article = archive.article(str(event.article))
        return article_html(archive, article, editable=access.may(request.username, Role.EDITOR))

    def edited(event: gr.EventData, request: gr.Request) -> tuple[Update, Update]:
        archive = archive_of(library, request)
        with told():
            access.check(request.username, Role.EDITOR)
            article = edit(
                archive,
                str(event.article),
                title=str(event.title),
                date=str(event.date),
                publisher=str(event.publisher),
            )
        return article_html(archive, article, editable=True), archive.stats().generation

    def removed(event: gr.EventData, request: gr.Request) -> tuple[Update, Update]:
        archive = archive_of(library, request)
        with told():
            access.check(request.username, Role.EDITOR)
            archive.delete(str(event.article))
        return _NOTHING_OPEN, archive.stats().generation

    def exported(kind: str) -> Any:
        def export(query: dict[str, Any] | None, request: gr.Request) -> dict[str, str]:
            archive = archive_of(library, request)
            with told():
                text = listing.export(archive, Wanted.read(query), kind=kind)
            return {"name": f"{archive.folder.name}.{kind}", "text": text}

        return export

    asked: dict[str, Any] = {"js": "() => dateline.query()", **QUIETLY}
    page.load(look, browsing.query, browsing.found, **asked).then(
        None, js="() => dateline.browse()", **QUIETLY
    )
    changed.change(look, browsing.query, browsing.found, **asked)
    # What is asked while the list is looked for is looked for after that.
    browsing.form.look(look, browsing.query, browsing.found, trigger_mode="always_last", **asked)
    browsing.form.open(opened, None, browsing.article, **QUIETLY).success(
        None, js="() => dateline.show(true, 'dl-article')", **QUIETLY
    )
    for event, handler in ((browsing.form.edit, edited), (browsing.form.remove, removed)):
        event(handler, None, [browsing.article, changed], **QUIETLY)
    for event, kind in ((browsing.form.to_csv, "csv"), (browsing.form.to_json, "json")):
        event(exported(kind), browsing.query, browsing.saved, **asked).success(
            None, browsing.saved, None, js=DOWNLOAD, **QUIETLY
        )


def edit(archive: Archive, article_id: str, *, title: str, date: str, publisher: str) -> Article:
    """Change an article's title, date and publisher, and return it; blank ones go away.

    Raises `ValueError` for a bad date or a blank title, and `RagError` when it cannot be stored.
    """
    if not title.strip():
        raise ValueError("the title is blank; an article needs one to be found by")
    before = archive.article(article_id)
    after = dataclasses.replace(
        before,
        title=" ".join(title.split()),
        date=date.strip() or None,
        publisher=" ".join(publisher.split()) or None,
    )
    report = archive.ingest(after)
    if report.skipped:
        raise ValueError(f"the article stays as it was: {report.skipped[0].reason}")
    return archive.article(article_id)


def form_html(archive: Archive) -> str:
    """Return the fields that narrow and sort the list."""
    return markup.render("browse.html", publishers=archive.publishers(), orders=_ORDERS)


def list_html(listed: Listed, *, wanted: Wanted, archive: Archive) -> str:
    """Return one page of the list, with the way to the others."""
    return markup.render(
        "listed.html",
        listed=listed,
        wanted=wanted,
        most=archive.settings.limits.found_articles,
        archive=archive.folder.name,
        empty=not archive.stats().articles,
        meta=cited.meta,
        timeline=_timeline_html(listed, wanted) if wanted.timeline else "",
    )


def _timeline_html(listed: Listed, wanted: Wanted) -> str:
    entries = timeline.of_articles(listed.articles, words=wanted.words)
    return timeline.timeline_html(entries, title=wanted.words or "Articles")


def article_html(archive: Archive, article: Article, *, editable: bool) -> str:
    """Return an article to read, with its near-duplicates, and what may be done with it."""
    linked = archive.linked(article.id or "")
    return cited.article_html(article, linked=linked, editable=editable)
