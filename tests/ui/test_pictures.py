"""Eleven states of the pages, at three widths and in both themes, beside pictures of them.

`tests.ui.pictures` says which differences count. A machine with quite other fonts is left out.
`DATELINE_PICTURES=write` takes the pictures anew, after somebody has looked at the pages.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import tempfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

import rag
from eval import report
from eval.measures import summarise
from eval.outcomes import EvalRun, Outcome
from eval.questions import Question
from tests.fakes import BagOfWords
from tests.ui import pictures
from tests.ui.steps import ask

pytestmark = pytest.mark.browser

# Their widths and heights in pixels, and their themes.
LOOKS = {
    "wide": (1400, 900, "light"),
    "tablet": (768, 1000, "dark"),
    "phone": (390, 800, "light"),
}
TABS = ("Articles", "Add", "Alerts", "Statistics", "Archives")
# The width of a line of text in the font of the pages, and the share by which it may differ.
LINE_WIDTH = """() => {
  const line = document.createElement("canvas").getContext("2d");
  line.font = `16px ${getComputedStyle(document.body).fontFamily}`;
  return line.measureText("The quick brown fox jumps over the lazy dog").width;
}"""
FONT = 0.03
# The texts in sight whose colour is too near to what they stand on, with the contrast of WCAG 2;
# large letters need less of it, and what cannot be used yet none.
PALE = """() => {
  const parts = (css) => (css.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (value) =>
    value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const over = ([red, green, blue, alpha = 1], below) =>
    [red, green, blue].map((value, n) => alpha * value + (1 - alpha) * below[n]);
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const own = parts(getComputedStyle(element).backgroundColor);
    return own[3] === undefined ? own : over(own, ground(element.parentElement));
  };
  const pale = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim();
    const element = texts.currentNode.parentElement;
    const box = element.getBoundingClientRect();
    const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!text || !seen || box.width < 2 || box.height < 2 || element.closest(":disabled")) continue;
    const style = getComputedStyle(element);
    const below = ground(element);
    const [one, other] = [over(parts(style.color), below), below].map(luminance);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const least = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    if (ratio < least) pale.add(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return [...pale];
}"""
ASKED = "How many boats did the harbour storm sink?"
STORMS = (
    ("January", "Rye", 3, "2024-01-10"),
    ("March", "Hull", 5, "2024-03-04"),
    ("June", "Dover", 8, "2024-06-21"),
)


@pytest.fixture
def coast(tmp_path):
    with rag.Archive.open(tmp_path / "coast", embedder=BagOfWords()) as opened:
        opened.ingest(
            [
                rag.Article(
                    title=f"{month} storm in {town}",
                    text=f"The {month} harbour storm sank {boats} boats in {town}. "
                    "Ann Lee thanked the crews of Port Lympne.",
                    id=month,
                    date=date,
                    publisher="Coast Post",
                )
                for month, town, boats, date in STORMS
            ]
        )
        _evaluate(opened)
        rag.Archive.open(tmp_path / "empty", embedder=BagOfWords()).close()
        yield opened


def _evaluate(archive):
    """Write two reports on two questions."""
    asked = (Question("1", "Who?", answers=("Ann",)), Question("2", ASKED, answers=("8",)))
    right, wrong = (
        Outcome(question, said, False, f1, holds_answer=bool(f1))
        for question, said, f1 in zip(asked, ("Ann", "5 boats"), (1.0, 0.0), strict=True)
    )
    first = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    for day, outcomes in enumerate(((right,), (right, wrong))):
        run = EvalRun(first + dt.timedelta(days=day), outcomes)
        report.write(report.Report(run, summarise(run), {}), archive.folder / report.FOLDER)


@pytest.fixture
def first_start(fetched):
    """Return the models of a first start, of which one is fetched until they may go on."""
    return fetched(lambda *_, **__: None)


def states(page, address, first_start):
    """Yield the name of each state as the page shows it."""
    expect(page.locator("#dl-models progress")).to_be_visible()
    yield "first start"
    first_start.go.set()
    expect(page.locator("#dl-models progress")).to_be_hidden()
    expect(page.locator(".dl-welcome h2")).to_be_visible()
    expect(page.locator("#dl-names li")).to_have_count(2)
    yield "first screen"
    page.locator("[data-filter=names] button").first.click()
    page.locator("#dl-names").get_by_role("checkbox", name="Port Lympne").check()
    page.locator("#dl-names label").last.hover()
    yield "filters"
    page.keyboard.press("Escape")
    ask(page, ASKED)
    expect(page.get_by_role("button", name="Dislike", exact=True)).to_be_attached()
    yield "answer"
    page.locator("#m1 .dl-mark").first.click()
    expect(page.locator("#m1-1")).to_be_in_viewport()
    # It slides in.
    page.wait_for_timeout(600)
    yield "source"
    page.locator(".dl-side-top button:visible").click()
    page.get_by_role("button", name="Show a timeline").click()
    expect(page.locator(".dl-timeline li")).to_have_count(3)
    page.wait_for_timeout(600)
    yield "timeline"
    page.goto(address)
    # The conversation comes back.
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    ask(page, "What is the best recipe for onion soup?", answers=2)
    yield "refusal"
    page.goto(f"{address}?archive=empty")
    expect(page.locator("#dl-drop")).to_be_visible()
    yield "empty"
    page.goto(f"{address}archive")
    expect(page.locator(".dl-entry")).to_have_count(3)
    yield "archive"
    page.goto(f"{address}archive#statistics")
    page.reload()
    expect(page.locator(".dl-statistics .dl-bars")).to_be_visible()
    expect(page.get_by_role("heading", name="Articles by frequent name")).to_be_attached()
    yield "statistics"
    page.goto(f"{address}evaluation")
    expect(page.get_by_text("Not right in the last report: 1")).to_be_visible()
    yield "evaluation"


def rows_of_tabs(page):
    """Return the words on the tabs that can be seen in full, row by row."""
    rows = {}
    for tab in page.get_by_role("tab").all():
        expect(tab).to_be_in_viewport(ratio=1)
        assert tab.evaluate("tab => tab.scrollWidth <= tab.clientWidth")
        rows.setdefault(round(tab.bounding_box()["y"]), []).append(tab.inner_text())
    return list(rows.values())


def still(page):
    """Return a picture of the page without what differs from run to run."""
    page.evaluate(
        """() => {
          for (const cell of document.querySelectorAll("td")) {
            if (cell.textContent.startsWith("/")) cell.textContent = "/archives/coast";
          }
        }"""
    )
    return pictures.small(page.screenshot(animations="disabled"))


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_look_as_they_did(coast, first_start, serve, visit, look):
    width, height, scheme = LOOKS[look]
    address = serve(coast, examples=[ASKED], models=first_start.models)
    first_start.models.load_in_background(coast)
    page = visit(
        address,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    writes = os.environ.get("DATELINE_PICTURES") == "write"
    line = page.evaluate(LINE_WIDTH)
    different = {}
    for state in states(page, address, first_start):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        if state == "archive":
            assert rows_of_tabs(page) == [list(TABS)]
        name, now = f"{state.replace(' ', '-')}-{look}", still(page)
        if writes:
            pictures.keep(now, name, line=line)
        before, was = pictures.kept(name)
        if abs(line / was - 1) > FONT:
            pytest.skip(f"other fonts than the pictures were taken with: {line} to {was} px")
        if places := pictures.changed(now, before):
            different[state] = places[:5]
            now.save(Path(tempfile.gettempdir()) / f"{name}.png")
    assert different == {}, (
        "look at the pages, then take the pictures anew with DATELINE_PICTURES=write; those of "
        f"now are in {tempfile.gettempdir()}"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read_in_both_themes(coast, first_start, serve, visit, scheme):
    address = serve(coast, examples=[ASKED], models=first_start.models)
    first_start.models.load_in_background(coast)
    page = visit(
        address,
        viewport={"width": 1400, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    pale = {}
    for state in states(page, address, first_start):
        assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1400, state
        pale[state] = page.evaluate(PALE)
    assert {state: texts for state, texts in pale.items() if texts} == {}


def drawn(*boxes):
    """Return a page of 400 by 400 pixels with boxes of a colour each."""
    page = Image.new("RGB", (400, 400), "#fbfaf7")
    for colour, box in boxes:
        page.paste(colour, box)
    written = io.BytesIO()
    page.save(written, "png")
    return pictures.small(written.getvalue())


PANEL = ("#1d5b8a", (80, 80, 160, 120))


@pytest.mark.parametrize(
    "now",
    [
        (),
        (("#1d5b8a", (112, 80, 192, 120)),),
        (("#1d5b8a", (80, 112, 160, 152)),),
        (("#59616b", (80, 80, 160, 120)),),
        (PANEL, ("#f1efe9", (240, 240, 320, 280))),
    ],
    ids=["gone", "right", "down", "grey", "new"],
)
def test_what_is_gone_moved_or_coloured_otherwise_is_found(now):
    assert pictures.changed(drawn(*now), drawn(PANEL))


def test_what_moved_by_a_hair_or_is_a_line_of_text_is_no_change():
    assert pictures.changed(drawn(("#1d5b8a", (86, 76, 166, 116))), drawn(PANEL)) == []
    assert pictures.changed(drawn(PANEL, ("#1c2127", (80, 200, 300, 214))), drawn(PANEL)) == []
