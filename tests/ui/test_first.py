"""The first screen: who is shown what an ingest did."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from rag import Article
from rag.types import IngestReport
from ui.web.chat import first, layout
from ui.web.chat.examples import Examples
from ui.web.common.jobs import Jobs
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.network.access import Access

REQUEST = SimpleNamespace(query_params={}, username=None)
# What was shown last, and whether the page had seen articles being added, come last.
PROGRESS, SEEN = -2, -1


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def screen(archive, jobs):
    """Return what is called when the screen is opened, and at each look after that."""
    archive.ingest(Article(title="Storm", text="A storm hit the harbour."))
    library, models = Library(archive), Models()
    with gr.Blocks() as page:
        parts = layout.layout(library)
        first.wire(page, parts, library, models, jobs, Examples(models, given=()), Access())
    named = {made.fn.__name__: made.fn for made in page.fns.values()}
    return SimpleNamespace(opened=named["opened"], look=named["look"])


def test_the_report_of_an_earlier_ingest_is_not_shown(archive, jobs, screen):
    jobs.start(archive, lambda _: IngestReport(1, 1))
    jobs.of(archive).wait(5)
    opened = screen.opened(REQUEST)
    looked = screen.look(opened[SEEN], REQUEST)
    assert [opened[PROGRESS], looked[PROGRESS]] == ["", ""]


def test_a_page_that_has_seen_an_ingest_shows_its_report(archive, jobs, screen):
    go = threading.Event()
    jobs.start(archive, lambda _: go.wait(5) and IngestReport(1, 1))
    opened = screen.opened(REQUEST)
    assert "<progress" in opened[PROGRESS]
    go.set()
    jobs.of(archive).wait(5)
    looked = screen.look(opened[SEEN], REQUEST)
    assert "<b>1 read</b> = 1 added" in looked[PROGRESS]
    assert "<b>1 read</b>" in screen.look(looked[SEEN], REQUEST)[PROGRESS]
