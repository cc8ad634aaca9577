"""Read the newcomers' question sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from rag.errors import SourceError
from rag.types import Turn

# Asked when no set is named; `aside` is kept for the last look.
OPENLY = ("open", "topics", "premises", "talk", "periods", "kinds")
NAMES = (*OPENLY, "aside")


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a set, with what a right reply holds.

    `accepted` are short forms of the answer, or of the truth where the question takes
    something false for granted; `items` are the forms of each part of it. `kind` is the
    set's name where the set has no kinds. `follow_up` is None outside of `topics`. `before` are
    questions that are asked first, and whose answers become the history.
    """

    set: str
    id: str
    question: str
    kind: str
    accepted: tuple[str, ...] = ()
    items: tuple[tuple[str, ...], ...] = ()
    gold: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    before: tuple[str, ...] = ()
    standalone: str = ""
    follow_up: bool | None = None
    today: str | None = None

    @property
    def answerable(self) -> bool:
        """Tell whether a refusal would be a fault."""
        premise = self.kind in ("wrong_premise", "premises")
        return bool(self.accepted) and not premise


def load(name: str) -> list[Row]:
    """Return the questions of the set `name`; `SourceError` when there is no such set."""
    if name not in NAMES:
        raise SourceError(f"no set {name!r}; the sets are {', '.join(NAMES)}")
    file = resources.files("eval.newcomers") / f"{name}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_row(json.loads(line), name) for line in lines if line.strip()]


def _row(record: Mapping[str, Any], name: str) -> Row:
    return Row(
        set=name,
        id=record["id"],
        question=record["question"],
        kind=record.get("kind", name),
        accepted=tuple(record.get("corrections") or record.get("answers") or ()),
        items=tuple(tuple(forms) for forms in record.get("items", ())),
        gold=tuple(record.get("gold_articles", ())),
        history=tuple(Turn(*turn) for turn in record.get("history", ())),
        before=tuple(record.get("before", ())),
        standalone=record.get("standalone", ""),
        follow_up=record.get("follow_up"),
        today=record.get("today"),
    )
