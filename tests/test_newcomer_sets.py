"""The newcomers' question sets agree with the sample archive they ask about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import frontmatter

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
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
