"""Conversations kept in the browser and written to files."""

from __future__ import annotations

import json

import pytest

from rag.errors import ArchiveError
from rag.types import Answer, Article, Citation, Hit, ScoreParts, Timings
from ui.web.chat.conversation import Conversation
from ui.web.common.shown import Shown
from ui.web.conversations import saved

TEXT = "It rained. The bridge will cost 12 million euros. It is of steel."
QUOTE = "The bridge will cost 12 million euros."
BRIDGE = Article(
    title="A *bridge*",
    text=TEXT,
    id="bridge",
    date="2024-05-01",
    publisher="Town Post",
    url="https://news.example/bridge",
)
LAKE = Article(title="Lake", text="It froze.", id="lake")


class Shelf:
    """An archive of the given articles."""

    def __init__(self, *articles):
        self._articles = {article.id: article for article in articles}

    def article(self, article_id):
        if article_id not in self._articles:
            raise ArchiveError(f"no article {article_id!r}")
        return self._articles[article_id]


def answered(message=1):
    start = TEXT.index(QUOTE)
    citation = Citation(1, BRIDGE, QUOTE, start, start + len(QUOTE))
    answer = Answer(
        question="What will the bridge cost?",
        text="12 million euros [1]",
        abstained=False,
        citations=(citation,),
        disagreement=(citation,),
        timings=Timings(total=1.25),
        asked="What will it cost?",
    )
    return Shown(message, "What will it cost?", answer, ("12 million euros [1]",))


def refused(message=2):
    hits = (Hit(LAKE, "It froze.", 0, 9, 0.5, ScoreParts()),)
    answer = Answer("Who swam?", "Not in the articles.", True, hits=hits, asked="Who swam?")
    return Shown(message, "Who swam?", answer)


@pytest.fixture
def talk():
    conversation = Conversation()
    conversation.restore([answered(), refused()], id="c1")
    return conversation


def test_a_record_is_json_and_comes_back_as_it_was(talk):
    record = json.loads(json.dumps(saved.to_record(talk, archive="town")))
    assert (record["id"], record["archive"], record["title"]) == ("c1", "town", talk.shown[0].asked)
    first, second = saved.read_answers(record, archive=Shelf(BRIDGE))
    assert first == answered()
    assert second.answer.abstained
    assert [(hit.article.id, hit.article.title) for hit in second.answer.hits] == [("lake", "Lake")]


def test_a_record_holds_the_quotation_and_not_the_article(talk):
    assert "It is of steel" not in json.dumps(saved.to_record(talk, archive="town"))


@pytest.mark.parametrize(
    "articles", [(), (Article(title="A bridge", text=f"New. {TEXT}", id="bridge"),)]
)
def test_an_article_that_is_gone_leaves_its_quotation(talk, articles):
    record = saved.to_record(talk, archive="town")
    (citation,) = saved.read_answers(record, archive=Shelf(*articles))[0].answer.citations
    assert citation.article.text[citation.start : citation.end] == citation.quote == QUOTE
    assert saved.GONE in citation.article.text
    assert citation.article.title == BRIDGE.title


@pytest.mark.parametrize("record", [{}, {"answers": [{}]}, {"answers": 3}])
def test_what_is_no_conversation_is_refused(record):
    with pytest.raises(ValueError, match="not a saved conversation"):
        saved.read_answers(record, archive=Shelf())


def test_markdown_has_every_citation_in_full(talk):
    text = saved.record_to_markdown(saved.to_record(talk, archive="town"))
    assert "## What will it cost?" in text
    assert "*Searched for: What will the bridge cost?*" in text
    assert "<https://news.example/bridge>" in text
    assert f"  > {QUOTE}" in text
    assert "A &#42;bridge&#42;, Town Post, 2024-05-01" in text
    assert "Not in the articles." in text
    # Plain marks, so that no reader of Markdown takes them for links.
    assert "12 million euros [1]" in text
    assert "- [1] A &#42;bridge" in text


def test_a_title_is_given_or_the_first_question(talk):
    assert saved.title_of(talk) == "What will it cost?"
    talk.title = "Bridges"
    assert saved.title_of(talk) == "Bridges"
    assert saved.title_of(Conversation()) == ""


def test_take_back_undoes_the_last_question(talk):
    view = talk.take_back()
    assert view.question == "Who swam?"
    assert [item.message for item in talk.shown] == [1]
    assert len(view.messages) == 2
    assert talk.take_back().question == "What will it cost?"
    assert talk.take_back().messages == ()
    assert talk.turns == []


def test_restored_conversations_go_on_counting(talk):
    assert [turn.question for turn in talk.turns] == ["What will it cost?", "Who swam?"]
    assert talk._asked == 2
    assert talk.clear().messages == ()
    assert talk.id != "c1"
