"""The pages in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import tempfile
import threading
import time
from importlib.resources import files
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import rag
from rag.generation import load_generator
from rag.models.registry import WRITER
from tests.fakes import BagOfWords, Script
from tests.ui.steps import PATIENCE, ask
from ui import feedback
from ui.web import app
from ui.web.chat.conversation import Conversation
from ui.web.common import frame
from ui.web.common.models import LOADING, Models
from ui.web.common.shown import Shown
from ui.web.conversations import saved
from ui.web.evaluation.page import WHOLE

pytestmark = pytest.mark.browser

DUMP = Path(__file__).parents[1] / "data" / "page_dump.txt"
PHONE = {"width": 360, "height": 740}
PAGES = ("", "archive", "evaluation")

BRIDGE = "The bridge will cost 12 million euros, the mayor said."
STONE = "A stone bridge would cost 20 million."
COST = "What will the bridge cost?"
# A sentence is complete when the next has begun, so the first is out before the wait.
IN_STEPS = (
    "The bridge will cost 12 million euros. [1] A stone",
    " bridge would cost 20 million. [1]",
)
TOWNS = ("Adria", "Borno", "Cadiz", "Derby", "Essen", "Fargo", "Genoa", "Hilo", "Ivrea", "Jena")


class Town(Script):
    """A generator that answers for the town that the question names."""

    def stream(self, messages, *, max_new_tokens, stop=None):
        asked = messages[-1].content.rpartition("harbour of")[2]
        town = next(town for town in TOWNS if town in asked)
        yield f"The harbour of {town} has {TOWNS.index(town) + 20} cranes. [1]"


@pytest.fixture
def archive(tmp_path):
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as opened:
        opened.ingest(
            [
                rag.Article(
                    title="Bridge to cost 12 million",
                    text=f"The council met on Monday. {BRIDGE} {STONE}",
                    id="bridge",
                    date="2024-05-01",
                    url="https://news.example/bridge",
                    publisher="Town Post",
                ),
                *(
                    rag.Article(
                        title=f"The harbour of {town}",
                        text=f"The harbour of {town} has {number} cranes. "
                        f"The harbour of {town} has 300 boats.",
                        id=town,
                        date="2023-01-10",
                        publisher="Lake Mail",
                    )
                    for number, town in enumerate(TOWNS, start=20)
                ),
            ]
        )
        yield opened


@pytest.fixture(scope="module")
def generator():
    return load_generator(WRITER)


@pytest.fixture(scope="module")
def sample(tmp_path_factory, generator):
    """Serve the sample archive with the real models; yields the archive and the address."""
    with rag.Archive.open(tmp_path_factory.mktemp("indexes") / "sample") as archive:
        archive.ingest(str(files("rag") / "sample"))
        page = app.build(archive, generator=generator)
        yield archive, frame.serve(page, host="127.0.0.1", port=0, quiet=True)
        page.close()


def last_answer(page):
    return page.locator("#dl-chat .dl-answer").last.inner_text()


def test_an_answer_streams_in_steps_and_stands_still(archive, serve, visit):
    generator = Script(*IN_STEPS)
    page = visit(serve(archive, generator=generator))
    ask(page, COST)
    expect(page.get_by_role("button", name="Dislike", exact=True)).to_be_visible()
    page.evaluate("document.querySelector('#m1').kept = true")
    generator.pieces = (
        "The harbour of Cadiz has 22 cranes. [1] The harbour of Cadiz",
        " has 300 boats. [1]",
    )
    generator.go = threading.Event()
    page.fill("#dl-ask textarea", "How many cranes and boats has the harbour of Cadiz?")
    page.keyboard.press("Enter")
    second = page.locator("#m2")
    expect(second).to_contain_text("22 cranes.")
    assert "boats" not in second.inner_text()
    # Send has turned into Stop.
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    generator.go.set()
    expect(second).to_contain_text("boats.")
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(2)
    # What was there before was not made anew.
    assert page.evaluate("document.querySelector('#m1').kept") is True
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_sentences_stay_the_same_nodes_while_others_come(archive, serve, visit):
    generator = Script(*IN_STEPS, go=threading.Event())
    page = visit(serve(archive, generator=generator))
    page.fill("#dl-ask textarea", COST)
    page.keyboard.press("Enter")
    answer = page.locator("#m1")
    expect(answer.locator(".dl-mark")).to_have_text(["1"])
    # What is drawn anew loses the property, the focus and the selection.
    page.evaluate(
        """() => {
            const mark = document.querySelector("#m1 .dl-mark");
            const sentence = mark.closest(".dl-sentence");
            window.seen = [sentence.firstChild, mark, document.querySelector("#m1")];
            for (const node of window.seen) node.kept = true;
            mark.focus();
            getSelection().selectAllChildren(mark);
        }"""
    )

    def kept():
        return page.evaluate(
            """() => {
                const mark = document.querySelector("#m1 .dl-mark");
                const sentence = mark.closest(".dl-sentence");
                const now = [sentence.firstChild, mark, document.querySelector("#m1")];
                return now.every((node, place) => node.kept && node === window.seen[place])
                    && document.activeElement === mark && `${getSelection()}` === "1";
            }"""
        )

    assert kept()
    generator.go.set()
    expect(answer.locator(".dl-mark")).to_have_text(["1", "2"])
    assert kept()
    expect(answer.locator(".dl-footer")).to_be_visible()
    expect(page.get_by_role("button", name="Dislike", exact=True)).to_be_visible()
    assert kept()


def test_a_mark_leads_to_the_quoted_words_and_back(sample, visit):
    archive, address = sample
    page = visit(address)
    question = "In which crater did NASA's Perseverance touch down?"
    ask(page, question)
    answer = rag.answer(question, archive=archive)
    assert "Jezero" in answer.text
    page.click("#m1 .dl-mark >> nth=0")
    quoted = page.locator("#m1-1")
    expect(quoted).to_be_focused()
    expect(quoted).to_be_in_viewport()
    cited = answer.citations[0]
    stored = archive.article(cited.article.id).text[cited.start : cited.end]
    assert quoted.locator("mark").text_content() == stored
    source = page.locator(".dl-source").filter(has=quoted)
    source.locator("summary").click()
    assert source.locator(".dl-whole").text_content() == archive.article(cited.article.id).text
    assert stored in "".join(source.locator(".dl-whole mark").all_text_contents())
    # What is quoted stands on the page once, and a mark leads to it all the same.
    expect(quoted).to_be_hidden()
    page.click("#m1 .dl-mark >> nth=0")
    expect(quoted).to_be_focused()
    expect(source.locator(".dl-whole")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#dl-side")).to_be_hidden()
    expect(page.locator("#m1 .dl-mark").first).to_be_focused()


def test_a_mark_opens_with_enter_and_leads_back_on_a_phone(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)), viewport=PHONE)
    ask(page, COST)
    page.focus("#m1 .dl-mark >> nth=1")
    page.keyboard.press("Enter")
    expect(page.locator("#m1-2")).to_be_focused()
    expect(page.locator("#m1-2 mark").first).to_have_text(STONE)
    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator("#m1 .dl-mark >> nth=1")).to_be_focused()
    expect(page.locator("#m1-2")).to_be_hidden()


def test_a_quotation_is_seen_at_once_and_goes_with_escape(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    ask(page, COST)
    quoted = page.locator("#p1-1")
    expect(quoted).to_be_hidden()
    page.hover("#m1 .dl-mark >> nth=0")
    expect(quoted).to_be_visible()
    expect(quoted).to_contain_text(BRIDGE)
    expect(quoted).to_contain_text("Town Post")
    # In the top layer, which nothing of the page clips or covers.
    assert quoted.evaluate("node => node.matches(':popover-open')")
    box = quoted.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    page.keyboard.press("Escape")
    expect(quoted).to_be_hidden()
    page.focus("#m1 .dl-mark >> nth=1")
    expect(page.locator("#p1-2")).to_be_visible()
    page.focus("#dl-ask textarea")
    expect(page.locator("#p1-2")).to_be_hidden()


def test_the_place_of_a_source_is_in_the_address(archive, serve, visit):
    address = serve(archive, generator=Script(*IN_STEPS))
    page = visit(address)
    ask(page, COST)
    page.click("#m1 .dl-mark >> nth=1")
    start = archive.article("bridge").text.index(STONE)
    place = f"#article=bridge&at={start}-{start + len(STONE)}"
    assert page.url.endswith(place)
    page.reload()
    expect(page.locator("#m1-2")).to_be_in_viewport()
    # Someone else has no such conversation, and sees the article with the words marked.
    other = visit(f"{address}{place}")
    expect(other.locator("#dl-reader mark")).to_have_text(STONE)
    expect(other.locator("#dl-reader mark")).to_be_in_viewport()
    # One article, one card, with both quotations.
    expect(page.locator(".dl-source:visible")).to_have_count(1)
    expect(page.locator(".dl-source:visible blockquote")).to_have_count(2)


def test_marks_are_right_after_the_next_turn_and_a_reload(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    ask(page, COST)
    ask(page, "And what would it cost in stone?", answers=2)
    # Not the questions to go on with, which come a little later.
    said = page.locator(":is(.dl-question p, .dl-short, .dl-text, .dl-footer)")
    before = said.all_inner_texts()

    def quoted(message):
        page.click(f"#m{message} .dl-mark >> nth=1")
        expect(page.locator(f"#m{message}-2")).to_be_focused()
        return page.locator(f"#m{message}-2 mark").first.text_content()

    assert (quoted(1), quoted(2)) == (STONE, STONE)
    page.reload()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(2)
    assert said.all_inner_texts() == before
    assert (quoted(1), quoted(2)) == (STONE, STONE)
    # Editing the last question takes its answer back, and leaves the first as it was.
    page.locator("#dl-chat .dl-question").last.hover()
    page.get_by_role("button", name="Edit the question").click()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    expect(page.locator("#dl-ask textarea")).to_have_value("And what would it cost in stone?")
    assert quoted(1) == STONE


def test_an_export_has_the_citations_in_full(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    ask(page, COST)
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.locator("#dl-kept li").hover()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Export as JSON").click()
    assert caught.value.suggested_filename == "What will the bridge cost.json"
    record = json.loads(Path(caught.value.path()).read_text(encoding="utf-8"))
    cited = record["answers"][0]["citations"]
    text = archive.article("bridge").text
    assert [text[c["start"] : c["start"] + len(c["quote"])] for c in cited] == [BRIDGE, STONE]
    with page.expect_download() as caught:
        page.get_by_role("button", name="Export as Markdown").click()
    told = Path(caught.value.path()).read_text(encoding="utf-8")
    assert BRIDGE in told
    assert "12 million euros. [1]" in told


def test_an_answer_is_copied_with_its_sources(archive, serve, visit):
    address = serve(archive, generator=Script(*IN_STEPS))
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, COST)
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.locator("#m1 .dl-copy[data-done=Copied]")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("The bridge will cost 12 million euros. [1]")
    assert f'"{BRIDGE}"' in text
    assert "https://news.example/bridge" in text


def test_conversations_are_kept_named_opened_and_deleted(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    ask(page, COST)
    page.get_by_role("button", name="Conversations", exact=True).click()
    kept = page.locator("#dl-kept .dl-open")
    expect(page.locator("#dl-kept h3")).to_have_text("Today")
    expect(kept).to_have_text([COST])
    page.locator("#dl-kept li").hover()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name of this conversation").fill("Bridges")
    page.keyboard.press("Enter")
    expect(kept).to_have_text(["Bridges"])
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#dl-chat .dl-answer")).to_have_count(0)
    ask(page, "What will the stone bridge cost?")
    expect(kept).to_have_text(["What will the stone bridge cost?", "Bridges"])
    page.get_by_label("Search conversations").fill("bridges")
    expect(kept).to_have_text(["Bridges"])
    page.get_by_label("Search conversations").fill("")
    kept.filter(has_text="Bridges").click()
    expect(page.locator("#dl-chat .dl-question")).to_have_text([COST])
    page.locator("#dl-kept li").last.hover()
    page.locator("#dl-kept li").last.get_by_role("button", name="Delete").click()
    expect(kept).to_have_text(["What will the stone bridge cost?"])
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(kept).to_have_count(2)


def test_a_damaged_conversation_does_not_hide_the_others(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    ask(page, COST)
    page.evaluate(
        "() => { localStorage.setItem('dateline/broken', '{\"id\": ');"
        " localStorage.setItem('dateline/odd', '[]');"
        ' localStorage.setItem(\'dateline/null\', \'{"id": "n", "answers": [null]}\');'
        " localStorage.setItem('dateline/empty', '{\"id\": \"empty\"}'); }"
    )
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#dl-kept .dl-open")).to_have_text([COST])


def test_an_upload_is_ingested_and_can_be_asked(generator, serve, visit, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"no pdf")
    with rag.Archive.open(tmp_path / "fresh") as archive:
        address = serve(archive, generator=generator)
        page = visit(f"{address}archive")
        page.get_by_role("tab", name="Add").click()
        page.set_input_files("#dl-files input[type=file]", [DUMP, broken])
        expect(page.locator("#dl-files")).to_contain_text(DUMP.stem[:8])
        page.get_by_role("button", name="Add to this archive").click()
        progress = page.locator("#dl-progress")
        expect(progress).to_contain_text("added", timeout=3 * PATIENCE * 1000)
        expect(progress).to_contain_text("Skipped: 1")
        expect(progress).to_contain_text("broken.pdf")
        articles = archive.articles()
        assert {article.source for article in articles} == {DUMP.name}
        expect(page.locator(".dl-counts")).to_contain_text(f"{len(articles)} article")
        page.get_by_role("link", name="Chat").click()
        page.wait_for_selector("#dl-ask textarea")
        ask(page, "How many volunteer firefighters does Tomas lead?")
        assert "12" in last_answer(page)
        assert "firefighters" in page.locator(".dl-source mark").first.text_content()


def test_filters_change_the_answer(sample, visit):
    page = visit(sample[1])
    question = "How many people did the explosion at the port of Beirut kill?"
    ask(page, question)
    assert "135" in last_answer(page)
    when = page.locator("[data-filter=when]")
    when.get_by_role("button", name="Any time").click()
    page.get_by_label("In words").fill("bananas")
    page.keyboard.press("Enter")
    expect(page.locator("#dl-when .dl-problem-line")).to_contain_text("is not a time")
    page.get_by_label("In words").fill("since 2024")
    page.keyboard.press("Enter")
    expect(when).to_contain_text("since 2024")
    page.keyboard.press("Escape")
    ask(page, question, answers=2)
    assert "135" not in last_answer(page)
    assert "since 1 January 2024" in last_answer(page)
    # It is undone with one click.
    page.get_by_role("button", name="Undo: since 2024").click()
    expect(when).to_have_text("Any time")
    when.get_by_role("button", name="Any time").click()
    page.get_by_label("From").fill("2031-01-01")
    page.keyboard.press("Escape")
    page.fill("#dl-ask textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator(".dl-problem")).to_contain_text(
        "this archive has 64 articles, dated 10 April 2019"
    )
    expect(page.locator("#dl-ask textarea")).to_have_value(question)


def test_a_period_is_drawn_across_the_bars(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    page.locator("[data-filter=when] button").first.click()
    bars = page.locator(".dl-brush g")
    expect(bars).to_have_count(17)
    box = page.locator(".dl-brush").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 1.5 / 17, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3.5 / 17, middle, steps=4)
    page.mouse.up()
    expect(page.get_by_label("From")).to_have_value("2023-02-01")
    expect(page.get_by_label("To", exact=True)).to_have_value("2023-04-30")


def test_publishers_are_chosen_by_their_counts(archive, serve, visit):
    page = visit(serve(archive, generator=Script("No.")))
    page.locator("[data-filter=publishers] button").first.click()
    entry = page.locator("#dl-publishers li").filter(has_text="Lake Mail")
    expect(entry).to_contain_text("10")
    entry.get_by_role("checkbox").check()
    expect(page.locator("[data-filter=publishers]")).to_contain_text("Lake Mail")
    page.keyboard.press("Escape")
    ask(page, COST)
    expect(page.locator("#m1 .dl-footer")).to_contain_text("Lake Mail")


def test_names_are_chosen_by_their_counts_or_typed_and_undone(archive, serve, visit):
    page = visit(serve(archive, generator=Script("No.")))
    chip = page.locator("[data-filter=names]")
    chip.get_by_role("button").first.click()
    panel = page.get_by_role("dialog", name="Names")
    page.get_by_label("Only articles that mention").fill("Xanadu")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("No article mentions 'Xanadu'")
    page.get_by_label("Only articles that mention").fill("  council met ")
    page.keyboard.press("Enter")
    typed = panel.get_by_role("checkbox", name="council met")
    expect(typed).to_be_checked()
    expect(panel.get_by_role("alert")).to_be_empty()
    expect(chip).to_contain_text("council met")
    page.keyboard.press("Escape")
    ask(page, COST)
    expect(page.locator("#m1 .dl-footer")).to_contain_text("council met")
    page.reload()
    expect(chip).to_contain_text("council met")
    chip.get_by_role("button", name="Undo: council met").click()
    expect(chip).to_contain_text("All names")
    expect(typed).to_have_count(0)


def test_what_is_off_topic_is_refused_and_the_nearest_articles_open(sample, visit):
    page = visit(sample[1])
    ask(page, "What is the best recipe for onion soup?")
    assert "Nearest articles (not an answer)" in last_answer(page)
    expect(page.locator("#dl-chat .dl-mark")).to_have_count(0)
    expect(page.locator(".dl-source")).to_have_count(0)
    near = page.locator(".dl-nearest a").first
    title = near.inner_text()
    near.click()
    expect(page.locator("#dl-reader h2")).to_have_text(title)
    expect(page.locator("#dl-reader h2")).to_be_in_viewport()


def test_stop_ends_the_work(archive, serve, visit):
    generator = Script(*IN_STEPS, go=threading.Event())
    page = visit(serve(archive, generator=generator))
    page.fill("#dl-ask textarea", COST)
    page.keyboard.press("Enter")
    expect(page.locator("#m1")).to_contain_text("12 million euros.")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#m1 .dl-footer")).to_contain_text("stopped")
    assert "20 million" not in page.locator("#m1").inner_text()
    assert generator.ended.wait(5)
    generator.go.set()
    ask(page, COST, answers=2)


def test_thumbs_are_kept_beside_the_archive(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    ask(page, COST)
    box = page.locator("#dl-ask").bounding_box()
    page.get_by_role("button", name="Dislike", exact=True).click()
    page.get_by_label("The right answer (optional)").fill("13 million")
    # The form lies above the page and moves nothing.
    assert page.locator("#dl-ask").bounding_box() == box
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("button", name="Save note")).to_be_hidden()
    expect(page.get_by_text("Noted, with what you wrote.")).to_be_visible()
    page.reload()
    disliked = page.get_by_role("button", name="Dislike", exact=True)
    expect(disliked).to_have_attribute("aria-pressed", "true")
    (item,) = feedback.read(archive.shared())
    assert (item.asked, item.liked, item.right_answer) == (COST, False, "13 million")
    assert item.quotes == (BRIDGE, STONE)


def test_articles_are_found_sorted_edited_exported_and_deleted(archive, serve, visit):
    archive.ingest(rag.Article("Undated note", "Nobody knows when the lake froze.", id="note"))
    page = visit(f"{serve(archive, generator=Script())}archive")
    listed = page.locator(".dl-entry")
    expect(listed).to_have_count(len(TOWNS) + 2)
    page.get_by_label("Sort by").select_option("oldest")
    expect(listed.first).to_contain_text("The harbour of Adria")
    page.get_by_role("button", name="1 without a date").click()
    expect(listed).to_have_text([re.compile("Undated note.*undated")])
    listed.click()
    page.get_by_role("button", name="Edit").click()
    # A title has a line of its own, on which most can be seen in full.
    title, form = (
        page.locator(place).bounding_box() for place in ("#dl-edit input >> nth=0", "#dl-edit")
    )
    assert title["width"] == pytest.approx(form["width"], abs=1)
    page.get_by_label("Date", exact=True).fill("2022-02-02")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#dl-article .dl-meta")).to_contain_text("2 February 2022")
    expect(page.locator(".dl-listed")).to_contain_text("No article fits.")
    assert archive.article("note").date == "2022-02-02"
    page.get_by_role("button", name="without a date").click()
    expect(listed).to_have_count(len(TOWNS) + 2)
    page.get_by_label("Words").fill("stone bridge")
    page.keyboard.press("Enter")
    expect(listed).to_have_text([re.compile("Bridge to cost 12 million.*Town Post · 1 May 2024")])
    with page.expect_download() as caught:
        page.get_by_role("button", name="CSV").click()
    assert caught.value.suggested_filename == "town.csv"
    (row,) = csv.DictReader(io.StringIO(Path(caught.value.path()).read_text(encoding="utf-8")))
    assert rag.Article(**{name: value or None for name, value in row.items()}) == (
        archive.article("bridge")
    )
    listed.click()
    expect(page.locator("#dl-article .dl-whole")).to_contain_text(BRIDGE)
    assert page.url.endswith("#article=bridge")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".dl-counts")).to_contain_text("11 articles")
    assert archive.stats().articles == len(TOWNS) + 1


def orders(page):
    """Return the first title of the list, as it can be waited for."""
    return page.locator(".dl-entry bdi").first


def test_of_several_quick_choices_the_last_one_counts(archive, serve, visit):
    page = visit(f"{serve(archive, generator=Script())}archive")
    expect(orders(page)).to_have_text("Bridge to cost 12 million")
    for order in ("oldest", "title", "newest", "oldest"):
        page.get_by_label("Sort by").select_option(order)
    expect(orders(page)).to_have_text("The harbour of Adria")
    page.wait_for_timeout(1000)
    expect(orders(page)).to_have_text("The harbour of Adria")


def test_a_list_that_was_asked_for_earlier_does_not_come_last(archive, serve, visit):
    page = visit(f"{serve(archive, generator=Script())}archive")
    page.locator(".dl-entry").first.click()
    page.get_by_role("button", name="Edit").click()
    held = []

    def hold(route):
        early = '"order":"best"' in (route.request.post_data or "")
        held.append(route) if early else route.continue_()

    page.route(re.compile("queue/join"), hold)
    page.locator("#dl-edit").get_by_label("Title").fill("A bridge")
    page.get_by_role("button", name="Save").click()
    # The list is drawn anew after the change, and sorted before that reaches the server.
    expect(page.locator("#dl-article h2")).to_have_text("A bridge")
    page.wait_for_timeout(1000)
    assert held
    page.get_by_label("Sort by").select_option("oldest")
    expect(orders(page)).to_have_text("The harbour of Adria")
    for route in held:
        route.continue_()
    page.wait_for_timeout(1500)
    expect(orders(page)).to_have_text("The harbour of Adria")


def test_archives_are_made_chosen_and_deleted(archive, serve, visit):
    page = visit(f"{serve(archive, generator=Script())}archive")
    page.get_by_role("tab", name="Archives").click()
    page.get_by_label("Name of a new archive").fill("../escape")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("cannot be the name of an archive")).to_be_visible()
    page.get_by_label("Name of a new archive").fill("harbour 2")
    page.get_by_role("button", name="Create").click()
    expect(page.locator(".dl-header h1")).to_have_text("harbour 2")
    page.locator(".dl-archive").click()
    page.get_by_role("link", name="town", exact=True).click()
    expect(page.locator(".dl-header h1")).to_have_text("town")
    page.locator(".dl-archive").click()
    page.get_by_role("link", name="harbour 2", exact=True).click()
    expect(page.locator(".dl-header h1")).to_have_text("harbour 2")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("tab", name="Archives").click()
    page.get_by_role("button", name="Delete this archive").click()
    expect(page.locator(".dl-header h1")).to_have_text("town")
    assert not (archive.folder.parent / "harbour 2").exists()


def test_an_evaluation_is_run_and_shown(archive, serve, visit, tmp_path, monkeypatch):
    # Archives are mostly neither in the working folder nor in that for temporary files.
    for name in ("work", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    questions = tmp_path / "mine.jsonl"
    record = {"id": "q", "question": COST, "answers": ["12 million"], "gold_articles": ["bridge"]}
    questions.write_text(json.dumps(record), encoding="utf-8")
    page = visit(f"{serve(archive, generator=Script(*IN_STEPS))}evaluation")
    expect(page.get_by_text("No evaluation of this archive yet.")).to_be_visible()
    page.get_by_label("Your own file").check()
    page.set_input_files("input[type=file]", questions)
    expect(page.get_by_text("mine.jsonl").first).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text(WHOLE).click(timeout=3 * PATIENCE * 1000)
    report = page.frame_locator(".dl-report")
    expect(report.get_by_role("heading", name="Scores")).to_be_visible(timeout=3 * PATIENCE * 1000)
    expect(report.get_by_role("row", name="answer holds gold answer")).to_contain_text("1.000")
    assert report.locator("svg").count() == 3
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download this report").click()
    (written,) = archive.folder.glob("reports/*/report.html")
    assert Path(caught.value.path()).read_bytes() == written.read_bytes()


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_need_not_scroll_sideways(archive, serve, visit, path):
    page = visit(f"{serve(archive, generator=Script(*IN_STEPS))}{path}", viewport=PHONE)
    if not path:
        ask(page, COST)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(("path", "scheme"), list(itertools.product(PAGES, ("light", "dark"))))
def test_no_serious_barriers(archive, serve, visit, path, scheme):
    address = serve(archive, generator=Script(*IN_STEPS))
    page = visit(f"{address}{path}", color_scheme=scheme)
    if not path:
        ask(page, COST)
        page.click("#m1 .dl-mark >> nth=0")
        page.get_by_role("button", name="Conversations", exact=True).click()
        page.get_by_role("button", name="Like", exact=True).click()
    page.wait_for_timeout(800)
    results = Axe().run(page)
    serious = [
        (found["id"], found["impact"], [node["html"][:200] for node in found["nodes"]])
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_ten_conversations_at_once_see_only_their_own(archive, serve, visit):
    address = serve(archive, generator=Town())
    visitors = {town: visit(address) for town in TOWNS}
    for town, page in visitors.items():
        page.fill("#dl-ask textarea", f"How many cranes has the harbour of {town}?")
    for page in visitors.values():
        page.keyboard.press("Enter")
    for number, (town, page) in enumerate(visitors.items(), start=20):
        expect(page.locator("#dl-chat .dl-footer")).to_have_count(1, timeout=3 * PATIENCE * 1000)
        text = page.locator("#dl-chat").inner_text() + page.locator("#dl-panel").text_content()
        assert f"{number} cranes" in text
        assert [other for other in TOWNS if other in text] == [town]


def first_paint(browser, address):
    """Return after how many milliseconds a new visitor sees something."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return paint


