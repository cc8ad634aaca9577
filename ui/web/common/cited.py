"""Articles and the passages cited from them, as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from rag.types import Article, Citation, Span
from ui.web.common.markup import day, escape, line, render, site, visible
from ui.web.common.shown import Shown

# Characters of context shown either side of a quoted sentence.
CONTEXT = 240
# Where a sentence ends, with the blank after it.
_STOP = re.compile(r"[.!?][\"”’)]*(\s)")


@dataclass(frozen=True, slots=True)
class Card:
    """An article with all that an answer quotes from it, in order of the numbers."""

    article: Article
    citations: tuple[Citation, ...]


def sources_html(answers: Sequence[Shown]) -> str:
    """Return the sources of every answer, one card for each article.

    A quotation's id, such as ``m3-1``, names its message: two answers never share one.
    """
    return render(
        "sources.html",
        answers=[(shown, cards(shown.answer.citations)) for shown in answers],
        meta=meta,
        passage=passage_html,
        whole=_whole,
    )


def cards(citations: Iterable[Citation]) -> list[Card]:
    """Return one card for each cited article, in the order of its first citation."""
    ordered = sorted(citations, key=lambda citation: citation.number)
    first: dict[str | None, int] = {}
    for citation in ordered:
        first.setdefault(citation.article.id, citation.number)
    ordered.sort(key=lambda citation: (first[citation.article.id], citation.number))
    found = groupby(ordered, key=lambda citation: citation.article.id)
    quoted = (tuple(group) for _, group in found)
    return [Card(group[0].article, group) for group in quoted]


def passage_html(text: str, start: int, end: int, *, context: int = CONTEXT) -> Markup:
    """Return ``text[start:end]`` marked, with up to `context` characters either side.

    The context is cut between words, at its end after a sentence where one ends; an ellipsis
    stands for what was left out.
    """
    first, last = _cut_before(text, start, context), _cut_after(text, end, context)
    shown = marked(text[first:last], [Span(start - first, end - first)])
    return Markup("{}{}{}").format("… " if first else "", shown, " …" if last < len(text) else "")


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """Return a text with the characters of `spans` marked; what overlaps is one mark."""
    parts, reached = [], 0
    for start, end in _joined(spans):
        parts.append(escape(text[reached:start]))
        parts.append(Markup("<mark>{}</mark>").format(escape(text[start:end])))
        reached = end
    return Markup("").join([*parts, escape(text[reached:])])


def article_line(article: Article) -> str:
    """Return an article in one line of plain text: title, publisher, date."""
    parts = (article.title or "Untitled article", article.publisher, article.date)
    return visible(" · ".join(" ".join(part.split()) for part in parts if part))


def article_html(
    article: Article,
    *,
    linked: Sequence[Article] = (),
    span: Span | None = None,
    editable: bool = False,
) -> str:
    """Return a whole article with its near-duplicates by name, the characters of `span` marked."""
    return render(
        "article.html",
        article=article,
        meta=meta(article),
        text=marked(article.text, [span] if span else []),
        linked=linked,
        line_of=article_line,
        editable=editable,
    )


def meta(article: Article) -> Markup:
    """Return publisher, date and the site of an article."""
    parts = [
        Markup("<bdi>{}</bdi>").format(line(article.publisher)) if article.publisher else "",
        day(article.date) if article.date else "undated",
        escape(site(article.url)),
    ]
    return Markup(" · ").join(part for part in parts if part)


def name_html(article: Article) -> Markup:
    """Return the title of an article."""
    return line(article.title) or Markup("Untitled article")


def _whole(card: Card) -> Markup:
    return marked(card.article.text, [Span(c.start, c.end) for c in card.citations])


def _joined(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Return stretches in order, those that touch or overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _cut_before(text: str, start: int, context: int) -> int:
    """Return where the context before `start` begins: at the head of a word."""
    first = max(0, start - context)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while first < start and text[first].isspace():
        first += 1
    return first


def _cut_after(text: str, end: int, context: int) -> int:
    """Return where the context after `end` ends: at the end of a sentence, else of a word."""
    last = min(len(text), end + context)
    if last < len(text) and (stops := list(_STOP.finditer(text, end, last + 1))):
        return stops[-1].start(1)
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    while end < last and text[last - 1].isspace():
        last -= 1
    return last
