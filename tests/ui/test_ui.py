"""The chat page: escaping, highlighting, streaming, stopping and the wiring to Gradio."""

from __future__ import annotations

import dataclasses
import re
import threading
from html.parser import HTMLParser

import gradio_client
import httpx
import pytest

import rag
from rag.errors import GenerationError, RagError
from rag.generation import prompts
from rag.types import Answer, ArchiveStats, Article, Citation, Hit, ScoreParts, Timings
from tests.fakes import BagOfWords, Script
from ui.web import app
from ui.web.chat import render
from ui.web.chat.conversation import FAILED, SEARCHING, STOPPED, Conversation, Filters
from ui.web.chat.examples import SAMPLE_QUESTIONS, example_questions
from ui.web.common import cited, frame, markup
from ui.web.common.models import LOADING, Models
from ui.web.common.shown import Shown

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    "[x](javascript:alert(1))",
    "![](http://evil.example/pixel.png)",
    "</div><iframe src=//evil.example></iframe>",
    "`code` *emphasis* _more_ ~~struck~~ | $$x$$ {{value}} ${alert(1)}",
    "\"><a href='javascript:alert(1)'>click</a>",
    "# Heading\n\n<b>bold</b>\n\n    indented",
]
TEXT = (
    "The council met on Monday. The bridge will cost 12 million euros, the mayor said. "
    "A stone bridge would cost 20 million."
)
STONE = "A stone bridge would cost 20 million."
QUOTE = "The bridge will cost 12 million euros, the mayor said."


@pytest.fixture
def archive(tmp_path):
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as opened:
        opened.ingest(
            [
                Article(
                    title="Bridge to cost 12 million",
                    text=TEXT,
                    id="bridge",
                    date="2024-05-01",
                    url="https://news.example/bridge",
                    publisher="Town Post",
                ),
                Article(
                    title="Lake frozen again",
                    text="The lake froze in January. Skaters came from three towns.",
                    id="lake",
                    date="2023-01-10",
                    publisher="Lake Mail",
                ),
            ]
        )
        yield opened


def article(**fields):
    return Article(**{"title": "A title", "text": TEXT, "id": "a", **fields})


def citation(number=1, quote=QUOTE, **fields):
    cited = article(**fields)
    start = cited.text.index(quote)
    return Citation(number, cited, quote, start, start + len(quote))


def shown(message=1, *citations, asked="What will it cost?", **fields):
    values = {"question": asked, "text": "x", "abstained": not citations, **fields}
    return Shown(message, asked, Answer(citations=citations, **values))


