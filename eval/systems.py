"""Compare the default with a bare model and with quotation alone.

    python -m eval.systems --archive news --questions questions.jsonl.gz --out systems.jsonl

asks random questions of a file, and some of them again with their articles hidden, so that nothing
can answer them. Questions without an answer are asked as well. Every outcome is saved at once, and
the same command goes on after a stop. Each figure in the table has its 95 % interval. With
`--rest`, the questions that were not drawn are asked, all of them both ways: `eval.refusal` fits
the refusals on those.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

import rag
from eval.metrics import Interval, gold_name, interval, percentile
from eval.outcomes import Outcome
from eval.questions import Question, load_questions
from eval.runner import run
from rag import Answer, Archive, Citation, Hit, Timings
from rag.answering import overview
from rag.answering.evidence import weigh
from rag.answering.found import passage_of
from rag.answering.marks import split_marks
from rag.errors import RagError
from rag.generation import Generator, load_generator, prompts
from rag.models.registry import BASE_GENERATOR, DEFAULT_READER
from rag.settings import Settings, archive_path
from rag.types import Query

# Extra passages to search for, so that enough are left without the hidden articles.
_SPARE = 16
_SEED = 0


class HidingArchive(Archive):
    """An archive that does not find the articles in `hidden`, by their gold names."""

    hidden: Sequence[str] = ()

    def retrieve(self, query: Query) -> list[Hit]:
        """Search as `Archive.retrieve`, and leave hidden articles out."""
        found = super().retrieve(replace(query, k=query.k + _SPARE))
        return [hit for hit in found if gold_name(hit.article, self.hidden) is None][: query.k]


class Asked(NamedTuple):
    """A question, and whether it has no answer: its articles are hidden, or there are none."""

    question: Question
    hidden: bool

    @property
    def key(self) -> str:
        """Its name in the file of outcomes."""
        return f"{self.question.id}{'-hidden' if self.hidden else ''}"


def choose(
    questions: Sequence[Question], *, answerable: int, hidden: int, rest: bool = False
) -> list[Asked]:
    """Return random questions, and some of them again with their articles hidden.

    With `rest`, return the others, all of them both ways. Questions without an
    answer are asked in either case.
    """
    known = [question for question in questions if question.answerable]
    chosen = random.Random(_SEED).sample(known, min(answerable, len(known)))  # noqa: S311
    if rest:
        drawn = {question.id for question in chosen}
        chosen = [question for question in known if question.id not in drawn]
        hidden = len(chosen)
    asked = [Asked(question, False) for question in chosen]
    gone = [Asked(replace(question, answers=()), True) for question in chosen[:hidden]]
    open_ = [Asked(question, True) for question in questions if not question.answerable]
    mixed = asked + gone + open_
    random.Random(_SEED + 1).shuffle(mixed)  # noqa: S311
    return mixed


def bare(archive: Archive, generator: Generator) -> Callable[[Question], Answer]:
    """Return the bare model behind the search: the text it writes, and the passages it marks."""
    settings = archive.settings.answer

    def answer(question: Question) -> Answer:
        started = time.perf_counter()
        hits = archive.search(question.question, k=settings.passages)
        passages = [passage_of(hit) for hit in hits]
        pieces: list[str] = []
        first: float | None = None
        messages = prompts.build(question.question, passages)
        for piece in generator.stream(messages, max_new_tokens=settings.max_new_tokens):
            first = first or time.perf_counter() - started
            pieces.append(piece)
        text, marks = split_marks("".join(pieces))
        named = [(n, hits[n - 1]) for n in marks if 1 <= n <= len(hits)]
        total = time.perf_counter() - started
        return Answer(
            question=question.question,
            text=text,
            abstained=text.startswith(prompts.REFUSAL),
            citations=tuple(Citation(n, h.article, h.text, h.start, h.end) for n, h in named),
            timings=Timings(first_text=first, total=total),
        )

    return answer


def extractive(archive: Archive) -> Callable[[Question], Answer]:
    """Return quotation alone: the best sentence, or a refusal by the search's strength."""
    settings = archive.settings.answer

    def answer(question: Question) -> Answer:
        started = time.perf_counter()
        hits = archive.search(question.question, k=settings.hits)[: settings.passages]
        weighed = weigh(question.question, hits, embedder=archive.embedder())
        best = weighed.best
        sure = overview.confidence(hits, weighed)
        refused = best is None or sure.probability < settings.balanced
        total = time.perf_counter() - started
        if best is None or refused:
            timings = Timings(total=total)
            return Answer(
                question.question, prompts.REFUSAL, True, timings=timings, confidence=sure
            )
        return Answer(
            question.question,
            f"{best.quote} [1]",
            abstained=False,
            citations=(Citation(1, best.article, best.quote, best.start, best.end),),
            timings=Timings(first_text=total, total=total),
            confidence=sure,
        )

    return answer


