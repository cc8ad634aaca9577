"""How well the reader reads when it is given the right passage.

    python -m eval.reading squad data.jsonl.gz --title Normans --title Oxygen
    python -m eval.reading windows questions.jsonl.gz articles.jsonl.gz
    python -m eval.reading verdicts data.jsonl.gz

`squad` reads records of questions with their passage, answerable or not, of the articles named:
the shipped reader has learnt from no question on Normans, Oxygen and Rhine. `windows` cuts, from
whole articles, the stretch of about 900 characters in which an accepted answer stands. `verdicts`
reads questions of yes and no. Forced means that the best span counts whatever its odds;
otherwise one with odds below zero is a refusal.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.metrics import exact_match, interval, token_f1
from eval.questions import load_questions
from rag.answering.choice import rank
from rag.answering.proposal import beliefs, heard, polar
from rag.answering.verdict import verdict
from rag.models.registry import DEFAULT_READER
from rag.reading import Reader, load_reader
from rag.training.reader.lessons import read_records, window
from rag.types import Article, Hit, Passage, ScoreParts, Span

_SEED = 0

app = typer.Typer(add_completion=False)
ReaderName = Annotated[str, typer.Option(help="The reader's name or folder.")]
Most = Annotated[int | None, typer.Option(min=1, help="Ask only so many, drawn at random.")]


class Case(NamedTuple):
    """A question on one passage; no `answers` means that the passage does not answer it."""

    question: str
    passage: Passage
    answers: tuple[str, ...]


class Score(NamedTuple):
    """What the reader made of a case: `forced` whatever the odds, `own` with refusals."""

    answerable: bool
    forced: float
    exact: float
    own: float


@app.command()
def squad(
    files: list[Path],
    title: Annotated[list[str] | None, typer.Option(help="Only articles so called.")] = None,
    reader: ReaderName = DEFAULT_READER,
    most: Most = None,
) -> None:
    """Measure on records of questions with their passage."""
    wanted = {name.casefold() for name in title or ()}
    cases = [
        Case(record["question"], Passage(_title(record), record["context"]), _answers(record))
        for path in files
        for record in read_records(path)
        if not wanted or _title(record).casefold() in wanted
    ]
    _show(_drawn(cases, most), reader)


@app.command()
def windows(
    questions: Path,
    articles: Path,
    reader: ReaderName = DEFAULT_READER,
    min_words: Annotated[int, typer.Option(help="Only questions of so many words.")] = 9,
    most: Most = 300,
) -> None:
    """Measure on the stretches of articles in which an answer stands."""
    texts = {record["id"]: record for record in read_records(articles)}
    cases = [
        Case(question.question, passage, question.answers)
        for question in load_questions(questions)
        if len(question.question.split()) >= min_words
        for gold in question.gold_articles[:1]
        if gold in texts
        if (passage := _window(texts[gold], question.answers))
    ]
    _show(_drawn(cases, most), reader)


@app.command()
def verdicts(files: list[Path], reader: ReaderName = DEFAULT_READER, most: Most = 300) -> None:
    """Measure how often "Yes" and "No" are right where they are said."""
    cases = [
        Case(record["question"], Passage(_title(record), record["context"]), _answers(record))
        for path in files
        for record in read_records(path)
        if record["answers"] and record["answers"][0].casefold() in ("yes", "no")
    ]
    loaded = load_reader(reader)
    said = [
        (_said(case, loaded), case.answers[0].casefold()) for case in track(_drawn(cases, most))
    ]
    table = Table("said", "of all", "right", "accepted this way")
    for word in ("Yes", "No"):
        truths = [truth for found, truth in said if found == word]
        if truths:
            right = interval([truth == word.casefold() for truth in truths])
            share = sum(truth == word.casefold() for _, truth in said) / len(said)
            table.add_row(
                word,
                f"{len(truths) / len(said):.2f}",
                f"{right.mean:.2f} [{right.low:.2f}, {right.high:.2f}]",
                f"{share:.2f}",
            )
    Console(width=100).print(table)


def _said(case: Case, reader: Reader) -> str:
    article = Article(case.passage.heading, case.passage.text)
    hit = Hit(article, article.text, 0, len(article.text), 1.0, ScoreParts())
    (reading,) = reader.read(case.question, [case.passage])
    core = polar(case.question)
    (whole,) = beliefs(core, [case.passage], reader=reader)
    ranked = rank(case.question, [hit], [heard(reading, whole)])
    if not ranked:
        return ""
    found = ranked[0].evidence
    (shown,) = beliefs(core, [Passage(found.lead, found.quote)], reader=reader)
    return verdict(case.question, found, passages=whole, sentence=shown)


def scores(cases: Sequence[Case], reader: Reader) -> Iterator[Score]:
    """Yield the score of each case."""
    for case in cases:
        (found,) = reader.read(case.question, [case.passage])
        best = found.candidates[0] if found.candidates else None
        said = case.passage.text[best.start : best.end] if best else ""
        answers = case.answers
        refused = found.odds < 0
        if not answers:
            yield Score(False, 0.0, 0.0, float(refused))
            continue
        f1 = token_f1(said, answers)
        yield Score(True, f1, float(exact_match(said, answers)), 0.0 if refused else f1)


def _show(cases: Sequence[Case], name: str) -> None:
    found = list(track(scores(cases, load_reader(name)), total=len(cases)))
    known, rest = [s for s in found if s.answerable], [s for s in found if not s.answerable]
    table = Table("", "questions", "mean", "95 %")
    for label, values in (
        ("forced F1 of the answerable", [s.forced for s in known]),
        ("forced exact match of the answerable", [s.exact for s in known]),
        ("F1 of the answerable, with refusals", [s.own for s in known]),
        ("rightly refused", [s.own for s in rest]),
        ("overall, with refusals", [s.own for s in found]),
    ):
        if values:
            mean = interval(values)
            table.add_row(
                label, str(len(values)), f"{mean.mean:.3f}", f"{mean.low:.3f} to {mean.high:.3f}"
            )
    Console(width=100).print(table)


def _drawn(cases: list[Case], most: int | None) -> list[Case]:
    if most is None or most >= len(cases):
        return cases
    return random.Random(_SEED).sample(cases, most)  # noqa: S311


def _window(article: Mapping[str, Any], answers: Sequence[str]) -> Passage | None:
    text = " ".join(article["text"].split())
    for answer in answers:
        at = text.find(" ".join(answer.split()))
        if at >= 0:
            return Passage(article.get("title") or "", window(text, Span(at, at + len(answer))))
    return None


def _title(record: Mapping[str, Any]) -> str:
    return str(record.get("title") or "").replace("_", " ")


def _answers(record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(answer for answer in record["answers"] if answer)


if __name__ == "__main__":
    app()
