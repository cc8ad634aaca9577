"""Measure the search for follow-up questions: as asked, completed and rewritten.

    python -m eval.followups --archive sample --generator dateline-reader

Searches for every follow-up turn of a question file in several forms and prints a table. The
default form is completed by rule; the generator's rewrites are what it is compared with.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.metrics import gold_name, interval, percentile, ranking
from eval.questions import Question, load_questions, packaged_questions
from eval.runner import RANKED_ARTICLES, SEARCHED_PASSAGES
from rag import Archive
from rag.answering.follow_up import understand
from rag.answering.rewrite import refers_back, rewrite, standalone
from rag.generation import Generator, load_generator
from rag.models.registry import WRITER
from rag.settings import archive_path


@dataclass(frozen=True, slots=True)
class Rewrites:
    """The rewrites that passed the check, by question id, of `tried`; and their seconds."""

    passed: Mapping[str, str]
    tried: int
    seconds: Sequence[float]


def rewrite_all(turns: Sequence[Question], generator: Generator) -> Rewrites:
    """Have `generator` rewrite every turn that refers back."""
    passed, seconds = {}, []
    for turn in turns:
        if refers_back(turn.question):
            started = time.perf_counter()
            written = rewrite(turn.question, turn.history, generator=generator)
            seconds.append(time.perf_counter() - started)
            if written:
                passed[turn.id] = written
    return Rewrites(passed, len(seconds), seconds)


def forms(
    turns: Sequence[Question], rewritten: Mapping[str, str], *, archive: Archive
) -> dict[str, list[str]]:
    """Return the forms in which `turns` can be searched for, by name, the default third."""
    understood = [understand(turn.question, turn.history, search=archive.search) for turn in turns]
    completed = [standalone(turn.question, turn.history) for turn in turns]
    checked = [rewritten.get(q.id, text) for q, text in zip(turns, completed, strict=True)]
    both = [
        f"{q.history[-1].question} {text}" if q.id in rewritten else text
        for q, text in zip(turns, checked, strict=True)
    ]
    return {
        "as asked": [turn.question for turn in turns],
        "after the question before it": completed,
        "completed by rule (default)": understood,
        "rewritten and checked": checked,
        "rewritten, after the question before it": both,
        "written by hand": [turn.standalone or turn.question for turn in turns],
    }


def rank(archive: Archive, text: str, gold: Sequence[str]) -> list[str]:
    """Return the first ten articles found for `text`, gold ones by their gold name."""
    hits = archive.search(text, k=SEARCHED_PASSAGES)
    names = [gold_name(hit.article, gold) or hit.article.id or "" for hit in hits]
    return list(dict.fromkeys(names))[:RANKED_ARTICLES]


def main(
    archive: str = "sample",
    generator: str = WRITER,
    questions: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
) -> None:
    """Print the table of forms for the follow-up turns of a question file."""
    chosen = load_questions(questions or packaged_questions())
    turns = [q for q in chosen if q.history and q.gold_articles]
    if not turns:
        raise typer.BadParameter("none of the questions has a history and gold articles")
    rewrites = rewrite_all(turns, load_generator(generator))
    table = Table(f"{len(turns)} follow-up turns", "hit@1", "hit@4", f"MRR@{RANKED_ARTICLES}")
    with Archive.open(archive_path(archive), create=False) as opened:
        for name, texts in forms(turns, rewrites.passed, archive=opened).items():
            found = [
                ranking(rank(opened, text, turn.gold_articles), turn.gold_articles)
                for turn, text in zip(turns, texts, strict=True)
            ]
            table.add_row(
                name,
                _cell(each.hit_at_1 for each in found),
                _cell(each.hit_at_4 for each in found),
                _cell(each.mrr_at_10 for each in found),
            )
    console = Console()
    console.print(table)
    median, worst = percentile(rewrites.seconds, 50), percentile(rewrites.seconds, 95)
    console.print(f"{len(rewrites.passed)} of {rewrites.tried} rewrites passed the check")
    if median is not None and worst is not None:
        console.print(f"seconds per rewrite, p50 / p95: {median:.1f} / {worst:.1f}")


def _cell(values: Iterable[float]) -> str:
    mean, low, high = interval([*values])
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    typer.run(main)
