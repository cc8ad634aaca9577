"""The newcomers' question sets agree with the sample archive they ask about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import frontmatter

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
POSTS = {path.stem: frontmatter.load(str(path)) for path in (ROOT / "rag" / "sample").glob("*.md")}
ASKED = {"id", "question", "kind", "answers", "gold_articles", "gold_sentences"}
MAY_HAVE = {"items", "corrections", "near_articles"}
UNANSWERED = {"wrong_premise", "near_miss", "unanswerable"}
ANSWERED = set("who when where why how how_many yes_no list compare latest what".split())


def read(name: str) -> list[Row]:
    text = (ROOT / "eval" / "newcomers" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def faults_of_fields(row: Row, *, needed: set[str], allowed: Iterable[str] = ()) -> Iterator[str]:
    yield from (f"lacks {key}" for key in sorted(needed - set(row)))
    yield from (f"has {key}" for key in sorted(set(row) - needed - set(allowed)))
    if not row["question"].strip():
        yield "asks nothing"


def faults_of_gold(row: Row) -> Iterator[str]:
    stems = [*row.get("gold_articles", []), *row.get("near_articles", [])]
    yield from (f"no article {stem}" for stem in stems if stem not in POSTS)
    bodies = [POSTS[stem].content for stem in row.get("gold_articles", []) if stem in POSTS]
    sentences = row.get("gold_sentences", [])
    for sentence in sentences:
        if not any(sentence in body for body in bodies):
            yield f"stands in no gold article: {sentence!r}"
    if sentences and not all(any(s in body for s in sentences) for body in bodies):
        yield "names an article without a gold sentence"


def faults_of_repetition(rows: list[Row]) -> Iterator[str]:
    ids = Counter(row["id"] for row in rows)
    turns = Counter((row["question"].lower(), json.dumps(row.get("history"))) for row in rows)
    yield from (f"{key} is used {count} times" for key, count in ids.items() if count > 1)
    yield from (f"{key[0]!r} stands {count} times" for key, count in turns.items() if count > 1)


def faults_of_answers(row: Row) -> Iterator[str]:
    gold = " ".join(row["gold_sentences"]).lower()
    parts = row.get("items") or [row.get("corrections") or row["answers"]]
    if row["kind"] not in ANSWERED | UNANSWERED:
        yield f"is of kind {row['kind']}"
    if bool(row["answers"]) != (row["kind"] in ANSWERED):
        yield "has answers that do not fit its kind"
    if bool(row["gold_sentences"]) != bool(row["answers"] or row.get("corrections")):
        yield "has gold sentences that do not fit its answers"
    if row["kind"] not in {"yes_no", "compare"} and gold:
        unsaid = [forms for forms in parts if not any(form.lower() in gold for form in forms)]
        yield from (f"no gold sentence says any of {forms}" for forms in unsaid)


def faults_of_asked(rows: list[Row]) -> list[str]:
    faults = [*faults_of_repetition(rows)]
    for row in rows:
        found = [*faults_of_fields(row, needed=ASKED, allowed=MAY_HAVE)]
        found += [*faults_of_gold(row), *faults_of_answers(row)]
        faults += [f"{row['id']} {fault}" for fault in found]
    return faults


def test_open_questions() -> None:
    rows = read("open")
    assert {row["kind"] for row in rows} == ANSWERED | UNANSWERED
    assert len(rows) == 150
    assert faults_of_asked(rows) == []


def test_questions_kept_aside() -> None:
    rows = read("aside")
    openly = {row["question"].lower() for row in read("open")}
    assert {row["kind"] for row in rows} == ANSWERED | UNANSWERED
    assert len(rows) == 50
    assert faults_of_asked(rows) == []
    assert [row["id"] for row in rows if row["question"].lower() in openly] == []


def faults_of_turn(row: Row) -> Iterator[str]:
    said = " ".join(POSTS[stem].content for stem in row["gold_articles"]).lower()
    if not row["history"]:
        yield "follows nothing"
    if not all(len(turn) == 2 and all(turn) for turn in row["history"]):
        yield "has a turn that is no pair of question and answer"
    if not row["standalone"].strip():
        yield "does not say what it means"
    if bool(row["answers"]) != bool(row["gold_articles"]):
        yield "has answers or articles, not both"
    if row["answers"] and not any(answer.lower() in said for answer in row["answers"]):
        yield f"no gold article says any of {row['answers']}"


def test_topic_changes_and_follow_ups() -> None:
    rows = read("topics")
    needed = {"id", "history", "question", "follow_up", "standalone", "answers", "gold_articles"}
    faults = [*faults_of_repetition(rows)]
    for row in rows:
        found = [*faults_of_fields(row, needed=needed), *faults_of_gold(row), *faults_of_turn(row)]
        faults += [f"{row['id']} {fault}" for fault in found]
    assert Counter(row["follow_up"] for row in rows) == {True: 60, False: 60}
    assert faults == []


def test_questions_of_five_kinds() -> None:
    rows = read("kinds")
    faults = [*faults_of_repetition(rows)]
    for row in rows:
        # "On Sunday" names its year by the article's date.
        gold = " ".join([*row["gold_sentences"], *row["gold_articles"]]).lower()
        found = [*faults_of_fields(row, needed=ASKED, allowed={"items", "before"})]
        found += faults_of_gold(row)
        parts = row.get("items") or [row["answers"]]
        unsaid = [forms for forms in parts if not any(form.lower() in gold for form in forms)]
        if (
            row["kind"] != "comparison"
            and row["answers"][:1] not in (["Yes"], ["No"], [])
            and unsaid
        ):
            found.append(f"no gold sentence says any of {unsaid}")
        if (row["kind"] == "follow_up") is not bool(row.get("before")):
            found.append("is a follow-up of nothing, or follows without being one")
        faults += [f"{row['id']} {fault}" for fault in found]
    assert Counter(row["kind"] for row in rows) == {
        "follow_up": 30,
        "comparison": 25,
        "list": 20,
        "why_how": 20,
        "yes_no": 20,
    }
    assert faults == []


def test_false_premises() -> None:
    rows = read("premises")
    needed = {"id", "question", "truth", "answers", "gold_articles", "gold_sentences"}
    faults = [*faults_of_repetition(rows)]
    for row in rows:
        gold = " ".join(row["gold_sentences"]).lower()
        found = [*faults_of_fields(row, needed=needed), *faults_of_gold(row)]
        if not any(answer.lower() in gold for answer in row["answers"]):
            found.append(f"no gold sentence says any of {row['answers']}")
        faults += [f"{row['id']} {fault}" for fault in found]
    assert len(rows) == 40
    assert faults == []


def test_small_talk_and_what_only_looks_like_it() -> None:
    rows = read("talk")
    kinds = set("greeting thanks identity help contents other_language unclear search".split())
    faults = [*faults_of_repetition(rows)]
    for row in rows:
        searched = {"answers", "gold_articles"} if row["kind"] == "search" else set()
        needed = {"id", "question", "kind"} | searched
        found = [*faults_of_fields(row, needed=needed, allowed={"history"}), *faults_of_gold(row)]
        said = " ".join(POSTS[stem].content for stem in row.get("gold_articles", [])).lower()
        if row.get("answers") and not any(a.lower() in said for a in row["answers"]):
            found.append(f"no gold article says any of {row['answers']}")
        faults += [f"{row['id']} {fault}" for fault in found]
    counts = Counter(row["kind"] for row in rows)
    assert set(counts) == kinds
    assert (counts["search"], len(rows)) == (20, 60)
    assert faults == []


def published_within(row: Row) -> set[str]:
    dates = {stem: post["date"].isoformat() for stem, post in POSTS.items()}
    return {stem for stem, date in dates.items() if row["since"] <= date <= row["until"]}


def test_periods() -> None:
    rows = read("periods")
    faults = [*faults_of_repetition(rows)]
    needed = {"id", "question", "since", "until", "gold_articles"}
    for row in rows:
        found = [*faults_of_fields(row, needed=needed, allowed={"today", "note"})]
        found += faults_of_gold(row)
        if "note" not in row and set(row["gold_articles"]) != published_within(row):
            found.append("does not name the articles of its period")
        faults += [f"{row['id']} {fault}" for fault in found]
    assert len(rows) == 25
    assert faults == []
