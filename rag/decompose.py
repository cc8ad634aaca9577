"""Questions that ask several publishers, taken apart into what each one is asked.

"Does the Verge article say ..., while TechCrunch reports ...?" has its evidence in two places,
and the passages that fit the whole of it best are often all of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")

# What divides a publisher's name from its section: "FOX News - Health".
_SECTION = re.compile(r"\s+[-|]\s+")
# Words of a stretch of the question that can be searched for by itself.
_LEAST_WORDS = 4
# Words before the first name when what a publisher is asked stands before its name:
# "Who did A, as the Verge reported, and B, according to TechCrunch?"
_NAMED_AFTER = 8


@dataclass(frozen=True, slots=True)
class Part:
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
    for name in publishers:
        for form in {name, _SECTION.split(name)[0]}:
            forms.setdefault(form.casefold(), []).append(name)
    found: list[Mention] = []
    for form in sorted(forms, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", question, re.IGNORECASE):
            free = all(match.end() <= m.start or match.start() >= m.end for m in found)
            if free and match.group().split()[-1][:1].isupper():
                found.append(Mention(*match.span(), tuple(forms[form])))
    return sorted(found, key=lambda mention: mention.start)


def parts(question: str, publishers: Iterable[str]) -> list[Part]:
    """Return what `question` asks each publisher that it names; empty when it names none.

    With one publisher, or a stretch too short to be searched for, the whole question is asked.
    """
    named = mentions(question, publishers)
    if len(named) < 2:
        return [Part(question, mention.publishers) for mention in named]
    before = len(question[: named[0].start].split()) > _NAMED_AFTER
    starts = [0, *(mention.end for mention in named)]
    ends = [*(mention.start for mention in named), len(question)]
    found = []
    for place, mention in enumerate(named):
        at = place if before else place + 1
        stretch = question[starts[at] : ends[at]].strip(" ,;:'\"?")
        whole = len(stretch.split()) < _LEAST_WORDS
        found.append(Part(question if whole else stretch, mention.publishers))
    return list(dict.fromkeys(found))


def merge(rankings: Sequence[Sequence[T]], *, key: Callable[[T], Hashable]) -> list[T]:
    """Return the items of all rankings by turns, the first of each first, none twice."""
    first: dict[Hashable, T] = {}
    for item in chain.from_iterable(zip_longest(*rankings)):
        if item is not None:
            first.setdefault(key(item), item)
    return list(first.values())
