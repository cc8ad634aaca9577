"""Texts that editors of web sites keep as trees, and values that a database names the type of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rag.sources import read
from rag.sources.tables.rich import plainly

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "The ropewalk at Lund opens on Sunday.", "Its owner said so on Monday."
HEAD = ONE[:20]
TAIL = ONE[20:]


def leaf(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def node(*inner: dict[str, Any], under: str = "content", **more: Any) -> dict[str, Any]:
    return {"type": "paragraph", under: list(inner), **more}


EDITORS: dict[str, Any] = {
    "ProseMirror": {
        "type": "doc",
        "content": [node(leaf(HEAD), leaf(TAIL, marks=[{"type": "bold"}])), node(leaf(TWO))],
    },
    "Quill": {"ops": [{"insert": HEAD}, {"insert": f"{TAIL}\n\n{TWO}\n", "attributes": {}}]},
    "Draft.js": {"blocks": [{"key": "a", "text": ONE}, {"key": "b", "text": TWO}], "entityMap": {}},
    "Editor.js": {"blocks": [{"type": "paragraph", "data": {"text": text}} for text in (ONE, TWO)]},
    "Slate": [
        {"children": [{"text": HEAD}, {"type": "link", "url": "x", "children": [{"text": TAIL}]}]},
        {"children": [{"text": TWO}]},
    ],
    "Lexical": {
        "root": {
            "type": "root",
            "children": [node(leaf(ONE), under="children"), node(leaf(TWO), under="children")],
        }
    },
    "Sanity": [
        {"_type": "block", "children": [{"_type": "span", "text": text} for text in texts]}
        for texts in ((HEAD, TAIL), (TWO,))
    ],
    "Notion": [
        {"object": "block", "type": "p", "p": {"rich_text": [{"plain_text": text}]}}
        for text in (ONE, TWO)
    ],
    "Telegram": [{"type": "bold", "text": HEAD}, f"{TAIL}\n\n{TWO}"],
    "with a picture": [*({"children": [{"text": t}]} for t in (ONE, TWO)), {"type": "image"}],
}


@pytest.mark.parametrize("editor", EDITORS)
def test_text_of_an_editor(tmp_path: Path, editor: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"title": "Ropes", "date": "2024-03-04", "body": EDITORS[editor]}]))
    [article] = read([path])
    assert (article.title, article.date) == ("Ropes", "2024-03-04")
    assert article.text == f"{ONE}\n\n{TWO}"


@pytest.mark.parametrize(
    "value",
    [
        [{"title": "A", "content": [leaf(ONE)]}, {"title": "B", "content": [leaf(TWO)]}],
        [{"author": "A", "children": [{"author": "B", "text": TWO}], "text": ONE}],
        {"type": "list", "content": [{"id": 1}]},
        ["Ida Holt", "Per Moe"],
        [1, {"text": "x"}],
        {},
        [],
    ],
)
def test_other_values_are_left(value: object) -> None:
    assert plainly(value) == value


def test_values_with_their_types() -> None:
    row = {
        "Item": {"title": {"S": "A"}, "tags": {"L": [{"S": "x"}]}, "n": {"M": {"y": {"N": "1"}}}}
    }
    assert plainly(row) == {"Item": {"title": "A", "tags": ["x"], "n": {"y": "1"}}}


def test_a_tree_deeper_than_any_text_ends(tmp_path: Path) -> None:
    tree: dict[str, Any] = leaf(ONE)
    for _ in range(300):
        tree = node(tree)
    assert plainly([tree]) is not None
