"""Where the parts of the pages stand, at three widths, beside where they stood when last looked at.

Pictures would differ by fonts and by how a machine smooths letters; boxes differ by the width of a
letter, for which there is a tolerance. A machine with quite other fonts is left out.
`DATELINE_LAYOUT=write` takes the boxes of now, after somebody has looked at the pages.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

import rag
from tests.fakes import BagOfWords
from tests.ui.steps import ask

pytestmark = pytest.mark.browser

FILE = Path(__file__).with_name("layout.json")
WIDTHS = {1280: 850, 768: 1000, 390: 800}
TABS = ("Articles", "Add", "Alerts", "Statistics", "Archives")
# Pixels by which an edge may stand elsewhere: fonts differ by a line or two.
ACROSS, DOWN = 24, 60
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
STATES = {
    "first screen": {
        "header": ".dl-header",
        "title": ".dl-welcome h2",
        "bars": ".dl-over-time",
        "box": ".dl-box",
        "chips": ".dl-chips",
    },
    "answer": {
        "header": ".dl-header",
        "question": "#dl-chat .dl-question",
        "answer": "#m1 .dl-text",
        "actions": "#m1 .dl-actions",
        "box": ".dl-box",
    },
    "source": {
        "header": ".dl-header",
        "side": "#dl-side",
        "quote": "#m1-1",
        "title": "#dl-panel h3",
    },
    "archive": {
        "header": ".dl-header",
        "tabs": ".tabs [role=tablist]",
        "form": "#dl-browse",
        "list": ".dl-entries",
    },
    "statistics": {"header": ".dl-header", "months": ".dl-statistics .dl-bars"},
}


@pytest.fixture
def coast(tmp_path):
    with rag.Archive.open(tmp_path / "coast", embedder=BagOfWords()) as opened:
        opened.ingest(
            [
                rag.Article(
                    title=f"{month} storm in {town}",
                    text=f"The {month} harbour storm sank {boats} boats in {town}.",
                    id=month,
                    date=date,
                    publisher="Coast Post",
                )
                for month, town, boats, date in STORMS
            ]
        )
        yield opened


def states(page, address):
    """Yield the name of each state as the page shows it."""
    expect(page.locator(".dl-welcome h2")).to_be_visible()
    yield "first screen"
    ask(page, ASKED)
    expect(page.get_by_role("button", name="Dislike", exact=True)).to_be_attached()
    yield "answer"
    page.locator("#m1 .dl-mark").first.click()
    expect(page.locator("#m1-1")).to_be_in_viewport()
    # It slides in.
    page.wait_for_timeout(600)
    yield "source"
    page.goto(f"{address}archive")
    expect(page.locator(".dl-entry")).to_have_count(3)
    yield "archive"
    page.goto(f"{address}archive#statistics")
    page.reload()
    expect(page.locator(".dl-statistics .dl-bars")).to_be_visible()
    yield "statistics"


def rows_of_tabs(page):
    """Return the words on the tabs that can be seen in full, row by row."""
    rows = {}
    for tab in page.get_by_role("tab").all():
        expect(tab).to_be_in_viewport(ratio=1)
        assert tab.evaluate("tab => tab.scrollWidth <= tab.clientWidth")
        rows.setdefault(round(tab.bounding_box()["y"]), []).append(tab.inner_text())
    return list(rows.values())


def boxes(page, state):
    """Return the left, top, right and bottom edges of a state's parts."""
    found = {}
    for name, selector in STATES[state].items():
        box = page.locator(selector).first.bounding_box()
        assert box, f"{state}: {name} is not shown"
        edges = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
        found[name] = [round(edge) for edge in edges]
    return found


def moved(now, kept):
    """Return the parts of which an edge stands elsewhere."""
    tolerance = (ACROSS, DOWN, ACROSS, DOWN)
    return {
        name: (edges, kept.get(name))
        for name, edges in now.items()
        if name not in kept
        or any(abs(a - b) > most for a, b, most in zip(edges, kept[name], tolerance, strict=True))
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_the_parts_of_the_pages_stand_where_they_stood(coast, serve, visit, width):
    address = serve(coast, examples=[ASKED])
    page = visit(
        address, viewport={"width": width, "height": WIDTHS[width]}, reduced_motion="reduce"
    )
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    writes = os.environ.get("DATELINE_LAYOUT") == "write"
    line = page.evaluate(LINE_WIDTH)
    if not writes and abs(line / kept["line"] - 1) > FONT:
        pytest.skip(f"other fonts than the boxes were taken with: {line} to {kept['line']} px")
    now = {}
    for state in states(page, address):
        now[state] = boxes(page, state)
        assert all(box[0] >= -1 and box[2] <= width + 1 for box in now[state].values()), (
            state,
            now,
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        if state == "archive":
            assert rows_of_tabs(page) == [list(TABS)]
    if writes:
        kept["line"] = round(line, 1)
        kept[str(width)] = now
        FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    wrong = {state: parts for state in now if (parts := moved(now[state], kept[str(width)][state]))}
    assert wrong == {}, "now and before; look at the pages, then write the boxes anew"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read_in_both_themes(coast, serve, visit, scheme):
    address = serve(coast, examples=[ASKED])
    page = visit(
        address,
        viewport={"width": 1400, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    pale = {}
    for state in states(page, address):
        assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1400, state
        pale[state] = page.evaluate(PALE)
    assert {state: texts for state, texts in pale.items() if texts} == {}


def test_what_has_moved_is_found():
    kept = {"box": [0, 700, 1280, 760], "title": [0, 0, 200, 40]}
    assert moved({"box": [10, 730, 1290, 790], "title": [0, 0, 220, 90]}, kept) == {}
    far = {"box": [0, 620, 1280, 680], "title": [40, 0, 240, 40], "new": [0, 0, 1, 1]}
    assert set(moved(far, kept)) == {"box", "title", "new"}