def test_the_page_is_there_while_the_models_load(archive, serve, visit, browser):
    models = Models(generator=Script())
    with models._lock:
        address = serve(archive, models=models)
        expect(visit(address).locator("#dl-models")).to_contain_text(LOADING)
        # The best of three, and beyond what a page of two words takes: a busy machine delays
        # that as well. The browser's cache is empty each time.
        paint = min(first_paint(browser, address) for _ in range(3))
        plain = min(first_paint(browser, f"{address}healthz") for _ in range(3))
    assert paint - plain < 1500


def test_a_long_conversation_types_smoothly(archive, serve, visit):
    article = archive.article("bridge")
    start = article.text.index(BRIDGE)
    cited = rag.Citation(1, article, BRIDGE, start, start + len(BRIDGE))
    talk = Conversation()
    talk.restore(
        [
            Shown(
                number,
                COST,
                rag.Answer(COST, "12 million [1]", False, citations=(cited,), asked=COST),
                ("It will cost 12 million euros. [1]",),
            )
            for number in range(1, 101)
        ]
    )
    record = {**saved.to_record(talk, archive="town"), "saved": 1}
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    page.evaluate(
        "(record) => { localStorage.setItem('dateline/' + record.id, JSON.stringify(record));"
        " sessionStorage.setItem('dateline/', record.id); }",
        record,
    )
    page.reload()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(100)
    text = "How much will it all cost in the end?"
    page.click("#dl-ask textarea")
    started = time.perf_counter()
    page.keyboard.type(text)
    seconds = time.perf_counter() - started
    expect(page.locator("#dl-ask textarea")).to_have_value(text)
    # A fast typist's keys are 60 ms apart.
    assert seconds / len(text) < 0.06


