"""Fit what decides about a span: the weights of `rag.answering.found`.

    python -m eval.choice collect --archive news --questions questions.jsonl.gz --out spans.jsonl
    python -m eval.choice fit spans.jsonl other.jsonl

The first asks questions twice, with and without the articles that answer them, and writes down
the spans that the reader finds; `--skip` leaves out the questions that `eval.systems` reports
on. The second fits a logistic regression on them, which decides on refusals, and what the search's
score is worth in choosing a span, and says how well it does: fitted on all files but one and
measured on that one, for each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.metrics import gold_name, token_f1
from eval.questions import Question, load_questions
from eval.systems import Asked, HidingArchive, choose
from rag.answering.choice import rank
from rag.answering.found import FEATURES, passage_of
from rag.models.registry import DEFAULT_READER
from rag.reading import Reader, load_reader
from rag.settings import archive_path
from rag.types import Hit, Query

# A span is right when it shares this much with an accepted answer, in a right article.
_RIGHT_F1 = 0.5
# The features that are common enough to be fitted; the weights of the others are known otherwise.
_FITTED = (
    *("odds", "behind", "score", "passage", "sentence", "misfit", "number"),
    *("no_figure", "uncounted"),
)
# Candidates of a question that are kept: far more than could be chosen.
_KEPT = 24

app = typer.Typer(add_completion=False)


class Spans(NamedTuple):
    """The spans found for one question: features [N, F], which are right [N], their F1 [N]."""

    answerable: bool
    features: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]
    f1: np.ndarray[Any, Any]


@app.command()
def collect(
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(dir_okay=False, help="File of the spans.")],
    archive: str = "default",
    reader: str = DEFAULT_READER,
    min_words: int = 1,
    skip: Annotated[int, typer.Option(help="Leave out as many as `eval.systems` draws.")] = 0,
    most: Annotated[int, typer.Option(help="Answerable questions asked, each twice.")] = 300,
) -> None:
    """Write down the spans found for each question; the same command goes on after a stop.

    Questions without an answer are asked as they are: near misses, if they sound answerable.
    """
    able = [
        question
        for question in load_questions(questions)
        if not question.history and len(question.question.split()) >= min_words
    ]
    drawn = {item.question.id for item in choose(able, answerable=skip, hidden=0)} if skip else ()
    rest = [question for question in able if question.id not in drawn]
    asked = choose(rest, answerable=most, hidden=most)
    done = {json.loads(line)["key"] for line in out.open()} if out.exists() else set()
    loaded = load_reader(reader)
    with (
        HidingArchive.open(archive_path(archive), create=False) as opened,
        out.open("a", encoding="utf-8") as file,
    ):
        assert isinstance(opened, HidingArchive)  # noqa: S101
        for item in track([item for item in asked if item.key not in done]):
            opened.hidden = item.question.gold_articles if item.hidden else ()
            hits = opened.retrieve(Query(item.question.question, k=opened.settings.answer.hits))
            file.write(json.dumps(_row(item, hits, loaded)) + "\n")
            file.flush()


@app.command()
def fit(files: list[Path]) -> None:
    """Print the weights that fit all files, and what they bring where they were not fitted."""
    sets = {path.name: list(_read(path)) for path in files}
    table = Table(
        "measured on", "questions", "right of answerable", "mean F1", "ROC-AUC of refusing"
    )
    for name, rows in sets.items():
        others = [row for other, found in sets.items() if other != name for row in found] or rows
        table.add_row(name, *_measured(_model(others), rows))
    every = [row for found in sets.values() for row in found]
    model = _model(every)
    table.add_row("all, the same", *_measured(model, every))
    odds = _model(every, only=0)
    table.add_row("all, by the reader's odds alone", *_measured(odds, every, only=0))
    console = Console(width=140)
    console.print(table)
    console.print(f"BIAS = {model.intercept_[0]:.2f}")
    for feature, weight in zip(_FITTED, model.coef_[0], strict=True):
        console.print(f"{feature}: {weight:.2f}")
    console.print(f"SCORE_IN_NATS = {_score_in_nats(every):.1f}")


def _row(item: Asked, hits: Sequence[Hit], reader: Reader) -> dict[str, Any]:
    question: Question = item.question
    answers = question.answers if not item.hidden else ()
    readings = reader.read(question.question, [passage_of(hit) for hit in hits])
    spans = []
    for found in rank(question.question, hits, readings)[:_KEPT]:
        gold = gold_name(found.hit.article, question.gold_articles) is not None
        score = token_f1(found.span, answers) if answers and gold else 0.0
        spans.append({"features": found.features, "f1": score, "span": found.span})
    return {"key": item.key, "answerable": not item.hidden, "spans": spans}


def _read(path: Path) -> Iterator[Spans]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["spans"]:
            scores = np.array([span["f1"] for span in row["spans"]])
            features = np.array([span["features"] for span in row["spans"]])
            yield Spans(row["answerable"], features, scores >= _RIGHT_F1, scores)


def _model(rows: Sequence[Spans], *, only: int | None = None) -> LogisticRegression:
    """Fit on every span; all spans of a question weigh as much as one question."""
    features = np.concatenate([_columns(row, only) for row in rows])
    right = np.concatenate([row.right for row in rows])
    weights = np.concatenate([_span_weights(row) for row in rows])
    return LogisticRegression(C=10.0).fit(features, right, sample_weight=weights)


def _score_in_nats(rows: Sequence[Spans]) -> float:
    """Return what the search's score is worth beside the reader's log-odds in choosing a span.

    By a conditional logit (McFadden 1974) on the questions of which some spans are right.
    """
    told = [row for row in rows if row.right.any() and not row.right.all()]
    columns = [FEATURES.index(name) for name in ("odds", "score")]

    def loss(weights: np.ndarray[Any, Any]) -> float:
        worth = [row.features[:, columns] @ weights for row in told]
        found = [
            np.logaddexp.reduce(w) - np.logaddexp.reduce(w[row.right])
            for w, row in zip(worth, told, strict=True)
        ]
        return float(np.mean(found))

    odds, score = minimize(loss, np.zeros(2)).x
    return float(score / odds)


def _surprise(worth: np.ndarray[Any, Any], row: Spans) -> float:
    """Return the nats by which it surprises that a right span of a question is chosen."""
    return float(np.logaddexp.reduce(worth) - np.logaddexp.reduce(worth[row.right]))


def _span_weights(row: Spans) -> np.ndarray[Any, Any]:
    """Weigh the likeliest spans of a question most: between those the choice is made."""
    order = np.argsort(np.argsort(-row.features[:, 0]))
    return np.asarray(1.0 / (1 + order))


def _columns(row: Spans, only: int | None) -> np.ndarray[Any, Any]:
    fitted = [FEATURES.index(name) for name in _FITTED]
    return row.features[:, fitted if only is None else [only]]


def _measured(
    model: LogisticRegression, rows: Sequence[Spans], *, only: int | None = None
) -> tuple[str, ...]:
    odds = [model.decision_function(_columns(row, only)) for row in rows]
    best = [int(np.argmax(values)) for values in odds]
    known = [(row, at) for row, at in zip(rows, best, strict=True) if row.answerable]
    right = [bool(row.right[at]) for row, at in known]
    f1 = [float(row.f1[at]) for row, at in known]
    told = (f"{np.mean(right):.3f}", f"{np.mean(f1):.3f}") if known else ("", "")
    answerable = [row.answerable for row in rows]
    if len(set(answerable)) < 2:
        return str(len(rows)), *told, ""
    auc = roc_auc_score(answerable, [float(v.max()) for v in odds])
    return str(len(rows)), *told, f"{auc:.3f}"


if __name__ == "__main__":
    app()
