"""Conversations of users are kept, and another server goes on with them."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from rag import Article
from rag.store.shared.database import Shared, forget_archive, rename_archive
from tests.fakes import Script
from ui.web.chat import layout
from ui.web.chat.conversation import Conversation
from ui.web.common.library import Library
from ui.web.common.models import Models
from ui.web.conversations import kept
from ui.web.conversations.both import numbered
from ui.web.conversations.kept import Conversations, News
from ui.web.network.users import Users

if TYPE_CHECKING:
    from pathlib import Path


FERRY = Article(
    "Ferry strike",
    "The ferry strike closed the harbour of Valletta for 3 days. Ann Borg ended the strike.",
    id="ferry",
)


def record(id_: str, *, answers: int = 1, archive: str = "town", title: str = "Ferry"):
    return {"id": id_, "archive": archive, "title": title, "answers": [{}] * answers}


def talk(*questions: str, keys: bool = True):
    """Return a conversation of those questions, each answered in one way."""
    answers = [
        {"asked": each, "text": f"It is {each}."} | ({"key": each.lower()} if keys else {})
        for each in questions
    ]
    return record("one") | {"answers": answers}


def asked(item) -> list[str]:
    return [answer["asked"] for answer in item["answers"]]


@pytest.fixture
def conversations(shared: Shared) -> Conversations:
    return Conversations(shared)


def ids(found: News) -> list[str]:
    return sorted(found.ids)


def test_what_a_page_shows_is_its_users_and_its_own(conversations) -> None:
    saved = conversations.save("ann", record("one"), page="p")
    assert saved.record == record("one")
    assert conversations.shown_at("ann", "p") == saved
    assert conversations.shown_at("ed", "p") is None
    assert conversations.shown_at("ann", "q") is None


def test_a_page_shows_one_conversation_and_an_empty_one_goes_with_it(conversations) -> None:
    conversations.save("ann", record("one"), page="p")
    conversations.save("ann", record("two", answers=0), page="p")
    assert conversations.shown_at("ann", "p").record["id"] == "two"
    conversations.save("ann", record("three"), page="p")
    assert conversations.shown_at("ann", "p").record["id"] == "three"
    assert ids(conversations.news("ann", archive="town", known={})) == ["one", "three"]


def test_a_browser_is_told_what_it_lacks(conversations) -> None:
    first = conversations.save("ann", record("one"), page="p").version
    conversations.save("ann", record("two"))
    conversations.save("ann", record("three", archive="city"))
    conversations.save("ed", record("four"))
    found = conversations.news("ann", archive="town", known={"one": first, "gone": "x"})
    assert [item["id"] for item in found.records] == ["two"]
    assert ids(found) == ["one", "two"]
    conversations.rename("ann", "one", "Strike", at=1)
    conversations.remove("ann", "two")
    conversations.remove("ed", "one")
    [again] = conversations.news("ann", archive="town", known={"one": first}).records
    assert (again["id"], again["title"]) == ("one", "Strike")
    # It is still what the page shows.
    assert conversations.shown_at("ann", "p").record["title"] == "Strike"


def test_a_user_has_so_many_and_none_that_is_too_long(shared, monkeypatch) -> None:
    monkeypatch.setattr(kept, "LONGEST", 200)
    clock = iter(range(9))
    conversations = Conversations(shared, most=2, clock=lambda: next(clock))
    for name in ("one", "two", "three"):
        conversations.save("ann", record(name))
    assert conversations.save("ann", record("x" * 200)).version == ""
    assert ids(conversations.news("ann", archive="town", known={})) == ["three", "two"]


def test_an_answer_that_a_page_has_not_shown_is_not_overwritten(conversations) -> None:
    conversations.save("ann", talk("A", "B"))
    apart = conversations.save("ann", talk("A", "C"), page="p", seen={"a", "c"}).record
    assert (apart["title"], apart["from"]) == ("Ferry (2)", "one")
    assert conversations.shown_at("ann", "p").record["id"] == apart["id"]
    found = conversations.news("ann", archive="town", known={}).records
    assert sorted(asked(item) for item in found) == [["A", "B"], ["A", "C"]]
    # What the page itself took back goes.
    conversations.save("ann", talk("A", "D"), seen={"a", "b", "d"})
    found = conversations.news("ann", archive="town", known={}).records
    assert sorted(asked(item) for item in found) == [["A", "C"], ["A", "D"]]


def test_a_vote_at_an_older_copy_leaves_the_newer_answers(conversations) -> None:
    conversations.save("ann", talk("A", "B"))
    voted = talk("A")
    voted["answers"][0]["liked"] = True
    after = conversations.save("ann", voted, seen={"a"}).record
    assert [item.get("liked") for item in after["answers"]] == [True, None]
    assert asked(after) == ["A", "B"]


def test_a_page_that_comes_back_shows_the_later_copy(conversations) -> None:
    version = conversations.save("ann", talk("A")).version
    old = talk("A") | {"version": version}
    conversations.save("ann", talk("A", "B"))
    assert asked(conversations.newest("ann", old)) == ["A", "B"]
    # One that was answered while the database was away is the browser's alone.
    assert asked(conversations.newest("ann", talk("A", "B", "C"))) == ["A", "B", "C"]
    assert asked(conversations.newest("ann", talk("A"))) == ["A", "B"]
    apart = conversations.newest("ann", talk("A", "C"))
    assert (asked(apart), apart["title"]) == (["A", "C"], "Ferry (2)")
    conversations.remove("ann", "one")
    assert asked(conversations.newest("ann", old)) == []


def test_answers_of_before_are_known_by_their_words(conversations) -> None:
    conversations.save("ann", talk("A", "B", keys=False))
    seen = {"A\nIt is A.", "B\nIt is B."}
    assert conversations.save("ann", talk("A", "C", keys=False), seen=seen).record["id"] == "one"
    apart = conversations.save("ann", talk("A", "D", keys=False), seen=seen).record
    assert apart["id"] != "one"


def test_the_name_that_was_given_last_stays(conversations) -> None:
    conversations.save("ann", talk("A"))
    conversations.rename("ann", "one", "Strike", at=20)
    conversations.rename("ann", "one", "Late to arrive", at=10)
    # A page that was opened before goes on under the old name.
    kept = conversations.save("ann", talk("A", "B") | {"titled": 0}, seen={"a", "b"}).record
    assert (asked(kept), kept["title"], kept["titled"]) == (["A", "B"], "Strike", 20)
    apart = conversations.save("ann", talk("A", "C"), seen={"a", "c"}).record
    assert apart["title"] == "Strike (2)"
    # And one that was named later than the copy that is kept, which the server was not told.
    named = kept | {"title": "Harbour", "titled": 30, "version": "v"}
    assert conversations.newest("ann", named)["title"] == "Harbour"
    assert conversations.save("ann", named).record["title"] == "Harbour"


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Ferry", "Ferry (2)"), ("Ferry (2)", "Ferry (3)"), ("Ferry (x)", "Ferry (x) (2)")],
)
def test_a_second_conversation_of_a_title_is_numbered(title, expected) -> None:
    assert numbered(title) == expected


def test_they_go_with_the_archive_and_the_user(tmp_path: Path, shared, database) -> None:
    conversations = Conversations(shared)
    for name in ("town", "city"):
        conversations.save("ann", record(name, archive=name))
    rename_archive(tmp_path / "town", to=tmp_path / "port", url=database)
    assert ids(conversations.news("ann", archive="port", known={})) == ["town"]
    forget_archive(tmp_path / "port", url=database)
    assert ids(conversations.news("ann", archive="port", known={})) == []
    Users(shared).add("ann", "a long password")
    Users(shared).remove("ann")
    assert ids(conversations.news("ann", archive="city", known={})) == []


def test_another_server_goes_on_with_a_conversation(archive, shared, tmp_path, database) -> None:
    archive.ingest(FERRY)
    request = SimpleNamespace(username="ann", session_hash="page", query_params={})

    def server():
        kept_there = Conversations(Shared.beside(tmp_path, url=database))
        return dataclasses.replace(layout.layout(Library(archive)), kept=kept_there)

    models = Models(generator=Script("The ferry strike closed the harbour for 3 days. [1]"))
    one, other = server(), server()
    first = Conversation()
    for question in ("How long was the harbour closed?", "And who ended the strike?"):
        for view in first.ask(question, archive=archive, models=models):
            one.updates(view, first, archive, request)
    # The other one has never seen the page.
    second = Conversation()
    other.go_on(second, archive, request)
    assert (second.id, second.turns) == (first.id, first.turns)
    for view in second.ask("Why?", archive=archive, models=models):
        other.updates(view, second, archive, request)
    one.go_on(first, archive, request)
    assert [turn.question for turn in first.turns][-1] == "Why?"
    assert [shown.message for shown in first.shown] == [1, 2, 3]


def test_without_the_database_an_answer_is_shown_all_the_same(archive, tmp_path, caplog) -> None:
    away = Shared.beside(tmp_path, url=f"postgresql://ann@/none?host={tmp_path}")
    parts = dataclasses.replace(layout.layout(Library(archive)), kept=Conversations(away))
    request = SimpleNamespace(username="ann", session_hash="page", query_params={})
    conversation = Conversation()
    parts.go_on(conversation, archive, request)
    *_, told = parts.updates(conversation.clear(), conversation, archive, request)
    assert (told["id"], told["version"]) == (conversation.id, "")
    assert "conversations are not kept on the server" in caplog.text
