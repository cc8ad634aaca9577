"""Records to HTML: pure functions, and the only place where text becomes markup.

Titles, publishers, addresses and articles come from strangers, and what the generator
writes repeats them. All of it passes through `escape`, after which neither a browser
nor the Markdown of Gradio's chat finds anything to act on. A message of the chat is one
line that starts with a block tag: to Markdown it is a single block of HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit

from rag.types import Answer, ArchiveStats, Article, Citation, Hit

# Characters of context shown either side of a quoted sentence.
CONTEXT = 300
# Articles named below a refusal.
NEAREST = 3

# Titles and addresses, relative to the server's root.
PAGES = (("Chat", "./"), ("Archive", "./archive"), ("Evaluation", "./evaluation"))

# Controls that reorder the text around them can make it read as what it is not; the
# other controls but tab and newline have no place in a page.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]"
)
_MARKDOWN = {ord(character): f"&#{ord(character)};" for character in "\\`*_{}[]!|~$"}
_CLOSING_MARKS = re.compile(r"(?:\s*\[\d{1,3}\])+\s*$")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on the page: the message it stands in, from 1, and what was asked.

    `pieces` are the answer's sentences as `rag.stream` yielded them. `stopped` says
    that the user ended it before its end.
    """

    message: int
    asked: str
    answer: Answer
    pieces: tuple[str, ...] = ()
    stopped: bool = False


def visible(text: str) -> str:
    """Return `text` without control characters, those that turn its direction included."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """Return `text` as HTML that shows it as it is, in Markdown too."""
    return html.escape(visible(text)).translate(_MARKDOWN)


def header_html(
    name: str, stats: ArchiveStats, *, page: str = "Chat", names: Sequence[str] = ()
) -> str:
    """Return the heading of `page`: the others, the archive, how many articles, from when to when.

    With several `names` of archives, one of them can be chosen.
    """
    count = f"{stats.articles:,} article{'' if stats.articles == 1 else 's'}"
    span = f", {_period(stats.first, stats.last)}" if stats.first and stats.last else ""
    links = "".join(_page_link(title, path, name, page) for title, path in PAGES)
    return (
        f'<header class="dl-header"><nav aria-label="Pages">{links}</nav>'
        f"<h1>{escape(name)}</h1><p>{count}{span}</p>{_chooser(name, names)}</header>"
    )


def welcome_html(articles: int) -> str:
    """Return what the empty chat says."""
    if not articles:
        return _welcome("This archive has no articles yet.", "Add some on the Archive page.")
    return _welcome(
        "Ask a question about the articles.",
        "Every sentence of an answer links to the passage it rests on. "
        "What the articles do not say is not answered.",
    )


def question_html(question: str) -> str:
    """Return what the user asked, as a message of the chat."""
    return f'<div class="dl-question">{_line(question)}</div>'


def status_html(text: str) -> str:
    """Return a passing remark, such as that the models are being loaded."""
    return f'<div class="dl-status" role="status">{_line(text)}</div>' if text else ""


def problem_html(text: str) -> str:
    """Return an error's words as a message of the chat."""
    return f'<div class="dl-problem" role="alert">{_line(text)}</div>'


def answer_html(pieces: Iterable[str], *, message: int, footer: str = "") -> str:
    """Return an answer as a message of the chat, its marks linked to its sources.

    `pieces` are as `rag.stream` yields them: each a sentence and the marks after it.
    Brackets inside a sentence are the article's and stay text.
    """
    text = " ".join(_piece(piece, message) for piece in pieces)
    return f'<div class="dl-answer" id="m{message}" tabindex="-1"><p>{text}</p>{footer}</div>'


def message_html(shown: Shown) -> str:
    """Return a finished answer or refusal as a message of the chat."""
    footer = footer_html(shown)
    if shown.answer.abstained:
        return refusal_html(shown.answer, message=shown.message, footer=footer)
    # The last pieces quote what disagrees, one line for each of the citations.
    pieces = shown.pieces[: len(shown.pieces) - len(shown.answer.disagreement)]
    contrast = disagreement_html(shown.answer.disagreement, message=shown.message)
    return answer_html(pieces, message=shown.message, footer=f"{contrast}{footer}")


