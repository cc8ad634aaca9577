"""A browser for the tests of the pages, and the pages served to it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def browser():
    """Return Debian's Chromium, driven by Playwright."""
    # Imported here because most tests need none of it.
    from playwright.sync_api import sync_playwright

    from tests.ui.steps import CHROMIUM

    if not Path(CHROMIUM).exists():
        # The automatic checks install it, and must not pass without it.
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("there is no Chromium here; install it, as with: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class FirstStart:
    """Models of which one is fetched, 30 MB of 92, until `go` is set."""

    def __init__(self, load, monkeypatch, cache) -> None:
        from ui.web.common.models import Models

        self.go = threading.Event()
        monkeypatch.setenv("DATELINE_CACHE", str(cache))
        (cache / "downloads").mkdir(parents=True)
        with (cache / "downloads" / "part.whl").open("wb") as part:
            part.truncate(30_000_000)

        def slowly(*given, on_progress, **options):
            if not self.go.is_set():
                on_progress("Fetching it")
                self.go.wait(120)
            return load(*given, **options)

        monkeypatch.setattr("ui.web.common.models.load_generator", slowly)
        self.models = Models(name="dateline-writer")


@pytest.fixture
def fetched(monkeypatch, tmp_path):
    """Return a function that makes a `FirstStart`, of what loads its generator."""
    made = []

    def make(load):
        made.append(FirstStart(load, monkeypatch, tmp_path / "cache"))
        return made[-1]

    yield make
    for start in made:
        start.go.set()


@pytest.fixture
def visit(browser):
    """Return a function that opens an address as a new visitor."""
    from tests.ui.steps import PATIENCE

    contexts = []

    def opened(address, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 850}, **options})
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#dl-ask textarea, .tabs, .dl-verdicts, .dl-status")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def serve():
    """Return a function that serves the pages over an archive."""
    from ui.web import app
    from ui.web.common import frame

    pages = []

    def served(archive, **options):
        pages.append(app.build(archive, **options))
        return frame.serve(pages[-1], host="127.0.0.1", port=0, quiet=True)

    yield served
    for page in pages:
        page.close()
