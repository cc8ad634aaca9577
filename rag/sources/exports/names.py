"""The names of the labels that news databases write, and of the languages that they name."""

from __future__ import annotations

# What a label says of its article, one line after the other; those at the foot are not part of it.
# Letters are without accents.
_LABELS = {
    "title": """
        headline|title|article name|titel|titre|titulo|titolo|schlagzeile|uberschrift|titular|hd|зг
    """,
    "author": """
        byline|author|authors|authors?|autor|autoren|auteur|auteurs|autore|autores|verfasser|by
        ав
    """,
    "date": """
        date|publication date|pub date|datum|fecha|data|date de publication|pd|erscheinungsdatum
        fecha de publicacion|published|issue date|дт
    """,
    "publisher": """
        publication title|publication|source|newspaper|source name|publication name|paper|quelle
        zeitung|fuente|journal|fonte|publication info|sn|periodico|titre de publication
        titulo de publicacion|titel der publikation|ис|from|nom de la source|издание|источник
    """,
    "text": """
        body|full text|fulltext|text|article text|volltext|texte integral|texte|texto completo
        texto|cuerpo|textkorper|hauptteil|article|corps de l'article|corps|testo|lp|td
    """,
    "lead": """
        highlight|abstract|summary|zusammenfassung|resume|resumen
    """,
    "url": """
        url|document url|permalink|link|urldokument|url du document
    """,
    "language": """
        language|language of publication|sprache|langue|idioma|la
    """,
    "head": """
        type de source|periodicite|couverture geographique|provenance|readability|index terms
        inventory|section|length|dateline|page|pages|edition|series|word count|words|lange
        rubrik|longueur|longitud|seccion|ressort|seite|correction date|correction|place|kicker
        column|se|wc|pg|et|sc|ed|cy|ct|cr|clm|credit|document number|accession number
        record number|proquest document link|рб|нр
    """,
    "foot": """
        load date|publication type|graphic|classification|subject|industry|geographic|company
        organization|person|people|country|city|state|ticker|journal code|document type|notes
        update|copyright|issn|eissn|first page|last page|start page|end page
        last updated|database|location
        proquest document id|publication year|publication subject|source type
        place of publication|country of publication|volume|issue|identifier|identifiers
        company organization|credit|search terms|client matter|job number|user name
        download request|time of request|send to|terms|print cycle|co|in|ns|re|ipd|ipc|pub|an
        publikationstyp|update datum|ladedatum|type de publication|date de chargement
        tipo de publicacion|fecha de carga|keywords|gale document number|numero de document
        dokumentnummer|alle rechte vorbehalten|dauerhafte adresse des dokuments
        full text word count|subjects|links|record number|search type|number of documents
        document|classification code|publisher|sujet|materia
    """,
}
FIELDS = {
    label.strip(): field
    for field, lines in _LABELS.items()
    for line in lines.split("\n")
    for label in line.split("|")
    if label.strip()
}
LANGUAGES = dict(
    pair.split(":")
    for pair in """
        english:en deutsch:de german:de français:fr french:fr español:es spanish:es italiano:it
        italian:it português:pt portuguese:pt nederlands:nl dutch:nl русский:ru russian:ru 中文:zh
        chinese:zh 简体中文:zh 繁體中文:zh 繁体中文:zh 日本語:ja japanese:ja
        한국어:ko korean:ko العربية:ar svenska:sv norsk:no dansk:da suomi:fi türkçe:tr arabic:ar
        polski:pl polish:pl englisch:en anglais:en inglés:en
    """.split()
)
