"""One conversation in several browsers and tabs: nothing that was said is lost, or asked twice."""

from __future__ import annotations

import json
import re
import threading

import pytest
from playwright.sync_api import expect

import rag
from rag.store.shared.database import Shared
from tests.fakes import BagOfWords, Script
from tests.ui.steps import PATIENCE, ask
from ui.web import app
from ui.web.common import frame
from ui.web.conversations.kept import Conversations
from ui.web.network.access import Access
from ui.web.network.users import Users

pytestmark = pytest.mark.browser

PASSWORD = "a long password"
TOWNS = {"Adria": 20, "Borno": 21, "Cadiz": 22}
ADRIA, BORNO, CADIZ = (f"How many cranes has the harbour of {town}?" for town in TOWNS)


class Cranes(Script):
    """A generator that answers for the town that the question names, and counts what it is asked.

    With `go` each answer waits for it in the middle.
    """

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []

    def stream(self, messages, *, max_new_tokens, stop=None):
        asked = messages[-1].content.rpartition("harbour of")[2]
        town = next(town for town in TOWNS if town in asked)
        self.questions.append(town)
        yield f"The harbour of {town} has {TOWNS[town]} cranes. [1] The harbour of {town}"
        if self.go:
            assert self.go.wait(PATIENCE)
        yield " has 300 boats. [1]"


@pytest.fixture
def archive(tmp_path):
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as opened:
        opened.ingest(
            [
                rag.Article(
                    title=f"The harbour of {town}",
                    text=f"The harbour of {town} has {number} cranes. "
                    f"The harbour of {town} has 300 boats.",
                    id=town,
                    date="2023-01-10",
                )
                for town, number in TOWNS.items()
            ]
        )
        yield opened


@pytest.fixture
def cranes():
    return Cranes()


@pytest.fixture
def kept(tmp_path):
    """The conversations of Ann, who may log in."""
    users = Users(Shared.beside(tmp_path))
    users.add("ann", PASSWORD)
    return Conversations(users.shared)


@pytest.fixture
def ann(archive, cranes, kept, browser):
    """Return a function that opens the page in another browser of Ann's."""
    users = Users(Shared.beside(archive.folder.parent))
    page = app.build(archive, generator=cranes, access=Access(users, trusted=False), examples=[])
    address = frame.serve(page, host="0.0.0.0", port=0, users=users, quiet=True)
    contexts = []

    def opened():
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 850}))
        contexts[-1].set_default_timeout(PATIENCE * 1000)
        tab = contexts[-1].new_page()
        tab.goto(address.replace("0.0.0.0", "127.0.0.1") + "login")
        tab.fill("input[name=name]", "ann")
        tab.fill("input[name=password]", PASSWORD)
        tab.click("button")
        ready(tab)
        return tab

    yield opened
    for context in contexts:
        context.close()
    page.close()


def ready(page):
    """Wait until a page has brought back what it showed."""
    page.wait_for_selector(".dl-bar[data-ready=yes]")
    page.wait_for_function("dateline.there")


def reloaded(page):
    page.reload()
    ready(page)


def opened(page, *titles):
    """Open the first of the conversations of those titles."""
    page.get_by_role("button", name="Conversations", exact=True).click()
    entries = page.locator("#dl-kept .dl-open")
    expect(entries).to_have_text(list(titles))
    entries.first.click()
    page.get_by_role("button", name="Close the conversations").click()


def asked(page):
    return page.locator("#dl-chat .dl-question")


def held(kept):
    """Return the questions of each conversation that the server keeps of Ann."""
    records = kept.news("ann", archive="town", known={}).records
    return sorted([item["asked"] for item in record["answers"]] for record in records)


def stored(page):
    """Return the questions of each conversation that the browser keeps."""
    return sorted(
        page.evaluate(
            """() => Object.keys(localStorage).map((key) => JSON.parse(localStorage.getItem(key)))
              .filter((record) => record?.answers)
              .map((record) => record.answers.map((item) => item.asked))"""
        )
    )


def test_a_page_loaded_anew_shows_what_was_said_in_another_browser(ann, kept):
    one, other = ann(), ann()
    ask(one, ADRIA)
    reloaded(other)
    opened(other, ADRIA)
    ask(other, BORNO, answers=2)
    reloaded(one)
    expect(asked(one)).to_have_text([ADRIA, BORNO])
    assert held(kept) == [[ADRIA, BORNO]]
    ask(one, CADIZ, answers=3)
    assert held(kept) == [[ADRIA, BORNO, CADIZ]]


def test_where_two_browsers_went_on_both_are_kept(ann, kept):
    one, other = ann(), ann()
    ask(one, ADRIA)
    reloaded(other)
    opened(other, ADRIA)
    ask(other, BORNO, answers=2)
    ask(one, CADIZ, answers=2)
    expect(asked(one)).to_have_text([ADRIA, CADIZ])
    assert held(kept) == [[ADRIA, BORNO], [ADRIA, CADIZ]]
    # From now on they are two.
    reloaded(one)
    expect(asked(one)).to_have_text([ADRIA, CADIZ])
    ask(one, ADRIA, answers=3)
    assert held(kept) == [[ADRIA, BORNO], [ADRIA, CADIZ, ADRIA]]
    opened(one, f"{ADRIA} (2)", ADRIA)
    assert stored(one) == [[ADRIA, BORNO], [ADRIA, CADIZ, ADRIA]]


