"""Cut an export into the stretches of its articles."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.sources.exports.blocks import Block, cut_blocks, is_date_line
from rag.sources.exports.labels import is_copyright, is_length, label_of
from rag.sources.exports.parse import ExportArticle, parse_article
from rag.sources.exports.sourced import split_sourced
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ExportArticle", "count_openings", "split_export"]

_OF = r"(?:of|von|sur|de|di|van|из)"
_DOCUMENT = r"(?:documents?|dokumente?n?|documentos?|documenti|records?|articles?|artikel|results?)"
# Lines between two articles: those that open one, and those that close it.
_OPENS = re.compile(
    rf"(?i:\d{{1,5}} {_OF} \d{{1,5}} {_DOCUMENT}|{_DOCUMENT}:? #?\d{{1,5}} {_OF} \d{{1,5}}"
    r"|record:? #?\d{1,5})"
)
_CLOSES = re.compile(
    r"(?i:end of document|ende des dokuments|fin du document|fin del documento|fine documento"
    r"|dokumentende|einde document"
    # Gale's and Europresse's numbers.
    r"|gale document number:.*|(?:num[ée]ro de document\s?: )?news·\d{8}·\S+)"
    r"|(?:Document|Dokument|Documento|文件|文档|文書|문서|Документ) [A-Z]{2,}[A-Za-z0-9]{12,}"
)
_DATED_ABOVE = re.compile(r"(?i)(?:num[ée]ro de document\s?: )?news·\d{8}·\S+")
# What the first line of an article begins with: a headline's code, or in Integrum the paper's.
_HD = re.compile(r"HD[ \t]*(?:[ \t]{2,}\S.*|$)|\W{0,4}\^ИС:.*")
# Where nothing stands between two articles, each still says its number in the database.
_NUMBER = re.compile(
    r"(?i:(?:proquest[ -])?(?:document (?:id|url)|dokument-?(?:id|url)|(?:id|url) du document"
    r"|(?:id|url) del documento|start page)\s*:.*)"
)
_QUICK = re.compile(
    rf"(?m)^\W*(?:{_OPENS.pattern}|{_CLOSES.pattern})\W*$|^(?:{_HD.pattern})$|^\W*{_NUMBER.pattern}$"
)
_ENTRY = re.compile(r"(?m)^[ \t]*\d{1,4}\.[ \t]+(\S.{11,})$")
_BEGINNING = 12  # characters that a headline and its entry in the list must share
_MANY = 3  # lines of one kind that only an article's head has
_SHORT = 50  # characters of a date line that nobody takes for text
_LONG = 60_000  # characters; a news article is a tenth of that
_FOOT = 5  # labels in a row that only the foot of an article has


@dataclass(frozen=True, slots=True)
class _Cut:
    """The blocks of one article, and whether a cover sheet may stand before it."""

    blocks: Sequence[Block]
    covered: bool
    numbered: bool


def split_export(
    text: str, *, headings: frozenset[str] = frozenset()
) -> list[ExportArticle | None]:
    """Return the articles of a database's export; none if `text` is not one.

    None stands for an article without text. Lines that a document styles as headlines may
    be given as `headings`.
    """
    if sourced := split_sourced(text):
        return sourced
    if not _QUICK.search(text):
        return []
    listed = _listed(text)
    styled = headings | {line for line in map(one_line, text.split("\n")) if _opens(line, listed)}
    blocks = cut_blocks(text, alone=_is_mark, opens=lambda line: one_line(line) in styled)
    found = [
        parse_article(cut.blocks, covered=cut.covered, numbered=cut.numbered, headings=styled)
        for cut in _cut(blocks)
    ]
    # A lone mark may be anything; an article of a database has a date or a paper, too.
    known = any(article and (article.date or article.publisher) for article in found)
    return found if known else []


def _listed(text: str) -> dict[str, list[str]]:
    """Return the headlines that a cover sheet lists by number, by how they begin."""
    listed: dict[str, list[str]] = {}
    for match in _ENTRY.finditer(text):
        title = one_line(match[1]).casefold()
        listed.setdefault(title[:_BEGINNING], []).append(title)
    return listed


def _opens(line: str, listed: dict[str, list[str]]) -> bool:
    """Return whether a line is a listed headline, or the first line of one."""
    begun = line.casefold()
    titles = listed.get(begun[:_BEGINNING], ()) if len(begun) >= _BEGINNING else ()
    return any(title.startswith(begun) or begun.startswith(title) for title in titles)


def count_openings(text: str) -> int:
    """Return how many articles a text looks like: by bylines, notices, lengths, date lines.

    1 if nothing speaks for several.
    """
    counts: Counter[str] = Counter(map(_kind, (line.strip() for line in text.split("\n"))))
    most = max((counts[kind] for kind in ("byline", "copyright", "length", "date")), default=0)
    if most >= _MANY:
        return most
    return 2 if len(text) > _LONG else 1


def _kind(line: str) -> str:
    """Return which line of an article's head a line is; blank if it may be text."""
    if not line or len(line) > 80:
        return ""
    if is_length(line):
        return "length"
    if is_copyright(line):
        return "copyright"
    if label_of(line)[0] == "author" or re.fullmatch(r"By [A-Z]\S+(?: [A-Z]\S+){1,4}", line):
        return "byline"
    return "date" if len(line) < _SHORT and is_date_line(line) else ""


def _is_mark(line: str) -> bool:
    bare = line.strip(" \t*_-=")
    return bool(_OPENS.fullmatch(bare) or _CLOSES.fullmatch(bare))


def _cut(blocks: Sequence[Block]) -> list[_Cut]:
    """Cut at the marks of the kind that is there: those that open, those that close, or feet."""
    marks = [number for number, block in enumerate(blocks) if _CLOSES.fullmatch(block.bare)]
    opens = [number for number, block in enumerate(blocks) if _OPENS.fullmatch(block.bare)]
    opens = opens if len(opens) >= len(marks) else []
    if opens:
        ends = [*opens[1:], len(blocks)]
        return [_Cut(blocks[a + 1 : b], False, True) for a, b in zip(opens, ends, strict=True)]
    if marks:
        starts = [0, *(mark + 1 for mark in marks)]
        return [
            _Cut(blocks[a:b], a == 0, _DATED_ABOVE.fullmatch(blocks[b].bare) is not None)
            for a, b in zip(starts, marks, strict=False)
        ]
    heads = [number for number, block in enumerate(blocks) if _HD.match(block.lines[0])]
    if not heads:
        return _cut_at_feet(blocks)
    ends = [*heads[1:], len(blocks)]
    return [_Cut(blocks[a:b], False, False) for a, b in zip(heads, ends, strict=True)]


def _cut_at_feet(blocks: Sequence[Block]) -> list[_Cut]:
    """Cut where the labels below a text end."""
    labelled = [bool(block.field) for block in blocks]
    ends = [
        end
        for end in range(_FOOT, len(blocks) + 1)
        if all(labelled[end - _FOOT : end]) and not any(labelled[end : end + 1])
    ]
    return [
        _Cut(blocks[_top(labelled, start, end) : end], False, False)
        for start, end in pairwise([0, *ends])
    ]


def _top(labelled: Sequence[bool], start: int, end: int) -> int:
    """Return where an article opens: above its first label, or where the last one ended."""
    first = labelled.index(True, start)
    return start if all(labelled[first:end]) else max(first - 1, 0)
