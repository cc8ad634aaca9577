"""Find where the articles of a page dump open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.sources.dumps.assemble import NEAR, DumpArticle, assembled, titled, without_tail
from rag.sources.dumps.furniture import is_plain, is_short
from rag.sources.dumps.layout import Part, cut_parts, is_headline, is_running_text
from rag.sources.dumps.lines import fact, is_paper

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONG_HEADLINE = 5  # words; shorter ones may head a section


@dataclass(frozen=True, slots=True)
class _Start:
    """Where an article opens: its headline, and the boundary before any kicker."""

    boundary: int
    headline: int
    repeated: bool


def split_dump(text: str) -> list[DumpArticle]:
    """Return the articles of a page dump, in order; none for a text without words.

    Paragraphs of the result are separated by one blank line. A dump without a
    headline is one article titled by its first sentence.
    """
    parts = cut_parts(text)
    if not any(map(is_running_text, parts)):  # a note of a few words is still an article
        return assembled(parts, title=None)
    starts = _starts(parts)
    cuts = [*(start.boundary for start in starts), len(parts)]
    articles = _untitled(parts[: cuts[0]])
    for start, end in zip(starts, cuts[1:], strict=True):
        headline = parts[_proper_headline(parts, start)]
        articles += titled(without_tail(parts[start.boundary : end]), headline=headline)
    return articles


def _starts(parts: Sequence[Part]) -> list[_Start]:
    """Find where articles open.

    After a boundary (the beginning, a separator, a gap larger than usual) any headline
    may open one; elsewhere only a repeated one, or one with a byline under it.
    """
    usual = _usual_gap(parts)
    starts: list[_Start] = []
    boundary: int | None = 0
    body = True  # whether the article so far has running text, so that another may follow
    for number, part in enumerate(parts):
        if part.fenced or part.named or part.gap > usual:
            boundary = number if boundary is None else boundary
        start = _start_at(parts, number, boundary=boundary)
        known = bool(starts) and _repeats(parts, starts[-1].headline, number)
        if start and not known and (body or (start.repeated and not starts[-1].repeated)):
            if not body:
                start = _Start(starts.pop().boundary, number, repeated=True)
            starts.append(start)
            boundary, body = None, False
        elif is_running_text(part) and not _repeat(parts, number):
            boundary, body = None, True
    return starts if body else starts[:-1]


def _repeats(parts: Sequence[Part], headline: int, number: int) -> bool:
    """Return whether a line is the same headline over again."""
    return number - headline <= NEAR and parts[number].key == parts[headline].key


def _usual_gap(parts: Sequence[Part]) -> int:
    """Return the most common number of blank lines between paragraphs."""
    gaps = Counter(part.gap for part in parts[1:] if part.gap)
    return min(gaps, key=lambda gap: (-gaps[gap], gap), default=1)


def _start_at(parts: Sequence[Part], number: int, *, boundary: int | None) -> _Start | None:
    part = parts[number]
    here = number if boundary is None else boundary
    if part.named:
        return _Start(here, number, repeated=True)
    if not is_headline(part):
        # A repeated line with a full stop still counts where an article must begin.
        opens = number == boundary and is_short(part.text) and is_plain(part.text)
        return _Start(here, number, repeated=True) if opens and _repeat(parts, number) else None
    if _repeat(parts, number, strict=boundary is None):
        return _Start(here, number, repeated=True)
    if _leads_to_text(parts, number, byline=boundary is None):
        return _Start(here, number, repeated=False)
    return None


def _repeat(parts: Sequence[Part], number: int, *, strict: bool = False) -> bool:
    """Return whether a line comes again before the running text begins.

    One sentence may stand between, or none if `strict`; captions do not count.
    """
    window = parts[number + 1 : number + 1 + NEAR]
    counts = Counter(part.key for part in window)
    sentences = 0
    for distance, part in enumerate(window):
        if part.key == parts[number].key:
            return bool(distance or part.gap or not strict)  # a doubled line is a caption
        sentences += is_running_text(part) and counts[part.key] == 1
        if sentences > (not strict):
            return False
    return False


def _leads_to_text(parts: Sequence[Part], number: int, *, byline: bool) -> bool:
    """Return whether running text follows a headline, past captions and the like.

    With `byline` a byline or a date must come first. A short kicker gives way to a
    longer or repeated headline below it.
    """
    words = len(parts[number].text.split())
    signed = False
    following = number + 1
    while following < len(parts) and following <= number + NEAR:
        part = parts[following]
        if is_running_text(part):
            return (signed or not byline) and words >= 2
        if part.fenced or part.named:
            return False
        if is_headline(part):
            longer = words < 5 <= len(part.text.split()) or is_paper(parts[number].text)
            if byline or longer or _repeat(parts, following, strict=True):
                return False
        signed = signed or fact(part.text)[0] in {"author", "date"}
        following += 1
    return False


def _proper_headline(parts: Sequence[Part], start: _Start) -> int:
    """Return where the headline of an article stands.

    A short heading right over the text ("Key events") gives way to a long one above it,
    which would be dropped otherwise.
    """
    if start.repeated or len(parts[start.headline].text.split()) >= _LONG_HEADLINE:
        return start.headline
    above = range(start.boundary, start.headline)
    long = (n for n in above if len(parts[n].text.split()) >= _LONG_HEADLINE)
    return next((n for n in long if is_headline(parts[n])), start.headline)


def _untitled(parts: Sequence[Part]) -> list[DumpArticle]:
    """Return the article in parts before any headline; none without running text."""
    return assembled(parts, title=None) if any(map(is_running_text, parts)) else []
