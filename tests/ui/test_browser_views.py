"""The timeline, the suggestions and the evaluation view in a real browser."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

import rag
from eval import report
from eval.measures import summarise
from eval.outcomes import EvalRun, Outcome
from eval.questions import Question
from tests.fakes import BagOfWords
from tests.ui.steps import ask
from ui.watching.alerts import Alerts

pytestmark = pytest.mark.browser

ASKED = "How many boats did the harbour storm sink?"
STORMS = (
    ("January", "Rye", "Ann Lee", 3, "2024-01-10"),
    ("March", "Hull", "Bo Fisk", 5, "2024-03-04"),
    ("June", "Dover", "Cy Moss", 8, "2024-06-21"),
)


@pytest.fixture
def storms(tmp_path):
    with rag.Archive.open(tmp_path / "coast", embedder=BagOfWords()) as opened:
        opened.ingest(
            [
                rag.Article(
                    title=f"{month} storm in {town}",
                    text=f"The {month} harbour storm sank {boats} boats in {town}. "
                    f"{mayor}, the mayor of {town}, thanked the crews from Port Lympne.",
                    id=month.lower(),
                    date=date,
                    publisher="Coast Post",
                )
                for month, town, mayor, boats, date in STORMS
            ]
        )
        yield opened


def draw(page, first, last, *, of):
    """Draw across the bars of the timeline, from one to another of `of`."""
    box = page.locator(".dl-span svg").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * (first + 0.5) / of, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (last + 0.5) / of, middle, steps=4)
    page.mouse.up()


def test_a_timeline_of_an_answer_is_drawn_across_and_leads_to_articles(storms, serve, visit):
    page = visit(serve(storms))
    ask(page, ASKED)
    page.locator("#m1").hover()
    page.get_by_role("button", name="Show a timeline").click()
    timeline = page.locator(".dl-timeline")
    expect(timeline.locator("h2")).to_be_visible()
    entries = timeline.locator("li")
    expect(entries).to_have_count(3)
    days = entries.evaluate_all("found => found.map((entry) => entry.dataset.day)")
    assert days == ["2024-01-10", "2024-03-04", "2024-06-21"]
    # Bars from January to June: March to May has one article.
    draw(page, 2, 4, of=6)
    expect(timeline.locator("li:visible")).to_have_count(1)
    expect(timeline.locator("li:visible")).to_contain_text("4 March 2024")
    timeline.locator("li:visible a").click()
    expect(page.locator("#dl-reader h2")).to_have_text("March storm in Hull")
    expect(page.locator("#dl-reader h2")).to_be_in_viewport()


def test_the_archive_page_has_a_timeline_of_what_its_list_shows(storms, serve, visit):
    page = visit(f"{serve(storms)}archive")
    expect(page.locator(".dl-entry")).to_have_count(3)
    page.get_by_role("button", name="Timeline").click()
    expect(page.locator(".dl-timeline li")).to_have_count(3)
    draw(page, 0, 2, of=6)
    expect(page.locator(".dl-timeline li:visible")).to_have_count(2)
    # The same bar once more shows all again.
    draw(page, 0, 0, of=6)
    expect(page.locator(".dl-timeline li:visible")).to_have_count(3)
    page.get_by_role("button", name="Timeline").click()
    expect(page.locator(".dl-timeline")).to_have_count(0)


def test_a_suggestion_is_asked_with_a_click(storms, serve, visit):
    page = visit(serve(storms))
    ask(page, ASKED)
    chips = page.get_by_role("group", name="Follow-up questions").get_by_role("button")
    expect(chips.first).to_be_visible()
    question = chips.first.inner_text()
    chips.first.click()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(2)
    assert question in page.locator("#dl-chat").inner_text()
    expect(page.locator("#dl-chat .dl-refusal")).to_have_count(0)


def test_reports_are_compared_and_a_wrong_answer_leads_to_its_article(storms, serve, visit):
    question = Question("2", ASKED, answers=("8",), gold_articles=("june",))
    wrong = Outcome(question, "5 boats", False, 0.0, holds_answer=False)
    right = Outcome(Question("1", "Who?", answers=("Ann",)), "Ann", False, 1.0, holds_answer=True)
    first = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    for day, outcomes in enumerate(((right,), (right, wrong))):
        run = EvalRun(first + dt.timedelta(days=day), outcomes)
        report.write(report.Report(run, summarise(run), {}), storms.folder / report.FOLDER)
    address = serve(storms)
    page = visit(f"{address}evaluation")
    table = page.get_by_role("region", name="Verdicts by kind of question")
    expect(table.get_by_role("columnheader")).to_have_count(3)
    last = table.get_by_role("row").filter(has_text="all questions").get_by_role("img").first
    expect(last).to_have_attribute("aria-label", "1 right, 1 wrong")
    expect(table).to_contain_text("1 of 2 right (50 %), 1 wrong")
    expect(page.get_by_text("Not right in the last report: 1")).to_be_visible()
    miss = page.locator(".dl-miss")
    expect(miss.get_by_text("5 boats")).to_be_hidden()
    miss.locator("summary").click()
    expect(miss.get_by_text("5 boats")).to_be_visible()
    miss.get_by_role("link", name="June storm in Dover").click()
    expect(page.locator("#dl-article h2")).to_have_text("June storm in Dover")
    page.go_back()
    page.locator(".dl-miss summary").click()
    page.get_by_role("link", name="Ask it now").click()
    expect(page.locator("#dl-ask textarea")).to_have_value(ASKED)


def test_questions_are_saved_asked_again_and_removed_on_the_page(storms, serve, visit):
    page = visit(f"{serve(storms)}archive#alerts")
    asked = "How many boats did the June harbour storm sink?"
    page.get_by_label("Ask again when articles come in").fill(asked)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 saved question")).to_be_visible()
    expect(page.locator(".dl-saved")).to_contain_text("sank 8 boats")
    [june] = [item for item in storms.articles() if item.id == "june"]
    storms.ingest(rag.Article(june.title, june.text.replace("8", "9"), id="june", date=june.date))
    page.get_by_role("button", name="Ask them again now").click()
    expect(page.get_by_role("heading", name="Answers that changed")).to_be_visible()
    expect(page.get_by_text("1 answer changed.")).to_be_visible()
    changed = page.locator(".dl-changes")
    expect(changed).to_contain_text("sank 8 boats")
    expect(changed).to_contain_text("sank 9 boats")
    changed.get_by_role("link", name="June storm in Dover").last.click()
    expect(page.locator("#dl-article h2")).to_have_text("June storm in Dover")
    page.get_by_role("tab", name="Alerts").click()
    page.get_by_role("button", name=f"Remove: {asked}").click()
    expect(page.get_by_text("No saved questions.")).to_be_visible()
    assert Alerts(storms).saved() == []


def test_a_frequent_name_narrows_the_answers(storms, serve, visit):
    page = visit(serve(storms))
    chip = page.locator("[data-filter=names]")
    chip.get_by_role("button").first.click()
    entry = page.locator("#dl-names li").filter(has_text="Port Lympne")
    expect(entry).to_contain_text("3")
    entry.get_by_role("checkbox").check()
    page.get_by_label("Only articles that mention").fill("Bo Fisk")
    page.keyboard.press("Enter")
    expect(chip).to_contain_text("2 names")
    page.keyboard.press("Escape")
    ask(page, ASKED)
    expect(page.locator("#m1 .dl-text")).to_contain_text("5 boats")
    expect(page.locator("#m1 .dl-text")).not_to_contain_text("8 boats")
    chip.get_by_role("button", name="Undo: 2 names").click()
    expect(chip).to_contain_text("All names")


def test_frequent_names_are_counted_and_lead_to_a_question(storms, serve, visit):
    page = visit(f"{serve(storms)}archive#statistics")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Port Lympne"))
    expect(row).to_contain_text("3")
    row.get_by_role("link").click()
    expect(page.locator("#dl-ask textarea")).to_have_value("What is known about Port Lympne?")


# The control that has the focus, unless a line around it shows that it has.
UNSEEN = """async () => {
  await new Promise((go) => setTimeout(go, 40));
  const control = document.activeElement;
  const style = getComputedStyle(control);
  const accent = getComputedStyle(document.querySelector(".gradio-container"))
    .getPropertyValue("--dl-accent").trim();
  const probe = Object.assign(document.createElement("i"), { style: `color: ${accent}` });
  const colour = getComputedStyle(document.body.appendChild(probe)).color;
  probe.remove();
  const lined = style.outlineStyle === "solid" && style.outlineColor === colour;
  const ringed = style.boxShadow.includes(colour);
  return control === document.body || lined || ringed ? "" : control.outerHTML.slice(0, 80);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["archive", "evaluation"])
def test_every_control_shows_that_it_has_the_focus(storms, serve, visit, name, theme):
    # Without the moment in which a button takes its line on, but for a millisecond.
    options = {"color_scheme": theme, "reduced_motion": "reduce"}
    page = visit(f"{serve(storms)}{name}", **options)
    page.wait_for_selector("a.dl-entry, input[type=radio]")
    unseen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        # The little picture inside a field for a date has a line of its own.
        if not page.evaluate("document.activeElement.matches('[type=date]:not(:focus-visible)')"):
            unseen.add(page.evaluate(UNSEEN))
    assert unseen - {""} == set()


def test_the_choices_of_an_evaluation_have_the_colours_of_the_theme(storms, serve, visit):
    page = visit(f"{serve(storms)}evaluation", color_scheme="dark")
    colours = "(label) => getComputedStyle(label).backgroundColor"
    chosen, other = (
        page.locator(f"label:has(input[type=radio]{state})").first.evaluate(colours)
        for state in (":checked", ":not(:checked)")
    )
    assert (chosen, other) == ("rgb(36, 41, 46)", "rgb(29, 33, 37)")
