"""Train the reranker's network on public question sets.

    python -m eval.ranker_training --data FOLDER --archive FOLDER --out ranker

The sets' paragraphs are ingested into an archive, a few neighbours as one article, and each
question is searched there: a passage of its paragraph that holds an answer is right, the other
passages found, which hold none, are wrong. A run that was stopped goes on from its last
checkpoint when the same command is given again. Where the sets come from, and their licences,
is in the model card, `rag/ranker/MODEL_CARD.md`.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from eval.metrics import contains_answer
from rag import Archive, Article, Hit
from rag.models.device import compute_dtype
from rag.retrieval.cross_encoder import SHARED, WEIGHTS, CrossEncoder, Network
from rag.retrieval.rerank import texts
from rag.settings import RetrievalSettings, Settings

SETS = (
    *("squad2_dev_half1", "squad2_dev_half2_derived", "squadshifts_new_wiki"),
    *("squad_train_sample", "nq_oracle_litm"),
)
# Paragraphs of an article, and words of its first one that make its title.
_NEIGHBOURS = (3, 7)
_TITLE_WORDS = 16
# Passages searched; wrong ones are drawn from the nearest of them.
_DEPTH, _NEAR = 24, 20
_WRONG = 5
_QUESTIONS_A_STEP = 8
_RATE = 2e-4
# The head starts from nothing and learns so much faster.
_HEAD_RATE = 10
# Share of the loss that asks whether each passage fits by itself, not only which fits best.
_ALONE = 0.5
# In the folder of the network: what was searched out, and a run that is not finished.
LESSONS, CHECKPOINT = "lessons-{questions}-{seed}.jsonl", "checkpoint.pt"
_EVERY = 100


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question with right and wrong passages, each as a title and an excerpt."""

    question: str
    right: Sequence[tuple[str, str]]
    wrong: Sequence[tuple[str, str]]


