"""What became of the questions of the last evaluations, and each that was not answered right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from rag.archive import Archive
from rag.errors import ArchiveError, SourceError
from rag.types import Article
from ui.counted import counted
from ui.web.common.markup import render

if TYPE_CHECKING:
    from eval.outcomes import EvalRun, Outcome

# Reports compared, the newest first.
_COMPARED = 3
_ALL = "all questions"
# Of the words of answer and expectation, as F1: half of them is partly right.
_HALF = 0.5
# Up to so many articles are looked through for those that a question names by their files.
_MOST_ARTICLES = 5_000


class Verdict(StrEnum):
    """What became of a question.

    PARTLY has half of the words, or all of them from an article that was not meant.
    """

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the questions of a kind, in one report, got each verdict."""

    counts: tuple[tuple[Verdict, int], ...]
    total: int

    @property
    def words(self) -> str:
        """The counts in words."""
        return ", ".join(f"{count} {verdict}" for verdict, count in self.counts if count)

    @property
    def told(self) -> str:
        """The counts in words, with the share of the right ones."""
        (_, right), *others = self.counts
        rest = "".join(f", {count} {verdict}" for verdict, count in others if count)
        return f"{right} of {self.total} right ({right / self.total:.0%}){rest}".replace(
            "%", "\N{NO-BREAK SPACE}%"
        )


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not answered right, and the articles that it is about."""

    outcome: Outcome
    verdict: Verdict
    articles: tuple[Article, ...]


def verdict(outcome: Outcome) -> Verdict:
    """Return what became of a question; one that failed counts as refused."""
    if not outcome.question.answerable:
        return Verdict.RIGHT if outcome.abstained else Verdict.WRONG
    if outcome.abstained:
        return Verdict.REFUSED
    if outcome.holds_answer:
        return Verdict.PARTLY if outcome.cites_gold is False else Verdict.RIGHT
    return Verdict.PARTLY if (outcome.f1 or 0.0) >= _HALF else Verdict.WRONG


def shares(outcomes: Iterable[Outcome]) -> dict[str, Share]:
    """Return the shares of all questions, then those of each kind."""
    counts: dict[str, Counter[Verdict]] = {_ALL: Counter()}
    for outcome in outcomes:
        for kind in (_ALL, outcome.question.kind):
            counts.setdefault(kind, Counter())[verdict(outcome)] += 1
    return {
        kind: Share(tuple((name, found[name]) for name in Verdict), found.total())
        for kind, found in counts.items()
    }


def verdicts_html(archive: Archive, folders: Sequence[Path]) -> Markup:
    """Return the reports in `folders`, the newest first, as markup."""
    runs = list(islice(filter(None, map(_read, folders)), _COMPARED))
    if not runs:
        return Markup("")
    columns = [
        (f"{run.started.day} {run.started:%B %Y, %H:%M}", shares(run.outcomes)) for run in runs
    ]
    kinds = dict.fromkeys(kind for _, found in columns for kind in found)
    return render(
        "verdicts.html",
        archive=archive.folder.name,
        columns=columns,
        kinds=list(kinds),
        verdicts=list(Verdict),
        misses=misses(archive, runs[0]),
        counted=counted,
    )


def misses(archive: Archive, run: EvalRun) -> list[Miss]:
    """Return the questions of a run that were not answered right, wrong ones first."""
    found = [(verdict(outcome), outcome) for outcome in run.outcomes]
    wrong = [(name, outcome) for name, outcome in found if name is not Verdict.RIGHT]
    names = {name for _, outcome in wrong for name in _named(outcome)}
    articles = _articles(archive, names)
    order = (Verdict.WRONG, Verdict.PARTLY, Verdict.REFUSED)
    wrong.sort(key=lambda item: order.index(item[0]))
    return [
        Miss(outcome, name, tuple(articles[n] for n in _named(outcome) if n in articles))
        for name, outcome in wrong
    ]


def _named(outcome: Outcome) -> list[str]:
    """Return the articles that should answer, and where there are none the one found first."""
    return list(outcome.question.gold_articles or outcome.ranked_ids[:1])


def _articles(archive: Archive, names: set[str]) -> dict[str, Article]:
    """Return the articles that are called so by id or by the stem of their file."""
    found = {}
    for name in names:
        try:
            found[name] = archive.article(name)
        except ArchiveError:
            continue
    if names - set(found) and archive.stats().articles <= _MOST_ARTICLES:
        for article in archive.articles():
            stem = Path(article.source or "").stem
            if stem in names:
                found.setdefault(stem, article)
    return found


@lru_cache(maxsize=2 * _COMPARED)
def _read(folder: Path) -> EvalRun | None:
    """Return the run of a report; None for one that is damaged, which hides no other."""
    # Imported here because it takes half a second, for which the chat page need not wait.
    from eval.saved import read

    try:
        return read(folder)
    except SourceError:
        return None