def measure(
    archive: HidingArchive, asked: Iterable[Asked], answer: Callable[[Question], Answer]
) -> Iterator[dict[str, Any]]:
    """Yield the scores of every question, one after the other.

    Raises `RagError` for one that fails: a file that cannot be read is no refusal.
    """
    for item in asked:
        archive.hidden = item.question.gold_articles if item.hidden else ()
        [outcome] = run([item.question], answer=answer, search=lambda _question, _k: ()).outcomes
        if outcome.error:
            raise RagError(outcome.error)
        yield {"key": item.key, "hidden": item.hidden, **_scores(outcome)}


def _scores(outcome: Outcome) -> dict[str, Any]:
    names = ("answer", "abstained", "f1", "exact_match", "cites_gold", "quote_holds_answer")
    scores = {name: getattr(outcome, name) for name in names}
    timings, sure = outcome.timings, outcome.confidence
    scores |= {"total": timings.total, "first_text": timings.first_text}
    return {**scores, "confidence": asdict(sure) if sure else None}


def to_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Return a table with one column per system and one row per figure."""
    systems = list(dict.fromkeys(row["system"] for row in rows))
    table = Table("", *systems)
    columns = [_figures([row for row in rows if row["system"] == name]) for name in systems]
    for name in columns[0]:
        table.add_row(name, *(column[name] for column in columns))
    return table


def _figures(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    open_, gone = [r for r in rows if not r["hidden"]], [r for r in rows if r["hidden"]]
    given = [row for row in open_ if not row["abstained"]]

    def mean(of: Sequence[dict[str, Any]], name: str) -> str:
        return _cell(interval([row[name] for row in of if row[name] is not None]))

    return {
        "questions, answerable / hidden": f"{len(open_)} / {len(gone)}",
        "token F1, a refusal counting nothing": mean(open_, "f1"),
        "exact match, a refusal counting nothing": mean(open_, "exact_match"),
        "of the answers given: token F1": mean(given, "f1"),
        "of the answers given: exact match": mean(given, "exact_match"),
        "of the answers given: the quote holds an answer": mean(given, "quote_holds_answer"),
        "of the answers given: the right article is cited": mean(given, "cites_gold"),
        "answerable, but refused": mean(open_, "abstained"),
        "hidden, but answered": _cell(interval([not row["abstained"] for row in gone])),
        "seconds, p50 / p95": _seconds([row["total"] for row in rows]),
        "seconds to the first text, p50 / p95": _seconds(
            [row["first_text"] for row in rows if row["first_text"]]
        ),
    }


def _cell(value: Interval) -> str:
    return f"{value.mean:.2f} [{value.low:.2f}, {value.high:.2f}]"


def _seconds(values: Sequence[float]) -> str:
    return f"{percentile(values, 50) or 0:.2f} / {percentile(values, 95) or 0:.2f}"


def main(
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(dir_okay=False, help="File for the outcomes.")],
    archive: str = "default",
    min_words: int = 1,
    answerable: int = 300,
    hidden: int = 150,
    only: Annotated[str, typer.Option(help="A pattern of the systems to ask.")] = ".",
    reader: Annotated[str, typer.Option(help="The reader's name or folder.")] = DEFAULT_READER,
    rest: Annotated[bool, typer.Option(help="Ask what would not be drawn, both ways.")] = False,
) -> None:
    """Ask the systems what is not in `out` yet, and print the whole table."""
    long_enough = [
        question
        for question in load_questions(questions)
        if not question.history and len(question.question.split()) >= min_words
    ]
    asked = choose(long_enough, answerable=answerable, hidden=hidden, rest=rest)
    settings = Settings(reader=reader)
    with HidingArchive.open(archive_path(archive), create=False, settings=settings) as opened:
        assert isinstance(opened, HidingArchive)  # noqa: S101
        systems: dict[str, Callable[[], Callable[[Question], Answer]]] = {
            "default": lambda: _default(opened),
            "quotation alone": lambda: extractive(opened),
            "bare model": lambda: bare(opened, load_generator(BASE_GENERATOR)),
        }
        for name, make in systems.items():
            done = {row["key"] for row in _read(out) if row["system"] == name}
            left = [item for item in asked if item.key not in done]
            if left and re.search(only, name):
                with out.open("a", encoding="utf-8") as file:
                    for row in track(measure(opened, left, make()), name, total=len(left)):
                        file.write(json.dumps({"system": name, **row}) + "\n")
                        file.flush()
    Console(width=160).print(to_table(_read(out)))


def _default(archive: Archive) -> Callable[[Question], Answer]:
    return lambda q: rag.answer(q.question, archive=archive)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    typer.run(main)
