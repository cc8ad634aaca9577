"""The chat page: escaping, highlighting, streaming, stopping and the wiring to Gradio."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import re
import threading
import time
from html.parser import HTMLParser

import gradio as gr
import gradio_client
import httpx
import pytest
from lxml import html

import rag
from rag.errors import GenerationError, RagError
from rag.generation import prompts
from rag.types import Answer, ArchiveStats, Article, Citation, Hit, ScoreParts, Span, Timings
from tests.fakes import BagOfWords, Script
from tests.fakes.page import said
from ui.web import app
from ui.web.chat import render
from ui.web.chat.asking import SEARCHING, STOPPED
from ui.web.chat.conversation import FAILED, Conversation
from ui.web.chat.examples import (
    SAMPLE_QUESTIONS,
    Candidate,
    Examples,
    Offered,
    answers,
    candidates,
)
from ui.web.chat.filters import Filters, read_period
from ui.web.common import cited, frame, header, histogram, markup
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


def town(folder):
    """Return an archive of two articles, for the caller to close."""
    opened = rag.Archive.open(folder / "town", embedder=BagOfWords())
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
    return opened


@pytest.fixture
def archive(tmp_path):
    with town(tmp_path) as opened:
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
        self.feed(str(source))
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
    drawn = {"svg", "path", "rect", "circle", "line", "polyline"}
    for message in (
        render.question_html(text),
        markup.problem_html(text),
        markup.status_html(text),
        render.answer_html([f"{text} [1]"], message=2),
        render.message_html(refused),
    ):
        found = Markup(message)
        assert message.startswith("<div ")
        assert set(found.tags) - drawn <= set("div p a ul li bdi span sup button".split())
        assert all(href in ("#m2-1", "#article=a") for href in found.values("href"))
        assert not [name for _, name, _ in found.attributes if name.startswith("on")]


def test_a_command_in_an_error_stands_on_its_own() -> None:
    said = markup.problem_html("not here. Run\n  pip download <demo>\nand try again")
    command = '<span class="dl-command">pip download &lt;demo&gt;</span>'
    assert f">Not here. Run {command} and try again.</div>" in said


def test_answer_links_only_the_mark_at_a_sentence_end():
    page = Markup(render.answer_html(["As [2] says, it cost 12. [1]", " So [9]. [3]"], message=4))
    assert page.values("href") == ["#m4-1", "#m4-3"]
    assert said(render.answer_html(["As [2] says. [1]"], message=4)) == "As [2] says. [1]"


@pytest.mark.parametrize(
    ("piece", "known", "text", "numbers"),
    [
        ("It cost 12. [1]", (), "It cost 12.", (1,)),
        ("A quoted sentence. [9] [1]", (), "A quoted sentence. [9]", (1,)),
        ("A quoted sentence. [9] [1]", (1, 2), "A quoted sentence. [9]", (1,)),
        ("Two bear it out. [2] [1]", (1, 2), "Two bear it out.", (2, 1)),
        ("\nA line. [1]", (1,), "\nA line.", (1,)),
        ("No mark.", (1,), "No mark.", ()),
    ],
)
def test_marks_in_quoted_text_are_text(piece, known, text, numbers):
    found = render.sentence(piece, known=known)
    assert (found.text, found.numbers) == (text, numbers)
    assert found.begins_line == piece.startswith("\n")


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
    told = "QUOTED delta. Epsilon is “zeta.” Eta theta."
    assert cited.passage_html(told, 0, 6, context=30) == (
        "<mark>QUOTED</mark> delta. Epsilon is “zeta.” …"
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
    page = cited.sources_html([shown(3, quoted)])
    assert 'id="m3-2"' in page
    assert f'data-at="{quoted.start}-{quoted.end}"' in page
    assert (
        '<a href="https://news.example/a?b&amp;c" target="_blank" '
        'rel="noopener noreferrer nofollow">Bridge &amp; budget</a>'
    ) in page
    assert '<time datetime="2024-05-01">1 May 2024</time>' in page
    assert "<bdi>Town Post</bdi>" in page
    assert "news.example</p>" in page
    assert Markup(page).marked == [QUOTE, QUOTE]


def test_source_without_anything_but_text():
    page = Markup(cited.sources_html([shown(1, citation(title=""))]))
    assert "Untitled article" in page.text
    assert "undated" in page.text
    assert page.values("href") == []


def test_an_article_has_one_card_with_all_its_quotes():
    one, other, again = citation(1), citation(2, id="b"), citation(3, quote=STONE)
    found = cited.cards([again, other, one])
    assert [[c.number for c in card.citations] for card in found] == [[1, 3], [2]]
    page = Markup(cited.sources_html([shown(1, one, other, again)]))
    assert page.values("data-article") == ["a", "b"]
    # Each quotation once in its passage, and both in the one whole article.
    assert page.marked == [QUOTE, STONE, QUOTE, STONE, QUOTE, QUOTE]


def test_marks_that_overlap_are_one():
    spans = [Span(4, 8), Span(0, 5), Span(10, 11)]
    assert cited.marked("abcdefghijkl", spans) == "<mark>abcdefgh</mark>ij<mark>k</mark>l"


def test_ids_are_unique_across_answers():
    first = shown(1, citation(title="First"), asked="one?")
    second = shown(2, citation(title="Second"), citation(2, title="Third"), asked="two?")
    assert Markup(cited.sources_html([first, second])).values("id") == ["m1-1", "m2-1", "m2-2"]


def test_sources_of_a_refusal():
    page = Markup(cited.sources_html([shown(1, citation(title="First")), shown(2)]))
    assert "This question got no answer" in page.text
    assert page.values("id") == ["m1-1"]


def test_refusal_opens_three_distinct_articles_at_most():
    hits = tuple(
        Hit(article(id=id_, title=f"Title {id_}", date="2024-01-02"), "", 0, 0, 1.0, ScoreParts())
        for id_ in "aabcd"
    )
    page = render.message_html(shown(text=prompts.REFUSAL, hits=hits))
    assert said(page) == (
        "Not in the articles. Nearest articles (not an answer) Title a, 2 January 2024 "
        "Title b, 2 January 2024 Title c, 2 January 2024 0.1 s"
    )
    assert Markup(page).values("data-open") == ["a", "b", "c"]


def test_status_line():
    plain = shown(timings=Timings(total=1.26))
    assert render.status_line(plain) == "1.3 s"
    changed = dataclasses.replace(
        shown(question="The bridge? What will it <cost>?", timings=Timings(total=0.5)),
        stopped=True,
        narrowed="since 1 May 2021, <Post>",
    )
    assert render.status_line(changed) == (
        "0.5 s · stopped · since 1 May 2021, &lt;Post&gt; · "
        "Searched for: The bridge? What will it &lt;cost&gt;?"
    )


def test_a_judgement_is_seen_at_its_answer():
    liked = Markup(render.message_html(dataclasses.replace(shown(1, citation()), liked=True)))
    unjudged = Markup(render.message_html(shown(1, citation())))
    assert liked.values("aria-pressed") == ["true", "false"]
    assert unjudged.values("aria-pressed") == ["false", "false"]


@pytest.mark.parametrize(
    ("articles", "first", "last", "expected"),
    [
        (0, None, None, "0 articles"),
        (1, "2024-05-01", "2024-05-01", "1 article, 1 May 2024"),
        (
            1234,
            "2019-04-10",
            "2025-01-15",
            "1,234 articles, 10 April 2019 to 15 January 2025",
        ),
    ],
)
def test_header(articles, first, last, expected):
    stats = ArchiveStats(articles, 0, 0, 0, first, last, 0, "e")
    text = " ".join(Markup(header.header_html("<town>", stats)).text.split())
    assert text == (
        "Dateline Archive: <town> Search archives <town> New archive "
        f"{expected} Chat Archive Evaluation"
    )


def test_articles_that_disagree_are_shown_side_by_side():
    one = citation(1, publisher="Town Post", date="2024-05-01")
    other = citation(2, quote=STONE, publisher="<Lake> Mail", date="2024-05-03")
    pieces = ("12 million. [1]", "\nArticles disagree. Lake Mail: x [2]", "\nTown Post: y [1]")
    found = dataclasses.replace(shown(3, one, other, disagreement=(other, one)), pieces=pieces)
    page = render.message_html(found)
    assert Markup(page).tags.count("blockquote") == 2
    text = said(page)
    assert text.startswith("12 million. [1] Articles disagree <Lake> Mail · 3 May 2024")
    assert text.index(STONE) < text.index(QUOTE)
    marks = [href for href in Markup(page).values("href") if "-" in href]
    assert marks == ["#m3-1", "#m3-2", "#m3-1"]
    assert text.count("Articles disagree") == 1


@pytest.mark.parametrize(
    ("months", "shares"),
    [
        ([], []),
        ([("2020-12", 2), ("2021-02", 1)], [1.0, 0.0, 0.5]),
    ],
)
def test_bars_over_time_have_their_gaps(months, shares):
    assert [column.share for column in histogram.columns(months)] == shares


def test_many_months_are_drawn_by_year():
    (first, *_, last) = found = histogram.columns([("1990-03", 1), ("1990-04", 1), ("2003-01", 1)])
    assert len(found) == 14
    assert (first.name, first.first, first.last, first.count) == (
        "1990", "1990-01-01", "1990-12-31", 2,
    )  # fmt: skip
    assert (last.name, last.share) == ("2003", 0.5)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, ""),
        ({"since": "2021-05-01"}, "since 1 May 2021"),
        ({"until": "2021-05-01", "stance": "strict"}, "until 1 May 2021, strict"),
        (
            {"since": "2021-05-01", "until": "2021-06-01", "publishers": ["Town Post"]},
            "1 May 2021 to 1 June 2021, Town Post",
        ),
        ({"publishers": ["Town Post"], "names": [" Joe  Biden"]}, "Town Post, Joe Biden"),
    ],
)
def test_filters_are_said_in_words(sent, words):
    assert Filters.read(sent).words() == words


def test_an_unknown_stance_is_refused():
    with pytest.raises(ValueError, match="'bold' is not a stance; choose among strict, balanced"):
        Filters.read({"stance": "bold"})


def test_periods_are_typed_in_words():
    today = dt.date(2024, 6, 5)
    assert read_period("since May 2021", today=today).since == "2021-05-01"
    assert "is not a time" in read_period("bananas", today=today).problem


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (
            Filters(publishers=("Sea Mail",)),
            "no publisher 'Sea Mail' here; there are Lake",
        ),
        (Filters(since="2030-01-01"), "2 articles, dated 10 January 2023 to 1 May 2024"),
        (Filters(since="2024-01-01", publishers=("Lake Mail",)), "no article fits the filters"),
        (Filters(names=("Xanadu",)), "no article mentions 'Xanadu'; "),
        (Filters(names=("bridge", "lake")), "no article mentions all of bridge, lake; "),
        (Filters(until="2023-12-31", names=("bridge",)), "no article fits the filters (until"),
    ],
)
def test_filters_that_leave_nothing_say_what_there_is(archive, filters, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        filters.check(archive)


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
    return [said(message) for message in view.messages]


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
    assert panel.marked == [QUOTE, STONE, QUOTE, STONE]
    assert "Lake" not in panel.text
    assert re.search(r'href="#m1-1".*href="#m1-2"', steps[-1].messages[1], re.DOTALL)


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
    assert [[tuple(turn)[:2] for turn in history] for history in seen] == [
        [],
        [(COST, "The bridge will cost 12 million euros. [1]")],
        [],
    ]


def test_a_follow_up_says_what_was_searched_for(archive):
    talk = Conversation()
    views(talk, COST, archive, Script(TWO[0]))
    last = views(talk, "And what would it cost in stone?", archive, Script(TWO[1]))[-1]
    assert "Searched for: And what would it cost in stone? (bridge cost)" in contents(last)[3]
    assert "Searched for" not in contents(last)[1]
    assert 'id="m2-1"' in last.sources
    assert 'id="m1-1"' in last.sources


def test_a_question_that_comes_again_with_its_key_is_answered_once(archive):
    conversation, generator = Conversation(), Script(*TWO)
    models = Models(generator=generator)
    for _ in range(2):
        *_, last = conversation.ask(COST, archive=archive, models=models, key="k")
        assert (len(last.messages), last.running) == (2, False)
    assert [shown.key for shown in conversation.shown] == ["k"]


def test_refusal_lists_the_nearest_articles(archive):
    last = views(Conversation(), "Who won the chess match?", archive, Script("Anything."))[-1]
    text = contents(last)[1]
    assert text.startswith(f"{prompts.REFUSAL} Nearest articles (not an answer)")
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
        (Script(error=GenerationError("the <server> is down")), {}, "The <server> is down."),
        (Script(), {"since": "May"}, "Not a date: 'May'; write it as YYYY-MM-DD."),
        (
            Script(),
            {"since": "2024-05-02", "until": "2024-05-01"},
            "Since 2024-05-02 is after until 2024-05-01; swap them.",
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
    for narrowed in (
        {"since": "2024-01-01"},
        {"publishers": ("Town Post",)},
        {"names": ("bridge",)},
    ):
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
    assert Markup(cleared.sources).values("id") == []
    assert 'id="m2"' in views(talk, COST, archive, Script(TWO[0]))[-1].messages[1]


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

    def load(name, *, timeouts, on_progress):
        on_progress("Fetching it (92 MB)")
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
    assert models.fetched.step == "Fetching it"
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
    def fail(name, **_):
        raise GenerationError("no such model")

    monkeypatch.setattr("ui.web.common.models.load_generator", fail)
    models = Models(name="other")
    models.load_in_background(archive).join(5)
    assert models.status == "no such model"
    monkeypatch.setattr("ui.web.common.models.load_generator", lambda *_, **__: Script())
    models.load(archive)
    assert (models.ready_for(archive), models.status) == (True, "")


# The page


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return the address of a page that says of the bridge what `TWO` says."""
    with town(tmp_path_factory.mktemp("served")) as opened:
        page = app.build(opened, generator=Script(*TWO))
        yield frame.serve(page, host="127.0.0.1", port=0, quiet=True)
        page.close()


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
    asked = {"question": question, "since": since, "until": until, "stance": stance}
    return visitor.submit({**asked, "publishers": list(publishers)}, api_name="/ask")


