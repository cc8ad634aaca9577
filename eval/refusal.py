"""Print what each bar on refusals costs, and fit the weights of the confidence.

    python -m eval.systems --archive news --questions questions.jsonl.gz --out drawn.jsonl
    python -m eval.refusal drawn.jsonl

prints, for each bar, how often an answerable question is refused and an unanswerable one answered.
With `--rest --only default`, `eval.systems` asks the questions that were not drawn;

    python -m eval.refusal rest.jsonl sample.jsonl --fit

prints the weights for `rag.answering.confidence` that fit those questions, and how well each part
does alone.
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag.answering.confidence import log_odds
from rag.types import Confidence

BARS = (0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)
PARTS = ("score", "strength", "inclination")
# The parts that `rag.answering.confidence` weighs, with an inclination and without one.
SHIPPED, ALONE = ("score", "inclination"), ("score", "strength")


class Case(NamedTuple):
    """A question that was asked, and how sure the answer was; None if nothing was read."""

    answerable: bool
    confidence: Confidence | None

    @property
    def probability(self) -> float:
        """The probability that is compared with the bar."""
        return self.confidence.probability if self.confidence else 0.0

    def parts(self, names: Sequence[str]) -> list[float]:
        """Return the parts with these names; the inclination is in log-odds."""
        found = {name: getattr(self.confidence, name) for name in names}
        if "inclination" in found:
            found["inclination"] = log_odds(found["inclination"])
        return list(found.values())


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


def fit(of: Sequence[Case], parts: Sequence[str]) -> LogisticRegression:
    """Fit a logistic regression on `parts`; both classes have the same weight."""
    # Three weights for hundreds of questions need no regularisation.
    model = LogisticRegression(C=1000.0, class_weight="balanced")
    return model.fit([case.parts(parts) for case in of], [case.answerable for case in of])


def weights(of: Sequence[Case]) -> Table:
    """Return fitted weights for the parts in use, for all parts, and for each part alone."""
    table = Table("", "bias", "weights", "ROC-AUC on the same")
    right = [case.answerable for case in of]
    for names in (SHIPPED, ALONE, PARTS, *([name] for name in PARTS)):
        model = fit(of, names)
        odds = model.decision_function([case.parts(names) for case in of])
        table.add_row(
            ", ".join(names),
            f"{model.intercept_[0]:.2f}",
            " ".join(f"{weight:.2f}" for weight in model.coef_[0]),
            f"{roc_auc_score(right, odds):.3f}",
        )
    return table


def main(
    outcomes: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    system: str = "default",
    refit: Annotated[bool, typer.Option("--fit", help="Print fitted weights as well.")] = False,
) -> None:
    """Print the table of bars for each file, and the weights fitted on all of them."""
    console = Console(width=120)
    read: list[Case] = []
    for path in outcomes:
        found = list(cases(path, system=system))
        if len({case.answerable for case in found}) < 2:
            raise typer.BadParameter(
                f"{path} needs outcomes of {system!r} both for questions that have an answer and "
                "for some that have none; make it with `python -m eval.systems`"
            )
        auc = roc_auc_score([c.answerable for c in found], [c.probability for c in found])
        console.print(f"{path}: {len(found)} questions, ROC-AUC {auc:.3f}", bars(found))
        read += [case for case in found if case.confidence and case.confidence.strength > 0]
    if refit and any(case.confidence and case.confidence.inclination is None for case in read):
        raise typer.BadParameter(f"{system!r} has no inclination to fit; choose another system")
    if refit:
        console.print(weights(read))


if __name__ == "__main__":
    typer.run(main)
