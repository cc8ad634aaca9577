"""Work out the figures of each system from what its steps measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from eval.bench.plan import Plan
from eval.bench.steps import Outcome, Step
from eval.metrics import percentile

# By system and stage, the outcomes of all rounds in order.
Outcomes = Mapping[tuple[str, str], Sequence[Outcome]]
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one system: seconds, bytes and rates; None if nothing was measured.

    A start is the time from starting a process to its first result: the first one, and the
    median of those of later rounds. `found` is the share of questions with a right article
    among the passages. `elsewhere` is the largest share of the processor's time that other
    work took during one of the steps; figures are to be trusted when it is small.
    """

    chunks: int
    articles_rate: float
    chunks_rate: float
    search_start_first: float | None
    search_start_later: float | None
    answer_start_first: float | None
    answer_start_later: float | None
    search_p50: float | None
    search_p95: float | None
    search_p99: float | None
    found: float | None
    first_text_p50: float | None
    first_text_p95: float | None
    answer_p50: float | None
    answer_p95: float | None
    words: float | None
    tokens_rate: float | None
    ingest_memory: int
    answer_memory: int | None
    disk_per_article: float
    elsewhere: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is shown: its title, its unit in the figure's own, and decimals.

    `better` says whether more or less is better; None if neither.
    """

    name: str
    title: str
    unit: float
    decimals: int
    better: Literal["more", "less"] | None


MEASURES = (
    Measure("articles_rate", "ingest, articles/s", 1, 2, "more"),
    Measure("chunks_rate", "ingest, chunks/s", 1, 1, "more"),
    Measure("chunks", "chunks", 1, 0, None),
    Measure("search_start_first", "start to first search, first time, s", 1, 1, "less"),
    Measure("search_start_later", "start to first search, later, s", 1, 1, "less"),
    Measure("answer_start_first", "start to first answer, first time, s", 1, 1, "less"),
    Measure("answer_start_later", "start to first answer, later, s", 1, 1, "less"),
    Measure("search_p50", "search, p50, ms", 1e-3, 1, "less"),
    Measure("search_p95", "search, p95, ms", 1e-3, 1, "less"),
    Measure("search_p99", "search, p99, ms", 1e-3, 1, "less"),
    Measure("found", "right article among the passages", 1, 3, None),
    Measure("first_text_p50", "first text, p50, s", 1, 2, "less"),
    Measure("first_text_p95", "first text, p95, s", 1, 2, "less"),
    Measure("answer_p50", "answer, p50, s", 1, 2, "less"),
    Measure("answer_p95", "answer, p95, s", 1, 2, "less"),
    Measure("words", "words per answer, mean", 1, 0, None),
    Measure("tokens_rate", "tokens/s while writing", 1, 1, "more"),
    Measure("ingest_memory", "peak memory of an ingest, MB", 1e6, 0, "less"),
    Measure("answer_memory", "peak memory of answering, MB", 1e6, 0, "less"),
    Measure("disk_per_article", "disk per article, kB", 1e3, 1, "less"),
    Measure("elsewhere", "other work beside it, at most, %", 1e-2, 0, None),
)


def figures(
    system: str,
    outcomes: Outcomes,
    *,
    plan: Plan,
    gold: Sequence[Sequence[str]],
    count_tokens: CountTokens,
) -> Figures:
    """Return the figures of `system`; its ingest must have been measured."""
    ingests = outcomes[system, "ingest"]
    searches = outcomes.get((system, "search"), ())
    answers = outcomes.get((system, "answer"), ())
    seconds = median(run.measured["seconds"] for run in ingests)
    latencies = [value for run in searches for value in run.measured["seconds"]]
    answered = [item for run in answers for item in run.measured["answers"]]
    first_texts = [item["first_text"] for item in answered]
    totals = [item["total"] for item in answered]
    chunks = int(ingests[0].measured["chunks"])
    return Figures(
        chunks=chunks,
        articles_rate=plan.articles / seconds,
        chunks_rate=chunks / seconds,
        search_start_first=_first(searches),
        search_start_later=_later(searches),
        answer_start_first=_first(answers),
        answer_start_later=_later(answers),
        search_p50=percentile(latencies, 50),
        search_p95=percentile(latencies, 95),
        search_p99=percentile(latencies, 99),
        found=_found(searches, gold),
        first_text_p50=percentile(first_texts, 50),
        first_text_p95=percentile(first_texts, 95),
        answer_p50=percentile(totals, 50),
        answer_p95=percentile(totals, 95),
        words=_mean([len(item["text"].split()) for item in answered]),
        tokens_rate=rate(answered, count_tokens),
        ingest_memory=max(run.peak_memory for run in ingests),
        answer_memory=max((run.peak_memory for run in answers), default=None),
        disk_per_article=ingests[-1].disk / plan.articles,
        elsewhere=_most([run.elsewhere for run in (*ingests, *searches, *answers)]),
    )


def ratio(measure: Measure, ours: Figures, theirs: Figures) -> float | None:
    """Return how many times better ours is; below one it is worse."""
    one, other = getattr(ours, measure.name), getattr(theirs, measure.name)
    if measure.better is None or not one or not other:
        return None
    return float(one / other if measure.better == "more" else other / one)


def rate(answers: Iterable[Mapping[str, Any]], count_tokens: CountTokens) -> float | None:
    """Return the median of tokens per second between the first text and the end.

    The first token is not counted, as its time went into reading the prompt. Answers whose text
    came all at once are left out.
    """
    rates = []
    for item in answers:
        tokens, writing = count_tokens(item["text"]), item["total"] - item["first_text"]
        if tokens > 1 and writing > 0.05 * item["total"]:
            rates.append((tokens - 1) / writing)
    return median(rates) if rates else None


def gather(steps: Iterable[tuple[Step, Outcome]]) -> dict[tuple[str, str], list[Outcome]]:
    """Return the outcomes by system and stage."""
    found: dict[tuple[str, str], list[Outcome]] = {}
    for step, outcome in steps:
        found.setdefault((step.system, step.stage), []).append(outcome)
    return found


def token_counter(generator: str) -> CountTokens:
    """Return a function that counts tokens as the generator in folder `generator` does."""
    # Imported here, as only the end of a benchmark needs it.
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{generator}/tokenizer.json")
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _first(runs: Sequence[Outcome]) -> float | None:
    return runs[0].first if runs else None


def _later(runs: Sequence[Outcome]) -> float | None:
    later = [run.first for run in runs[1:] if run.first is not None]
    return median(later) if later else None


def _found(runs: Sequence[Outcome], gold: Sequence[Sequence[str]]) -> float | None:
    """Return the share of questions for which a gold article was found."""
    if not runs:
        return None
    pairs = zip(runs[0].measured["found"], gold, strict=True)
    return _mean([bool(set(found) & set(right)) for found, right in pairs])


def _most(shares: Sequence[float | None]) -> float | None:
    return max((share for share in shares if share is not None), default=None)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
