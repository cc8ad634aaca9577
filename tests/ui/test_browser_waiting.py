"""A question until its answer is there: seen at once, and never lost."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

import rag
from tests.fakes import BagOfWords, Script
from tests.ui.steps import ask

pytestmark = pytest.mark.browser

JOIN = re.compile("queue/join")
CRANES = "How many cranes has the harbour?"
BOATS = "How many boats has the harbour?"
ANSWER = ("The harbour has 22 cranes. [1] The harbour", " has 300 boats. [1]")


@pytest.fixture
def archive(tmp_path):
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as opened:
        text = "The harbour has 22 cranes. The harbour has 300 boats."
        opened.ingest(rag.Article(title="The harbour", text=text, id="h", date="2023-01-10"))
        yield opened


@pytest.fixture
def held(archive, serve, visit):
    """Return a page whose questions reach the server once `let` is called."""
    page = visit(serve(archive, generator=Script(*ANSWER)))
    ready(page)
    return Held(page)


class Held:
    """A page and the requests of its questions, kept back until they are let go."""

    def __init__(self, page) -> None:
        self.page = page
        self._routes = []
        self._holding = True
        page.route(JOIN, lambda route: self._take(route))

    def let(self, end=lambda route: route.continue_()):
        """Let them go to their server, or to another `end`; later ones reach it."""
        self._holding = False
        for route in self._routes:
            end(route)

    def _take(self, route) -> None:
        self._routes.append(route) if self._holding else route.continue_()


def ready(page):
    page.wait_for_selector(".dl-bar[data-ready=yes]")
    page.wait_for_function("dateline.there")


def enter(page, question):
    page.fill("#dl-ask textarea", question)
    page.keyboard.press("Enter")


def seen(page):
    """Return the questions that can be seen, whoever shows them."""
    return page.locator(".dl-question:visible p")


def place(page):
    return seen(page).last.bounding_box()


def unanswered(page):
    return page.locator(".dl-unanswered")


@pytest.mark.parametrize("width", [390, 1400])
def test_a_question_is_seen_before_the_server_has_it_and_stays_in_its_place(
    archive, serve, visit, width
):
    size = {"width": width, "height": 800}
    page = visit(serve(archive, generator=Script(*ANSWER)), viewport=size)
    ready(page)
    for answers in (1, 2):
        held = Held(page)
        question = f"{CRANES} {'And what else is told of it? ' * answers}".strip()
        enter(page, question)
        expect(seen(page)).to_have_count(answers)
        expect(seen(page).last).to_have_text(question)
        expect(page.locator(".dl-stop")).to_be_visible()
        expect(page.locator("#dl-ask textarea")).to_have_value("")
        page.wait_for_timeout(300)
        before = place(page)
        held.let()
        expect(page.locator("#dl-chat .dl-question")).to_have_count(answers)
        expect(page.locator(".dl-waiting")).to_be_hidden()
        after = place(page)
        assert after["x"] == pytest.approx(before["x"], abs=1)
        assert after["width"] == pytest.approx(before["width"], abs=1)
        if answers == 1:
            assert after["y"] == pytest.approx(before["y"], abs=1)
        expect(page.locator("#dl-chat .dl-footer")).to_have_count(answers)
        expect(seen(page)).to_have_count(answers)


def test_an_answer_is_scrolled_into_view_unless_its_reader_looks_back(archive, serve, visit):
    size = {"width": 800, "height": 560}
    generator = Script(*ANSWER)
    page = visit(serve(archive, generator=generator), viewport=size)
    ready(page)
    for answers in (1, 2, 3):
        ask(page, CRANES, answers=answers)
        expect(page.locator("#dl-chat .dl-footer").last).to_be_in_viewport()
        expect(seen(page).last).to_be_in_viewport()
    generator.go = threading.Event()
    enter(page, BOATS)
    expect(page.locator("#m4")).to_contain_text("22 cranes")
    # Who looks back does so after the page has come to rest, and is back before more is told.
    page.wait_for_timeout(500)
    page.evaluate("document.getElementById('dl-main').scrollTop = 0")
    page.wait_for_timeout(300)
    generator.go.set()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(4)
    expect(seen(page).first).to_be_in_viewport()


def test_an_answer_that_comes_whole_is_in_view_on_a_phone(archive, serve, visit):
    generator = Script("", "".join(ANSWER))
    page = visit(serve(archive, generator=generator), viewport={"width": 390, "height": 600})
    ready(page)
    for answers in range(1, 6):
        generator.go = threading.Event()
        enter(page, CRANES)
        expect(page.locator("#dl-chat .dl-question")).to_have_count(answers)
        page.wait_for_timeout(400)
        generator.go.set()
        expect(page.locator("#dl-chat .dl-footer")).to_have_count(answers)
        page.wait_for_timeout(300)
        expect(page.locator("#dl-chat .dl-footer").last).to_be_in_viewport(ratio=1)


def test_a_second_question_waits_in_the_box(held):
    enter(held.page, CRANES)
    enter(held.page, BOATS)
    expect(held.page.locator("#dl-ask textarea")).to_have_value(BOATS)
    held.let()
    expect(held.page.locator("#dl-chat .dl-footer")).to_have_count(1)
    expect(held.page.locator("#dl-ask textarea")).to_have_value(BOATS)


def test_stop_holds_also_before_the_server_has_the_question(archive, serve, visit):
    generator = Script(*ANSWER, go=threading.Event())
    page = visit(serve(archive, generator=generator))
    ready(page)
    held = Held(page)
    enter(page, CRANES)
    page.click(".dl-stop")
    held.let()
    ready(page)
    generator.go.set()
    expect(page.locator("#dl-chat .dl-question")).to_have_count(1)
    expect(page.locator(".dl-footer, .dl-status:visible")).to_contain_text(
        re.compile("stopped", re.I)
    )
    # It was stopped and not lost.
    page.reload()
    ready(page)
    expect(unanswered(page)).to_be_hidden()


def test_a_question_that_the_server_cannot_take_can_be_asked_again(held):
    page = held.page
    enter(page, CRANES)
    held.let(lambda route: route.fulfill(status=500, json={"detail": "no"}))
    expect(unanswered(page)).to_be_visible()
    expect(page.locator(".dl-send")).to_be_visible()
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#dl-kept .dl-open")).to_have_text([CRANES])
    page.get_by_role("button", name="Close the conversations").click()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    expect(seen(page)).to_have_text([CRANES])


def test_a_question_that_finds_no_server_is_asked_once_there_is_one(held):
    page = held.page
    enter(page, CRANES)
    held.let(lambda route: route.abort())
    expect(seen(page)).to_have_text([CRANES])
    # The page is loaded anew when its server answers again.
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    expect(seen(page)).to_have_text([CRANES])


def test_an_error_puts_the_question_back_and_shows_it_once(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*ANSWER)))
    ready(page)
    enter(page, "x" * 2001)
    expect(page.locator(".dl-problem")).to_be_visible()
    expect(page.locator("#dl-ask textarea")).to_have_value("x" * 2001)
    expect(seen(page)).to_have_count(1)
    page.reload()
    ready(page)
    expect(unanswered(page)).to_be_hidden()


def test_the_question_of_a_closed_tab_is_shown_with_a_way_to_ask_it(archive, serve, visit):
    generator = Script(*ANSWER)
    one = visit(serve(archive, generator=generator))
    ready(one)
    ask(one, CRANES)
    generator.go = threading.Event()
    enter(one, BOATS)
    expect(one.locator("#m2")).to_contain_text("22 cranes")
    other = one.context.new_page()
    other.goto(one.url)
    ready(other)
    # It is asked in the first tab as yet.
    expect(unanswered(other)).to_be_hidden()
    one.close()
    generator.go.set()
    other.reload()
    ready(other)
    # In the conversation that it was asked in.
    expect(seen(other)).to_have_text([CRANES, BOATS])
    expect(unanswered(other)).to_be_visible()
    other.get_by_role("button", name="Ask again").click()
    expect(other.locator("#dl-chat .dl-footer")).to_have_count(2)
    expect(seen(other)).to_have_text([CRANES, BOATS])
    other.reload()
    ready(other)
    expect(seen(other)).to_have_text([CRANES, BOATS])
    expect(unanswered(other)).to_be_hidden()


def test_a_lost_question_is_listed_and_discarded(archive, serve, visit):
    generator = Script(*ANSWER, go=threading.Event())
    one = visit(serve(archive, generator=generator))
    ready(one)
    enter(one, CRANES)
    expect(one.locator("#m1")).to_contain_text("22 cranes")
    other = one.context.new_page()
    one.close()
    generator.go.set()
    other.goto(one.url)
    ready(other)
    expect(seen(other)).to_have_text([CRANES])
    other.get_by_role("button", name="Conversations", exact=True).click()
    expect(other.locator("#dl-kept h3")).to_have_text(["Without an answer"])
    other.click(".dl-anew")
    expect(other.locator(".dl-welcome")).to_be_visible()
    other.locator("#dl-kept .dl-open").click()
    expect(seen(other)).to_have_text([CRANES])
    other.locator("#dl-waiting").get_by_role("button", name="Discard").click()
    expect(other.locator(".dl-welcome")).to_be_visible()
    other.reload()
    ready(other)
    expect(other.locator(".dl-welcome")).to_be_visible()
