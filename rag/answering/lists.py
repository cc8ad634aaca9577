"""Lists: the spans that answer together, of one sentence, of those beside it, or of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.found import Found
from rag.text.enumerations import enumeration
from rag.text.lexicon import NEGATIONS, OPENING_VERBS
from rag.text.number_words import PHRASE
from rag.text.sentences import words
from rag.types import Span

# Spans of one list differ in their log-odds by no more than this, in nats.
_ALIKE = 3.0
# In a sentence of the same article that says "also" they may differ by this, and be this share as
# likely as the bar asks.
_ALIKE_NEAR, _NEAR_BAR = 6.0, 0.5
_MOST_OF_A_LIST = 7
_AFTER_NOUN = (
    rf"(?:{'|'.join(sorted(OPENING_VERBS))}|in|of|at|on|for|from|by|that|who|to|with|\w+ed|won|own|"
    r"made?|sent|lost|took|came|went|got|gave|fell|rose|held|led|met|ran|sold|built|bought|wrote|"
    r"said|stood|show|wanted)"
)
_SEVERAL = re.compile(
    r"^(?:which|what|who) (?:are|were)\b|"
    r"\b(?:name|list) (?:the|all|some|two|three|four|five|six|seven|eight|nine|ten)\b|"
    r"\b(?:which|what) (?:two|three|four|five|six|seven|eight|nine|ten|\d+) \w+|"
    r"\b(?:which|what) (?:\w+ )?(?:countries|cities|states|companies|films|movies|teams|people|"
    r"places|groups|parties|reasons|causes|awards|records|banks|songs|books|leaders|players)\b|"
    r"\b(?:which|what) (?:[a-z]+ ){0,2}?(?!series|news|does\b|always\b|less\b)\w{2,}[a-rtv-z]s "
    rf"{_AFTER_NOUN}\b|"
    r"^who (?:\w+ )+(?:prizes|medals|awards|races)\b|\b(?:both|respectively)\b|"
    r"^who (?:all )?(?:attended|joined|signed|took part|turned up)\b|"
    r"^who .*['’]s and the \w+['’]s\b",
    re.I,
)
_COUNT = re.compile(
    rf"(?:the |at least |about |some |more than )?(?:\d[\d,]*|{PHRASE}|several|many|some|a few|few|"
    r"dozens|hundreds)(?: of)?",
    re.I,
)
# How a sentence opens that goes on with the list of the one before.
_GOES_ON = re.compile(
    r"^\W*(?:(?:the )?others?\b|another\b|among (?:those|them|these)\b|(?:these|they) (?:are|were|"
    r"include)\b|(?:the|a) (?:second|third|fourth|fifth|last)\b|"
    r"(?:he|she|it|they) (?:\w+ )?(?:also|already)\b|also\b)",
    re.I,
)


_ALSO = re.compile(r"^\W*(?:[\w’'-]+ ){1,4}also\b", re.I)


def asks_for_several(question: str) -> bool:
    """Tell whether a question asks for the items of a list."""
    return _SEVERAL.search(question) is not None


def items(ranked: Sequence[Found], able: Sequence[Found], *, least: float) -> list[Found]:
    """Return the spans of a list, the first of `able` in front; none without any.

    `able` are those of `ranked` that answer, `least` likely or more. Others of the same article
    need less in a sentence with "also", and nothing in one that goes on with the list of the one
    before. A count, "seven", is taken only where no item is told.
    """
    told = [item for item in able if not is_count(item)] or list(able)
    if not told:
        return []
    first = _whole_list(told[0])
    near = [item for item in ranked if item not in told and _is_near(item, told, least=least)]
    found = [first, *map(_whole_list, _others(first, [*told, *near]))][:_MOST_OF_A_LIST]
    return [*found, *_continued(found, ranked)]


def _whole_list(item: Found) -> Found:
    """Return a span that is an item of a list in its sentence as that list."""
    begun = item.evidence.start
    found = enumeration(item.evidence.quote, Span(item.start - begun, item.end - begun))
    return replace(item, start=begun + found.start, end=begun + found.end)


def is_count(item: Found) -> bool:
    """Tell whether a span counts the items of a list, "seven", and names none."""
    return _COUNT.fullmatch(item.span.strip()) is not None


def _is_near(item: Found, told: Sequence[Found], *, least: float) -> bool:
    """Tell whether a less likely span stands beside the first one's, in a sentence with "also"."""
    own = item.evidence.article == told[0].evidence.article and _ALSO.match(item.evidence.quote)
    return bool(own) and item.probability >= _NEAR_BAR * least and not is_count(item)


def _others(first: Found, able: Sequence[Found]) -> list[Found]:
    """Return further spans of the same shape that answer, about as likely as the first."""
    said, others = [_bag(first)], []
    for item in able:
        bag = _bag(item)
        own = item.evidence.article == first.evidence.article
        also = own and _ALSO.match(item.evidence.quote)
        enough = first.odds - (_ALIKE_NEAR if also else _ALIKE)
        alike = item.odds >= enough and _shape(item) == _shape(first) and not _denies(item)
        if alike and all(not bag & known for known in said):
            said.append(bag)
            others.append(item)
    return others


def _denies(item: Found) -> bool:
    """Tell whether the sentence of a span says "not", as in "the pope did not attend"."""
    return not NEGATIONS.isdisjoint(words(item.evidence.quote))


def _continued(found: Sequence[Found], ranked: Sequence[Found]) -> list[Found]:
    """Return the likeliest span of each sentence that goes on with the list."""
    more: list[Found] = []
    last: Found | None = found[-1] if found else None
    for start in found:
        last = start
        while last and (following := _next(last, ranked)):
            known = any(following.evidence.start == item.evidence.start for item in (*found, *more))
            if known or not _GOES_ON.match(following.evidence.quote):
                break
            more.append(following)
            last = following
    return more


def _next(item: Found, ranked: Sequence[Found]) -> Found | None:
    """Return the likeliest span of the sentence after that of `item`."""
    text = item.evidence.article.text
    able = (
        other
        for other in ranked
        if other.evidence.article == item.evidence.article
        and other.evidence.start >= item.evidence.end
        and not text[item.evidence.end : other.evidence.start].strip()
    )
    return next(able, None)


def _shape(item: Found) -> tuple[bool, bool]:
    """Return whether a span names something, and whether it has a figure."""
    span = item.span
    return any(word[0].isupper() for word in span.split()), any(map(str.isdigit, span))


def _bag(item: Found) -> set[str]:
    return set(words(item.span))
