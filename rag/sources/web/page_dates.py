"""Find the date of publication that a web page shows: its own, not a sidebar's."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from rag.sources.dates import Manner, find_dates, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

# What names the parts of a page that are about other stories.
_ASIDE_TAGS = frozenset({"aside", "nav", "footer", "form", "select", "blockquote"})
_ASIDE = re.compile(
    r"(?i)(?:\w+-)?sidebar(?:-\w+)?|(?:site-?|page-?)?footer|related(?:-[\w-]+)?|recommend[\w-]*"
    r"|archives?|comments?(?:-?(?:list|open|area))?|widget-?area|teasers?|calendar|popular"
    r"|trending|most-?(?:read|viewed)|more-?(?:news|on)[\w-]*|further|promo|recent-?\w*|carousel"
    r"|newsletter|breadcrumbs?|latest(?:-?\w+)?"
)
_STORY_SHARE = 0.4  # of a page's text: a part with more holds the story, whatever its name
_DATED = re.compile(
    r"(?i)(?:^|[\s_-])(?:post-?|entry-?|article-?|publish(?:ed)?-?|pub-?|news-?|by-?)?"
    r"(?:date|datum|fecha|data|dateline|published?|publicado|publish|time|timestamp|posted|posted-on"
    r"|byline|meta|info|created|submitted)(?:$|[\s_-])"
)
_CHANGED = re.compile(r"(?i)updated?|modified|edit|aktualisiert|actuali[sz]|mis à jour|изменен")
_LONGEST = 160  # characters of an element that holds a date and little else
_SITE_NOTE = re.compile(r"(?i)©|\bcopyright\b|\(c\)")


def shown_date(tree: HtmlElement, *, manner: Manner) -> str | None:
    """Return the date of publication marked on a page, ``YYYY-MM-DD``, or None.

    The page's `time` elements count first, then elements named for a date, then what
    `htmldate` finds. Parts of the page about other stories count in none of them.
    """
    own = _without_asides(tree)
    found = next(_stated(own, manner=manner), None)
    if found:
        return found
    # A search of the whole text would take up any date, or a copyright year.
    import htmldate

    guess = htmldate.find_date(own, extensive_search=False, original_date=True)
    return parse_date(guess)


def _without_asides(tree: HtmlElement) -> HtmlElement:
    """Return a copy of a page without menus, sidebars and lists of other stories."""
    own = deepcopy(tree)
    for node in list(own.iter("script", "style", "noscript", etree.Comment)):
        if node.get("type") != "application/ld+json" and node.getparent() is not None:
            node.drop_tree()
    heading = _headline(own)
    kept = set() if heading is None else {heading, *heading.iterancestors()}
    most = _STORY_SHARE * len(own.text_content())
    for node in [each for each in own.iter(etree.Element) if _is_aside(each)]:
        if node not in kept and node.getparent() is not None and len(node.text_content()) < most:
            node.drop_tree()
    return own


def _headline(tree: HtmlElement) -> HtmlElement | None:
    """Return the longest heading of the first order; a shorter one is the site's name."""
    return max(tree.iter("h1"), key=lambda node: len(node.text_content()), default=None)


def _is_aside(node: HtmlElement) -> bool:
    if node.tag in {"html", "body", "head", "meta", "link", "article", "main"}:
        return False
    names = f"{node.get('class') or ''} {node.get('id') or ''}".split()
    return node.tag in _ASIDE_TAGS or any(map(_ASIDE.fullmatch, names))


def _stated(tree: HtmlElement, *, manner: Manner) -> Iterator[str]:
    """Yield the dates of elements that hold one, the surest first."""
    nodes = [node for node in tree.iter(etree.Element) if _may_date(node)]
    for node in _in_order(nodes, tree):
        shown = " ".join(node.text_content().split())
        dates = find_dates(shown, manner=manner) if len(shown) <= _LONGEST else []
        declared = node.get("datetime") or node.get("content")
        if dates and not _SITE_NOTE.search(shown):
            yield dates[0].date  # what readers see, where the machine's date is another
        elif declared and (date := parse_date(declared, manner=manner)):
            yield date


def _may_date(node: HtmlElement) -> bool:
    if node.tag in {"html", "head", "body", "meta", "link"}:
        return False
    named = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"
    return node.tag == "time" or "datePublished" in named or _DATED.search(named) is not None


def _in_order(nodes: Iterable[HtmlElement], tree: HtmlElement) -> list[HtmlElement]:
    """Return elements by how surely they date the page's story.

    Those declared as its publication lead, those that tell of a change come last; the
    elements nearest to the headline go before others.
    """
    place = {node: number for number, node in enumerate(tree.iter(etree.Element))}
    headline = place.get(_headline(tree), 0)

    def rank(node: HtmlElement) -> tuple[bool, bool, bool, bool, int]:
        named = " ".join(filter(None, (node.get(n) for n in ("class", "id", "itemprop"))))
        changed = _CHANGED.search(f"{named} {node.text_content()[:60]}") is not None
        linked = any(each.tag == "a" for each in node.iterancestors())
        published = "datePublished" in named
        return changed, linked, not published, node.tag != "time", abs(place[node] - headline)

    return sorted(nodes, key=rank)
