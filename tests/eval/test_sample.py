"""The shipped sample archive and its questions agree with each other."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import frontmatter
import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "rag" / "sample").glob("*.md"))
POSTS = {path.stem: frontmatter.load(str(path)) for path in FILES}
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (ROOT / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
KINDS = {"fact", "list", "yes_no", "date", "multi", "changing", "followup", "unanswerable"}
REQUIRED = {"id", "question", "kind", "answers", "gold_articles", "gold_sentences"}
OPTIONAL = {"history", "standalone", "since", "until", "note"}
MARKUP = re.compile(r"[*_#`<>\[\]|\\]|^\s*(?:[-+]|\d+\.)\s", re.MULTILINE)
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY_AND_DATE = re.compile(
    rf"\b({DAYS})(?: morning| afternoon| evening| night)?, (\d{{1,2}}) ({MONTHS})(?: (\d{{4}}))?"
)

every_file = pytest.mark.parametrize("stem", list(POSTS))
every_question = pytest.mark.parametrize("item", QUESTIONS, ids=[q["id"] for q in QUESTIONS])


def published(stem: str) -> dt.date:
    date = POSTS[stem]["date"]
    assert isinstance(date, dt.date)
    return date


def test_there_are_enough_articles() -> None:
    assert len(FILES) >= 60


@every_file
def test_front_matter_is_complete_and_matches_the_file_name(stem: str) -> None:
    post = POSTS[stem]
    assert list(post.metadata) == ["title", "date", "publisher", "author", "language"]
    assert post["title"]
    assert post["publisher"] == "Dateline Sample"
    assert post["language"] == "en"
    assert stem.startswith(f"{published(stem).isoformat()}-")
    assert dt.date(2019, 1, 1) <= published(stem) <= dt.date(2025, 12, 31)


@every_file
def test_body_is_plain_text_of_the_length_of_a_short_report(stem: str) -> None:
    body = POSTS[stem].content
    assert 100 <= len(body.split()) <= 320
    assert 4 <= len(body.split("\n\n")) <= 8
    assert not MARKUP.search(body)
    assert "http" not in body


@every_file
def test_a_weekday_written_next_to_a_date_is_right(stem: str) -> None:
    for day, number, month, year in DAY_AND_DATE.findall(POSTS[stem].content):
        text = f"{number} {month} {year or published(stem).year}"
        assert dt.datetime.strptime(text, "%d %B %Y").strftime("%A") == day, text


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = [item["kind"] for item in QUESTIONS]
    assert len(QUESTIONS) >= 50
    assert set(kinds) == KINDS
    assert kinds.count("unanswerable") >= 35
    assert kinds.count("followup") >= 40
    assert len({item["id"] for item in QUESTIONS}) == len(QUESTIONS)


def test_every_article_is_asked_about() -> None:
    assert {stem for item in QUESTIONS for stem in item["gold_articles"]} == set(POSTS)


@every_question
def test_question_has_the_agreed_shape(item: dict[str, Any]) -> None:
    assert set(item) >= REQUIRED
    assert set(item) <= REQUIRED | OPTIONAL
    assert item["question"].strip()
    assert ("history" in item) == ("standalone" in item) == (item["kind"] == "followup")
    for turn in item.get("history", []):
        assert set(turn) == {"question", "answer"}
    for key in {"since", "until"} & set(item):
        dt.date.fromisoformat(item[key])


@every_question
def test_only_unanswerable_questions_lack_an_answer(item: dict[str, Any]) -> None:
    answerable = item["kind"] != "unanswerable"
    for key in ("answers", "gold_articles", "gold_sentences"):
        assert bool(item[key]) == answerable
    if item["kind"] == "yes_no":
        assert item["answers"] in (["Yes"], ["No"])


@every_question
def test_gold_sentences_stand_in_the_gold_articles(item: dict[str, Any]) -> None:
    bodies = [POSTS[stem].content for stem in item["gold_articles"]]
    assert all(any(s in body for body in bodies) for s in item["gold_sentences"])
    assert all(any(s in body for s in item["gold_sentences"]) for body in bodies)


@every_question
def test_gold_articles_lie_within_the_asked_dates(item: dict[str, Any]) -> None:
    dates = [published(stem).isoformat() for stem in item["gold_articles"]]
    assert all(item.get("since", "") <= date <= item.get("until", "9999-12-31") for date in dates)


@every_question
def test_answer_is_written_in_a_gold_sentence(item: dict[str, Any]) -> None:
    said = item["answers"] not in (["Yes"], ["No"])
    if item["kind"] in {"fact", "date", "list", "followup"} and said:
        gold = " ".join(item["gold_sentences"]).lower()
        assert any(answer.lower() in gold for answer in item["answers"])
