"""The labels and the fixed lines that news databases write around an article."""

from __future__ import annotations

import re
import unicodedata

from rag.sources.dates import find_dates
from rag.sources.exports.names import FIELDS, LANGUAGES
from rag.sources.text import one_line

# What a label says of its article; those at the foot are not part of it.
# Integrum writes a caret before its codes.
_LABEL = re.compile(r"\^?([^\W\d_][\w '’/()&-]{1,30}?)[ \t]?:(?!//)[ \t]*(.*)", re.DOTALL)
# Factiva's field codes, which stand alone or before two blanks.
_CODE = re.compile(r"(HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|IPD|IPC|PUB|AN"
    r"|SE|CLM|ART)(?:[ \t]{2,}(.*)|$)", re.DOTALL)  # fmt: skip
# Europresse writes labels without a colon, and "La Voix • p. 3 • 41 mots".
_UNMARKED = re.compile(
    r"nom de la source|type de source|périodicité|couverture géographique|provenance", re.I
)
_DOTTED = re.compile(r"(\S[^•\n]{1,60}?) • [^\n]{0,60}\b(?:mots|words|p\. ?\w+)\b.{0,20}")
_VALUE = 60  # characters that the value of an unknown label may have
_BARE = re.compile(r"(?i)body|full text|volltext|texte intégral|texto completo|hauptteil|cuerpo")
_COPYRIGHT = re.compile(
    r"(?i)(?:copyright\b|©|\(c\)\s).*|.*\ball rights reserved\W*"
    r"|.*\btous droits réservés\W*(?:\d{4}\W*)?|.*\balle rechte vorbehalten\W*"
    r"|.*\btodos los derechos reservados\W*"
)
_LENGTH = re.compile(
    r"(?i)[\d.,  ]{1,8} ?(?:words?|wörter|mots|palabras|parole|woorden|palavras|ord|sanaa"
    r"|słów|слов[оа]?|字词?|文字|語|単語|단어|글자)"
)
_NOTICE = re.compile(
    r"(?i)certificat émis le .*|ce document est .*|openurl link|(?:proquest )?document link"
    r"|https?://\S+|contact us at:? .*"
    r"|.* property of .* may not be copied or .*"
)
_CODE_LINE = re.compile(
    r"[A-Z0-9]{2,12}|\d{1,4}|(?i:pg?\.? ?\d.*|page \d.*|seite \d.*|p\. ?\d.*)"
    r"|\d{1,2}:\d{2}.*|(?i:.*\bdocument link)"
)
# A semicolon says that the next line goes on with it, as "Edition 1;" and "Scotland".
_EDITION = re.compile(
    r"(?i)(?:[\w ]{0,30} )?(?:edition|ausgabe|édition|edición|edizione|edição|editie)"
    r"(?: \d{1,3})?(;?)"
)


def label_of(line: str) -> tuple[str, str]:
    """Return the field that a labelled line states, and its value; blanks if it is not one."""
    if _BARE.fullmatch(line.strip()):
        return "text", ""
    if code := _CODE.fullmatch(line.strip()):
        field = {"CR": "foot", "ART": "foot", "RF": "foot"}.get(code[1])
        return field or FIELDS.get(code[1].lower(), "foot"), (code[2] or "").strip()
    if _UNMARKED.fullmatch(line.strip()):
        return FIELDS[_plain(line)], ""
    if dotted := _DOTTED.fullmatch(line.strip()):
        return "publisher", dotted[1]
    found = _LABEL.fullmatch(line.strip())
    if not found:
        return "", ""
    # Capitals that name nothing known are a label of some database; a place in capitals
    # before running text is none.
    other = "foot" if found[1].isupper() and len(found[2]) < _VALUE else ""
    return FIELDS.get(_plain(found[1]), other), found[2].strip()


def is_small_print(line: str) -> bool:
    """Return whether a line is a copyright note, a word count, a code, a page or a language."""
    bare = line.strip()
    patterns = (_COPYRIGHT, _LENGTH, _CODE_LINE, _EDITION, _NOTICE)
    return bare.lower() in LANGUAGES or any(pattern.fullmatch(bare) for pattern in patterns)


def edition_goes_on(line: str) -> bool:
    """Return whether a line names an edition of which the next line says more."""
    found = _EDITION.fullmatch(line.strip())
    return found is not None and bool(found[1])


def paper_of(said: str) -> str:
    """Return a paper's name without the place, date and page that a database writes after it."""
    dates = find_dates(said)
    name = said[: dates[0].span.start] if dates else said
    name = re.split(r"\s?[;\[(]", one_line(name))[0]
    name = re.sub(r"(?i)[\s,.:|–-]+(?:vom|du|del|of|from|am)?[\s,.:|–-]*$", "", name)
    return re.sub(r"^(.+), (The|Le|La|Les|L'|Der|Die|Das|El|Il)$", r"\2 \1", name)


def is_copyright(line: str) -> bool:
    """Return whether a line is a note on copyright."""
    return _COPYRIGHT.fullmatch(line.strip()) is not None


def is_length(line: str) -> bool:
    """Return whether a line counts the words of its article."""
    return _LENGTH.fullmatch(line.strip()) is not None


def is_language(line: str) -> bool:
    """Return whether a line names the language of its article and nothing else."""
    return line.strip().lower() in LANGUAGES


def language_code(name: str) -> str:
    """Return the code of a language that is written out; blank if it is not known."""
    return LANGUAGES.get(re.split(r"\W", name.strip().lower())[0], "")


def _plain(label: str) -> str:
    letters = unicodedata.normalize("NFKD", label.lower())
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return re.sub(r"[\s/()&-]+", " ", bare).strip()
