"""Questions that ask several publishers, taken apart into what each one is asked.

"Does the Verge article say ..., while TechCrunch reports ...?" has its evidence in two places,
and the passages that fit the whole of it best are often all of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from rag.types import Hit

# What divides a publisher's name from its section: "FOX News - Health".
_SECTION = re.compile(r"\s+[-|]\s+")
# Passages to search for the whole and for each part, so that most are found by both.
DEPTH = 30
# Words of a stretch of the question that can be searched for by itself.
_LEAST_WORDS = 4
# Words before the first name when what a publisher is asked stands before its name:
# "Who did A, as the Verge reported, and B, according to TechCrunch?"
_NAMED_AFTER = 8


@dataclass(frozen=True, slots=True)
class Subquestion:
    """Something to search for in the articles of some publishers; of all when there are none."""

    question: str
    publishers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a question names publishers, `question[start:end]`; several share a name's head."""

    start: int
    end: int
    publishers: tuple[str, ...]


def mentions(question: str, publishers: Iterable[str]) -> list[Mention]:
    """Return where `question` names some of `publishers`, in order, the longest names first.

    A name counts in capitals only, so that "the age of" is no newspaper, and without its
    section: "FOX News" stands for "FOX News - Health".
    """
    forms: dict[str, list[str]] = {}
    asked = question.casefold()
    for name in publishers:
        for form in {name.casefold(), _SECTION.split(name)[0].casefold()}:
            if form in asked:
                forms.setdefault(form, []).append(name)
    found: list[Mention] = []
    for form in sorted(forms, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", question, re.IGNORECASE):
            free = all(match.end() <= m.start or match.start() >= m.end for m in found)
            if free and match.group().split()[-1][:1].isupper():
                found.append(Mention(*match.span(), tuple(forms[form])))
    return sorted(found, key=lambda mention: mention.start)


def subquestions(question: str, publishers: Iterable[str]) -> list[Subquestion]:
    """Return what `question` asks at each name of a publisher; empty when it has but one.

    Where the stretch before or after a name is too short to be searched for, the whole question is.
    """
    named = mentions(question, publishers)
    if len(named) < 2:
        return []
    before = len(question[: named[0].start].split()) > _NAMED_AFTER
    starts = [0, *(mention.end for mention in named)]
    ends = [*(mention.start for mention in named), len(question)]
    found = []
    for place, mention in enumerate(named):
        at = place if before else place + 1
        stretch = question[starts[at] : ends[at]].strip(" ,;:'\"?")
        whole = len(stretch.split()) < _LEAST_WORDS
        found.append(Subquestion(question if whole else stretch, mention.publishers))
    return list(dict.fromkeys(found))


def merge(whole: Sequence[Hit], parts: Sequence[Sequence[Hit]], *, share: float) -> list[Hit]:
    """Return the passages found for the whole question and for its parts, best first.

    A score is a convex sum of the whole question's and, with `share`, the best of a part's;
    what a search did not find has nothing there.
    """
    hits = {_place(hit): hit for hit in chain.from_iterable([*reversed(parts), whole])}
    of_whole = {_place(hit): hit.score for hit in whole}
    of_parts: dict[tuple[str | None, int], float] = {}
    for hit in chain.from_iterable(parts):
        of_parts[_place(hit)] = max(of_parts.get(_place(hit), 0.0), hit.score)
    scores = {
        place: (1 - share) * of_whole.get(place, 0.0) + share * of_parts.get(place, 0.0)
        for place in hits
    }
    # Stable, so that equals stand in the order of the whole question, then of the parts.
    order = dict.fromkeys([*of_whole, *of_parts])
    ranked = sorted(order, key=lambda place: -scores[place])
    return [replace(hits[place], score=scores[place]) for place in ranked]


def _place(hit: Hit) -> tuple[str | None, int]:
    return hit.article.id, hit.start
