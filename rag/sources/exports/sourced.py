"""Split exports in which each headline stands above a line that names paper, date and page.

Retriever, Infomedia, NewsBank, Genios, WiseNews and the databases of Japanese papers write such a
line, each in its own form; nothing else need stand between two articles.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.sources.dates import parse_date
from rag.sources.dumps import is_sentence
from rag.sources.exports.blocks import Block, paragraphs
from rag.sources.exports.heads import without_by
from rag.sources.exports.labels import is_small_print, label_of, paper_of
from rag.sources.exports.parse import ExportArticle
from rag.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_TITLE = r"^(?:\d{1,4}\. )?(?P<title>\S[^\n]*)\n+[ \t]*"
_ENGLISH = r"[A-Z][a-z]+ \d{1,2}, \d{4}"
_DOTTED = r"\d\d?\.\d\d?\.\d{4}"
_LABELS = r"(?=\n+(?:(?:Author|Edition|Section|Page|Readability|Index Terms)\s?:|\d+ Words\b))"
_HEADS = tuple(
    re.compile(f"(?m){_TITLE}{line}")
    for line in (
        # Retriever: "Posten. 05.03.2024. Side: 3. Publisert på trykk."
        rf"(?P<publisher>[^\n.]{{2,60}})\. (?P<date>{_DOTTED})[^\n]*"
        r"\b(?:Publisert|Publicerat|Publiceret|Julkaistu)\b[^\n]*$",
        r"(?P<publisher>\S[^\n]{1,60})\n+(?P<date>\d{4}-\d\d-\d\d)\b[^\n]{0,40}\n+"
        r"(?:Publisert|Publicerat|Publiceret|Julkaistu) [^\n]{1,30}$",
        # Infomedia: "Posten | 05.03.2024 | Side 3 | 345 ord | artikel-id: e55ad0d4"
        rf"(?P<publisher>[^\n|]{{2,60}}) \| (?P<date>{_DOTTED}) \|[^\n]*\bartikel-id\b[^\n]*$",
        # NewsBank: "Post, The (VT) - March 5, 2024", or "March 5, 2024 | Post, The (VT)"
        rf"(?P<publisher>[^\n]{{2,80}}?) - (?P<date>{_ENGLISH})[ \t]*{_LABELS}",
        rf"(?P<date>{_ENGLISH}) ?\| ?(?P<publisher>[^\n|]{{2,80}})[ \t]*{_LABELS}",
        # Papers of Japan: "2024年03月04日 朝刊 1社会 031 00067文字"
        r"(?P<date>\d{4}(?:年\d\d?月\d\d?日|[/.]\d\d[/.]\d\d))(?:\([^\n)]\))?[ \t]*"
        r"(?P<publisher>[^\s\d]*(?:新聞|日報|新報|時報|通信)[^\s\d]*)?[ \t]*"
        r"[^\n。]{0,30}(?:朝刊|夕刊|文字|ページ|頁)[^\n。]{0,40}$",
        # WiseNews: "A03 | 要聞 | 2024-03-05" below the paper's name
        r"(?P<publisher>[^\n|]{2,30})\n+[^\n|]{0,12}\| ?[^\n|]+ ?\| ?"
        r"(?P<date>\d{4}-\d\d-\d\d)\b[^\n]*$",
    )
)
# Genios: "Bote von Au, 05.03.2024, S. 3 / Lokales"
_GENIOS = re.compile(
    rf"(?m){_TITLE}(?P<publisher>[^\n,]{{2,60}}), (?P<date>{_DOTTED})(?:, [^\n]*|[ \t]*)$"
)
_GENIOS_PROOF = re.compile(
    r"(?m)^(?:Dauerhafte Adresse des Dokuments|© GBI-Genios|Dokumentnummer:)"
)
# Without one of these no head can be there; looked for first, as that takes no time.
_SIGNAL = re.compile(
    r"Publi[sc]e|Julkaistu|artikel-id|[朝夕]刊|文字|ページ|頁| \| ?"
    r"|(?m: - [A-Z][a-z]+ \d{1,2}, \d{4}\s*$)|Dauerhafte Adresse|Dokumentnummer|GBI-Genios"
)
# What may follow a text, down to the next headline.
_FOOT = re.compile(
    r"(?i)(?:©|\(c\) |copyright (?:\(c\)|©|\d{4})|alle artikler er beskyttet"
    r"|alla artiklar är skyddade|se webb?arti|quelle: |dokumentnummer:|dauerhafte adresse"
    r"|alle rechte vorbehalten|record number:|citation \(|文章編號|文章编号|={5,}|-{5,}|_{5,}"
    r"|(?:dokument|document) \d+ (?:von|of|av|af) \d+).*"
)
_NOTICES = 400  # characters of small print below an article at most
_TEXT = 20  # characters of a sentence at least
_NAME = re.compile(r"(?i:by|von|av|af|par|por|di|door) (?P<name>[^\W\d_][^\n.!?]{2,60})")


def split_sourced(text: str) -> list[ExportArticle | None]:
    """Return the articles of such an export; none if `text` is not one."""
    if not _SIGNAL.search(text):
        return []
    patterns = (*_HEADS, _GENIOS) if _GENIOS_PROOF.search(text) else _HEADS
    for pattern in patterns:
        heads = list(pattern.finditer(text))
        if heads and not any(map(_is_running, text[: heads[0].start()].split("\n"))):
            ends = [*(head.start() for head in heads[1:]), len(text)]
            return [
                _article(head, text[head.end() : end])
                for head, end in zip(heads, ends, strict=True)
            ]
    return []


def _is_running(line: str) -> bool:
    """Return whether a line is text, which no cover sheet has."""
    return len(line) >= _TEXT and is_sentence(line.strip())


def _article(head: re.Match[str], below: str) -> ExportArticle | None:
    """Return the article of a head and of what stands below it; None without text."""
    lines = _without_foot(below.split("\n"))
    said: dict[str, str] = {}
    start = 0
    for number, line in enumerate(lines):
        told = _told(line)
        if line.strip() and not told and not is_small_print(line):
            break
        said = {**told, **said}
        start = number + 1
    body = "\n\n".join(paragraphs(_blocks(lines[start:])))
    if not re.search(r"\w", body):
        return None
    return ExportArticle(
        title=one_line(head["title"]),
        text=body,
        date=parse_date(head["date"]),
        publisher=paper_of(head["publisher"] or ""),
        author=one_line(without_by(said.get("author", ""))),
    )


def _told(line: str) -> dict[str, str]:
    """Return what a line above the text says of its article; several labels may share a line."""
    if byline := _NAME.fullmatch(line.strip()):
        return {"author": byline["name"]}
    labels = [label_of(part.strip()) for part in line.split(" | ")]
    return dict(labels) if all(field for field, _value in labels) else {}


def _without_foot(lines: Sequence[str]) -> list[str]:
    """Return lines down to the foot: a line of one below which little but small print follows."""
    marks = (n for n, line in enumerate(lines) if _FOOT.fullmatch(line.strip()))
    end = next((n for n in marks if _is_small(lines[n:])), len(lines))
    kept = lines[:end]
    return [line for line in kept if not _FOOT.fullmatch(line.strip())]


def _is_small(lines: Sequence[str]) -> bool:
    """Return whether lines have no more text than the notices below an article."""
    text = [line for line in lines if _is_running(line) and not _FOOT.fullmatch(line.strip())]
    return sum(map(len, text)) <= _NOTICES


def _blocks(lines: Sequence[str]) -> list[Block]:
    """Return the runs of lines between blank ones."""
    blanks = [-1, *(n for n, line in enumerate(lines) if not line.strip()), len(lines)]
    runs = (tuple(lines[above + 1 : below]) for above, below in pairwise(blanks))
    return [Block(run) for run in runs if run]
