"""Two copies of the server behind nginx: one is killed, and nothing is lost."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

import rag
from rag.store.shared.database import Shared
from tests.fakes import BagOfWords
from tests.serving.behind import NGINX, Copies
from tests.serving.clients import Page, Program
from ui.web.conversations.kept import Conversations
from ui.web.network.keys import Keys
from ui.web.network.users import Users

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

# Seconds within which the page has an answer kept that it shows.
_KEPT_WITHIN = 10.0
PASSWORD = "a long password"
QUESTIONS = (
    "How many days did the ferry strike close the harbour?",
    "Who asked the crews to end the strike?",
    "What did the flood reach?",
    "Was anybody hurt in the flood?",
    "How many days did the strike last?",
    "Where was the harbour closed?",
)
ARTICLES = (
    rag.Article(
        "Ferry strike",
        "The ferry strike closed the harbour of Valletta for 3 days. "
        "Ann Borg, the minister, asked the crews to end the strike.",
        id="ferry",
    ),
    rag.Article("Flood", "The flood reached the school. Nobody was hurt.", id="flood"),
)


@pytest.fixture
def url(postgres) -> str:
    return postgres.new_database()


@pytest.fixture
def copies(tmp_path: Path, url: str) -> Iterator[Copies]:
    """Two copies over one archive behind a proxy, with users and keys."""
    if NGINX is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("there is no nginx here; install it: apt-get install nginx-light")
    with rag.Archive.open(tmp_path / "town", embedder=BagOfWords()) as archive:
        archive.ingest(ARTICLES)
    users = Users(Shared.beside(tmp_path, url=url))
    for name in ("ann", "bea", "cay"):
        users.add(name, PASSWORD)
    started = Copies(tmp_path / "town", url)
    try:
        started.start()
        yield started
    finally:
        started.end()


def test_a_copy_killed_under_load_loses_nothing(tmp_path: Path, url: str, copies: Copies) -> None:
    shared = Shared.beside(tmp_path, url=url)
    key = Keys(shared).make("ann")
    over, users = threading.Event(), ("bea", "bea", "cay", "cay")
    # One for each program and each page.
    answered = [threading.Semaphore(0) for _ in range(2 + len(users))]

    def rounds(told: threading.Semaphore) -> Iterator[str]:
        for question in cycle(QUESTIONS):
            if over.is_set():
                return
            yield question
            told.release()

    def program(told: threading.Semaphore) -> list[tuple[str, str]]:
        client = Program(copies.address, key)
        return [(question, client.ask(question)) for question in rounds(told)]

    def page(user: str, told: threading.Semaphore) -> tuple[str, Page, list[str]]:
        visitor, asked = Page(copies.address, user, PASSWORD), []
        for question in rounds(told):
            visitor.ask(question)
            asked.append(question)
        return user, visitor, asked

    with ThreadPoolExecutor(len(answered)) as threads:
        programs = [threads.submit(program, told) for told in answered[:2]]
        pages = [threads.submit(page, *each) for each in zip(users, answered[2:], strict=True)]

        def wait_for_each(count: int) -> None:
            end = time.monotonic() + 120
            for told in answered * count:
                while not told.acquire(timeout=1):
                    # One who asks and has ended has met an error, which is told here.
                    for ended in (each for each in (*programs, *pages) if each.done()):
                        ended.result()
                    assert time.monotonic() < end

        try:
            # Each copy has its turn, with questions in work that the other can take over: those
            # which found it away at first, and were sent to the other, have their answers by then.
            for number in range(2):
                wait_for_each(2)
                copies.kill(number)
                time.sleep(1)
                copies.begin(number)
                copies.wait_until_ready(copies.ports[number])
                for told in answered:
                    while told.acquire(blocking=False):
                        pass
            wait_for_each(2)
        finally:
            over.set()
        told = [each for done in programs for each in done.result(300)]
        shown = [done.result(300) for done in pages]
    assert all("3 days" in answer for question, answer in told if question == QUESTIONS[0])
    assert sum(visitor.reloads for _, visitor, _ in shown) >= 1
    for user, visitor, asked in shown:
        held = Conversations(shared).news(user, archive="town", known={}).records
        [kept] = [record for record in held if record["id"] == visitor.record["id"]]
        for record in (visitor.record, kept):
            assert [item["asked"] for item in record["answers"]] == asked


@pytest.mark.browser
def test_a_page_whose_server_is_killed_shows_its_answer_all_the_same(
    tmp_path: Path, url: str, copies: Copies, browser
) -> None:
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{copies.address}/login")
    page.fill("input[name=name]", "ann")
    page.fill("input[name=password]", PASSWORD)
    page.click("button")
    page.wait_for_selector(".dl-bar[data-ready=yes]")

    def ask(question: str) -> None:
        page.fill("#dl-ask textarea", question)
        page.keyboard.press("Enter")

    ask(QUESTIONS[0])
    page.wait_for_selector(".dl-short")
    ask(QUESTIONS[1])
    page.wait_for_selector(".dl-bar[data-ready=no]")
    # The one that is left may be the page's own, so each has its turn.
    copies.kill(0)
    copies.begin(0)
    copies.wait_until_ready(copies.ports[0])
    copies.kill(1)
    page.wait_for_function(
        "document.querySelectorAll('#dl-chat .dl-short').length === 2", timeout=120_000
    )
    conversations = Conversations(Shared.beside(tmp_path, url=url))

    def asked() -> list[str]:
        [kept] = conversations.news("ann", archive="town", known={}).records
        return [item["asked"] for item in kept["answers"]]

    # An answer is kept once it has been shown.
    until = time.monotonic() + _KEPT_WITHIN
    while asked() != list(QUESTIONS[:2]) and time.monotonic() < until:
        time.sleep(0.1)
    assert asked() == list(QUESTIONS[:2])