def test_hostile_articles_do_nothing(tmp_path, serve, visit):
    hostile = (
        '<script>window.hit = 1</script><img src=x onerror="window.hit = 1">'
        "[x](javascript:window.hit=1) ![](http://evil.example/p.png) \u202egpj.exe"
    )
    with rag.Archive.open(tmp_path / "hostile", embedder=BagOfWords()) as opened:
        opened.ingest(
            rag.Article(
                title=f"Bridge {hostile}",
                text=f"{hostile} The bridge will cost 12 million euros. {hostile}",
                id="h",
                publisher=hostile,
                url="javascript:window.hit=1",
            )
        )
        address = serve(opened, generator=Script("The bridge will cost 12 million euros. [1]"))
        page = visit(address)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        ask(page, COST)
        page.hover("#m1 .dl-mark")
        page.click("#m1 .dl-mark")
        page.click(".dl-source summary")
        archive_page = visit(f"{address}archive")
        archive_page.on("request", lambda request: asked.append(request.url))
        archive_page.click(".dl-entry")
        expect(archive_page.locator("#dl-article")).to_contain_text("12 million")
        for shown in (page, archive_page):
            assert shown.evaluate("window.hit") is None
            assert shown.locator("a[href^='javascript']").count() == 0
            assert "\u202e" not in shown.locator("body").inner_text()
    assert not [url for url in asked if not re.match(re.escape(address), url)]


