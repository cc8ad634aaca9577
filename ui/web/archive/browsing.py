"""Browsing on the archive page: articles are listed, searched, read and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.archive import Archive
from rag.types import Article
from ui.web.common import cited, markup
from ui.web.common.frame import QUIETLY, Update, archive_of, told
from ui.web.common.library import Library
from ui.web.network.access import Access
from ui.web.network.users import Role

# Articles listed at a time.
_PER_PAGE = 15


@dataclass(frozen=True, slots=True)
class Browsing:
    """The components that show articles; `shift` is how many are passed over."""

    words: gr.Textbox
    since: gr.Textbox
    until: gr.Textbox
    publishers: gr.Dropdown
    look: gr.Button
    found: gr.HTML
    chosen: gr.Radio
    shift: gr.State
    back: gr.Button
    more: gr.Button
    article: gr.HTML
    delete: gr.Button
    sure: gr.JSON

    @property
    def query(self) -> list[gr.blocks.Block]:
        """The inputs of a look at the list."""
        return [self.words, self.since, self.until, self.publishers, self.shift]

    @property
    def listing(self) -> list[gr.blocks.Block]:
        """The outputs of a look at the list."""
        return [self.chosen, self.found, self.back, self.more, self.article, self.delete]


def layout() -> Browsing:
    """Return the components."""
    with gr.Row():
        words = gr.Textbox(
            label="Words", placeholder="Search titles and texts", scale=3, min_width=240
        )
        publishers = gr.Dropdown([], label="Publishers", multiselect=True, scale=2)
    with gr.Row(elem_classes="dl-row"):
        since = gr.Textbox(label="From", placeholder="YYYY-MM-DD", max_lines=1, min_width=120)
        until = gr.Textbox(label="To", placeholder="YYYY-MM-DD", max_lines=1, min_width=120)
        look = gr.Button("Show", variant="primary", scale=0, min_width=120)
    with gr.Row(elem_id="dl-columns"):
        with gr.Column(scale=2, min_width=320):
            found = gr.HTML()
            chosen = gr.Radio([], label="Articles", elem_id="dl-articles")
            with gr.Row():
                back = gr.Button("Previous", size="sm", interactive=False, min_width=80)
                more = gr.Button("Next", size="sm", interactive=False, min_width=80)
        with gr.Column(scale=3, min_width=320):
            article = gr.HTML(elem_id="dl-article")
            delete = gr.Button("Delete this article", size="sm", variant="stop", visible=False)
    return Browsing(
        words=words,
        since=since,
        until=until,
        publishers=publishers,
        look=look,
        found=found,
        chosen=chosen,
        shift=gr.State(0),
        back=back,
        more=more,
        article=article,
        delete=delete,
        sure=gr.JSON(visible=False),
    )


def wire(
    page: gr.Blocks, browsing: Browsing, library: Library, access: Access, *, changed: gr.State
) -> None:
    """Connect what shows articles, anew when `changed`, which a deletion changes."""

    def look(
        words: str,
        since: str,
        until: str,
        publishers: list[str] | None,
        shift: int,
        request: gr.Request,
    ) -> tuple[Update, ...]:
        archive = archive_of(library, request)
        with told():
            found = _found(archive, words, since, until, publishers, shift)
        choices = [(cited.article_line(item), item.id or "") for item in found[:_PER_PAGE]]
        span = f"{shift + 1} to {shift + len(choices)}" if choices else "No articles."
        return (
            gr.Radio(choices=choices, value=None, visible=bool(choices)),
            markup.status_html(span),
            gr.Button(interactive=shift > 0),
            gr.Button(interactive=len(found) > _PER_PAGE),
            "",
            gr.Button(visible=False),
        )

    def opened(id_: str | None, request: gr.Request) -> tuple[Update, Update]:
        if not id_:
            return "", gr.Button(visible=False)
        archive = archive_of(library, request)
        with told():
            article = archive.article(id_)
        may_delete = access.may(request.username, Role.EDITOR)
        shown = cited.article_html(article, linked=archive.linked(id_))
        return shown, gr.Button(visible=may_delete)

    def deleted(sure: bool | None, id_: str | None, request: gr.Request) -> Update:
        if not (sure and id_):
            return gr.skip()
        archive = archive_of(library, request)
        with told():
            access.check(request.username, Role.EDITOR)
            archive.delete(id_)
        return archive.stats().generation

    shown: dict[str, Any] = {
        "fn": look,
        "inputs": browsing.query,
        "outputs": browsing.listing,
        **QUIETLY,
    }
    page.load(**shown)
    changed.change(**shown)
    for asked in (browsing.look.click, browsing.words.submit):
        asked(lambda: 0, None, browsing.shift, **QUIETLY).then(**shown)
    browsing.back.click(
        lambda shift: max(0, shift - _PER_PAGE), browsing.shift, browsing.shift, **QUIETLY
    ).then(**shown)
    browsing.more.click(
        lambda shift: shift + _PER_PAGE, browsing.shift, browsing.shift, **QUIETLY
    ).then(**shown)
    browsing.chosen.change(
        opened, browsing.chosen, [browsing.article, browsing.delete], **QUIETLY
    ).then(None, browsing.chosen, None, js="(id) => dateline.show(id, 'dl-article')", **QUIETLY)
    browsing.delete.click(
        deleted,
        [browsing.sure, browsing.chosen],
        changed,
        js="(_, id) => [confirm('Delete this article from the archive?'), id]",
        **QUIETLY,
    )


def _found(
    archive: Archive,
    words: str,
    since: str,
    until: str,
    publishers: list[str] | None,
    shift: int,
) -> list[Article]:
    """Return the articles of one page of the list, and one more when there is one."""
    if not words.strip():
        return archive.articles(
            since=since, until=until, publishers=publishers, limit=_PER_PAGE + 1, offset=shift
        )
    wanted = shift + _PER_PAGE + 1
    found = archive.find(words, since=since, until=until, publishers=publishers, limit=wanted)
    return found[shift:]