def texts_of(outputs):
    """Return the texts of the chat in one step's outputs."""
    (thread,) = html.fragments_fromstring(outputs[0])
    return [said(html.tostring(message, encoding="unicode")) for message in thread]


def test_page_streams_an_answer_with_marks_and_sources(served):
    job = ask(client(served), COST)
    last = texts_of(job.result(timeout=30))
    steps = [texts_of(step)[1] for step in job.outputs()]
    growing = [text for text in steps if text.startswith("The bridge")]
    assert len(growing) >= 2
    assert growing[0] == "The bridge will cost 12 million euros. [1]"
    assert "20 million. [2]" in last[1]
    assert Markup(job.outputs()[-1][1]).marked[0] == QUOTE


def test_page_refuses(served):
    outputs = ask(client(served), "Who won the chess match?").result(timeout=30)
    assert texts_of(outputs)[1].startswith(prompts.REFUSAL)


def test_page_hands_the_filters_on(page):
    visitor = client(page(Script("The lake froze in January. [1]")))
    froze = "When did the lake freeze over, in January?"
    assert "froze" in texts_of(ask(visitor, froze).result(timeout=30))[1]
    narrowed = ask(visitor, froze, "2024-01-01", "2024-12-31").result(timeout=30)
    assert texts_of(narrowed)[3].startswith(prompts.REFUSAL)
    assert "Not a date" in texts_of(ask(visitor, froze, "May").result(timeout=30))[5]


