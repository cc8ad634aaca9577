"""Measure the search for questions that need several articles, as MultiHop-RAG does.

    python -m eval.multihop --data multihop-rag-dev

The folder holds `questions.jsonl.gz` and `evidence_corpus.json`: titles, publishers and evidence
sentences, since the articles' bodies are not available. They go into an archive of their own, in
`--home` or in a folder that is deleted afterwards. Each question is searched in it as a whole and
in parts.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from eval.metrics import interval, percentile
from rag import Archive, Article
from rag.settings import RetrievalSettings, Settings

_DEPTH = 10
_NONE = "null_query"
# Hits@4, Hits@10 and MRR@10 by Tang and Yang, "MultiHop-RAG", 2024, over the same articles in
# full, in pieces of 256 tokens; titles and evidence alone are easier to search.
PUBLISHED = {
    "bge-large": (".522", ".672", ".430"),
    "bge-large, bge-reranker-large": (".636", ".718", ".563"),
    "voyage-02, bge-reranker-large": (".663", ".747", ".586"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the sentences that together answer it."""

    question: str
    evidence: tuple[str, ...]


class Found(NamedTuple):
    """How well a ranking of passages finds the evidence, each from 0 to 1."""

    hits_at_4: float
    hits_at_10: float
    mrr_at_10: float
    map_at_10: float
    evidence_at_4: float
    evidence_at_10: float


def score(passages: Sequence[str], evidence: Sequence[str]) -> Found:
    """Return the measures of MultiHop-RAG's own script, and the share of the evidence found.

    As there, a passage is right when it holds a sentence of the evidence, blanks aside; Hits@k
    asks for one right passage among the first k; and MAP adds up, over the right passages, the
    sentences that are new in one divided by its rank, not the precision at that rank.
    `evidence_at_k` is the share of the sentences that the first k passages hold.
    """
    wanted = dict.fromkeys(_bare(sentence) for sentence in evidence)
    ranks: dict[str, int] = {}
    first = 0
    for rank, passage in enumerate(map(_bare, passages[:_DEPTH]), start=1):
        held = [sentence for sentence in wanted if sentence in passage]
        first = first or (rank if held else 0)
        for sentence in held:
            ranks.setdefault(sentence, rank)
    return Found(
        float(0 < first <= 4),
        float(first > 0),
        1 / first if first else 0.0,
        sum(1 / rank for rank in ranks.values()) / min(len(evidence), _DEPTH),
        sum(rank <= 4 for rank in ranks.values()) / len(wanted),
        len(ranks) / len(wanted),
    )


def load(folder: Path) -> tuple[list[Asked], list[Article]]:
    """Return the questions that have evidence, and the articles that hold it."""
    with gzip.open(folder / "questions.jsonl.gz", "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    asked = [
        Asked(record["query"], tuple(item["fact"] for item in record["evidence_list"]))
        for record in records
        if record["question_type"] != _NONE
    ]
    corpus = json.loads((folder / "evidence_corpus.json").read_text(encoding="utf-8"))
    articles = [
        Article(
            title=item["title"],
            text="\n\n".join(item["facts"]),
            id=str(number),
            publisher=item["source_inferred"],
        )
        for number, item in enumerate(corpus)
    ]
    return asked, articles


def measure(archive: Archive, asked: Sequence[Asked]) -> tuple[list[Found], list[float]]:
    """Return the measures of every question, and the seconds that each search took."""
    found, seconds = [], []
    for item in asked:
        started = time.perf_counter()
        hits = archive.search(item.question, k=_DEPTH)
        seconds.append(time.perf_counter() - started)
        found.append(score([hit.text for hit in hits], item.evidence))
    return found, seconds


def to_row(found: Sequence[Found], seconds: Sequence[float]) -> list[str]:
    """Return the cells of one line: means with their intervals, and milliseconds."""
    columns = (interval(column) for column in zip(*found, strict=True))
    cells = [f"{each.mean:.3f} [{each.low:.3f}, {each.high:.3f}]" for each in columns]
    return [*cells, f"{1000 * (percentile(seconds, 50) or 0):.0f}"]


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    if home is not None:
        yield home
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


SYSTEMS = {
    "as asked": RetrievalSettings(parts=0),
    "in parts as well (default)": RetrievalSettings(),
}


def main(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False)],
    home: Annotated[Path | None, typer.Option(help="Folder to keep the archive in.")] = None,
    limit: Annotated[int | None, typer.Option(help="The most questions to ask.")] = None,
) -> None:
    """Print the table of results, with the published figures below it."""
    asked, articles = load(data)
    asked = asked[:limit]
    names = [name.replace("_at_", "@").replace("_", " ") for name in Found._fields]
    table = Table("search", *names, "ms, p50")
    with _folder(home) as folder:
        with Archive.open(folder) as archive:
            archive.ingest(articles)
        for name, retrieval in SYSTEMS.items():
            settings = Settings(retrieval=retrieval)
            with Archive.open(folder, create=False, settings=settings) as archive:
                archive.search(asked[0].question)
                table.add_row(name, *to_row(*measure(archive, asked)))
    for name, figures in PUBLISHED.items():
        table.add_row(f"published: {name}", *figures)
    Console(width=180).print(f"{len(asked)} questions, {len(articles)} articles", table)


if __name__ == "__main__":
    typer.run(main)
