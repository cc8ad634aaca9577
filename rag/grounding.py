"""Sentences checked against the sentences they cite.

No model judges here. A claim is supported by a quoted sentence when its numbers are in
the quote (a year may be the article's), its names are in the quote or what leads up to it,
its other words are mostly there too, and neither denies what the other says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.evidence import Evidence
from rag.facts import denies, names, numbers, years
from rag.sentences import content_stems, content_words, stem, words

# Share of a claim's content words that must stand in the quote itself, and in the quote
# with the sentence before it and the title, which carry the names that pronouns stand for.
QUOTE_COVERAGE = 0.5
CONTEXT_COVERAGE = 0.8

_LEADING_MARKS = re.compile(r"(?:\[\d[\d, ]*\]\s*)+")
_UNFINISHED_MARK = re.compile(r"\[[\d, ]*")
_MARK = re.compile(r"\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")


def split_marks(text: str) -> tuple[str, tuple[int, ...]]:
    """Return `text` without citation marks such as ``[1]`` or ``[1, 2]``, and the numbers."""
    marks = [int(number) for found in _MARK.findall(text) for number in found.split(",")]
    return _MARK.sub("", text).strip(), tuple(dict.fromkeys(marks))


def leading_marks(text: str) -> tuple[str, str]:
    """Split citation marks off the head of `text`: they belong to what stands before."""
    found = _LEADING_MARKS.match(text)
    return (" " + found.group().strip(), text[found.end() :]) if found else ("", text)


def is_finished(sentence: str) -> bool:
    """Tell whether `sentence` ends with a stop, whatever marks follow it."""
    return split_marks(sentence)[0].rstrip("\"'”’)").endswith((".", "!", "?", "…"))


def is_unfinished_mark(text: str) -> bool:
    """Tell whether `text` may be the beginning of a citation mark."""
    return _UNFINISHED_MARK.fullmatch(text) is not None


def best_support(claim: str, marks: Sequence[int], evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the sentence that supports `claim` best, or None when none does.

    Passages that the claim's own marks name are looked at first; a wrong mark is
    mended when another passage supports the claim.
    """
    cited = [item for item in evidence if item.passage in marks]
    for pool in (cited, evidence):
        supporting = [item for item in pool if supports(claim, item.quote, lead=item.lead)]
        if supporting:
            # A short answer often stands in several sentences: the one asked about counts.
            return max(supporting, key=lambda item: (coverage(claim, item.quote), item.relevance))
    return None


def supports(claim: str, quote: str, *, lead: str = "") -> bool:
    """Tell whether `quote`, read after `lead`, says what `claim` says."""
    context = f"{lead} {quote}"
    return (
        bool(content_stems(claim))
        and numbers(claim) <= numbers(quote) | {float(year) for year in years(lead)}
        and names(claim) <= set(words(context))
        and denies(claim) == denies(quote)
        and coverage(claim, quote) >= QUOTE_COVERAGE
        and coverage(claim, context) >= CONTEXT_COVERAGE
    )


def coverage(claim: str, text: str) -> float:
    """Return the share of the claim's content words that `text` has, in [0, 1].

    Numbers are left to `numbers`, for which "twelve" and "12" are the same; a claim of
    nothing else is covered.
    """
    wanted = {stem(word) for word in content_words(claim) if not numbers(word)}
    return len(wanted & set(content_stems(text))) / len(wanted) if wanted else 1.0