def disagreement_html(citations: Sequence[Citation], *, message: int) -> str:
    """Return sentences that contradict each other, side by side; nothing when there are none."""
    if not citations:
        return ""
    cards = "".join(
        f'<blockquote><p class="dl-meta">{_meta(citation.article)}</p>'
        f"<p>{_line(citation.quote)} {_mark(citation.number, message)}</p></blockquote>"
        for citation in citations
    )
    return (
        '<div class="dl-differ" role="group" aria-label="Articles disagree">'
        f"<p><strong>Articles disagree</strong></p><div>{cards}</div></div>"
    )


def refusal_html(answer: Answer, *, message: int, footer: str = "") -> str:
    """Return a refusal as a message of the chat, with the articles that came nearest."""
    return (
        f'<div class="dl-answer dl-refusal" id="m{message}" tabindex="-1">'
        f"<p>{_line(answer.text)}</p>{_nearest(answer.hits)}{footer}</div>"
    )


def footer_html(shown: Shown) -> str:
    """Return the quiet line below an answer: how long it took, what was searched for."""
    parts = [f"{shown.answer.timings.total:.1f} s"]
    if shown.stopped:
        parts.append("stopped")
    if shown.answer.question != shown.asked:
        parts.append(f"Searched for: {_line(shown.answer.question)}")
    if not shown.answer.abstained:
        copy = f'<a class="dl-copy" href="#m{shown.message}">Copy with sources</a>'
        parts.append(copy)
    return f'<p class="dl-footer">{" · ".join(parts)}</p>'


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
        f"{current or _quiet('The passages that an answer rests on are shown here.')}"
        f"{folded}</section>"
    )