def test_each_page_that_is_opened_has_a_conversation_of_its_own():
    state = gr.State(Conversation())
    first, second = copy.deepcopy(state.value), copy.deepcopy(state.value)
    assert len({state.value.id, first.id, second.id}) == 3


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
    assert "stopped" in texts_of(first.result(timeout=30))[1]
    assert not second.done()
    generator.go.set()
    texts = texts_of(second.result(timeout=30))
    assert texts[0] == "What will the new bridge cost?"
    assert len(texts) == 2
    assert "20 million. [2]" in texts[1]
    assert "stopped" not in texts[1]


def test_page_asks_nothing_of_the_outside(served):
    text = httpx.get(served).text
    config = httpx.get(f"{served}config").json()
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?(https?:)?//", text)
    for stylesheet in (httpx.get(f"{served}theme.css").text, config["css"]):
        assert not re.search(r"url\((?!.?data:)", stylesheet)
        assert "@import" not in stylesheet
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    assert config["run_history"] is False
    assert config["stylesheets"] == []


def test_page_offers_other_programs_nothing(served):
    info = httpx.get(f"{served}gradio_api/info").json()
    assert info["named_endpoints"] == {}
    assert info["unnamed_endpoints"] == {}


def test_page_labels_its_fields_and_brings_its_style_and_script(served):
    config = httpx.get(f"{served}config").json()
    values = "".join(str(part["props"].get("value")) for part in config["components"])
    for label in ("Your question", "From", "To", "Publishers", "Conversation", "Filters"):
        assert re.search(rf">{label}\b|aria-label=\"{label}\"", values), label
    assert ".dl-source mark" in config["css"]
    assert "dl-mark" in httpx.get(served).text


