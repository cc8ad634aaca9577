"""Put an article of a page dump together from its parts: what it says of itself, and its text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import compress, pairwise
from typing import TYPE_CHECKING

from rag.sources.dumps.furniture import is_dropped, is_section, is_tail
from rag.sources.dumps.layout import Part, is_running_text, lead_title
from rag.sources.dumps.lines import fact, facts, is_paper, is_sentence, is_time

if TYPE_CHECKING:
    from collections.abc import Sequence

_MENU = 40  # characters of an entry of a menu
NEAR = 12  # a repeated headline follows within this many paragraphs
_POSTS = 3  # times of day that stand alone above the posts of a live blog at least
_RULE = r"(?:\s+[–—|-]|\s*[:|])\s+"
# What a live page says of itself around its headline, in the languages of most such pages.
_LIVE = re.compile(
    rf"(?i){_RULE}(?:as it happened|(?:as )?live(?: updates?| blog| coverage)?|updates"
    r"|(?:live-?)?(?:blog|ticker)|(?:en )?direct|en (?:vivo|directo)|in diretta)$"
    r"|^(?:live(?: updates?| blog| coverage)?|(?:live-?)?(?:blog|ticker)|(?:en )?direct"
    rf"|en (?:vivo|directo)|(?:in )?diretta){_RULE}"
)
_TEXT_LABEL = re.compile(
    r"(?i)^(?:body|text|content|article|story|texto?|testo|inhalt|текст|正文|内容|本文|النص)\s?[:：]\s*"
)


@dataclass(frozen=True, slots=True)
class DumpArticle:
    """One article of a dump; all but title and text are as the dump writes them."""

    title: str
    text: str
    date: str | None = None
    author: str | None = None
    url: str | None = None
    publisher: str | None = None


def without_tail(parts: Sequence[Part]) -> Sequence[Part]:
    """Return an article without the links to other stories that stand below it."""
    ends = (n for n, part in enumerate(parts) if is_tail(part.text) and _any_text(parts[:n]))
    end = next((n for n in ends if not _any_text(parts[n:])), len(parts))
    return parts[:end]


def _any_text(parts: Sequence[Part]) -> bool:
    """Return whether there is running text among some parts."""
    return any(map(is_running_text, parts))


def titled(parts: Sequence[Part], *, headline: Part) -> list[DumpArticle]:
    """Return the article that a headline opens, without what stands before it but sentences."""
    at = parts.index(headline)
    spelled = [part.text for part in parts if part.key == headline.key]
    proper = [text for text in spelled if not text.isupper()] or spelled
    above = [
        part
        for number, part in enumerate(parts[:at])
        if is_sentence(part.text) or facts(part.text) or _is_masthead(parts, number)
    ]
    rest = above + list(parts[at:])
    body = [part for part in rest if part.key != headline.key or _ends_more(part, headline)]
    if headline.named:
        body = _unlabelled(body)
    title = min(proper, key=len)
    found = assembled(body, title=title)
    return [_summed_up(article) for article in found] if _is_live(parts) else found


def _summed_up(article: DumpArticle) -> DumpArticle:
    """Return a live blog with its headline as the first sentence: it says what no post does.

    That the page was live is no part of the sentence.
    """
    told = _LIVE.sub("", article.title) or article.title
    sentence = told if is_sentence(told) else f"{told}."
    return replace(article, text=f"{sentence}\n\n{article.text}")


def _is_live(parts: Sequence[Part]) -> bool:
    """Return whether an article is a live blog: posts, each below its time of day."""
    return sum(is_time(part.text) for part in parts) >= _POSTS


def _unlabelled(parts: Sequence[Part]) -> list[Part]:
    """Return parts without labels such as ``Text:``, which go with a labelled headline."""
    texts = (_TEXT_LABEL.sub("", part.text) for part in parts)
    return [replace(part, text=text) for part, text in zip(parts, texts, strict=True) if text]


def _ends_more(part: Part, headline: Part) -> bool:
    return is_sentence(part.text) and not is_sentence(headline.text)


def assembled(parts: Sequence[Part], *, title: str | None) -> list[DumpArticle]:
    """Return one article of what is left without furniture; none if nothing is."""
    head = _head(parts)
    told: dict[str, str] = {}
    for part in reversed(parts[: head + 3]):
        told.update(facts(part.text))
    paper = next((n for n in range(head) if _is_masthead(parts, n)), None)
    if paper is not None:
        told.setdefault("publisher", parts[paper].text)
        parts = [part for n, part in enumerate(parts) if n != paper]
    stated = [not (kind and n < head + 3) for n, kind in enumerate(fact(p.text)[0] for p in parts)]
    text = "\n\n".join(part.text for part in _kept(list(compress(parts, stated))))
    if not text:
        return []
    if "agency" in told and "url" not in told:
        told.setdefault("publisher", told["agency"])
    named = title or lead_title(text)
    known = {name: told.get(name) for name in ("date", "author", "url", "publisher")}
    return [DumpArticle(named, text, **known)]


def _is_masthead(parts: Sequence[Part], number: int) -> bool:
    """Return whether a line is a paper's name, with the date near it.

    Where it is the first line, a headline may stand between.
    """
    below = parts[number + 1 : number + (2 if number else 3)]
    beside = [*parts[max(number - 1, 0) : number], *below]
    dated = any("date" in dict(facts(part.text)) for part in beside)
    return dated and is_paper(parts[number].text)


def _head(parts: Sequence[Part]) -> int:
    """Return how many parts stand before the running text; a longer run is a list to keep."""
    captions = _captions(parts)
    body = (n for n, part in enumerate(parts) if is_running_text(part) and part.key not in captions)
    return min(next(body, len(parts)), NEAR)


def _captions(parts: Sequence[Part]) -> set[str]:
    """Return the keys of lines that come three times or more, doubled without a blank line.

    The two are the same to the letter; a paragraph above a headline in its words is not doubled.
    """
    counts = Counter(part.key for part in parts)
    doubled = (b.key for a, b in pairwise(parts) if a.text == b.text and not b.gap)
    return {key for key in doubled if counts[key] > 2}


def _kept(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that are not furniture, each long line once."""
    counts = Counter(part.key for part in parts)
    head, menus, captions = _head(parts), _menus(parts), _captions(parts)
    kept: list[Part] = []
    seen: set[str] = set()
    for number, part in enumerate(parts):
        first = number < head
        dropped = number in menus or (first and part.key in captions)
        again = len(part.text) >= 40 and part.key in seen
        if not (dropped or again or is_dropped(part.text, times=counts[part.key], head=first)):
            kept.append(part)
            seen.add(part.key)
    return kept


