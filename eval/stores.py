"""Ask two archives the same questions, and count where they find the same passage first.

    python -m eval.stores city city-milvus --questions eval/questions.jsonl

Meant for one archive in two stores, which `rag archives copy` makes. A tie is a first passage whose
score the other archive puts within `--tie` of its own first one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.metrics import percentile
from eval.questions import load_questions
from rag import Archive
from rag.types import Hit

# Passages of each archive that are compared.
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """How alike two archives answer; `other` are the questions with another first passage."""

    questions: int
    same: int
    tied: int
    overlap: float
    other: tuple[str, ...] = ()
    seconds: tuple[Sequence[float], Sequence[float]] = field(default=((), ()))


def compare(one: Archive, two: Archive, questions: Iterable[str], *, tie: float) -> Compared:
    """Search both for every question; `overlap` is the mean share of common passages."""
    same = tied = 0
    shares: list[float] = []
    other: list[str] = []
    spent: tuple[list[float], list[float]] = ([], [])
    for question in questions:
        first, second = (
            _timed(archive, question, into=into)
            for archive, into in zip((one, two), spent, strict=True)
        )
        shares.append(_overlap(first, second))
        if _places(first[:1]) == _places(second[:1]):
            same += 1
        elif _is_tie(first, second, tie=tie):
            tied += 1
        else:
            other.append(question)
    mean = sum(shares) / (len(shares) or 1)
    return Compared(len(shares), same, tied, mean, tuple(other), spent)


def _timed(archive: Archive, question: str, *, into: list[float]) -> list[Hit]:
    started = time.perf_counter()
    hits = archive.search(question, k=_DEPTH)
    into.append(time.perf_counter() - started)
    return hits


def _is_tie(first: Sequence[Hit], second: Sequence[Hit], *, tie: float) -> bool:
    """Tell whether each archive scores the other's first passage about as high as its own."""
    return all(
        own and others and own[0].score - _score(own, others[0]) <= tie
        for own, others in ((first, second), (second, first))
    )


def _score(hits: Sequence[Hit], wanted: Hit) -> float:
    place = _places([wanted])
    return next((hit.score for hit in hits if _places([hit]) == place), float("-inf"))


def _overlap(first: Sequence[Hit], second: Sequence[Hit]) -> float:
    one, two = set(_places(first)), set(_places(second))
    return len(one & two) / (len(one | two) or 1)


def _places(hits: Sequence[Hit]) -> list[tuple[str | None, int]]:
    return [(hit.article.id, hit.start) for hit in hits]


def main(
    one: Annotated[str, typer.Argument(help="An archive.")],
    two: Annotated[str, typer.Argument(help="The other one.")],
    questions: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Questions, one line of JSON each.")
    ],
    tie: Annotated[float, typer.Option(help="Scores this near are a tie.")] = 0.02,
) -> None:
    """Ask two archives the same questions."""
    asked = [item.question for item in load_questions(questions)]
    with Archive.open(one, create=False) as first, Archive.open(two, create=False) as second:
        found = compare(first, second, asked, tie=tie)
    table = Table("", one, two, box=None)
    for share in (50, 95):
        table.add_row(
            f"p{share} ms",
            *(f"{(percentile(each, share) or 0) * 1000:.0f}" for each in found.seconds),
        )
    console = Console()
    console.print(
        f"{found.questions} questions: {found.same} with the same first passage, "
        f"{found.tied} tied, {len(found.other)} with another; "
        f"of {_DEPTH} passages {found.overlap:.1%} are in both"
    )
    console.print(table)
    for question in found.other:
        console.print(f"  {question}", markup=False)


if __name__ == "__main__":
    typer.run(main)