def test_the_page_can_be_used_with_the_keyboard_alone(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS)))
    expect(page.locator("#dl-ask textarea")).to_be_focused()
    page.keyboard.type(COST)
    page.keyboard.press("Enter")
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    # Back from the box over the filters and the actions to the second mark.
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.dl-mark')"):
            break
    expect(page.locator("#p1-2")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#m1-2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#m1 .dl-mark").last).to_be_focused()


@pytest.mark.parametrize("width", [390, 768, 1400])
def test_the_box_is_always_in_view_and_grows(archive, serve, visit, width):
    size = {"width": width, "height": 700}
    page = visit(serve(archive, generator=Script(*IN_STEPS)), viewport=size)
    box = page.locator(".dl-box")
    expect(box).to_be_in_viewport(ratio=1)
    low = box.bounding_box()["height"]
    for number in range(1, 5):
        ask(page, f"{COST} {'And ' * number}", answers=number)
    expect(box).to_be_in_viewport(ratio=1)
    page.fill("#dl-ask textarea", "\n".join(["A long question"] * 5))
    assert box.bounding_box()["height"] > low + 60
    expect(box).to_be_in_viewport(ratio=1)
    expect(page.locator(".dl-send")).to_be_in_viewport(ratio=1)


def test_nothing_moves_while_an_answer_streams(archive, serve, visit):
    generator = Script(*IN_STEPS, go=threading.Event())
    page = visit(serve(archive, generator=generator))
    page.wait_for_timeout(500)
    page.evaluate(
        "() => { window.moved = 0; new PerformanceObserver((list) => { for (const entry of"
        " list.getEntries()) window.moved += entry.value; }).observe({ type: 'layout-shift' }); }"
    )
    page.fill("#dl-ask textarea", COST)
    page.keyboard.press("Enter")
    expect(page.locator("#m1")).to_contain_text("12 million euros.")
    page.wait_for_timeout(600)
    page.evaluate("() => { window.moved = 0; }")
    generator.go.set()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    page.wait_for_timeout(300)
    assert page.evaluate("window.moved") < 0.01


def test_an_archive_that_is_not_there_leads_to_the_list(archive, serve, visit):
    address = serve(archive, generator=Script(*IN_STEPS))
    page = visit(address)
    # A conversation that is kept belongs to another archive, and is no error here.
    ask(page, COST)
    page.goto(f"{address}?archive=nosuch")
    expect(page.get_by_role("heading", name="There is no archive “nosuch”")).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.locator(".toast-body")).to_have_count(0)
    page.locator(".dl-list").get_by_role("link", name="town").click()
    expect(page.locator(".dl-welcome")).to_contain_text("11 articles")
    expect(page.locator(".dl-box")).to_be_visible()


