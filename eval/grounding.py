"""Measure how well the grounding check tells right answers from wrong ones.

    python -m eval.grounding FOLDER

FOLDER holds ``halueval`` (right and hallucinated answers; Li et al. 2023) and
``train/squad2_dev_half1`` (SQuAD 2.0), whose right answers are made wrong by swapping a name or
number for another one of the same paragraph. Prints ROC-AUCs with 95 %
intervals, on the halves that the check's weights were not fitted on.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import Article, Hit, ScoreParts
from rag.answering.evidence import weigh
from rag.answering.support import BIAS, PARTS, WEIGHTS, Support, support
from rag.embedding.embedder import Embedder, TransformerEmbedder
from rag.generation import prompts
from rag.generation.local import TransformersGenerator
from rag.models.registry import DEFAULT_EMBEDDER, WRITER
from rag.settings import AnswerSettings
from rag.types import Passage

_RESAMPLES = 1000
LEAST = AnswerSettings().least_support
# Share of the right answers that are to pass: what is dropped is replaced by a quotation, which
# is worse than the answer but not wrong.
KEPT = 0.92
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:(?:of|de|the|von) )?[A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")
# In the first set there is no blank between sentences.
_GLUED = re.compile(r'(?<=[a-z0-9)"])\.(?=[A-Z"])')


class Case(NamedTuple):
    """An answer to a question on a text, right or wrong; `source` names its set."""

    source: str
    question: str
    claim: str
    text: str
    right: bool

    @property
    def is_fitted_on(self) -> bool:
        """Tell whether the case belongs to the half that the weights are fitted on."""
        return zlib.crc32(self.question.encode()) % 2 == 0


class Judged(NamedTuple):
    """A case with the support of its best sentence, and its likelihood ratio if known."""

    case: Case
    support: Support
    likelihood: float | None = None


def hallucinated(folder: Path) -> Iterator[Case]:
    """Yield the right and the hallucinated answer of every question of HaluEval."""
    for record in _records(folder / "halueval" / "qa_one-turn_data.json.gz"):
        text = _GLUED.sub(". ", record["knowledge"])
        for key, right in (("right_answer", True), ("hallucinated_answer", False)):
            yield Case("halueval", record["question"], record[key], text, right)


def swapped(folder: Path, *, most: int) -> Iterator[Case]:
    """Yield answers with a name or number, each also with another one of its paragraph."""
    rng = random.Random(0)  # noqa: S311
    records = list(_records(folder / "train" / "squad2_dev_half1" / "data.jsonl.gz"))
    rng.shuffle(records)
    made = 0
    for record in records:
        answer = min(record["answers"], key=len, default="")
        if made < most and (wrong := swap(answer, record["context"], rng)):
            made += 1
            for claim, right in ((answer, True), (wrong, False)):
                yield Case("swapped", record["question"], claim, record["context"], right)


def swap(answer: str, text: str, rng: random.Random) -> str | None:
    """Return `answer` with a number or name replaced by another one of `text`."""
    for pattern in (_NUMBER, _NAME):
        if mine := pattern.search(answer):
            others = {found for found in pattern.findall(text) if found not in answer}
            others = {found for found in others if answer not in found}
            if others:
                return answer.replace(mine.group(), rng.choice(sorted(others)), 1)
    return None


def judge(cases: Sequence[Case], *, embedder: Embedder) -> Iterator[tuple[Case, Support]]:
    """Yield every case with the support of the sentence that supports its claim best."""
    for (question, text), of_text in groupby(cases, key=lambda case: (case.question, case.text)):
        hit = Hit(Article(title="", text=text), text, 0, len(text), 1.0, ScoreParts())
        found = weigh(question, [hit], embedder=embedder).evidence
        for case in of_text:
            given = [support(question, case.claim, item) for item in found]
            yield case, max(given, key=lambda item: (item.score, item.coverage))


def likelihood_ratio(case: Case, generator: TransformersGenerator) -> float:
    """Return how much likelier the text makes the answer, in nats per token."""
    shown = prompts.build(case.question, [Passage("", case.text)])
    alone = prompts.build(case.question, [])
    with_text = generator.log_likelihood(shown, case.claim)
    without = generator.log_likelihood(alone, case.claim)
    return (with_text or 0.0) - (without or 0.0)


def auc(cases: Sequence[Case], scores: Sequence[float]) -> str:
    """Return the ROC-AUC of `scores` with its 95 % interval (percentile bootstrap)."""
    right, given = np.array([case.right for case in cases]), np.array(scores)
    rng = np.random.default_rng(0)
    drawn = (rng.integers(0, len(right), len(right)) for _ in range(_RESAMPLES))
    found = [roc_auc_score(right[i], given[i]) for i in drawn if 0 < right[i].mean() < 1]
    low, high = np.percentile(found, [2.5, 97.5])
    return f"{roc_auc_score(right, given):.3f} [{low:.3f}, {high:.3f}]"


def fit(judged: Sequence[Judged], parts: Sequence[str]) -> LogisticRegression:
    """Fit a logistic regression on `parts`, without vetoed cases."""
    kept = [item for item in judged if not item.support.vetoed]
    model = LogisticRegression(C=1.0)
    return model.fit(_matrix(kept, parts), [item.case.right for item in kept])


def refitted(
    judged: Sequence[Judged], parts: Sequence[str], *, of: Sequence[Judged]
) -> list[float]:
    """Return the scores of `judged` by `parts` alone, fitted on `of`; vetoes still count."""
    odds = fit(of, parts).decision_function(_matrix(judged, parts))
    vetoed = np.array([item.support.vetoed for item in judged])
    return list(np.where(vetoed, -100.0, odds))


def bias_keeping(share: float, judged: Sequence[Judged], weights: Sequence[float]) -> float:
    """Return the bias with which that share of the right answers passes, those vetoed counted."""
    right = [item for item in judged if item.case.right]
    sums = np.array(_matrix(right, PARTS)) @ np.array(weights)
    sums[[item.support.vetoed for item in right]] = -np.inf
    # The one of the passing answers that has the least: it is to come out at even odds.
    least = np.sort(sums)[::-1][round(share * len(right)) - 1]
    return float(np.log(LEAST / (1 - LEAST)) - least)


def table(judged: Sequence[Judged]) -> Table:
    """Return the ROC-AUCs of the whole check, of each part alone, and without each part."""
    fitted = [item for item in judged if item.case.is_fitted_on]
    tested = [item for item in judged if not item.case.is_fitted_on]
    sources = sorted({item.case.source for item in tested})
    of = {name: [item for item in tested if item.case.source == name] for name in sources}
    made = Table("", *(f"{name} ({len(of[name])})" for name in sources))

    def row(name: str, scores: Any) -> None:
        cells = (auc([item.case for item in of[s]], scores(of[s])) for s in sources)
        made.add_row(name, *cells)

    row("the check", lambda items: [item.support.score for item in items])
    row("veto alone", lambda items: [-float(item.support.vetoed) for item in items])
    for part in PARTS:
        row(f"{part} alone", lambda items, part=part: [getattr(i.support, part) for i in items])
    for part in PARTS:
        rest = [name for name in PARTS if name != part]
        row(f"without {part}", lambda items, rest=rest: refitted(items, rest, of=fitted))
    if all(item.likelihood is not None for item in judged):
        row("likelihood alone", lambda items: [item.likelihood for item in items])
        both = [*PARTS, "likelihood"]
        row("with likelihood", lambda items: refitted(items, both, of=fitted))
    return made


def _matrix(judged: Sequence[Judged], parts: Sequence[str]) -> list[list[float]]:
    return [
        [item.likelihood or 0.0 if p == "likelihood" else getattr(item.support, p) for p in parts]
        for item in judged
    ]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    most: Annotated[int, typer.Option(help="The most swapped answers to use.")] = 1000,
    likelihood: Annotated[
        bool, typer.Option(help="Measure what the generator's likelihood adds; slow.")
    ] = False,
) -> None:
    """Print the table, and the weights that a fit on the fitting half gives now."""
    embedder = TransformerEmbedder.load(DEFAULT_EMBEDDER)
    generator = TransformersGenerator.load(WRITER) if likelihood else None
    cases = [*hallucinated(folder), *swapped(folder, most=most)]
    judged = [
        Judged(case, found, likelihood_ratio(case, generator) if generator else None)
        for case, found in judge(cases, embedder=embedder)
    ]
    fitted = [item for item in judged if item.case.is_fitted_on]
    tested = [item for item in judged if not item.case.is_fitted_on]
    weights = fit(fitted, PARTS).coef_[0].round(1)
    console = Console(width=140)
    console.print(table(judged))
    for right, what in ((True, "right answers kept"), (False, "wrong answers passed")):
        scores = [item.support.score for item in tested if item.case.right is right]
        console.print(f"{what}: {np.mean(np.array(scores) >= LEAST):.2f} of {len(scores)}")
    console.print(f"weights in use: {BIAS}, {WEIGHTS}")
    console.print(f"weights fitted: {bias_keeping(KEPT, fitted, weights):.1f}, {weights}")


if __name__ == "__main__":
    typer.run(main)
