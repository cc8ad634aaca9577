"""The questions that a generator learns from: read from files, or made with an archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import rag
from rag.types import Hit, Passage
from ui.cli.console import complete_archive, note
from ui.cli.opening import open_archive

if TYPE_CHECKING:
    from eval.questions import Question
    from rag.training.examples import AnswerExample

# Passages to search for the one that a question is about.
_SEARCHED = 10

QuestionArchive = Annotated[
    str | None,
    typer.Option(
        "--archive",
        "-a",
        help="Take the files to be questions as for `rag eval`, and their passages from "
        "this archive.",
        autocompletion=complete_archive,
    ),
]


def material(files: list[Path], archive: str | None) -> list[AnswerExample]:
    """Return the examples in `files`; with `archive`, they hold only the questions."""
    from rag.training.examples import read

    if archive is None:
        return read(files)
    from eval.questions import load_questions

    questions = [question for file in files for question in load_questions(file)]
    with open_archive(archive) as opened:
        readings = list(_from_archive(questions, opened))
    if len(readings) < len(questions):
        note(
            f"{len(questions) - len(readings)} of {len(questions)} questions are left out: they "
            "are follow-ups, or no passage that was found has an accepted answer word for word."
        )
    return readings


def records(files: list[Path], archive: str | None) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Return the records in `files`, each with its place; with `archive` as in `material`."""
    from rag.training import examples

    if archive is None:
        return examples.records(files)
    return [(item.question, _record(item)) for item in material(files, archive)]


def _record(item: AnswerExample) -> Mapping[str, Any]:
    [passage] = item.passages
    answers = [item.answer] if item.answer else []
    title, context = passage.heading, passage.text
    return {"question": item.question, "answers": answers, "title": title, "context": context}


def _from_archive(questions: Sequence[Question], archive: rag.Archive) -> Iterator[AnswerExample]:
    """Yield questions with the passage that the archive's own search finds for them.

    That is the best passage of a gold article that holds an accepted answer. For a question without
    answers it is the best passage of all, which must be refused.
    """
    from rag.training.examples import AnswerExample

    for question in questions:
        if question.history:
            continue
        hits = archive.search(
            question.question, k=_SEARCHED, since=question.since, until=question.until
        )
        if found := _passage(question, hits):
            passage, answer = found
            gold = (0,) if answer else ()
            yield AnswerExample(question.question, (passage,), gold, answer)


def _passage(question: Question, hits: Sequence[Hit]) -> tuple[Passage, str] | None:
    """Return the passage to learn from, and the answer in it if there is one."""
    from eval.metrics import gold_name, is_yes_no

    for hit in hits:
        passage = Passage(hit.article.title, " ".join(hit.text.split()))
        if not question.answers:
            return passage, ""
        if gold_name(hit.article, question.gold_articles) is None:
            continue
        if is_yes_no(question.answers):
            return passage, question.answers[0].capitalize()
        held = next((answer for answer in question.answers if answer in passage.text), None)
        if held:
            return passage, held
    return None
