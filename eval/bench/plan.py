"""Prepare a benchmark: the same articles, questions and models for every system."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from eval.metrics import gold_name
from eval.questions import Question
from rag.errors import BenchError
from rag.settings import Settings
from rag.store.identity import article_id
from rag.types import Article

_PLAN = "plan.json"
_ARTICLES, _QUESTIONS, _GOLD = "articles.jsonl", "questions.json", "gold.json"
# Shorter questions mostly lean on the article they were asked about.
_LEAST_WORDS = 9


@dataclass(frozen=True, slots=True)
class Plan:
    """The counts, sizes and models of a benchmark.

    `asked` questions are searched for, after a first one; in each round, `answered` of them are
    answered. `embedder` and `generator` are model folders, `weights` their checksums.
    """

    articles: int
    characters: int
    asked: int
    answered: int
    embedder: str
    generator: str
    weights: tuple[str, str]
    chunk_tokens: int
    passages: int
    max_new_tokens: int

    @staticmethod
    def articles_file(folder: Path) -> Path:
        """Return the file with the articles, as JSON lines."""
        return folder / _ARTICLES

    @staticmethod
    def questions_file(folder: Path, *, round_: int | None = None) -> Path:
        """Return the file with all questions, or with those answered in a round."""
        return folder / (f"answer-{round_}.json" if round_ else _QUESTIONS)


def prepare(
    articles: Iterable[Article],
    questions: Sequence[Question],
    *,
    folder: Path,
    limit: int | None,
    searched: int,
    answered: int,
    rounds: int,
    models: Sequence[tuple[str, str]],
) -> Plan:
    """Write the files of a benchmark into `folder` and return its plan.

    Questions without history whose gold articles are among the first `limit` articles are
    taken, the first `searched` of them. `models` are the folders and checksums of embedder
    and generator. Raises `BenchError` if there are no articles or questions, or if `folder` holds a
    benchmark with another plan.
    """
    taken = list(islice((item for item in articles if item.text.strip()), limit))
    asked = _answerable(questions, taken)[: searched + 1]
    if len(asked) <= answered * rounds:
        raise BenchError(
            f"{len(taken)} articles and {len(asked)} questions about them; "
            f"{rounds} rounds of {answered} answers need {answered * rounds + 1} questions: "
            "give other files, a higher --limit or fewer --answers"
        )
    defaults = Settings()
    (embedder, embedder_sum), (generator, generator_sum) = models
    plan = Plan(
        articles=len(taken),
        characters=sum(len(item.text) for item in taken),
        asked=len(asked) - 1,
        answered=answered,
        embedder=embedder,
        generator=generator,
        weights=(embedder_sum, generator_sum),
        chunk_tokens=defaults.chunk_tokens,
        passages=defaults.answer.passages,
        max_new_tokens=defaults.answer.max_new_tokens,
    )
    _agree(plan, folder)
    _write_articles(taken, Plan.articles_file(folder))
    _write_json([text for text, _ in asked], Plan.questions_file(folder))
    _write_json([gold for _, gold in asked], folder / _GOLD)
    for number in range(rounds):
        # A question asked twice would profit from what is remembered of it.
        part = asked[number * answered + 1 : (number + 1) * answered + 1]
        texts = [asked[0][0], *(text for text, _ in part)]
        _write_json(texts, Plan.questions_file(folder, round_=number + 1))
    return plan


def gold_of(folder: Path) -> list[list[str]]:
    """Return the ids of the right articles of each question that is searched for."""
    gold: list[list[str]] = json.loads((folder / _GOLD).read_text(encoding="utf-8"))
    return gold[1:]


def _answerable(
    questions: Sequence[Question], articles: Sequence[Article]
) -> list[tuple[str, list[str]]]:
    """Return the questions about the articles, each with the ids of its gold articles."""
    found = []
    for question in questions:
        if question.history or len(question.question.split()) < _LEAST_WORDS:
            continue
        gold = [article_id(a) for a in articles if gold_name(a, question.gold_articles)]
        if gold:
            found.append((question.question, gold))
    return found


def _agree(plan: Plan, folder: Path) -> None:
    """Save the plan, or check that it is the one that the benchmark began with."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / _PLAN
    wanted = json.loads(json.dumps(asdict(plan)))
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else wanted
    for name, value in wanted.items():
        if known.get(name) != value:
            raise BenchError(
                f"{folder} holds a benchmark with {name} {known.get(name)}, not {value}; "
                "figures of different runs must not be mixed, so choose another --out"
            )
    _write_json(wanted, file)


def _write_articles(articles: Iterable[Article], file: Path) -> None:
    with file.open("w", encoding="utf-8") as out:
        for item in articles:
            record = {**asdict(item), "id": article_id(item)}
            del record["source"]
            out.write(json.dumps(record) + "\n")


def _write_json(value: object, file: Path) -> None:
    file.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
