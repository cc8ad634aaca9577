"""Measure how well the parts of the search find the right article, alone and together.

    python -m eval.retrieval --archive newsqa --questions questions.jsonl.gz --min-words 9

Runs every question against an archive with several fusion weights and prints a table, with
95 % intervals by the bootstrap and the time of a search.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.metrics import Ranking, contains_answer, gold_name, interval, percentile, ranking
from eval.questions import Question, load_questions
from rag import Archive
from rag.settings import FusionWeights, RetrievalSettings, Settings, archive_path

SYSTEMS = {
    "dense": RetrievalSettings(weights=FusionWeights(1.0, 0.0, 0.0)),
    "lexical (BM25)": RetrievalSettings(weights=FusionWeights(0.0, 1.0, 0.0)),
    "dense + lexical": RetrievalSettings(weights=FusionWeights(0.4, 0.6, 0.0)),
    "dense + lexical + headline (default)": RetrievalSettings(),
}
_PASSAGES = 4
# Passages searched, so that ten distinct articles can be ranked.
_DEPTH = 40
# Passages that a better order could draw on; it could not bring up any others.
_SEEN = 30
_MEASURES = ("hit@1", "hit@4", "hit@10", "MRR@10", "nDCG@10", "answer@4", f"gold in {_SEEN}")


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What one search found: the ranking of articles, and its time in seconds.

    `answered` when one of the first four passages holds an answer, `seen` when one of the
    first thirty is of a right article.
    """

    ranking: Ranking
    answered: bool
    seen: bool
    seconds: float

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures of `_MEASURES`, each from 0 to 1."""
        return (*self.ranking, float(self.answered), float(self.seen))


def measure(archive: Archive, questions: Sequence[Question]) -> list[Found]:
    """Search every question in `archive` and score what was found."""
    return [_found(archive, question) for question in questions]


def to_row(found: Sequence[Found]) -> list[str]:
    """Return the cells of one line: means with their intervals, and milliseconds."""
    columns = zip(*(item.figures for item in found), strict=True)
    cells = [
        f"{each.mean:.3f} [{each.low:.3f}, {each.high:.3f}]" for each in map(interval, columns)
    ]
    times = [1000 * item.seconds for item in found]
    return [*cells, f"{percentile(times, 50) or 0:.0f} / {percentile(times, 95) or 0:.0f}"]


def _found(archive: Archive, question: Question) -> Found:
    started = time.perf_counter()
    hits = archive.search(question.question, k=_DEPTH)
    seconds = time.perf_counter() - started
    gold = [gold_name(hit.article, question.gold_articles) for hit in hits]
    names = [name or hit.article.id or "" for name, hit in zip(gold, hits, strict=True)]
    return Found(
        ranking(list(dict.fromkeys(names)), question.gold_articles),
        any(contains_answer(hit.text, question.answers) for hit in hits[:_PASSAGES]),
        any(gold[:_SEEN]),
        seconds,
    )


def main(
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    archive: str = "default",
    min_words: int = 1,
    only: Annotated[str, typer.Option(help="Regular expression for the systems to measure.")] = ".",
    limit: Annotated[int | None, typer.Option(help="The most questions to ask.")] = None,
) -> None:
    """Print the table for a question file."""
    chosen = [
        question
        for question in load_questions(questions)
        if question.answerable and len(question.question.split()) >= min_words
    ][:limit]
    table = Table("search", *_MEASURES, "ms, p50 / p95")
    for name, retrieval in SYSTEMS.items():
        if not (chosen and re.search(only, name)):
            continue
        settings = Settings(retrieval=retrieval)
        with Archive.open(archive_path(archive), create=False, settings=settings) as opened:
            # Loads the models, so that their loading is not counted as a search.
            opened.search(chosen[0].question)
            table.add_row(name, *to_row(measure(opened, chosen)))
    Console(width=180).print(f"{len(chosen)} questions", table)


if __name__ == "__main__":
    typer.run(main)
