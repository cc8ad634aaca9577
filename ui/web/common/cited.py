"""Articles and the passages cited from them, as markup."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from rag.types import Article, Citation
from ui.web.common.markup import day, escape, line, quiet, visible, web_link
from ui.web.common.shown import Shown

# Characters of context shown either side of a quoted sentence.
CONTEXT = 300


def sources_html(answers: Sequence[Shown]) -> str:
    """Return the sources of the latest answer, and those of earlier ones folded away.

    `answers` are in order of time. Only what an answer cites is listed, and each
    entry's id, such as ``m3-1``, names its message: two answers never share one.
    """
    cited = [shown for shown in answers if shown.answer.citations]
    latest, earlier = answers[-1:], [shown for shown in cited if shown is not answers[-1]]
    current = "".join(_current(shown) for shown in latest)
    folded = "".join(_folded(shown) for shown in reversed(earlier))
    return (
        '<section class="dl-sources" aria-labelledby="dl-sources-title">'
        '<h2 id="dl-sources-title">Sources</h2>'
        f"{current or quiet('The passages that an answer rests on are shown here.')}"
        f"{folded}</section>"
    )


def source_html(citation: Citation, *, message: int) -> str:
    """Return one cited source: title, publisher, date, address, and the quoted passage."""
    article, number = citation.article, citation.number
    whole = _highlighted(article.text, citation.start, citation.end)
    return (
        f'<li class="dl-source" id="m{message}-{number}" tabindex="-1">'
        f'<h3 dir="auto"><span class="dl-number">&#91;{number}&#93;</span> {_title(article)}</h3>'
        f'<p class="dl-meta">{meta(article)}</p>'
        f'<blockquote dir="auto">{passage_html(article.text, citation.start, citation.end)}'
        "</blockquote>"
        "<details><summary>Show whole article</summary>"
        f'<div class="dl-whole" dir="auto">{whole}</div></details>'
        f'<a class="dl-back" href="#m{message}">Back to the answer</a></li>'
    )


def passage_html(text: str, start: int, end: int, *, context: int = CONTEXT) -> str:
    """Return ``text[start:end]`` marked, with up to `context` characters either side.

    The context is cut between words; an ellipsis stands for what was left out.
    """
    first, last = _cut_before(text, start, context), _cut_after(text, end, context)
    return (
        f"{'… ' if first else ''}{_highlighted(text[first:last], start - first, end - first)}"
        f"{' …' if last < len(text) else ''}"
    )


def article_line(article: Article) -> str:
    """Return an article in one line of plain text: title, publisher, date."""
    parts = (article.title or "Untitled article", article.publisher, article.date)
    return visible(" · ".join(" ".join(part.split()) for part in parts if part))


def article_html(article: Article, *, linked: Sequence[Article] = ()) -> str:
    """Return a whole article, and its near-duplicates by name."""
    copies = "".join(f"<li><bdi>{line(article_line(copy))}</bdi></li>" for copy in linked)
    return (
        f'<article class="dl-source"><h2 dir="auto">{_title(article)}</h2>'
        f'<p class="dl-meta">{meta(article)}</p>'
        f'<div class="dl-whole" dir="auto">{escape(article.text)}</div>'
        f"{f'<h3>Near-duplicates</h3><ul>{copies}</ul>' if copies else ''}</article>"
    )


def meta(article: Article) -> str:
    """Return publisher, date and the site of an article."""
    url = web_link(article.url)
    host = urlsplit(url).hostname if url else None
    parts = [
        f"<bdi>{line(article.publisher)}</bdi>" if article.publisher else "",
        day(article.date) if article.date else "undated",
        escape(host) if host else "",
    ]
    return " · ".join(part for part in parts if part)


def name_html(article: Article) -> str:
    """Return the title of an article."""
    return line(article.title) or "Untitled article"


def _current(shown: Shown) -> str:
    if not shown.answer.citations:
        return quiet("The last question got no answer, so there are no sources.")
    return _list(shown)


def _folded(shown: Shown) -> str:
    return (
        '<details class="dl-earlier"><summary>Earlier: '
        f"<bdi>{line(shown.asked)}</bdi></summary>{_list(shown)}</details>"
    )


def _list(shown: Shown) -> str:
    items = "".join(
        source_html(citation, message=shown.message) for citation in shown.answer.citations
    )
    return f"<ol>{items}</ol>"


def _title(article: Article) -> str:
    url = web_link(article.url)
    if url is None:
        return name_html(article)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{name_html(article)}</a>"
    )


def _highlighted(text: str, start: int, end: int) -> str:
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def _cut_before(text: str, start: int, context: int) -> int:
    """Return where the context before `start` begins: at the head of a word."""
    first = max(0, start - context)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while first < start and text[first].isspace():
        first += 1
    return first


def _cut_after(text: str, end: int, context: int) -> int:
    """Return where the context after `end` ends: at the end of a word."""
    last = min(len(text), end + context)
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    while end < last and text[last - 1].isspace():
        last -= 1
    return last