def _menus(parts: Sequence[Part]) -> set[int]:
    """Return where runs of three or more very short lines stand around the body."""
    runs: list[list[int]] = [[]]
    for number, part in enumerate(parts):
        short = len(part.text.split()) <= 3 and len(part.text) <= _MENU
        if short and not is_sentence(part.text):
            runs[-1].append(number)
        elif runs[-1]:
            runs.append([])
    head = _head(parts)
    return {
        number
        for run in runs
        if len(run) >= 3 and (run[0] < head or _is_tail_menu(parts, run))
        for number in (_without_post(parts, run) if _is_live(parts) else run)
    }


def _without_post(parts: Sequence[Part], run: Sequence[int]) -> Sequence[int]:
    """Return a run without the time, and the heading below it, of the post that follows it."""
    following = run[-1] + 1 < len(parts) and is_running_text(parts[run[-1] + 1])
    times = [
        place for place, n in enumerate(run[-2:], max(len(run) - 2, 0)) if is_time(parts[n].text)
    ]
    return run[: times[-1]] if following and times else run


def _is_tail_menu(parts: Sequence[Part], run: Sequence[int]) -> bool:
    """Return whether a run ends the article and names sections of a site."""
    ends = not any(map(is_running_text, parts[run[-1] :]))
    return ends and any(is_section(parts[number].key) for number in run)
