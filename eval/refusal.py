"""What each bar on refusals costs.

    python -m eval.systems --archive news --questions questions.jsonl.gz --out drawn.jsonl
    python -m eval.refusal drawn.jsonl

prints how often a question is refused though answerable, and answered though nothing answers
it, with the bar at each height. `eval.choice` fits the probability that is compared with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from rag.types import Confidence

BARS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)


class Case(NamedTuple):
    """A question that was asked, and how sure the answer was; None if nothing was read."""

    answerable: bool
    confidence: Confidence | None

    @property
    def probability(self) -> float:
        """The probability that is compared with the bar."""
        return self.confidence.probability if self.confidence else 0.0


def cases(path: Path, *, system: str) -> Iterator[Case]:
    """Yield the outcomes of one system from a file of `eval.systems`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["system"] == system:
            # Older files have none.
            sure = row.get("confidence")
            yield Case(not row["hidden"], Confidence(**sure) if sure else None)


def bars(of: Sequence[Case]) -> Table:
    """Return, for each bar, the share of answerable questions refused and of others answered."""
    table = Table("bar", "refused though answerable", "answered though not answerable")
    known, open_ = [c for c in of if c.answerable], [c for c in of if not c.answerable]
    for bar in BARS:
        refused = np.mean([case.probability < bar for case in known])
        answered = np.mean([case.probability >= bar for case in open_])
        table.add_row(f"{bar:.2f}", f"{refused:.2f}", f"{answered:.2f}")
    return table


def main(
    outcomes: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    system: str = "default",
) -> None:
    """Print the table of bars for each file."""
    console = Console(width=120)
    for path in outcomes:
        found = list(cases(path, system=system))
        if len({case.answerable for case in found}) < 2:
            raise typer.BadParameter(
                f"{path} needs outcomes of {system!r} both for questions that have an answer and "
                "for some that have none; make it with `python -m eval.systems`"
            )
        auc = roc_auc_score([c.answerable for c in found], [c.probability for c in found])
        console.print(f"{path}: {len(found)} questions, ROC-AUC {auc:.3f}", bars(found))


if __name__ == "__main__":
    typer.run(main)
