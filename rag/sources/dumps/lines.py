"""What one line states about its article: title, address, author, paper or date."""

from __future__ import annotations

import re

from rag.sources.dates import find_dates
from rag.sources.dumps.bylines import (
    CHINESE,
    NAMES,
    PERSON,
    WRITERS,
    agency_of,
    signature,
    without_agency,
    without_role,
)

_FACTS = (
    (
        "title",
        re.compile(
            r"(?i)(?:title|headline|titel|titre|título|titolo|überschrift|заголовок|标题|標題|見出し)"
            r"\s?[:：]\s*(?P<value>\S.*)"
        ),
    ),
    (
        "url",
        re.compile(
            r"(?i)(?:(?:url|link|source|address|(?:url source|source url))\s?:\s*)?"
            r"(?P<value>https?://\S+)"
        ),
    ),
    (
        "author",
        re.compile(
            r"(?i)(?:authors?|bylines?|autor(?:in|es)?|auteure?s?|autore|автор|作者|著者)"
            r"\s?[:：]\s*(?P<value>\S.{0,79})"
        ),
    ),
    (
        "publisher",
        re.compile(
            r"(?i)(?:source|quelle|fuente|fonte|newspaper|publication|publisher|zeitung|источник"
            r"|来源|來源|出典|المصدر)\s?[:：]\s*(?P<value>[^\s.!?][^.!?]{1,60})"
        ),
    ),
    (
        "author",
        re.compile(
            rf"(?:[Bb]y|BY|Written by) (?:the )?(?P<value>{PERSON})(?:\s?[|,•·–—-]\s?.{{0,60}})?"
        ),
    ),
    # Case matters: "di Ida Holt" is a byline, and "Di Maria Signs" is not.
    (
        "author",
        re.compile(
            rf"(?:[Vv]on|[Pp]ar|[Pp]or|di|[Dd]oor|[Aa]v|[Aa]f):? (?P<value>{NAMES}"
            rf"(?:(?:,| und| et| y| e| en| og| och) {NAMES}){{0,3}})(?:\s?[|,•·–—-]\s?.{{0,60}})?"
        ),
    ),
    (
        "author",
        re.compile(
            r"(?:本报|本報|本网|新华社)?(?:记者|記者|通讯员)\s?[:：]?\s?"
            rf"(?P<value>{CHINESE}(?:[ 、]{CHINESE})*)"
        ),
    ),
)
# What stands beside the date of a Chinese page: source, writer and editor.
_BESIDE = re.compile(
    r"(?:(?P<publisher>来源|來源|出处)|(?P<author>作者|记者|記者)|责任编辑|責任編輯|编辑|編輯)"
    r"\s?[:：]\s?(?P<value>\S+)"
)

_LONGEST_FACT = 160
_MOST_NAMES = 5
# What stands between the parts of a row.
_BEAD = re.compile(r"\s+[|·•]\s+")
_PAGE = re.compile(r"(?i)(?:pages?|p\.?|pg\.?)?\s?[A-Z]?\d{1,3}")
# PressReader's lines: below the headline, and at the top of a printed page.
_PRINTED = re.compile(
    rf"(?P<date>\d{{4}}-\d\d-\d\d) - (?:[\w&' ]{{2,30}} - )?(?:[Bb]y )?(?P<author>{WRITERS})"
    r"|PressReader(?:\.com)? [-–] (?P<publisher>[^:]{2,60}): (?P<ignored>\d{4}-\d\d-\d\d) [-–] .+"
)
_CHANGED = re.compile(r"(?i)updated?|modified|last (?:edit|change)|aktualisiert|actuali|обновлено")
_LABEL = re.compile(
    r"(?i)(?:(?:first |last )?(?:published|posted|date|issued|updated?|modified|created)"
    r"(?: on| at)?"
    r"|veröffentlicht|stand|datum|fecha|date de publication|publié(?: le)?|publicado(?: el)?"
    r"|pubblicato(?: il)?|опубликовано|дата|日期|发布时间|發布時間|公開|配信|掲載"
    r"|نشر في|التاريخ|تاريخ النشر|تاریخ انتشار)\s?:?"
)
_PAPER = re.compile(
    r"\b(?:Times|Post|Courier|Gazette|Herald|Tribune|News|Journal|Chronicle|Observer|Guardian|Telegraph"
    r"|Mail|Star|Press|Daily|Weekly|Express|Mirror|Standard|Independent|Echo|Advertiser|Argus|Sun"
    r"|Examiner|Dispatch|Record|Register|Bulletin|Inquirer|Zeitung|Anzeiger|Bote|Blatt|Nachrichten"
    r"|Kurier|Diario|Monde|Figaro|Journal|Gazzetta|Corriere|Jornal|Folha|Dagblad|Krant)\b"
    r"|(?:日报|日報|晚报|晚報|时报|時報|早报|新報|新聞|新闻|日刊)\W*$"
)
# A time of day with its zone, and the words around it.
_CLOCK = re.compile(
    r"(?i)\b(?:at |um |à |às |alle |a las )?\d{1,2}[:.h]\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?"
    r"|\b\d{1,2}\s?[ap]\.?m\b\.?"
    r"|\bpages?\s\d+|\bp\.\s?\d+|\bseite\s\d+|\b(?:uhr|hrs|hours|local time)\b"
    r"|\b\d+ min(?:ute)?s? read\b"
)
# A line that is nothing but a time of day, as above each post of a live blog: "18.40 GMT".
_TIME = re.compile(r"(?i)\d{1,2}[:.h]\d\d(?:\s?[ap]\.?m\.?)?(?:\s[A-Z]{2,5})?(?:\s(?:uhr|hrs))?")

