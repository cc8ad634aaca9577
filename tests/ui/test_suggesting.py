"""Questions to go on with stand below the newest answer, and hold nobody up."""

from __future__ import annotations

import threading
import time

import pytest

from rag.errors import ModelError
from rag.types import Answer, Article, Citation
from tests.fakes.page import said
from ui.web.chat import suggesting
from ui.web.chat.conversation import Conversation
from ui.web.common.models import Models
from ui.web.common.shown import Shown
from ui.web.conversations import saved

TEXT = "The bridge will cost 12 million."
ANSWER = Answer(
    "What will it cost?",
    "12 million [1]",
    False,
    citations=(Citation(1, Article("Bridge", TEXT, id="b"), TEXT, 0, len(TEXT)),),
)
MORE = ("Who is the mayor?", "How many people came?")


@pytest.fixture
def talk():
    conversation = Conversation()
    conversation.restore([Shown(1, "Hello?", ANSWER, ("x",)), Shown(2, "Cost?", ANSWER, ("x",))])
    return conversation


def offer(talk, monkeypatch, archive, *, found=MORE, meanwhile=lambda: None, models=None):
    def suggest(_answer, *, archive):
        meanwhile()
        return found

    monkeypatch.setattr(suggesting, "suggest", suggest)
    return suggesting.offer(talk, archive=archive, models=models or Models())


def test_they_stand_at_the_newest_answer_and_in_its_record(talk, monkeypatch, archive):
    view = offer(talk, monkeypatch, archive)
    assert [message.count("data-ask") for message in view.messages] == [0, 0, 0, 2]
    assert 'data-ask="Who is the mayor?"' in view.messages[3]
    assert (view.running, view.question, view.sources) == (False, None, None)
    record = saved.to_record(talk, archive="town")
    assert [item["suggestions"] for item in record["answers"]] == [[], list(MORE)]
    assert saved.read_answers(record, archive=archive)[1].answer.suggestions == MORE
    # They are looked for once.
    assert offer(talk, monkeypatch, archive) is None


def test_nothing_is_shown_when_a_question_was_asked_meanwhile(talk, monkeypatch, archive):
    steps = talk.ask("And then?", archive=archive, models=Models())
    assert offer(talk, monkeypatch, archive, meanwhile=lambda: next(steps)) is None
    assert talk.running
    assert "Who is the mayor?" not in said(talk._messages[3])
    steps.close()
    assert not talk.running
    # The question that was given up stands last, and has no answer to go on from.
    assert offer(talk, monkeypatch, archive) is None


def test_who_waits_for_an_answer_goes_first(talk, monkeypatch, archive):
    models = Models()
    with models.asked():
        assert offer(talk, monkeypatch, archive, models=models) is None
    assert offer(talk, monkeypatch, archive, models=models)


def test_the_end_waits_for_what_is_in_the_models_and_begins_nothing_more(
    talk, monkeypatch, archive
):
    models, left = Models(), []

    def work():
        with models.working():
            models.wanted.wait()
            time.sleep(0.1)
            left.append(True)

    threading.Thread(target=work).start()
    while not models._working:
        time.sleep(0.01)
    models.end()
    assert left
    assert offer(talk, monkeypatch, archive, models=models) is None


def test_the_end_waits_no_longer_than_it_is_told():
    models = Models()
    with models.working():
        models.end(seconds=0.01)
    assert models.wanted.is_set()


def test_there_may_be_none(talk, monkeypatch, archive):
    def fail():
        raise ModelError("no reader")

    assert offer(talk, monkeypatch, archive, found=()) is None
    assert offer(talk, monkeypatch, archive, meanwhile=fail) is None
    assert offer(Conversation(), monkeypatch, archive) is None