class Markup(HTMLParser):
    """The tags, attributes and text that a browser would find."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.marked = [], [], "", []
        self._in_mark = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "mark":
            self._in_mark = True
            self.marked.append("")

    def handle_endtag(self, tag):
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data):
        self.text += data
        if self._in_mark:
            self.marked[-1] += data

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


# Pure rendering


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & 'c' \"d\"", "a &lt; b &amp; &#x27;c&#x27; &quot;d&quot;"),
        ("[x](javascript:1)", "&#91;x&#93;(javascript:1)"),
        ("![](http://e)", "&#33;&#91;&#93;(http://e)"),
        ("*a* _b_ `c` $d$ {e}", "&#42;a&#42; &#95;b&#95; &#96;c&#96; &#36;d&#36; &#123;e&#125;"),
        ("user\u202etxt.exe\u2066\u200f\x00", "usertxt.exe"),
        ("Zoë 東京 שלום", "Zoë 東京 שלום"),
    ],
)
def test_escape(text, expected):
    assert markup.escape(text) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_an_article_becomes_markup(text):
    harmless = Markup(cited.sources_html([shown(1, citation(publisher="P"), asked="q")]))
    body = f"{text} {QUOTE} {text}"
    hostile = citation(title=text, publisher=text, text=body, url=f"https://news.example/{text}")
    page = Markup(cited.sources_html([shown(1, hostile, asked=text)]))
    # An address that is a plain one apart from its quotes stays a link, within quotes.
    assert [tag for tag in page.tags if tag != "a"] == [tag for tag in harmless.tags if tag != "a"]
    assert all(href.startswith(("#m1", "https://news.example/")) for href in page.values("href"))
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert page.marked == [QUOTE, QUOTE]
    assert page.text.count(" ".join(text.split())) >= 2
    for character in "`*_[]{}$~|":
        assert character not in re.sub(r"<[^>]*>", "", cited.sources_html([shown(1, hostile)]))


@pytest.mark.parametrize("text", HOSTILE)
def test_messages_are_one_block_of_html(text):
    hit = Hit(article(title=text), "", 0, 0, 1.0, ScoreParts())
    refused = shown(2, text=text, hits=(hit,), question=text)
    footer = render.footer_html(refused)
    for message in (
        render.question_html(text),
        markup.problem_html(text),
        markup.status_html(text),
        render.answer_html([f"{text} [1]"], message=2, footer=footer),
        render.refusal_html(refused.answer, message=2, footer=footer),
    ):
        assert message.startswith("<div ")
        assert "\n" not in message
        assert set(Markup(message).tags) <= {"div", "p", "a", "ul", "li", "bdi"}
        assert all(href == "#m2-1" for href in Markup(message).values("href"))


def test_answer_links_only_the_marks_at_a_sentence_end():
    page = render.answer_html(["As [2] says, it cost 12. [1]", " It opened. [2] [3]"], message=4)
    assert page == (
        '<div class="dl-answer" id="m4" tabindex="-1"><p>As &#91;2&#93; says, it cost 12. '
        '<a class="dl-mark" href="#m4-1" title="Source 1">&#91;1&#93;</a> It opened. '
        '<a class="dl-mark" href="#m4-2" title="Source 2">&#91;2&#93;</a>'
        '<a class="dl-mark" href="#m4-3" title="Source 3">&#91;3&#93;</a></p></div>'
    )


def test_quote_is_highlighted_at_its_offsets_and_not_elsewhere():
    text = f"{QUOTE} Later. {QUOTE} End."
    start = text.rindex(QUOTE)
    page = Markup(cited.passage_html(text, start, start + len(QUOTE)))
    assert page.marked == [QUOTE]
    assert page.text == text
    assert page.text.index("Later") < start


def test_offsets_count_what_is_not_shown():
    text = "\u202eOne\u202c & two. Three <four> five. Six."
    start, end = text.index("Three"), text.index(" Six")
    assert cited.passage_html(text, start, end) == (
        "One &amp; two. <mark>Three &lt;four&gt; five.</mark> Six."
    )


def test_context_is_cut_between_words():
    text = "alpha beta gamma QUOTED delta epsilon zeta"
    start = text.index("QUOTED")
    assert cited.passage_html(text, start, start + 6, context=8) == (
        "… gamma <mark>QUOTED</mark> delta …"
    )
    assert cited.passage_html(text, start, start + 6, context=300) == (
        "alpha beta gamma <mark>QUOTED</mark> delta epsilon zeta"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/a?b=c&d", "https://news.example/a?b=c&d"),
        ("http://news.example", "http://news.example"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        (" https://news.example", None),
        ("https://news.example/\u202etxt", None),
        ("data:text/html,<script>", None),
        ("file:///etc/passwd", None),
        ("//news.example/a", None),
        ("https://", None),
        ("https://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_linked(url, expected):
    assert markup.web_link(url) == expected


def test_source_shows_title_publisher_date_link_and_passage():
    quoted = citation(
        number=2, title="Bridge & budget", publisher="Town Post", date="2024-05-01",
        url="https://news.example/a?b&c",
    )  # fmt: skip
    page = cited.source_html(quoted, message=3)
    assert 'id="m3-2"' in page
    assert (
        '<a href="https://news.example/a?b&amp;c" target="_blank" '
        'rel="noopener noreferrer nofollow">Bridge &amp; budget</a>'
    ) in page
    assert '<time datetime="2024-05-01">1 May 2024</time>' in page
    assert "<bdi>Town Post</bdi>" in page
    assert "news.example</p>" in page
    assert Markup(page).marked == [QUOTE, QUOTE]
    assert '<a class="dl-back" href="#m3">' in page


def test_source_without_anything_but_text():
    page = Markup(cited.source_html(citation(title=""), message=1))
    assert "Untitled article" in page.text
    assert "undated" in page.text
    assert page.values("href") == ["#m1"]


def test_ids_are_unique_across_answers_and_earlier_sources_stay():
    first = shown(1, citation(title="First"), asked="one?")
    second = shown(2, citation(title="Second"), citation(2, title="Third"), asked="two?")
    page = cited.sources_html([first, second])
    ids = Markup(page).values("id")
    assert ids == ["dl-sources-title", "m2-1", "m2-2", "m1-1"]
    assert page.index("Second") < page.index("Earlier: ") < page.index("First")


def test_sources_of_a_refusal():
    page = Markup(cited.sources_html([shown(1, citation(title="First")), shown(2)]))
    assert "The last question got no answer" in page.text
    assert page.values("id") == ["dl-sources-title", "m1-1"]


def test_refusal_names_three_distinct_articles_at_most():
    hits = tuple(
        Hit(article(id=id_, title=f"Title {id_}", date="2024-01-02"), "", 0, 0, 1.0, ScoreParts())
        for id_ in "aabcd"
    )
    page = Markup(render.refusal_html(shown(text=prompts.REFUSAL, hits=hits).answer, message=1))
    assert page.text == (
        "Not in the articles.Nearest articles (not an answer)"
        "Title a, 2 January 2024Title b, 2 January 2024Title c, 2 January 2024"
    )
    assert page.values("href") == []


def test_footer():
    plain = shown(timings=Timings(total=1.26))
    assert render.footer_html(plain) == '<p class="dl-footer">1.3 s</p>'
    changed = dataclasses.replace(
        shown(question="The bridge? What will it <cost>?", timings=Timings(total=0.5)),
        stopped=True,
    )
    assert render.footer_html(changed) == (
        '<p class="dl-footer">0.5 s · stopped · Searched for: '
        "The bridge? What will it &lt;cost&gt;?</p>"
    )


@pytest.mark.parametrize(
    ("articles", "first", "last", "expected"),
    [
        (0, None, None, "<town>0 articles"),
        (1, "2024-05-01", "2024-05-01", "<town>1 article, 1 May 2024"),
        (
            1234,
            "2019-04-10",
            "2025-01-15",
            "<town>1,234 articles, 10 April 2019 to 15 January 2025",
        ),
    ],
)
def test_header(articles, first, last, expected):
    stats = ArchiveStats(articles, 0, 0, 0, first, last, 0, "e")
    assert Markup(markup.header_html("<town>", stats)).text == f"ChatArchiveEvaluation{expected}"


def test_articles_that_disagree_are_shown_side_by_side():
    one = citation(1, publisher="Town Post", date="2024-05-01")
    other = citation(2, quote=STONE, publisher="<Lake> Mail", date="2024-05-03")
    pieces = ("12 million. [1]", "\nArticles disagree. Lake Mail: x [2]", "\nTown Post: y [1]")
    found = dataclasses.replace(shown(3, one, other, disagreement=(other, one)), pieces=pieces)
    page = Markup(render.message_html(found))
    assert page.tags.count("blockquote") == 2
    assert page.text.startswith("12 million. [1]Articles disagree<Lake> Mail · 3 May 2024")
    assert page.text.index(STONE) < page.text.index(QUOTE)
    marks = [href for href in page.values("href") if "-" in href]
    assert marks == ["#m3-1", "#m3-2", "#m3-1"]
    assert page.text.count("Articles disagree") == 1
    assert "\n" not in render.message_html(found)


# The conversation


def views(conversation, question, archive, generator, **filters):
    return list(
        conversation.ask(
            question,
            archive=archive,
            models=Models(generator=generator),
            filters=Filters(**filters),
        )
    )


def contents(view):
    return [Markup(message["content"]).text for message in view.messages]


COST = "What will the bridge cost?"
TWO = ("The bridge will cost 12 million euros. [1] ", "A stone bridge would cost 20 million. [1] ")
# A sentence is complete when the next has begun, so the first is out before the wait.
IN_STEPS = (f"{TWO[0]}A stone", " bridge would cost 20 million. [1]")


def test_sentences_stream_and_the_sources_follow(archive):
    steps = views(Conversation(), COST, archive, Script(*TWO))
    assert [step.running for step in steps] == [True] * (len(steps) - 1) + [False]
    assert steps[0].question == ""
    texts = [contents(step)[1] for step in steps]
    assert texts[:2] == [LOADING, SEARCHING]
    assert texts[2] == "The bridge will cost 12 million euros. [1]"
    assert texts[3] == f"{texts[2]} A stone bridge would cost 20 million. [2]"
    assert [step.sources is None for step in steps] == [True] * (len(steps) - 1) + [False]
    panel = Markup(steps[-1].sources)
    assert panel.marked == [QUOTE, QUOTE, STONE, STONE]
    assert "Lake" not in panel.text
    assert re.search(r'href="#m1-1".*href="#m1-2"', steps[-1].messages[1]["content"])


def test_history_is_plain_pairs_of_this_conversation(archive, monkeypatch):
    seen = []
    real = rag.stream
    monkeypatch.setattr(
        rag, "stream", lambda *args, **kw: (seen.append(kw["history"]), real(*args, **kw))[1]
    )
    talk = Conversation()
    views(talk, COST, archive, Script(TWO[0]))
    views(talk, "And what would it cost in stone?", archive, Script(TWO[1]))
    views(Conversation(), COST, archive, Script(TWO[0]))
    assert seen == [(), ((COST, "The bridge will cost 12 million euros. [1]"),), ()]


def test_a_follow_up_says_what_was_searched_for(archive):
    talk = Conversation()
    views(talk, COST, archive, Script(TWO[0]))
    last = views(talk, "And what would it cost in stone?", archive, Script(TWO[1]))[-1]
    assert f"Searched for: {COST} And what would it cost in stone?" in contents(last)[3]
    assert "Searched for" not in contents(last)[1]
    assert 'id="m2-1"' in last.sources
    assert 'id="m1-1"' in last.sources


def test_refusal_lists_the_nearest_articles(archive):
    last = views(Conversation(), "Who won the chess match?", archive, Script("Anything."))[-1]
    text = contents(last)[1]
    assert text.startswith(f"{prompts.REFUSAL}Nearest articles (not an answer)")
    assert "Lake frozen again, 10 January 2023" in text
    assert "no sources" in Markup(last.sources).text


@pytest.mark.parametrize("question", ["", "  \n"])
def test_blank_question_changes_nothing(archive, question):
    talk = Conversation()
    (only,) = views(talk, question, archive, Script())
    assert (only.messages, only.running) == ((), False)
    assert talk.turns == []


@pytest.mark.parametrize(
    ("generator", "filters", "words"),
    [
        (Script(error=GenerationError("the <server> is down")), {}, "the <server> is down"),
        (Script(), {"since": "May"}, "not a date: 'May'; write it as YYYY-MM-DD"),
        (
            Script(),
            {"since": "2024-05-02", "until": "2024-05-01"},
            "since 2024-05-02 is after until 2024-05-01; swap them",
        ),
    ],
)
def test_errors_are_told_and_the_question_kept(archive, generator, filters, words):
    talk = Conversation()
    last = views(talk, COST, archive, generator, **filters)[-1]
    assert contents(last) == [COST, words]
    assert (last.question, last.running) == (COST, False)
    assert talk.turns == []
    assert contents(views(talk, COST, archive, Script(TWO[0]))[-1])[2] == COST


def test_filters_reach_the_search(archive):
    froze = "When did the lake freeze over, in January?"
    said = Script("The lake froze in January. [1]")
    assert "froze" in contents(views(Conversation(), froze, archive, said)[-1])[1]
    for narrowed in ({"since": "2024-01-01"}, {"publishers": ("Town Post",)}):
        text = contents(views(Conversation(), froze, archive, said, **narrowed)[-1])[1]
        assert text.startswith(prompts.REFUSAL)
        assert "Lake frozen" not in text


def test_stop_keeps_the_sentences_so_far(archive):
    talk = Conversation()
    generator = Script(*IN_STEPS, go=threading.Event())
    for step in talk.ask(COST, archive=archive, models=Models(generator=generator)):
        if "12 million" in contents(step)[1]:
            talk.stop()
        last = step
    assert not last.running
    assert contents(last)[1].startswith("The bridge will cost 12 million euros. [1]")
    assert "stopped" in contents(last)[1]
    assert "20 million" not in contents(last)[1]


def test_stopped_before_the_first_sentence_is_no_refusal(archive):
    talk = Conversation()
    for step in talk.ask(COST, archive=archive, models=Models(generator=Script(*TWO))):
        talk.stop()
        last = step
    assert contents(last) == [COST, STOPPED]
    assert talk.turns == []


def test_stop_ends_only_its_own_conversation(archive):
    one, other = Conversation(), Conversation()
    models = Models(generator=Script(TWO[0]))
    running, beside = (talk.ask(COST, archive=archive, models=models) for talk in (one, other))
    next(running), next(beside)
    one.stop()
    assert contents(list(running)[-1])[1] == STOPPED
    assert contents(list(beside)[-1])[1].startswith("The bridge will cost 12 million euros. [1]")


def test_a_visitor_who_leaves_stops_the_answer(archive):
    talk = Conversation()
    steps = talk.ask(COST, archive=archive, models=Models(generator=Script(*TWO)))
    next(steps)
    stop = talk._stop
    steps.close()
    assert stop.is_set()
    assert talk._stop is None


def test_a_second_question_waits_for_the_first(archive):
    talk = Conversation()
    steps = talk.ask(COST, archive=archive, models=Models(generator=Script(*TWO)))
    next(steps)
    (only,) = views(talk, "Another?", archive, Script())
    assert only.running
    assert len(only.messages) == 2
    list(steps)


def test_clearing_forgets_but_does_not_reuse_numbers(archive):
    talk = Conversation()
    views(talk, COST, archive, Script(TWO[0]))
    cleared = talk.clear()
    assert (cleared.messages, talk.turns) == ((), [])
    assert Markup(cleared.sources).values("id") == ["dl-sources-title"]
    assert 'id="m2"' in views(talk, COST, archive, Script(TWO[0]))[-1].messages[1]["content"]


def test_a_mistake_in_the_program_leaves_the_page_usable(archive):
    talk = Conversation()
    assert talk.failed().messages == ()
    with pytest.raises(ZeroDivisionError):
        views(talk, COST, archive, Script(error=ZeroDivisionError()))
    assert contents(talk.failed()) == [COST, FAILED]
    assert not views(talk, COST, archive, Script(TWO[0]))[-1].running


# The models


def test_models_load_in_the_background_and_say_so(archive, monkeypatch):
    begun, go, loads = threading.Event(), threading.Event(), []

    def load(name):
        loads.append(name)
        begun.set()
        go.wait(5)
        return Script()

    monkeypatch.setattr("ui.web.common.models.load_generator", load)
    models = Models(name="other")
    assert models.status == ""
    thread = models.load_in_background(archive)
    assert begun.wait(5)
    assert models.status == LOADING
    go.set()
    thread.join(5)
    assert (models.ready_for(archive), models.status) == (True, "")
    assert models.load(archive) is models.load(archive)
    assert loads == ["other"]


def test_the_default_generator_is_not_loaded_before_a_follow_up(archive, monkeypatch):
    monkeypatch.setattr("ui.web.common.models.load_generator", pytest.fail)
    models = Models()
    assert models.load(archive) is None
    assert models.ready_for(archive)


def test_models_that_fail_to_load_say_why_and_can_be_tried_again(archive, monkeypatch):
    def fail(name):
        raise GenerationError("no such model")

    monkeypatch.setattr("ui.web.common.models.load_generator", fail)
    models = Models(name="other")
    models.load_in_background(archive).join(5)
    assert models.status == "no such model"
    monkeypatch.setattr("ui.web.common.models.load_generator", lambda name: Script())
    models.load(archive)
    assert (models.ready_for(archive), models.status) == (True, "")


# The page


@pytest.fixture
def page(archive):
    """Serve the page over `archive`; call it with a generator to get the address."""
    pages = []

    def serve(generator):
        pages.append(app.build(archive, generator=generator))
        return frame.serve(pages[-1], host="127.0.0.1", port=0, quiet=True)

    yield serve
    for served in pages:
        served.close()


def client(address):
    return gradio_client.Client(address, verbose=False, analytics_enabled=False)


def ask(visitor, question, since="", until="", publishers=(), stance="balanced"):
    return visitor.submit(question, since, until, list(publishers), stance, api_name="/ask")


def said(outputs):
    """Return the texts of the chat in one step's outputs."""
    return [Markup(message["content"][0]["value"]).text for message in outputs[0]]


