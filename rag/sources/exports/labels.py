"""The labels and the fixed lines that news databases write around an article."""

from __future__ import annotations

import re
import unicodedata

# What a label says of its article; those at the foot are not part of it.
_LABELS = {
    "title": "headline|title|titel|titre|titulo|titolo|schlagzeile|uberschrift|titular|hd|зг",
    "author": "byline|author|authors|authors?|autor|autoren|auteur|auteurs|autore|autores"
    "|verfasser|by|ав",
    "date": "date|publication date|pub date|datum|fecha|data|date de publication|pd"
    "|erscheinungsdatum|fecha de publicacion|published|issue date|дт",
    "publisher": "publication title|publication|source|newspaper|source name|publication name|paper"
    "|quelle|zeitung|fuente|journal|fonte|publication info|sn|periodico|titre de publication"
    "|titulo de publicacion|titel der publikation|ис",
    "text": "body|full text|fulltext|text|article text|volltext|texte integral|texte|texto completo"
    "|texto|cuerpo|textkorper|hauptteil|article|corps de l'article|corps|testo|lp|td",
    "lead": "highlight|abstract|summary|zusammenfassung|resume|resumen",
    "url": "url|document url|permalink|link|urldokument|url du document",
    "language": "language|language of publication|sprache|langue|idioma|la",
    "head": "section|length|dateline|page|pages|edition|series|word count|words|lange|rubrik"
    "|longueur|longitud|seccion|ressort|seite|correction date|correction|place|kicker|column"
    "|se|wc|pg|et|sc|ed|cy|ct|cr|clm|credit|document number|accession number|record number"
    "|proquest document link|рб|нр",
    "foot": "load date|publication type|graphic|classification|subject|industry|geographic"
    "|company|organization|person|people|country|city|state|ticker|journal code|document type"
    "|notes|update|copyright|issn|eissn|first page|last page|last updated|database|location"
    "|proquest document id|publication year|publication subject|source type|place of publication"
    "|country of publication|volume|issue|identifier|identifiers|company organization|credit"
    "|search terms|client matter|job number|user name|download request|time of request|send to"
    "|terms|print cycle|co|in|ns|re|ipd|ipc|pub|an|publikationstyp|update datum|ladedatum"
    "|type de publication|date de chargement|tipo de publicacion|fecha de carga|keywords"
    "|search type|number of documents|document|classification code|publisher|sujet|materia",
}
_FIELD = {label: field for field, labels in _LABELS.items() for label in labels.split("|")}
# Integrum writes a caret before its codes.
_LABEL = re.compile(r"\^?([^\W\d_][\w '’/()&-]{1,30}?)[ \t]?:(?!//)[ \t]*(.*)", re.DOTALL)
# Factiva's field codes, which stand alone or before two blanks.
_CODE = re.compile(r"(HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|IPD|IPC|PUB|AN"
    r"|SE|CLM|ART)(?:[ \t]{2,}(.*)|$)", re.DOTALL)  # fmt: skip
_VALUE = 60  # characters that the value of an unknown label may have
_BARE = re.compile(r"(?i)body|full text|volltext|texte intégral|texto completo|hauptteil|cuerpo")
_COPYRIGHT = re.compile(
    r"(?i)(?:copyright\b|©|\(c\)\s).*|.*\ball rights reserved\W*|.*\btous droits réservés\W*"
    r"|.*\balle rechte vorbehalten\W*|.*\btodos los derechos reservados\W*"
)
_LENGTH = re.compile(r"(?i)[\d.,  ]{1,8} ?(?:words?|wörter|mots|palabras|parole|woorden|palavras)")
_CODE_LINE = re.compile(
    r"[A-Z0-9]{2,12}|\d{1,4}|(?i:pg?\.? ?\d.*|page \d.*|seite \d.*|p\. ?\d.*)"
    r"|\d{1,2}:\d{2}.*|(?i:.*\bdocument link)"
)
# A semicolon says that the next line goes on with it, as "Edition 1;" and "Scotland".
_EDITION = re.compile(
    r"(?i)(?:[\w ]{0,30} )?(?:edition|ausgabe|édition|edición|edizione|edição|editie)"
    r"(?: \d{1,3})?(;?)"
)
_LANGUAGES = dict(
    pair.split(":")
    for pair in (
        "english:en deutsch:de german:de français:fr french:fr español:es spanish:es italiano:it "
        "italian:it português:pt portuguese:pt nederlands:nl dutch:nl русский:ru russian:ru "
        "中文:zh chinese:zh arabic:ar polski:pl polish:pl englisch:en anglais:en inglés:en"
    ).split()
)


def label_of(line: str) -> tuple[str, str]:
    """Return the field that a labelled line states, and its value; blanks if it is not one."""
    if _BARE.fullmatch(line.strip()):
        return "text", ""
    if code := _CODE.fullmatch(line.strip()):
        field = {"CR": "foot", "ART": "foot", "RF": "foot"}.get(code[1])
        return field or _FIELD.get(code[1].lower(), "foot"), (code[2] or "").strip()
    found = _LABEL.fullmatch(line.strip())
    if not found:
        return "", ""
    # Capitals that name nothing known are a label of some database; a place in capitals
    # before running text is none.
    other = "foot" if found[1].isupper() and len(found[2]) < _VALUE else ""
    return _FIELD.get(_plain(found[1]), other), found[2].strip()


def is_small_print(line: str) -> bool:
    """Return whether a line is a copyright note, a word count, a code, a page or a language."""
    bare = line.strip()
    patterns = (_COPYRIGHT, _LENGTH, _CODE_LINE, _EDITION)
    return bare.lower() in _LANGUAGES or any(pattern.fullmatch(bare) for pattern in patterns)


def edition_goes_on(line: str) -> bool:
    """Return whether a line names an edition of which the next line says more."""
    found = _EDITION.fullmatch(line.strip())
    return found is not None and bool(found[1])


def is_copyright(line: str) -> bool:
    """Return whether a line is a note on copyright."""
    return _COPYRIGHT.fullmatch(line.strip()) is not None


def is_length(line: str) -> bool:
    """Return whether a line counts the words of its article."""
    return _LENGTH.fullmatch(line.strip()) is not None


def is_language(line: str) -> bool:
    """Return whether a line names the language of its article and nothing else."""
    return line.strip().lower() in _LANGUAGES


def language_code(name: str) -> str:
    """Return the code of a language that is written out; blank if it is not known."""
    return _LANGUAGES.get(re.split(r"\W", name.strip().lower())[0], "")


def _plain(label: str) -> str:
    letters = unicodedata.normalize("NFKD", label.lower())
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return re.sub(r"[\s/()&-]+", " ", bare).strip()