def test_where_two_tabs_of_one_browser_went_on_both_are_kept(archive, cranes, serve, visit):
    one = visit(serve(archive, generator=cranes))
    ready(one)
    ask(one, ADRIA)
    other = one.context.new_page()
    other.goto(one.url)
    ready(other)
    opened(other, ADRIA)
    ask(other, BORNO, answers=2)
    ask(one, CADIZ, answers=2)
    assert stored(one) == [[ADRIA, BORNO], [ADRIA, CADIZ]]
    reloaded(one)
    expect(asked(one)).to_have_text([ADRIA, CADIZ])
    ask(one, BORNO, answers=3)
    reloaded(other)
    expect(asked(other)).to_have_text([ADRIA, BORNO])
    assert stored(one) == [[ADRIA, BORNO], [ADRIA, CADIZ, BORNO]]


def named(page, title):
    """Give the first conversation of the list another name."""
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.locator("#dl-kept li").first.hover()
    page.get_by_role("button", name="Rename").first.click()
    page.locator(".dl-rename:visible").fill(title)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-kept .dl-open").first).to_have_text(title)
    page.get_by_role("button", name="Close the conversations").click()


def titles(page):
    return page.evaluate(
        """() => Object.keys(localStorage).map((key) => JSON.parse(localStorage.getItem(key)))
          .filter((record) => record?.answers).map((record) => record.title)"""
    )


def test_a_name_stays_though_another_tab_goes_on_under_the_old_one(archive, cranes, serve, visit):
    one = visit(serve(archive, generator=cranes))
    ready(one)
    ask(one, ADRIA)
    other = one.context.new_page()
    other.goto(one.url)
    ready(other)
    opened(other, ADRIA)
    named(one, "Harbours")
    ask(other, BORNO, answers=2)
    assert titles(other) == ["Harbours"]
    named(other, "Cranes")
    reloaded(one)
    ask(one, CADIZ, answers=3)
    assert titles(one) == ["Cranes"]


def test_a_name_stays_though_another_browser_goes_on_under_the_old_one(ann, kept):
    one, other = ann(), ann()
    ask(one, ADRIA)
    reloaded(other)
    opened(other, ADRIA)
    named(one, "Harbours")
    ask(other, BORNO, answers=2)
    (record,) = kept.news("ann", archive="town", known={}).records
    assert (record["title"], len(record["answers"])) == ("Harbours", 2)
    assert titles(other) == ["Harbours"]


def test_a_tab_closed_in_mid_answer_takes_nothing_with_it(ann, kept, cranes):
    one, other = ann(), ann()
    ask(one, ADRIA)
    cranes.go = threading.Event()
    one.fill("#dl-ask textarea", BORNO)
    one.keyboard.press("Enter")
    expect(one.locator("#m2")).to_contain_text("21 cranes")
    again = one.context.new_page()
    one.close()
    cranes.go.set()
    for page in (again, other):
        page.goto(re.sub(r"\?.*", "", other.url))
        ready(page)
    assert held(kept) in ([[ADRIA]], [[ADRIA, BORNO]])
    opened(again, ADRIA)
    before = len(held(kept)[0])
    ask(again, CADIZ, answers=before + 1)
    assert held(kept)[0][0::before] == [ADRIA, CADIZ]


def waiting(page, question):
    """Ask, and return under which name the browser keeps the question meanwhile, and how."""
    page.fill("#dl-ask textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-chat .dl-answer").last).to_contain_text("cranes")
    return page.evaluate(
        """() => Object.entries(localStorage)
          .find(([name]) => name.startsWith("dateline-waiting/"))"""
    )


def test_an_answer_that_came_after_the_page_was_gone_is_shown_and_not_asked_for_again(
    ann, kept, cranes
):
    one = ann()
    ask(one, ADRIA)
    before = one.evaluate("({ ...localStorage })")
    cranes.go = threading.Event()
    question = waiting(one, BORNO)
    cranes.go.set()
    expect(one.locator("#dl-chat .dl-footer")).to_have_count(2)
    ready(one)
    # As if the browser had heard nothing of the answer that the server keeps.
    one.evaluate(
        """([before, question]) => {
          for (const name in before) localStorage.setItem(name, before[name]);
          localStorage.setItem(...question);
        }""",
        [before, question],
    )
    reloaded(one)
    expect(asked(one)).to_have_text([ADRIA, BORNO])
    assert held(kept) == [[ADRIA, BORNO]]
    assert cranes.questions == ["Adria", "Borno"]


def test_a_page_loaded_anew_in_mid_answer_has_it_once(ann, kept, cranes):
    one = ann()
    ask(one, ADRIA)
    cranes.go = threading.Event()
    waiting(one, BORNO)
    one.reload()
    one.wait_for_selector(".dl-bar[data-ready=no]")
    cranes.go.set()
    expect(one.locator("#dl-chat .dl-footer")).to_have_count(2)
    ready(one)
    reloaded(one)
    expect(asked(one)).to_have_text([ADRIA, BORNO])
    assert held(kept) == [[ADRIA, BORNO]]


def test_a_tab_that_is_duplicated_leaves_the_question_to_the_other(archive, cranes, serve, visit):
    one = visit(serve(archive, generator=cranes))
    ready(one)
    cranes.go = threading.Event()
    waiting(one, ADRIA)
    other = one.context.new_page()
    held_there = json.dumps(one.evaluate("({ ...sessionStorage })"))
    other.add_init_script(f"Object.assign(sessionStorage, {held_there})")
    other.goto(one.url)
    ready(other)
    cranes.go.set()
    expect(one.locator("#dl-chat .dl-footer")).to_have_count(1)
    assert cranes.questions == ["Adria"]
    expect(asked(other)).to_have_count(0)
