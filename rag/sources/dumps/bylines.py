"""Read bylines: the names of writers, and what stands after them."""

from __future__ import annotations

import re

_NAME = r"[A-Z][\w.'’-]*"
PERSON = rf"{_NAME}(?:(?:,? (?:and|&) |, ?| (?:de|del|van|von|der|al|bin|el|la) | ){_NAME}){{0,9}}"
NAMES = rf"{_NAME}(?: (?:de|del|van|von|der|den|al|bin|el|la|da|di))*(?: {_NAME}){{1,2}}"
WRITERS = rf"{NAMES}(?:(?:,| and| &) {NAMES}){{0,3}}"
CHINESE = r"[\u4e00-\u9fff·]{2,5}"
# "Mia Stone, Health Correspondent": what the writer is, after a comma or a name of two words.
_ROLE = re.compile(
    r"(?i)(?:,|(?<=^)(?P<name>\S+(?: (?:de|del|van|von|der|den|al|bin|el|la|da|di))* [^\s,]+))"
    r" (?:[\w-]+ ){0,3}(?:correspondents?|reporters?|editors?|writers?|staff|bureau chief)$"
)
# "Jane Doe, Reuters", "Jane Doe | AP": the agency that the writer works for.
_AGENCY = re.compile(
    r"\s*(?:[,|/•·–—-]|\b(?:of|for)\b|\()\s*(?:[Tt]he )?"
    r"(?P<agency>AP|(?i:Associated Press)|(?i:Reuters)|AFP|(?i:Agence France[- ]Presse)|dpa|DPA|UPI"
    r"|PA(?: Media)?|(?i:Press Association)|(?i:Canadian Press)|AAP|EFE|ANSA|Xinhua|Kyodo(?: News)?"
    r"|Yonhap(?: News Agency)?|TASS|Interfax|PTI|(?i:Press Trust of India)|ANI|IANS|ANP|TT|NTB"
    r"|Ritzau|APA|KNA|epd|(?i:Bloomberg(?: News)?)|(?i:Tribune News Service))\)?$"
)


def signature(text: str) -> list[tuple[str, str]]:
    """Return what a line of names says that ends with their agency, or with what they are."""
    agency = agency_of(text)
    name = re.sub(r"(?i)^(?:written )?by ", "", without_agency(text) if agency else text)
    bare = name if agency else without_role(name)
    if not (agency or "," in name.removeprefix(bare)) or not re.fullmatch(WRITERS, bare):
        return []
    return [("author", bare), *([("agency", agency)] if agency else [])]


def without_role(byline: str) -> str:
    """Return a byline without what the writer is."""
    return _ROLE.sub(lambda found: found["name"] or "", byline)


def agency_of(byline: str) -> str:
    """Return the agency that a byline ends with; blank if it names none after a writer."""
    found = _AGENCY.search(byline)
    return found["agency"] if found and found.start() else ""


def without_agency(byline: str) -> str:
    """Return a byline without the agency that it ends with."""
    return _AGENCY.sub("", byline) if agency_of(byline) else byline
