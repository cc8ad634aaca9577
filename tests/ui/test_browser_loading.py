"""A first start: the page is there before its models are, and says how far they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import rag
from rag.errors import ModelError
from tests.fakes import BagOfWords, Script
from tests.ui.steps import PATIENCE

pytestmark = pytest.mark.browser

# Notes what Gradio shows of its own while the shell stands, and whether the shell stood at all.
WATCH = """
window.foreign = [];
new MutationObserver(() => {
  if (!document.getElementById("dl-shell")) return;
  window.stood = true;
  for (const shown of document.querySelectorAll("[data-testid=status-tracker]")) {
    if (shown.checkVisibility()) foreign.push(shown.textContent);
  }
}).observe(document, { subtree: true, childList: true });
"""
ASKED = "How many boats has the harbour?"


@pytest.fixture
def archive(tmp_path):
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as opened:
        opened.ingest(rag.Article(title="The harbour", text="The harbour has 300 boats.", id="h"))
        yield opened


@pytest.mark.parametrize("width", [390, 1400])
def test_a_question_asked_while_a_model_is_fetched_is_answered_when_it_is_there(
    archive, fetched, serve, visit, width
):
    start = fetched(lambda *_, **__: Script("The harbour has 300 boats. [1]"))
    address = serve(archive, models=start.models)
    start.models.load_in_background(archive)
    page = visit(address, viewport={"width": width, "height": 800})
    status = page.locator("#dl-models")
    expect(status).to_contain_text("Fetching a model: 30 of 92 MB. You can ask already")
    expect(status.locator("progress")).to_have_attribute("value", "30000000")
    expect(page.locator(".dl-welcome")).to_contain_text("Questions to begin with appear here when")
    page.wait_for_function("dateline.there")
    page.fill("#dl-ask textarea", ASKED)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-chat")).to_contain_text("Loading the models")
    start.go.set()
    expect(page.locator("#m1")).to_contain_text("300 boats", timeout=3 * PATIENCE * 1000)
    expect(status).to_be_hidden()


def test_a_question_in_the_line_says_that_the_models_are_loaded(archive, fetched, serve, visit):
    start = fetched(lambda *_, **__: Script("The harbour has 300 boats. [1]"))
    address = serve(archive, models=start.models)
    start.models.load_in_background(archive)
    for _ in range(start.models.line.limits.at_once):
        start.models.line.enter("another")
    page = visit(address)
    page.wait_for_function("dateline.there")
    page.fill("#dl-ask textarea", ASKED)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-chat")).to_contain_text("Loading the models")
    start.go.set()
    expect(page.locator("#dl-chat")).to_contain_text("You are next; about")


def test_a_model_that_cannot_be_had_is_told_once_with_the_command_that_brings_it(
    archive, fetched, serve, visit
):
    def lacking(*_, **__):
        raise ModelError("it is not here. Elsewhere run\n  pip download it\nand bring it")

    start = fetched(lacking)
    start.go.set()
    address = serve(archive, models=start.models)
    start.models.load_in_background(archive)
    for page in (visit(address), visit(address, viewport={"width": 390, "height": 800})):
        told = page.locator(".dl-problem:visible")
        expect(told).to_have_text("It is not here. Elsewhere run pip download it and bring it.")
        expect(page.locator("#dl-models .dl-command")).to_have_text("pip download it")
        page.fill("#dl-ask textarea", ASKED)
        page.keyboard.press("Enter")
        expect(page.locator("#dl-chat .dl-problem")).to_be_visible()
        expect(told).to_have_count(1)


def test_nothing_of_gradio_is_seen_before_the_page_is_drawn(archive, serve, browser):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(serve(archive, generator=Script("x")))
    page.wait_for_selector("#dl-ask textarea")
    assert page.evaluate("window.stood")
    assert page.evaluate("foreign") == []
    page.wait_for_function("dateline.there")
    # Nor does it keep words for other programs and buttons for the keyboard out of sight.
    hidden = page.locator("[data-testid=status-tracker]").all()
    assert hidden
    assert not any(tracker.is_visible() for tracker in hidden)
    context.close()


def test_the_box_has_the_focus_except_on_a_phone_whose_keyboard_would_open(archive, serve, visit):
    address = serve(archive, generator=Script("x"))
    for options, focused in (({}, "dl-question"), ({"has_touch": True, "is_mobile": True}, "")):
        page = visit(address, **options)
        page.wait_for_function("dateline.there")
        assert page.evaluate("document.activeElement.id") == focused
