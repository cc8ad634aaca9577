"""What one line states about its article: title, address, author, paper or date."""

from __future__ import annotations

import re

from rag.sources.dates import find_dates

_NAME = r"[A-Z][\w.'’-]*"
_PERSON = rf"{_NAME}(?:(?:,? (?:and|&) |, ?| (?:de|del|van|von|der|al|bin|el|la) | ){_NAME}){{0,9}}"
_FACTS = (
    ("title", re.compile(r"(?i)(?:title|headline)\s?:\s*(?P<value>\S.*)")),
    ("url", re.compile(r"(?i)(?:(?:url|link|source|address)\s?:\s*)?(?P<value>https?://\S+)")),
    ("author", re.compile(r"(?i)(?:author|byline)s?\s?:\s*(?P<value>\S.{0,79})")),
    (
        "author",
        re.compile(
            rf"(?:[Bb]y|BY|Written by) (?:the )?(?P<value>{_PERSON})(?:\s?[|,•·–-]\s?.{{0,60}})?"
        ),
    ),
)

_LONGEST_FACT = 160
_MOST_NAMES = 5
# "Mia Stone, Health Correspondent": what the writer is, after the name.
_ROLE = re.compile(
    r"(?i),? (?:[\w-]+ ){0,3}(?:correspondents?|reporters?|editors?|writers?|staff|bureau chief)$"
)
_CHANGED = re.compile(r"(?i)updated?|modified|last (?:edit|change)|aktualisiert|actuali|обновлено")
_LABEL = re.compile(
    r"(?i)(?:(?:first |last )?(?:published|posted|date|issued|updated?|modified|created)"
    r"(?: on| at)?"
    r"|veröffentlicht|stand|publié(?: le)?|publicado(?: el)?|pubblicato(?: il)?|опубликовано)\s?:?"
)
_PAPER = re.compile(
    r"\b(?:Times|Post|Courier|Gazette|Herald|Tribune|News|Journal|Chronicle|Observer|Guardian|Telegraph"
    r"|Mail|Star|Press|Daily|Weekly|Express|Mirror|Standard|Independent|Echo|Advertiser|Argus|Sun"
    r"|Examiner|Dispatch|Record|Register|Bulletin|Inquirer|Zeitung|Anzeiger|Bote|Blatt|Nachrichten"
    r"|Kurier|Diario|Monde|Figaro|Journal|Gazzetta|Corriere|Jornal|Folha|Dagblad|Krant)\b"
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
            value = _ROLE.sub("", match["value"]) if kind == "author" else match["value"]
            dates = _dates(text) if kind == "author" else []
            return [(kind, value.strip()), *dates]
    return [*_dates(text), *_papers(text)] if _is_date_line(text) else []


def _papers(text: str) -> list[tuple[str, str]]:
    """Return the paper's name that stands before the date of a line, as a fact."""
    before = text[: find_dates(text)[0].span.start]
    name = re.sub(
        r"(?i)[\s,|–—·•:;/-]*(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)?\W*$", "", before
    )
    return [("publisher", name)] if _PAPER.search(name) else []


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
