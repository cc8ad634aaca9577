"""Compare a run with an earlier one of the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.measures import MEASURES, Measure
from eval.metrics import interval
from eval.outcomes import EvalRun, Outcome


@dataclass(frozen=True, slots=True)
class Change:
    """How a measure differs from that of the earlier run, over `count` common questions.

    `low` and `high` are the ends of the 95 % interval of the difference; if it leaves out 0, the
    change is `significant`. One measure in twenty is so by chance.
    """

    measure: str
    title: str
    before: float
    after: float
    low: float
    high: float
    count: int
    better: int

    @property
    def significant(self) -> bool:
        """Tell whether the interval of the difference leaves out 0."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """Return "better", "worse" or "changed" for a significant change, otherwise ""."""
        if not self.significant:
            return ""
        if not self.better:
            return "changed"
        return "better" if (self.after - self.before) * self.better > 0 else "worse"


def compare(earlier: EvalRun, run: EvalRun) -> list[Change]:
    """Return how each measure changed, on the questions that both runs asked alike.

    The interval is the percentile bootstrap of the paired differences.
    """
    before = {outcome.question: outcome for outcome in earlier.outcomes}
    pairs = [(before[o.question], o) for o in run.outcomes if o.question in before]
    changes = (_change(measure, pairs) for measure in MEASURES)
    return [change for change in changes if change is not None]


def _change(measure: Measure, pairs: Sequence[tuple[Outcome, Outcome]]) -> Change | None:
    scored = [(measure.of(one), measure.of(other)) for one, other in pairs]
    known = [(float(a), float(b)) for a, b in scored if a is not None and b is not None]
    if not known:
        return None
    mean, low, high = interval([b - a for a, b in known])
    before = sum(a for a, _ in known) / len(known)
    return Change(
        measure=measure.name,
        title=measure.title,
        before=before,
        after=before + mean,
        low=low,
        high=high,
        count=len(known),
        better=measure.better,
    )