def test_page_streams_an_answer_with_marks_and_sources(page):
    job = ask(client(page(Script(*TWO))), COST)
    said_last = said(job.result(timeout=30))
    steps = [said(step)[1] for step in job.outputs()]
    growing = [text for text in steps if text.startswith("The bridge")]
    assert len(growing) >= 2
    assert growing[0] == "The bridge will cost 12 million euros. [1]"
    assert "20 million. [2]" in said_last[1]
    assert Markup(job.outputs()[-1][1]).marked[0] == QUOTE


def test_page_refuses(page):
    outputs = ask(client(page(Script("Anything."))), "Who won the chess match?").result(timeout=30)
    assert said(outputs)[1].startswith(prompts.REFUSAL)


def test_page_hands_the_filters_on(page):
    visitor = client(page(Script("The lake froze in January. [1]")))
    froze = "When did the lake freeze over, in January?"
    assert "froze" in said(ask(visitor, froze).result(timeout=30))[1]
    narrowed = ask(visitor, froze, "2024-01-01", "2024-12-31").result(timeout=30)
    assert said(narrowed)[3].startswith(prompts.REFUSAL)
    assert "not a date" in said(ask(visitor, froze, "May").result(timeout=30))[5]


def test_page_keeps_sessions_apart(page):
    generator = Script(*IN_STEPS, go=threading.Event())
    address = page(generator)
    one, other = client(address), client(address)
    first = ask(one, COST)
    assert generator.started.wait(30)
    generator.started.clear()
    second = ask(other, "What will the new bridge cost?")
    assert generator.started.wait(30)
    one.predict(api_name="/stop")
    assert "stopped" in said(first.result(timeout=30))[1]
    assert not second.done()
    generator.go.set()
    texts = said(second.result(timeout=30))
    assert texts[0] == "What will the new bridge cost?"
    assert len(texts) == 2
    assert "20 million. [2]" in texts[1]
    assert "stopped" not in texts[1]