_WEEKDAY = re.compile(r"(?i)[\s,|–—·•:;/-]*(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)?\W*$")
_TERMINAL = re.compile(r"[.!?…。！？।؟]['\"”’»)\]]*$")


def is_sentence(text: str) -> bool:
    """Return whether `text` ends like a sentence."""
    return _TERMINAL.search(text) is not None


def is_time(text: str) -> bool:
    """Return whether a line is a time of day and nothing else."""
    return _TIME.fullmatch(text) is not None


def fact(text: str) -> tuple[str, str]:
    """Return which field of an article a line states first, and its value; else blanks."""
    return next(iter(facts(text)), ("", ""))


def facts(text: str) -> list[tuple[str, str]]:
    """Return the fields of an article that a line states, with their values.

    A byline may give the date as well. The date of a change is "ignored".
    """
    if len(text) > _LONGEST_FACT:
        return []
    for kind, pattern in _FACTS:
        if match := pattern.fullmatch(text):
            value = without_role(match["value"]) if kind == "author" else match["value"]
            if kind != "author":
                return [(kind, value.strip())]
            agency = [("agency", agency)] if (agency := agency_of(text)) else []
            return [(kind, without_agency(value.strip())), *agency, *_dates(text)]
    if told := signature(text):
        return told
    if told := _beaded(text):
        return told
    alone = _BESIDE.sub("", text).strip()
    if not _is_date_line(alone):
        return []
    return [*_dates(text), *_papers(alone), *_beside(text)]


def _beaded(text: str) -> list[tuple[str, str]]:
    """Return what the parts of a row say, such as "Courier · 4 Mar 2024 · 3 · By Jane Doe".

    PressReader writes an ISO date, a section and the writer: "2024-03-04 - News - Jane Doe".
    """
    if printed := _PRINTED.fullmatch(text):
        return [(kind, said) for kind, said in printed.groupdict().items() if said]
    parts = _BEAD.split(text)
    told = [_part(part) for part in parts] if len(parts) > 1 else []
    return [fact for part in told for fact in part] if told and all(told) else []


def _part(text: str) -> list[tuple[str, str]]:
    """Return what one part of a row says; that a page is numbered is "ignored"."""
    if _PAGE.fullmatch(text):
        return [("ignored", text)]
    return facts(text) or ([("publisher", text)] if is_paper(text) else [])


def _beside(text: str) -> list[tuple[str, str]]:
    """Return what labels beside a date say of paper and author."""
    return [
        (kind, match["value"])
        for match in _BESIDE.finditer(text)
        for kind in ("publisher", "author")
        if match[kind]
    ]


def _papers(text: str) -> list[tuple[str, str]]:
    """Return the paper's name that stands before the date of a line, as a fact."""
    before = text[: find_dates(text)[0].span.start]
    name = _WEEKDAY.sub("", before).lstrip("《「『 ")
    after = text[find_dates(text)[-1].span.end :].strip(" ,|–—·•-")
    if _PAPER.search(name):
        return [("publisher", name)]
    return [("publisher", after)] if is_paper(after) else []


def is_paper(text: str) -> bool:
    """Return whether a line is nothing but a paper's name, such as "Rivermouth Courier"."""
    words = text.split()
    capital = all(word[0].isupper() or word in ("of", "and", "the") for word in words)
    return len(words) in range(2, 5) and capital and _PAPER.search(words[-1]) is not None


def _dates(text: str) -> list[tuple[str, str]]:
    """Return the dates in a line as facts: the first of publication, and those of changes."""
    stated: list[tuple[str, str]] = []
    end = 0
    for found in find_dates(text):
        changed = _CHANGED.search(text[end : found.span.start]) is not None
        stated.append(("ignored" if changed else "date", text[found.span.start : found.span.end]))
        end = found.span.end
    # The first of a kind counts, and a date of publication before one of a change.
    return sorted(dict(reversed(stated)).items())


def _is_date_line(text: str) -> bool:
    """Return whether a line holds a date and little else: a label, a place, a paper's name."""
    found = find_dates(text)
    if not found or is_sentence(_CLOCK.sub("", text)):
        return False
    first, last = found[0].span.start, found[-1].span.end
    before, after = _LABEL.sub("", text[:first]).strip(), _CLOCK.sub("", text[last:]).strip()
    names = re.findall(r"[^\W\d_][^\W\d_.’'-]*", f"{before} {after}")
    # A weekday may stand between the separator and the date.
    apart = len(before.split()) <= 1 or re.search(r"[,|–—·•:;/-]\s*\S*$", before) is not None
    capital = all(not name[0].islower() or len(name) <= 3 for name in names)
    return apart and len(names) <= _MOST_NAMES and capital