def test_a_taken_port_is_told_in_words(archive, served):
    port = int(served.rstrip("/").rpartition(":")[2])
    with pytest.raises(RagError, match=f"cannot serve on 127.0.0.1:{port}, .*another port"):
        frame.serve(app.build(archive), host="127.0.0.1", port=port, quiet=True)


def test_example_questions_are_made_from_the_archive(archive):
    assert list(candidates(archive)) == []
    question, title = next(iter(SAMPLE_QUESTIONS.items()))
    archive.ingest(article(title=title))
    assert [found.question for found in candidates(archive)] == [question]
    told = "Then Ann Borg, the mayor of Adria, met Carl. Of course, Ann Borg won, as Ann Borg does."
    archive.ingest(article(title="Borg", text=f"{told} Later on, Ann Borg left.", id="borg"))
    assert [found.question for found in candidates(archive)] == [
        question,
        "Who is the mayor of Adria?",
        "What is known about Ann Borg?",
    ]


def test_example_questions_are_offered_when_the_reader_has_answered_them(archive):
    told = "Then Ann Borg, the mayor of Adria, met Carl. Of course, Ann Borg won, as Ann Borg does."
    archive.ingest(article(title="Borg", text=f"{told} Later on, Ann Borg left.", id="borg"))
    models = Models(generator=Script("Ann Borg is the mayor of Adria. [1]"))
    examples = Examples(models)
    assert examples.of(archive) == Offered()
    models.load(archive)
    waited = time.monotonic() + 30
    while examples.of(archive).looking and time.monotonic() < waited:
        time.sleep(0.05)
    assert "Who is the mayor of Adria?" in examples.of(archive).questions


def test_an_answer_from_elsewhere_makes_no_example():
    found = Answer("q", "Ann Borg [1]", False, citations=(citation(id="a"),))
    assert answers(Candidate("q", "a", "Borg"), found)
    assert not answers(Candidate("q", "b", "Borg"), found)
    assert not answers(Candidate("q", "a", "Smith"), found)
    assert not answers(Candidate("q", "a"), dataclasses.replace(found, abstained=True))
