"""Put the outcomes of the newcomers' questions into lines and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.table import Table

from eval.metrics import percentile
from eval.newcomers.verdicts import Outcome, Verdict

_ALL = "all"


def describe(outcome: Outcome) -> str:
    """Return one line on a question that was not answered right."""
    row, answer = outcome.row, outcome.answer
    text = " ".join(answer.text.split())
    gold = " | ".join(row.accepted) or "(not in the archive)"
    meant = f" (as: {answer.question})" if outcome.taken_for_follow_up else ""
    return (
        f"{row.id} {outcome.verdict} {row.kind}: {row.question}{meant} -> {text} "
        f"[short: {answer.short or '-'}] gold: {gold}"
    )


def verdict_table(outcomes: Sequence[Outcome], title: str) -> Table:
    """Return the verdicts by kind of question, with whole sentences among the answers."""
    table = Table("kind", *Verdict, "reads alone", "fragment", "all", title=title)
    kinds = list(dict.fromkeys(outcome.row.kind for outcome in outcomes))
    for kind in [*kinds, _ALL] if len(kinds) > 1 else [_ALL]:
        chosen = [o for o in outcomes if kind in (o.row.kind, _ALL)]
        counts = Counter(outcome.verdict for outcome in chosen)
        whole = Counter(outcome.reads_alone for outcome in chosen)
        cells = [*(counts[verdict] for verdict in Verdict), whole[True], whole[False], len(chosen)]
        table.add_row(kind, *(str(cell or "") for cell in cells))
    return table


def conclusions(outcomes: Sequence[Outcome]) -> list[str]:
    """Return what the tables do not say, one sentence each: turns, premises, periods, time."""
    named = {outcome.row.set for outcome in outcomes}
    lines = []
    if "topics" in named:
        lines += _turns([o for o in outcomes if o.row.set == "topics"])
    if "premises" in named:
        lines.append(_premises([o for o in outcomes if o.row.set == "premises"]))
    shares = [o.listed for o in outcomes if o.listed is not None]
    if shares:
        lines.append(f"periods: {sum(shares) / len(shares):.2f} of the articles are listed")
    return [*lines, *_seconds(outcomes)]


def _turns(outcomes: Sequence[Outcome]) -> list[str]:
    changes = [o for o in outcomes if o.row.follow_up is False]
    follow_ups = [o for o in outcomes if o.row.follow_up]
    return [
        f"topic changes searched for in other words: {_count(changes, taken=True)}",
        f"topic changes whose article does not come first: {_lost(changes)}",
        f"follow-ups searched for as typed: {_count(follow_ups, taken=False)}",
        f"follow-ups whose article does not come first: {_lost(follow_ups)}",
    ]


def _count(outcomes: Sequence[Outcome], *, taken: bool) -> str:
    return f"{sum(o.taken_for_follow_up == taken for o in outcomes)} of {len(outcomes)}"


def _lost(outcomes: Iterable[Outcome]) -> str:
    known = [outcome.understood for outcome in outcomes if outcome.understood is not None]
    return f"{known.count(False)} of {len(known)}"


def _premises(outcomes: Sequence[Outcome]) -> str:
    refused = sum(o.answer.abstained for o in outcomes)
    right = sum(o.verdict is Verdict.RIGHT for o in outcomes) - refused
    fooled = len(outcomes) - refused - right
    return f"premises: {right} corrected, {refused} refused, {fooled} fooled"


def _seconds(outcomes: Sequence[Outcome]) -> list[str]:
    named: dict[str, list[float | None]] = {
        "first sentence": [o.answer.timings.first_text for o in outcomes],
        "end": [o.answer.timings.total for o in outcomes],
    }
    lines = []
    for name, seconds in named.items():
        known = [each for each in seconds if each is not None]
        middle, late = percentile(known, 50), percentile(known, 95)
        if middle is not None and late is not None:
            lines.append(f"seconds to the {name}, p50 / p95: {middle:.2f} / {late:.2f}")
    return lines
