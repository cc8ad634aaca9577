"""Text for people: in Markdown, and in HTML for notebooks."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types.articles import Article
    from rag.types.found import Citation

# Characters of an article that stand around a quotation in a notebook.
_AROUND = 160
_MARKDOWN = re.compile(r"([\\`*_{}<>!|~$#]|\[(?!\d+\])|^[-+=](?=\s|$))")

# What would end the address of a link in Markdown.
_NO_ADDRESS = re.compile(r"[<>\s]")


def markdown(text: str) -> str:
    """Return `text` as one line of Markdown that shows it as it is; marks stay marks."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def markdown_link(text: str, url: str | None) -> str:
    """Return text in Markdown that links to `url`, if that is a web address."""
    return f"[{text}](<{_NO_ADDRESS.sub('', url or '')}>)" if _is_link(url) else text


def html_heading(article: Article) -> str:
    """Return title, which links to the address, publisher and date as HTML."""
    title = f"<b>{html.escape(article.title)}</b>"
    if _is_link(article.url):
        title = f'<a href="{html.escape(article.url or "")}" rel="noreferrer">{title}</a>'
    facts = (html.escape(fact) for fact in (article.publisher, article.date) if fact)
    return " · ".join([title, *facts])


def html_quotation(citation: Citation) -> str:
    """Return the quotation as HTML, marked among the words around it."""
    text, start, end = citation.article.text, citation.start, citation.end
    before, after = text[max(start - _AROUND, 0) : start], text[end : end + _AROUND]
    # Whole words only, where the text goes on beyond what is shown.
    if start > _AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    parts = map(html.escape, (before, text[start:end], after))
    return "{}<mark>{}</mark>{}".format(*parts)


def _is_link(url: str | None) -> bool:
    """Tell whether an address may be followed; those of scripts, for example, may not."""
    return (url or "").startswith(("http://", "https://"))