def test_page_asks_nothing_of_the_outside(page):
    address = page(Script())
    html = httpx.get(address).text
    config = httpx.get(f"{address}config").json()
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?(https?:)?//", html)
    for stylesheet in (httpx.get(f"{address}theme.css").text, config["css"]):
        assert not re.search(r"url\((?!.?data:)", stylesheet)
        assert "@import" not in stylesheet
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    assert config["run_history"] is False
    assert config["stylesheets"] == []


def test_page_offers_other_programs_nothing(page):
    info = httpx.get(f"{page(Script())}gradio_api/info").json()
    assert info["named_endpoints"] == {}
    assert info["unnamed_endpoints"] == {}


def test_page_labels_its_fields_and_brings_its_style_and_script(page):
    address = page(Script())
    config = httpx.get(f"{address}config").json()
    labels = {part["props"].get("label") for part in config["components"]}
    assert labels >= {"Your question", "From", "To", "Publishers", "Conversation", "Filters"}
    assert ".dl-source mark" in config["css"]
    assert "dl-back" in httpx.get(address).text


def test_a_taken_port_is_told_in_words(archive, page):
    port = int(page(Script()).rstrip("/").rpartition(":")[2])
    with pytest.raises(RagError, match=f"cannot serve on 127.0.0.1:{port}: .*another port"):
        frame.serve(app.build(archive), host="127.0.0.1", port=port, quiet=True)


def test_example_questions_are_those_the_archive_can_be_asked(archive):
    assert example_questions(archive) == []
    question, title = next(iter(SAMPLE_QUESTIONS.items()))
    archive.ingest(article(title=title))
    assert example_questions(archive) == [question]
    said = "Then the mayor Ann Borg spoke. Of course, Ann Borg won, and so did Ann Borg."
    archive.ingest(article(title="Borg", text=f"{said} Later on, Ann Borg left.", id="borg"))
    assert example_questions(archive) == [question, "What is known about Ann Borg?"]
