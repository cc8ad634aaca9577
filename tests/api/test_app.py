"""The web API answers, finds, lists, adds, edits and deletes, and lets in whom it should."""

from __future__ import annotations

import base64
import json
import logging
import math
import socket
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from rag.errors import ArchiveError, LockedError, MissingError, ModelError, RagError
from rag.settings import ServerLimits
from tests.api.conftest import HERE
from ui.api import faults
from ui.api.app import Entry, add_pages, build, serve
from ui.web.common.waiting import BusyError
from ui.web.network.attempts import Attempts
from ui.web.network.door import WRONG
from ui.web.network.users import Role

if TYPE_CHECKING:
    from pathlib import Path

    import rag
    from ui.api.desk import Desk

QUESTION = "How many days did the ferry strike close the harbour?"
ANSWER = "The ferry strike closed the harbour of Valletta for 3 days. [1]"


def events(text: str) -> list[tuple[str, dict]]:
    """Return the events of a stream with their data."""
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_answer_comes_with_its_citations(asking: TestClient) -> None:
    answer = asking.post("/v1/answer", json={"question": QUESTION}).json()
    assert (answer["text"], answer["kind"], answer["short"]) == (ANSWER, "answer", "3")
    [citation] = answer["citations"]
    assert (citation["number"], citation["article"]["id"]) == (1, "ferry")
    text = asking.get("/v1/articles/ferry").json()["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert "text" not in citation["article"]


@pytest.mark.parametrize("place", ["answer", "search", "chat/completions"])
def test_half_a_character_is_no_reason_to_refuse(asking: TestClient, place: str) -> None:
    """As in an emoji that a program has cut in two."""
    text = f"{QUESTION} \ud83d"
    wish = {"model": "town", "messages": [{"role": "user", "content": text}]}
    body = json.dumps(wish if "chat" in place else {"question": text})
    headers = {"content-type": "application/json"}
    reply = asking.post(f"/v1/{place}", content=body, headers=headers)
    assert reply.status_code == 200
    assert "3 days" in reply.text


def test_a_stream_ends_with_the_answer_it_told_piece_by_piece(asking: TestClient) -> None:
    reply = asking.post("/v1/answer", json={"question": QUESTION, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    *pieces, (name, whole) = events(reply.text)
    assert name == "answer"
    assert "".join(data["text"] for _, data in pieces) == whole["text"] == ANSWER


def test_a_question_is_narrowed_and_refused(asking: TestClient) -> None:
    late = {"question": QUESTION, "since": "2024-06-01"}
    answer = asking.post("/v1/answer", json=late).json()
    assert (answer["abstained"], answer["kind"], answer["citations"]) == (True, "refusal", [])


def test_a_question_is_narrowed_to_articles_that_mention_a_name(asking: TestClient) -> None:
    of = {"question": QUESTION, "names": ["Ann Borg"]}
    assert asking.post("/v1/answer", json=of).json()["text"] == ANSWER
    other = asking.post("/v1/answer", json={**of, "names": ["school"]}).json()
    assert other["abstained"]
    hits = asking.post("/v1/search", json={"question": "harbour", "names": ["school"]}).json()
    assert {hit["article"]["id"] for hit in hits["hits"]} == {"flood/1"}
    refused = asking.post("/v1/answer", json={**of, "names": ["--"]})
    assert refused.status_code == 422
    assert "'--' is not a name" in refused.text


def test_a_follow_up_is_understood(asking: TestClient) -> None:
    history = [{"question": QUESTION, "answer": ANSWER}]
    wish = {"question": "And who asked the crews to end it?", "history": history}
    answer = asking.post("/v1/answer", json=wish).json()
    assert answer["asked"] == wish["question"]
    assert answer["question"] != wish["question"]


def test_passages_are_found(asking: TestClient) -> None:
    hits = asking.post("/v1/search", json={"question": "ferry strike", "k": 1}).json()["hits"]
    assert [hit["article"]["id"] for hit in hits] == ["ferry"]


def test_articles_are_listed_by_day_publisher_and_words(asking: TestClient) -> None:
    def ids(**query: object) -> list[str]:
        reply = asking.get("/v1/articles", params=query).json()
        return [article["id"] for article in reply["articles"]]

    assert ids() == ["flood/1", "ferry"]
    assert ids(limit=1, offset=1) == ["ferry"]
    assert ids(until="2024-05-31") == ["ferry"]
    assert ids(publisher="herald") == ["flood/1"]
    assert ids(name="ann borg") == ["ferry"]
    assert ids(name=["Ann Borg", "school"]) == ids(name="school", words="ferry") == []
    assert ids(words="ferry") == ["ferry"]
    assert asking.get("/v1/articles", params={"limit": 1}).json()["total"] == 2


def test_an_article_is_added_edited_and_deleted(client: TestClient) -> None:
    new = {"id": "vote", "title": "Vote", "text": "The vote is on Monday.", "author": "Cy"}
    report = client.post("/v1/articles", json={"articles": [new]}).json()
    assert (report["read"], report["added"], report["skipped"]) == (1, 1, [])
    edited = client.patch("/v1/articles/vote", json={"text": "The vote is off.", "author": None})
    assert edited.status_code == 200
    stored = client.get("/v1/articles/vote").json()
    assert (stored["title"], stored["text"], stored["author"]) == ("Vote", "The vote is off.", None)
    assert (
        client.post("/v1/search", json={"question": "vote off", "k": 1})
        .json()["hits"][0]["text"]
        .endswith("off.")
    )
    assert client.delete("/v1/articles/vote").status_code == 204
    assert client.get("/v1/articles/vote").status_code == 404


def test_the_beginning_of_an_id_is_enough_if_only_one_has_it(client: TestClient) -> None:
    new = [{"id": f"vote-{n}", "title": f"Vote {n}", "text": f"Vote {n} is on."} for n in (1, 2)]
    client.post("/v1/articles", json={"articles": new})
    assert client.get("/v1/articles/fer").json()["id"] == "ferry"
    for method in ("get", "delete"):
        refused = getattr(client, method)("/v1/articles/vote")
        assert refused.status_code == 422
        words = "several ids begin with 'vote': vote-1, vote-2; give more characters"
        assert refused.json()["error"]["message"] == words
    edited = client.patch("/v1/articles/vote-2", json={"text": "Vote 2 is off."}).json()
    assert (edited["id"], edited["text"]) == ("vote-2", "Vote 2 is off.")
    assert client.delete("/v1/articles/vote-1").status_code == 204
    assert client.get("/v1/articles/vote").json()["id"] == "vote-2"


def test_an_edit_that_leaves_no_text_changes_nothing(client: TestClient) -> None:
    reply = client.patch("/v1/articles/ferry", json={"text": " "})
    assert reply.status_code == 422
    assert "stays as it was" in reply.json()["error"]["message"]
    assert client.get("/v1/articles/ferry").json()["text"].startswith("The ferry")


def test_archives_are_made_named_and_deleted(client: TestClient) -> None:
    assert client.post("/v1/archives", json={"name": "sea"}).status_code == 201
    new = {"archive": "sea", "articles": [{"title": "Tide", "text": "The tide rose by 2 m."}]}
    assert client.post("/v1/articles", json=new).json()["added"] == 1
    listed = client.get("/v1/archives").json()["archives"]
    assert [(item["name"], item["articles"]) for item in listed] == [("sea", 1), ("town", 2)]
    answer = client.post(
        "/v1/answer", json={"question": "How far did the tide rise?"} | {"archive": "sea"}
    ).json()
    assert answer["citations"][0]["article"]["title"] == "Tide"
    assert client.delete("/v1/archives/sea").status_code == 204
    assert client.get("/v1/archives/sea").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "wish", "status", "words"),
    [
        ("post", "/v1/answer", {"question": "x", "archive": "../town"}, 404, "no archive"),
        ("post", "/v1/answer", {"question": "x" * 2_001}, 422, "at most 2000 characters"),
        ("post", "/v1/answer", {"question": "x", "colour": 1}, 422, "colour"),
        ("post", "/v1/answer", {"question": "x", "since": "2024-02-02", "until": "2024-01-01"},
         422, "after until"),
        ("post", "/v1/search", {"question": "x", "k": 0}, 422, "k"),
        ("get", "/v1/articles/none", None, 404, "no article"),
        ("post", "/v1/archives", {"name": "../up"}, 409, "cannot be the name"),
        ("delete", "/v1/archives/town", None, 409, "started with"),
        ("get", "/v1/none", None, 404, "Not Found"),
        ("get", "/v1/answer", None, 405, "Not Allowed"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(
    asking: TestClient, method: str, path: str, wish: dict | None, status: int, words: str
) -> None:
    body = {"content": json.dumps(wish)} if wish else {}
    reply = asking.request(method, path, headers={"content-type": "application/json"}, **body)
    assert reply.status_code == status
    assert words in reply.json()["error"]["message"]


def test_a_line_without_room_is_said_before_the_stream_begins(
    client: TestClient, desk: Desk
) -> None:
    limits = desk.models.line.limits
    places = [desk.models.line.enter(str(i)) for i in range(limits.at_once + limits.waiting)]
    # With nothing measured yet, an answer is thought to take 5 s.
    wait = str(math.ceil(5 * (limits.waiting + 1) / limits.at_once))
    for stream in (False, True):
        reply = client.post("/v1/answer", json={"question": QUESTION, "stream": stream})
        assert (reply.status_code, reply.headers["retry-after"]) == (429, wait)
        assert f"ask again in about {wait} s" in reply.text
    metrics = client.get("/metrics").text
    assert f"dateline_questions_waiting {limits.waiting:.1f}" in metrics
    for place in places:
        place.leave()
    assert client.post("/v1/answer", json={"question": QUESTION}).status_code == 200
    assert desk.models.line.running == desk.models.line.waiting == 0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MissingError("x"), 404),
        (LockedError("x"), 409),
        (ArchiveError("x"), 409),
        (BusyError("x", seconds=7), 429),
        (ModelError("x"), 503),
        (RagError("x"), 500),
        (ValueError("x"), 422),
    ],
)
def test_every_error_has_its_status(error: Exception, status: int) -> None:
    assert faults.status_of(error) == status


def test_a_watcher_counts_answers_and_refusals(client: TestClient) -> None:
    client.post("/v1/answer", json={"question": QUESTION})
    client.post("/v1/answer", json={"question": "Who won the football cup in Brazil?"})
    shown = client.get("/metrics").text
    assert 'dateline_questions_total{kind="answer"} 1.0' in shown
    assert 'dateline_questions_total{kind="refusal"} 1.0' in shown
    assert "dateline_question_seconds_count 2.0" in shown


def test_the_log_tells_of_answers_and_not_what_was_asked(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="rag")
    reply = client.post("/v1/answer", json={"question": QUESTION})
    client.post("/v1/search", json={"question": QUESTION})
    told = [record.getMessage() for record in caplog.records if record.name == "rag.web"]
    assert told[0].startswith("answer in ")
    assert told[1].startswith("POST /v1/answer 200 in ")
    assert told[2].startswith("POST /v1/search 200 in ")
    assert "ferry" not in caplog.text.casefold()
    assert len(reply.headers["x-request-id"]) == 16


def test_the_server_is_ready_once_its_models_are(client: TestClient, desk: Desk) -> None:
    assert client.get("/readyz").status_code == 503
    desk.models.load(desk.library.first)
    assert (client.get("/readyz").status_code, client.get("/healthz").text) == (200, "alive")


def test_the_pages_are_mounted_beside_it(client: TestClient, desk: Desk, entry: Entry) -> None:
    add_pages(client.app, desk, entry=entry, examples=["How long?"])
    for path in ("/", "/archive", "/evaluation"):
        assert "Dateline" in client.get(path).text
    assert client.get("/", headers={"authorization": ""}).status_code == 401


def test_the_description_loads_nothing_from_elsewhere(asking: TestClient) -> None:
    shown = asking.get("/v1/docs").text
    assert "http://" not in shown.replace("http://127.0.0.1", "")
    assert "https://" not in shown
    assert asking.get("/v1/docs-files/swagger-ui-bundle.js").status_code == 200
    described = asking.get("/v1/openapi.json").json()
    assert described["servers"] == [{"url": "/v1"}]


@pytest.mark.parametrize("path", ["/v1/archives", "/v1/docs", "/v1/openapi.json", "/metrics"])
def test_nothing_is_answered_without_the_token(asking: TestClient, path: str) -> None:
    assert asking.get(path, headers={"authorization": ""}).status_code == 401
    assert asking.get(path, headers={"authorization": "Bearer guess"}).status_code == 401
    assert asking.get(path).status_code == 200


def test_other_names_and_pages_are_refused(asking: TestClient) -> None:
    assert asking.get("/v1/archives", headers={"host": "rebound.example"}).status_code == 403
    elsewhere = {"origin": "http://evil.example"}
    assert asking.post("/v1/answer", json={}, headers=elsewhere).status_code == 403


def test_a_users_key_works_on_this_machine_too(client: TestClient, entry: Entry) -> None:
    entry.accounts.users.add("ann", "long password")
    key = entry.accounts.keys.make("ann")
    bearer = {"authorization": f"Bearer {key}"}
    assert client.get("/v1/archives", headers=bearer).status_code == 200
    entry.accounts.users.remove("ann")
    assert client.get("/v1/archives", headers=bearer).status_code == 401


def test_users_log_in_where_others_reach_it(desk: Desk, entry: Entry) -> None:
    entry.accounts.users.add("ann", "long password")
    key = entry.accounts.keys.make("ann")
    entry = Entry("0.0.0.0", None, entry.accounts)
    app = build(desk, entry=entry)
    with TestClient(
        add_pages(app, desk, entry=entry, examples=["How long?"]), base_url=HERE
    ) as stranger:
        for path in ("/v1/archives", "/v1/docs", "/metrics"):
            reply = stranger.get(path)
            assert (reply.status_code, reply.headers["www-authenticate"][:5]) == (401, "Basic")
        for good in (f"Bearer {key}", basic("ann", "long password")):
            reply = stranger.get("/v1/archives", headers={"authorization": good})
            assert reply.status_code == 200
        for wrong in ("Bearer guess", basic("ann", "guess"), basic("eve", ""), "Basic %", "Digest"):
            reply = stranger.get("/v1/archives", headers={"authorization": wrong})
            assert reply.status_code == 401
        assert stranger.get("/healthz").status_code == 200
        # The pages have a form of their own.
        assert stranger.get("/config").status_code == 401


def test_a_role_allows_what_it_says(desk: Desk, entry: Entry) -> None:
    users, keys = entry.accounts.users, entry.accounts.keys
    users.add("ann", "long password")
    network = Entry("0.0.0.0", None, entry.accounts)
    bearer = {"authorization": f"Bearer {keys.make('ann')}"}
    new = {"articles": [{"id": "vote", "title": "Vote", "text": "The vote is on Monday."}]}
    wishes = [
        ("post", "/v1/articles", new, 200, Role.EDITOR),
        ("patch", "/v1/articles/vote", {"title": "The vote"}, 200, Role.EDITOR),
        ("delete", "/v1/articles/vote", None, 204, Role.EDITOR),
        ("post", "/v1/archives", {"name": "sea"}, 201, Role.ADMIN),
        ("delete", "/v1/archives/sea", None, 204, Role.ADMIN),
    ]
    # A key bears its user's role also where the token lets in.
    for door in (network, entry):
        with TestClient(build(desk, entry=door), base_url=HERE, headers=bearer) as program:
            for method, path, wish, status, least in wishes:
                for role in Role:
                    users.set_role("ann", role)
                    reply = program.request(method, path, json=wish)
                    if not role.may(least):
                        assert reply.status_code == 403
                        assert reply.json()["error"]["type"] == "permission_error"
                    elif role is least:
                        assert reply.status_code == status


def test_wrong_passwords_wait(desk: Desk, entry: Entry) -> None:
    entry.accounts.users.add("ann", "long password")
    # Its clock stands still: on a slow machine the wait could be over before the last one comes.
    attempts = Attempts(entry.accounts.users.shared, clock=lambda: 0.0)
    doorman = replace(entry.accounts.doorman, attempts=attempts)
    network = Entry("0.0.0.0", None, replace(entry.accounts, doorman=doorman))
    with TestClient(build(desk, entry=network), base_url=HERE) as program:
        for password in ("a", "b", "c", "d", "e", "long password"):
            headers = {"authorization": basic("ann", password)}
            assert program.get("/v1/archives", headers=headers).status_code == 401


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_request_is_as_large_as_the_settings_allow(
    town: rag.Archive, desk: Desk, entry: Entry, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry.accounts.users.add("ann", "long password")
    limits = ServerLimits(request_mb=1)
    monkeypatch.setattr(town, "_settings", replace(town.settings, limits=limits))
    limited = Entry.of(town, host=host, token="secret")
    with TestClient(build(desk, entry=limited), base_url=HERE) as program:
        replies = [
            program.post("/v1/ask", content=b"x", headers={"content-length": str(size)})
            for size in (2**20, 2**20 + 1)
        ]
    assert replies[0].status_code != 413
    assert replies[1].status_code == 413
    assert "more than 1 MB" in replies[1].text


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_log_ins_are_limited_as_the_settings_say(
    town: rag.Archive, entry: Entry, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry.accounts.users.add("ann", "long password")
    limits = ServerLimits(wrong_passwords=1, session_hours=2)
    monkeypatch.setattr(town, "_settings", replace(town.settings, limits=limits))
    doorman = Entry.of(town, host=host).accounts.doorman
    assert doorman.sessions.longest == 2 * 3600
    assert doorman.refusal("bea", "guess", address="1.2.3.4") == WRONG
    assert "too many" in doorman.refusal("bea", "guess", address="1.2.3.4")


def test_a_program_is_refused_in_the_form_of_every_error(desk: Desk, entry: Entry) -> None:
    with TestClient(build(desk, entry=entry), base_url=HERE) as program:
        unknown = program.get("/v1/archives")
        elsewhere = program.get("/v1/archives", headers={"host": "evil.example"})
        page = program.get("/archive")
    assert (unknown.status_code, elsewhere.status_code) == (401, 403)
    assert "Authorization: Bearer" in unknown.json()["error"]["message"]
    assert elsewhere.json()["error"]["type"] == "permission_error"
    assert "open the address" in page.text


def test_without_users_it_serves_this_machine_alone(town: rag.Archive) -> None:
    with pytest.raises(RagError, match="rag users add NAME"):
        serve(town, host="0.0.0.0", port=0)


def test_a_taken_port_is_said(town: rag.Archive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RagError, match=f"{port}.*--port"):
            serve(town, port=port, token="secret")


PROGRAM = """
import sys, rag, httpx, threading
from tests.fakes import BagOfWords, FakeReader
rag_reader = __import__("rag.reading").reading
rag_reader.load_reader = lambda *_, **__: FakeReader()
from ui.api.app import serve

def ask(address):
    def visit():
        import os, signal
        try:
            print(httpx.get(address + "healthz", timeout=30).text)
            bearer = {"authorization": "Bearer secret"}
            print(httpx.get(address + "v1/archives", headers=bearer, timeout=30).json())
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
    threading.Thread(target=visit).start()

with rag.Archive.open(sys.argv[1], embedder=BagOfWords()) as archive:
    try:
        serve(archive, port=0, token="secret", on_ready=lambda a: ask(a.partition("?")[0]))
    except KeyboardInterrupt:
        print("ended")
"""


@pytest.mark.slow
def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "city")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    alive, archives, ended = done.stdout.splitlines()
    assert (alive, ended) == ("alive", "ended"), done.stderr
    assert "'name': 'city'" in archives
