"""A timeline has articles in the order of time, each with one sentence that is in it."""

from __future__ import annotations

from lxml import html

from rag.types import Answer, Article, Citation, Filter, Span
from ui.web.archive import browsing, listing
from ui.web.archive.listing import Wanted
from ui.web.common import timeline
from ui.web.common.shown import Shown
from ui.web.conversations import saved

ARTICLES = [
    Article("Later", "It rained. The storm closed the harbour.", id="b", date="2024-03-05"),
    Article("First", "A harbour storm sank a ferry.", id="a", date="2023-12-01"),
    Article("Note", "No storm at the harbour.", id="n"),
    Article("Oil", "The price of oil fell.", id="o", date="2023-01-01"),
]


def answered():
    quote = "It rained."
    cited = Citation(1, ARTICLES[0], quote, 0, len(quote))
    return Answer("Which storm was at the harbour?", "x [1]", False, citations=(cited,))


def test_an_answers_timeline_has_what_it_cites_and_what_else_tells_of_it(archive):
    archive.ingest(ARTICLES)
    entries = timeline.of_answer(answered(), archive=archive, where=Filter())
    assert [(entry.article.id, entry.sentence) for entry in entries] == [
        ("a", "A harbour storm sank a ferry."),
        ("b", "It rained."),
        ("n", "No storm at the harbour."),
    ]
    narrowed = timeline.of_answer(answered(), archive=archive, where=Filter(since="2024-01-01"))
    assert [entry.article.id for entry in narrowed] == ["b"]


def test_a_story_of_another_place_is_left_out_however_alike(archive):
    rye = Article("A storm", "A storm sank two boats in the harbour of Rye.", id="rye")
    hull = Article("Boats", "A storm sank nine boats in the harbour of Hull.", id="hull")
    later = Article("After the storm", "The storm closed the harbour. Rye rebuilds it.", id="later")
    archive.ingest([rye, hull, later])
    cited = Citation(1, rye, rye.text, 0, len(rye.text))
    for question in ("Which boats did the storm sink in the harbour of Rye?", "storm harbour rye?"):
        answer = Answer(question, "x [1]", False, citations=(cited,))
        entries = timeline.of_answer(answer, archive=archive, where=Filter())
        assert {entry.article.id for entry in entries} == {"rye", "later"}


def test_the_nearest_sentence_is_found_where_it_is_looked_for():
    article = ARTICLES[0]
    assert timeline.nearest_sentence(article, {"harbour", "storm"}) == (Span(11, 40), 2)
    assert timeline.nearest_sentence(article, {"harbour"}, within=Span(0, 10)) == (Span(0, 10), 0)
    assert timeline.nearest_sentence(Article("", ""), {"x"}) == (Span(0, 0), 0)


def test_its_markup_has_bars_days_and_places(archive):
    archive.ingest(ARTICLES)
    wanted = Wanted.read({"words": "harbour storm", "timeline": True})
    shown = browsing.list_html(listing.look(archive, wanted), wanted=wanted, archive=archive)
    page = html.fromstring(f"<div>{shown}</div>")
    assert page.xpath("//li/@data-day") == ["2023-12-01", "2024-03-05", ""]
    assert page.xpath("//li/a/@data-at") == ["0-29", "11-40", "0-24"]
    # A bar for each month from the first to the last.
    assert len(page.xpath("//div[@class='dl-span']//g")) == 4
    assert page.xpath("//button[@data-list='timeline']/@aria-pressed") == ["true"]


def test_where_an_answer_was_searched_is_kept_with_it(archive):
    archive.ingest(ARTICLES)
    where = Filter("2024-01-01", None, ("Post",))
    shown = Shown(1, "Which?", answered(), where=where)
    record = saved._record(shown)
    assert saved._shown(record, archive).where == where
    del record["where"]
    assert saved._shown(record, archive).where == Filter()
