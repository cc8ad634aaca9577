"""How well each part of the search finds the right article, and the parts together.

    python -m eval.retrieval --archive newsqa --questions questions.jsonl.gz --min-words 9

Runs every question against an archive with several fusion weights and prints a table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.metrics import Ranking, contains_answer, gold_name, ranking
from eval.questions import Question, load_questions
from rag import Archive
from rag.config import FusionWeights, RetrievalSettings, Settings, archive_path

FUSIONS = {
    "dense": FusionWeights(dense=1.0, lexical=0.0, headline=0.0),
    "lexical (BM25)": FusionWeights(dense=0.0, lexical=1.0, headline=0.0),
    "dense + lexical": FusionWeights(dense=0.4, lexical=0.6, headline=0.0),
    "dense + lexical + headline (default)": FusionWeights(),
}
_PASSAGES = 4
# Passages searched, so that ten distinct articles can be ranked.
_DEPTH = 40


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Means over the questions: of the rankings, and of an answer in four passages."""

    ranking: Ranking
    answer_in_passages: float


def measure(archive: Archive, questions: Sequence[Question]) -> Found:
    """Search every question in `archive` and score what was found."""
    rankings, answers = [], 0
    for question in questions:
        found = archive.search(question.question, k=_DEPTH)
        gold = [gold_name(hit.article, question.gold_articles) for hit in found]
        names = [name or hit.article.id or "" for name, hit in zip(gold, found, strict=True)]
        rankings.append(ranking(list(dict.fromkeys(names)), question.gold_articles))
        answers += any(contains_answer(hit.text, question.answers) for hit in found[:_PASSAGES])
    total = len(questions) or 1
    means = (sum(values) / total for values in zip(*rankings, strict=True))
    return Found(Ranking(*means) if rankings else Ranking(0, 0, 0, 0, 0), answers / total)


def main(
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    archive: str = "default",
    min_words: int = 1,
) -> None:
    """Print the table of fusions for a question file."""
    chosen = [
        question
        for question in load_questions(questions)
        if question.answerable and len(question.question.split()) >= min_words
    ]
    table = Table("fusion", "hit@1", "hit@4", "hit@10", "MRR@10", "nDCG@10", "answer@4")
    for name, weights in FUSIONS.items():
        settings = Settings(retrieval=RetrievalSettings(weights=weights))
        with Archive.open(archive_path(archive), create=False, settings=settings) as opened:
            found = measure(opened, chosen)
        figures = [*found.ranking, found.answer_in_passages]
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    Console().print(f"{len(chosen)} questions", table)


if __name__ == "__main__":
    typer.run(main)