def read(data: Path, *, rng: random.Random) -> tuple[list[Article], list[dict[str, Any]]]:
    """Return articles made of the sets' paragraphs, and the questions that have answers."""
    placed: set[str] = set()
    articles: list[Article] = []
    questions: dict[str, dict[str, Any]] = {}
    for name in SETS:
        with gzip.open(data / name / "data.jsonl.gz", "rt", encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        records = [record for record in records if not record.get("in_squad_dev")]
        by_title: dict[str, dict[str, None]] = {}
        for record in records:
            record["context"] = " ".join(record["context"].split())
            # Without a title, paragraphs need not be neighbours.
            title = record.get("title") or record["context"]
            if record["context"] not in placed:
                by_title.setdefault(title, {})[record["context"]] = None
        for paragraphs in by_title.values():
            for run in _runs(list(paragraphs), rng):
                id_ = f"{name}-{len(articles)}"
                articles.append(Article(_title(run[0]), "\n\n".join(run), id=id_))
                placed.update(run)
        asked = (record for record in records if record["answers"])
        questions |= {record["question"].casefold(): record for record in asked}
    chosen = list(questions.values())
    rng.shuffle(chosen)
    return articles, chosen


def lesson(record: dict[str, Any], hits: Sequence[Hit]) -> Lesson | None:
    """Return what a search teaches; None when it found nothing right or too little wrong."""
    told = list(zip(*texts(record["question"], hits), strict=True))
    right, wrong = [], []
    for hit, told_of_it in zip(hits, told, strict=True):
        answered = contains_answer(hit.text, record["answers"])
        # Passages are sentences of paragraphs joined, so that the middle tells which it is of.
        middle = hit.text[len(hit.text) // 3 : -len(hit.text) // 3]
        if answered and middle in record["context"]:
            right.append(told_of_it)
        elif not answered and middle not in record["context"]:
            wrong.append(told_of_it)
    return Lesson(record["question"], right, wrong) if right and len(wrong) >= _WRONG else None


class Course:
    """The network in training, for so many steps of which `done` are behind it.

    What a step shows follows from the seed and its number, so that a course goes on as if it
    had never been stopped.
    """

    def __init__(
        self, reader: CrossEncoder, lessons: Sequence[Lesson], *, steps: int, seed: int = 0
    ) -> None:
        self.network: Network = reader.network.float().train()
        self.done = 0
        self._reader = reader
        self._dtype = compute_dtype()
        self._steps = steps
        self._run = [steps, seed, len(lessons), len(self.network.layers)]
        self._seed = seed
        # Each lesson once before any comes again.
        rng, wanted = random.Random(seed), steps * _QUESTIONS_A_STEP  # noqa: S311
        turns = range(0, wanted, len(lessons))
        self._order = [each for _ in turns for each in rng.sample(lessons, len(lessons))]
        for fixed in (self.network.words, self.network.places):
            fixed.requires_grad_(False)
        head = list(self.network.head.parameters())
        body = [p for name, p in self.network.named_parameters() if not name.startswith("head")]
        groups = [
            {"params": [p for p in body if p.requires_grad], "lr": _RATE},
            {"params": head, "lr": _HEAD_RATE * _RATE},
        ]
        self._optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, self._pace)

    def steps(self) -> Iterator[float]:
        """Train, yielding the loss of every step that is left."""
        while self.done < self._steps:
            rng = random.Random(f"{self._seed}-{self.done}")  # noqa: S311
            at = self.done * _QUESTIONS_A_STEP
            shown = self._order[at : at + _QUESTIONS_A_STEP]
            loss = torch.stack([self._loss(each, rng) for each in shown]).mean()
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimiser.step()
            self._schedule.step()
            self.done += 1
            yield loss.item()

    def checkpoint(self, path: Path) -> None:
        """Write everything that is needed to go on from here, all or nothing."""
        state = {
            "run": self._run,
            "done": self.done,
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        partial = path.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint; raises `ValueError` for one of another run."""
        state = torch.load(path, weights_only=True)
        if state["run"] != self._run:
            raise ValueError(f"{path} is of another run; choose another folder or delete it")
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self.done = state["done"]

    def _pace(self, step: int) -> float:
        """Return the share of the rate: a short rise, and a fall over the last 70 %."""
        done = step / self._steps
        return min(1.0, done / 0.05 + 0.02) * min(1.0, max(0.01, (1 - done) / 0.7))

    def _loss(self, told: Lesson, rng: random.Random) -> Tensor:
        shown = [rng.choice(told.right), *rng.sample(told.wrong[:_NEAR], _WRONG)]
        titles, excerpts = zip(*shown, strict=True)
        rows, second = self._reader.rows(told.question, titles, excerpts)
        with torch.autocast("cpu", self._dtype, enabled=self._dtype is torch.bfloat16):
            scores = self.network(rows, second=second).float()
        wanted = torch.zeros(len(shown))
        wanted[0] = 1
        alone = functional.binary_cross_entropy_with_logits(
            scores, wanted, pos_weight=torch.tensor(len(shown) - 1.0)
        )
        return _ALONE * alone - torch.log_softmax(scores, 0)[0]


def save(network: Network, folder: Path) -> None:
    """Write the weights that are not the embedder's, in float16."""
    own = {name: value for name, value in network.state_dict().items() if name not in SHARED}
    halves = {name: value.half().contiguous() for name, value in own.items()}
    save_file(halves, folder / WEIGHTS)


def main(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False)],
    archive: Annotated[Path, typer.Option(help="Folder of the archive of paragraphs.")],
    out: Annotated[Path, typer.Option(help="Folder to write the network to.")],
    questions: Annotated[int, typer.Option(min=1, help="How many to learn from.")] = 8_000,
    steps: int = 1_250,
    layers: int = 3,
    seed: int = 0,
) -> None:
    """Ingest, search, train and write the network; go on where a run was stopped."""
    torch.manual_seed(seed)
    console = Console()
    out.mkdir(parents=True, exist_ok=True)
    known = out / LESSONS.format(questions=questions, seed=seed)
    if not known.exists():
        _write(known, _searched(data, archive, questions=questions, seed=seed))
    lessons = [Lesson(**json.loads(line)) for line in known.read_text("utf-8").splitlines()]
    if not lessons:
        known.unlink()
        raise typer.BadParameter(f"{data} has no question with {_WRONG} wrong passages; give more")
    console.print(f"{len(lessons)} questions")
    course = Course(CrossEncoder.fresh(layers=layers), lessons, steps=steps, seed=seed)
    if (out / CHECKPOINT).exists():
        try:
            course.resume(out / CHECKPOINT)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        console.print(f"going on after step {course.done}")
    losses: list[float] = []
    for loss in course.steps():
        losses.append(loss)
        if course.done % _EVERY == 0:
            recent = losses[-_EVERY:]
            console.print(f"step {course.done}, loss {sum(recent) / len(recent):.3f}")
            course.checkpoint(out / CHECKPOINT)
    save(course.network, out)
    (out / CHECKPOINT).unlink(missing_ok=True)


def _searched(data: Path, archive: Path, *, questions: int, seed: int) -> Iterator[Lesson]:
    """Ingest the sets and yield what searches for so many of their questions teach."""
    articles, records = read(data, rng=random.Random(seed))  # noqa: S311
    settings = Settings(retrieval=RetrievalSettings(parts=0, rerank=0))
    with Archive.open(archive, settings=settings) as opened:
        opened.ingest(articles)
        for record in records[:questions]:
            if found := lesson(record, opened.search(record["question"], k=_DEPTH)):
                yield found


def _write(path: Path, lessons: Iterable[Lesson]) -> None:
    """Write lessons as JSON lines, all or nothing."""
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(each)) + "\n" for each in lessons)
    partial.replace(path)


def _runs(paragraphs: list[str], rng: random.Random) -> Iterator[list[str]]:
    """Yield a few neighbours at a time."""
    at = 0
    while at < len(paragraphs):
        count = rng.randint(*_NEIGHBOURS)
        yield paragraphs[at : at + count]
        at += count


def _title(paragraph: str) -> str:
    words = paragraph.split()
    return " ".join(words[:_TITLE_WORDS]) + ("…" if len(words) > _TITLE_WORDS else "")


if __name__ == "__main__":
    typer.run(main)
