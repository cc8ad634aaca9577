"""A browser uses the pages and the description of the API where both are mounted together."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.api.conftest import TOKEN
from tests.api.served import served
from ui.api.app import add_pages, build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from ui.api.app import Entry
    from ui.api.desk import Desk

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def address(desk: Desk, entry: Entry) -> Iterator[str]:
    app = add_pages(build(desk, entry=entry), desk, entry=entry, examples=["How long?"])
    with served(app) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def page() -> Iterator[Page]:
    if not CHROMIUM:
        # The automatic checks install it, and must not pass without it.
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("there is no Chromium here; install it, as with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.set_default_timeout(60_000)
        yield opened
        browser.close()


def test_a_question_on_the_page_is_answered_and_counted(address: str, page: Page) -> None:
    page.goto(f"{address}?token={TOKEN}")
    page.wait_for_selector(".dl-bar[data-ready=yes]")
    page.fill("#dl-ask textarea", "How many days did the ferry strike close the harbour?")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=closed the harbour of Valletta for")
    shown = httpx.get(f"{address}metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    assert 'dateline_questions_total{kind="answer"} 1.0' in shown
    page.goto(f"{address}archive")
    page.wait_for_selector("text=Ferry strike")


def test_the_description_asks_nobody_elsewhere(address: str, page: Page) -> None:
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{address}v1/docs?token={TOKEN}")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() > 10
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert faults == []