def source_html(citation: Citation, *, message: int) -> str:
    """Return one cited source: title, publisher, date, address, and the quoted passage."""
    article, number = citation.article, citation.number
    whole = _highlighted(article.text, citation.start, citation.end)
    return (
        f'<li class="dl-source" id="m{message}-{number}" tabindex="-1">'
        f'<h3 dir="auto"><span class="dl-number">&#91;{number}&#93;</span> {_title(article)}</h3>'
        f'<p class="dl-meta">{_meta(article)}</p>'
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


def nearest(hits: Iterable[Hit]) -> list[Article]:
    """Return the first few articles of `hits`, best first, each once."""
    articles = {hit.article.id: hit.article for hit in hits}
    return list(articles.values())[:NEAREST]


def web_link(url: str | None) -> str | None:
    """Return `url` if it is a plain web address, else None."""
    if not url or visible(url) != url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def choices(publishers: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """Return publishers as the choices of a list: what is shown, and the value."""
    return [(f"{visible(name)} ({count})", name) for name, count in publishers]


def _page_link(title: str, path: str, archive: str, page: str) -> str:
    current = ' aria-current="page"' if title == page else ""
    return f'<a href="{path}?archive={escape(quote(archive, safe=""))}"{current}>{title}</a>'


def _chooser(name: str, names: Sequence[str]) -> str:
    """Return a list to choose an archive from, where there are several."""
    if len(names) < 2:
        return ""
    options = "".join(
        f'<option value="{escape(item)}"{" selected" * (item == name)}>{escape(item)}</option>'
        for item in names
    )
    return f'<label class="dl-choose">Archive <select>{options}</select></label>'


def table_html(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as a table; the first cell of each is its heading."""
    top = "".join(f'<th scope="col">{_line(cell)}</th>' for cell in head if cell)
    body = "".join(
        f'<tr><th scope="row">{_line(str(first))}</th>'
        f"{''.join(f'<td>{_line(str(cell))}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    return (
        f'<table class="dl-table">{f"<thead><tr>{top}</tr></thead>" if top else ""}'
        f"<tbody>{body}</tbody></table>"
    )


def folded_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table below a title that unfolds it."""
    return f"<details><summary>{_line(title)}</summary>{table_html(head, rows)}</details>"


def progress_html(note: str, *, done: int, total: int) -> str:
    """Return how far a job has come; `total` is 0 when it is not known."""
    bar = f' max="{total}" value="{min(done, total)}"' if total else ""
    count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
    return (
        f'<div class="dl-progress"><progress aria-label="Progress"{bar}></progress>'
        f'<p class="dl-quiet" role="status">{count} <bdi>{_line(note)}</bdi></p></div>'
    )


def article_line(article: Article) -> str:
    """Return an article in one line of plain text: title, publisher, date."""
    parts = (article.title or "Untitled article", article.publisher, article.date)
    return visible(" · ".join(" ".join(part.split()) for part in parts if part))


def article_html(article: Article, *, linked: Sequence[Article] = ()) -> str:
    """Return a whole article, and its near-duplicates by name."""
    copies = "".join(f"<li><bdi>{_line(article_line(copy))}</bdi></li>" for copy in linked)
    return (
        f'<article class="dl-source"><h2 dir="auto">{_title(article)}</h2>'
        f'<p class="dl-meta">{_meta(article)}</p>'
        f'<div class="dl-whole" dir="auto">{escape(article.text)}</div>'
        f"{f'<h3>Near-duplicates</h3><ul>{copies}</ul>' if copies else ''}</article>"
    )


def _welcome(title: str, text: str) -> str:
    return f'<div class="dl-welcome"><h2>{escape(title)}</h2><p>{escape(text)}</p></div>'


def _piece(piece: str, message: int) -> str:
    begin = "<br>" if piece.startswith("\n") else ""
    marks = _CLOSING_MARKS.search(piece)
    if marks is None:
        return begin + _line(piece)
    numbers = _NUMBER.findall(marks.group())
    links = "".join(_mark(number, message) for number in numbers)
    return f"{begin}{_line(piece[: marks.start()])} {links}"


def _mark(number: int | str, message: int) -> str:
    return (
        f'<a class="dl-mark" href="#m{message}-{number}" title="Source {number}">'
        f"&#91;{number}&#93;</a>"
    )


def _nearest(hits: Iterable[Hit]) -> str:
    items = "".join(
        f"<li><bdi>{_name(article)}</bdi>{f', {_day(article.date)}' if article.date else ''}</li>"
        for article in nearest(hits)
    )
    return f"<p>Nearest articles (not an answer)</p><ul>{items}</ul>" if items else ""


def _current(shown: Shown) -> str:
    if not shown.answer.citations:
        return _quiet("The last question got no answer, so there are no sources.")
    return _list(shown)


def _folded(shown: Shown) -> str:
    return (
        '<details class="dl-earlier"><summary>Earlier: '
        f"<bdi>{_line(shown.asked)}</bdi></summary>{_list(shown)}</details>"
    )


def _list(shown: Shown) -> str:
    items = "".join(
        source_html(citation, message=shown.message) for citation in shown.answer.citations
    )
    return f"<ol>{items}</ol>"


def _title(article: Article) -> str:
    url = web_link(article.url)
    if url is None:
        return _name(article)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{_name(article)}</a>"
    )


def _meta(article: Article) -> str:
    url = web_link(article.url)
    host = urlsplit(url).hostname if url else None
    parts = [
        f"<bdi>{_line(article.publisher)}</bdi>" if article.publisher else "",
        _day(article.date) if article.date else "undated",
        escape(host) if host else "",
    ]
    return " · ".join(part for part in parts if part)


def _name(article: Article) -> str:
    return _line(article.title) or "Untitled article"


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


def _period(first: str, last: str) -> str:
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(iso: str) -> str:
    """Return ``2021-02-18`` as 18 February 2021, for people and for machines."""
    day = date.fromisoformat(iso)
    return f'<time datetime="{iso}">{day.day} {day:%B %Y}</time>'


def _quiet(text: str) -> str:
    return f'<p class="dl-quiet">{escape(text)}</p>'


def _line(text: str) -> str:
    """Return `text` escaped, on one line: a blank line would end Markdown's block of HTML."""
    return escape(" ".join(text.split()))