def test_an_empty_archive_shows_how_to_add_articles(tmp_path, serve, visit):
    with rag.Archive.open(tmp_path / "fresh", embedder=BagOfWords()) as archive:
        page = visit(serve(archive, generator=Script()))
        expect(page.locator(".dl-welcome")).to_contain_text("This archive has no articles yet.")
        expect(page.locator("#dl-drop")).to_be_visible()
        page.set_input_files("#dl-drop input[type=file]", DUMP)
        expect(page.locator("#dl-dropped")).to_contain_text("added", timeout=3 * PATIENCE * 1000)
        expect(page.locator("#dl-drop")).to_be_hidden()
        expect(page.locator(".dl-counts")).to_contain_text(f"{archive.stats().articles} article")
        page.reload()
        expect(page.locator(".dl-welcome")).to_contain_text("2 articles")
        expect(page.locator("#dl-dropped")).to_have_text("")


def test_a_card_asks_its_question(archive, serve, visit):
    page = visit(serve(archive, generator=Script(*IN_STEPS), examples=[COST]))
    expect(page.locator(".dl-welcome h2")).to_have_text("Dateline")
    expect(page.locator(".dl-welcome .dl-bars g")).to_have_count(17)
    page.get_by_role("button", name=COST).click()
    expect(page.locator("#dl-chat .dl-footer")).to_have_count(1)
    expect(page.locator(".dl-welcome")).to_be_hidden()
