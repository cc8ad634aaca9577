"""The shipped sample archive and its questions agree with each other."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import frontmatter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Question = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "rag" / "sample").glob("*.md"))
POSTS = {path.stem: frontmatter.load(str(path)) for path in FILES}
QUESTIONS: list[Question] = [
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


def published(stem: str) -> dt.date:
    date = POSTS[stem]["date"]
    assert isinstance(date, dt.date)
    return date


def faults(check: Callable[[Any], Iterable[str]], items: Iterable[Any]) -> list[str]:
    """Return what `check` finds wrong, each with the item it is about."""
    return [f"{name_of(item)} {fault}" for item in items for fault in check(item)]


def name_of(item: object) -> str:
    return str(item["id"] if isinstance(item, dict) else item)


def front_matter(stem: str) -> Iterator[str]:
    post, date = POSTS[stem], published(stem)
    if list(post.metadata) != ["title", "date", "publisher", "author", "language"]:
        yield f"has the fields {list(post.metadata)}"
    if not post["title"]:
        yield "has no title"
    if (post["publisher"], post["language"]) != ("Dateline Sample", "en"):
        yield "is of another publisher or language"
    if not stem.startswith(f"{date.isoformat()}-"):
        yield f"is not named for its date, {date}"
    if not dt.date(2019, 1, 1) <= date <= dt.date(2025, 12, 31):
        yield f"is of {date}"


def body(stem: str) -> Iterator[str]:
    text = POSTS[stem].content
    if not 100 <= len(text.split()) <= 320:
        yield f"has {len(text.split())} words"
    if not 4 <= len(text.split("\n\n")) <= 8:
        yield f"has {len(text.split(chr(10) * 2))} paragraphs"
    if found := MARKUP.search(text):
        yield f"has markup: {found[0]!r}"
    if "http" in text:
        yield "has an address"


def weekdays(stem: str) -> Iterator[str]:
    for day, number, month, year in DAY_AND_DATE.findall(POSTS[stem].content):
        text = f"{number} {month} {year or published(stem).year}"
        right = dt.datetime.strptime(text, "%d %B %Y").strftime("%A")
        if right != day:
            yield f"calls {text} a {day}; it was a {right}"


def shape(item: Question) -> Iterator[str]:
    yield from (f"lacks {key}" for key in sorted(REQUIRED - set(item)))
    yield from (f"has {key}" for key in sorted(set(item) - REQUIRED - OPTIONAL))
    if not item["question"].strip():
        yield "asks nothing"
    followup = item["kind"] == "followup"
    if not ("history" in item) == ("standalone" in item) == followup:
        yield "has a history and a standalone form, or one of them, against its kind"
    if any(set(turn) != {"question", "answer"} for turn in item.get("history", [])):
        yield "has a turn that is no question and answer"
    for key in {"since", "until"} & set(item):
        dt.date.fromisoformat(item[key])


def answered(item: Question) -> Iterator[str]:
    answerable = item["kind"] != "unanswerable"
    for key in ("answers", "gold_articles", "gold_sentences"):
        if bool(item[key]) != answerable:
            yield f"has {key} against its kind"
    if item["kind"] == "yes_no" and item["answers"] not in (["Yes"], ["No"]):
        yield f"is answered by {item['answers']}"


def gold(item: Question) -> Iterator[str]:
    bodies = [POSTS[stem].content for stem in item["gold_articles"]]
    for sentence in item["gold_sentences"]:
        if not any(sentence in body for body in bodies):
            yield f"stands in no gold article: {sentence!r}"
    if not all(any(s in body for s in item["gold_sentences"]) for body in bodies):
        yield "names an article without a gold sentence"


def dated(item: Question) -> Iterator[str]:
    for stem in item["gold_articles"]:
        date = published(stem).isoformat()
        if not item.get("since", "") <= date <= item.get("until", "9999-12-31"):
            yield f"asks about another time than that of {stem}"


def said(item: Question) -> Iterator[str]:
    spoken = item["kind"] in {"fact", "date", "list", "followup"}
    if spoken and item["answers"] not in (["Yes"], ["No"]):
        text = " ".join(item["gold_sentences"]).lower()
        if not any(answer.lower() in text for answer in item["answers"]):
            yield f"no gold sentence says any of {item['answers']}"


def test_the_articles_are_what_they_should_be() -> None:
    assert len(FILES) >= 60
    assert faults(front_matter, POSTS) == []
    assert faults(body, POSTS) == []
    assert faults(weekdays, POSTS) == []


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = [item["kind"] for item in QUESTIONS]
    assert len(QUESTIONS) >= 50
    assert set(kinds) == KINDS
    assert kinds.count("unanswerable") >= 35
    assert kinds.count("followup") >= 40
    assert len({item["id"] for item in QUESTIONS}) == len(QUESTIONS)


def test_every_article_is_asked_about() -> None:
    assert {stem for item in QUESTIONS for stem in item["gold_articles"]} == set(POSTS)


def test_the_questions_have_the_agreed_shape() -> None:
    assert faults(shape, QUESTIONS) == []
    assert faults(answered, QUESTIONS) == []


def test_the_questions_agree_with_the_articles() -> None:
    assert faults(gold, QUESTIONS) == []
    assert faults(dated, QUESTIONS) == []
    assert faults(said, QUESTIONS) == []


def test_a_wrong_question_is_found_out() -> None:
    asked = next(item for item in QUESTIONS if item["kind"] == "fact" and "until" not in item)
    assert faults(shape, [{**asked, "hint": ""}]) == [f"{asked['id']} has hint"]
    assert len(faults(answered, [{**asked, "answers": []}])) == 1
    assert len(faults(gold, [{**asked, "gold_sentences": ["Nobody said so."]}])) == 2
    assert len(faults(dated, [{**asked, "until": "2018-12-31"}])) == len(asked["gold_articles"])
    assert len(faults(said, [{**asked, "answers": ["nothing of it"]}])) == 1
