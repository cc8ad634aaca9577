"""Exports of news databases, written here in the shapes that they come in."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import docx
import pytest

from rag.sources import read
from rag.sources.exports.labels import is_small_print, label_of
from rag.sources.exports.split import count_openings, split_export

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Article, Note

SHORT = "Ferry runs aground off Pell"
LONG = "Beavers return to the Dunmere after a century and build two dams"
FIRST = "The ferry Anna ran aground off Pell on Tuesday with forty people on board, police said."
SECOND = "Nobody was hurt.\n\nA tug pulled it free at noon."
THIRD = "Two families of beavers have built dams on the Dunmere, the wardens said on Friday."
EXPECTED = [
    (SHORT, "2022-02-08", "The Pell Mercury", "Ines Roth", f"{FIRST}\n\n{SECOND}"),
    (LONG, "2022-05-13", "Dunmere Echo", "Tom Okafor", THIRD),
]


def rows(text: str, **options: frozenset[str]) -> list[tuple[str, str | None, str, str, str]]:
    found = [article for article in split_export(text, **options) if article]
    return [(a.title, a.date, a.publisher, a.author, a.text) for a in found]


COVER = f"""User Name: READER
Date and Time: Monday, July 4, 2022 10:12:00 AM GMT
Job Number: 4711
Documents (2)
1. {SHORT}
Client/Matter: -None-
Search Terms: Pell
2. {LONG}
Client/Matter: -None-
Search Terms: Pell
Search Type: Terms and Connectors
"""
ENDED = f"""{SHORT}

The Pell Mercury

February 8, 2022 Tuesday

Copyright 2022 The Pell Mercury Ltd. All Rights Reserved

Section: NEWS; Pg. 2
Length: 31 words
Byline: Ines Roth

Body

{FIRST}

{SECOND}

Load-Date: February 8, 2022

End of Document

{LONG}

Dunmere Echo

May 13, 2022 Friday

Length: 15 words
Byline: Tom Okafor
Body

{THIRD}
Graphic: Photo of a dam
Load-Date: May 13, 2022
End of Document
"""

NUMBERED = f"""Download Request: Selected Items: 1-2

                               1 of 2 DOCUMENTS


                               The Pell Mercury

                            February 8, 2022 Tuesday
                                 Late Edition

{SHORT}

BYLINE: Ines Roth

SECTION: NEWS; Pg. 2

LENGTH: 31 words

{FIRST}

{SECOND}

LOAD-DATE: February 8, 2022

JOURNAL-CODE: PM

                       Copyright 2022 The Pell Mercury
                              All Rights Reserved

                               2 of 2 DOCUMENTS

                                 Dunmere Echo

                              May 13, 2022 Friday

Beavers return to the Dunmere after a century
and build two dams

BYLINE: Tom Okafor

LENGTH: 15 words

{THIRD}

LANGUAGE: ENGLISH
"""

CLOSED = f"""{SHORT}

Ines Roth

31 words

8 February 2022

The Pell Mercury

PELM

2

English

Copyright 2022 The Pell Mercury

{FIRST}

{SECOND}

The Pell Mercury Ltd

Document PELM000020220208ei2800001

{LONG}
By Tom Okafor
15 words
13 May 2022
09:30
Dunmere Echo
DUNE
English
(c) 2022 Dunmere Echo

{THIRD}

Document DUNE000020220513ei5d00002
"""

CODED = f"""HD  {SHORT}
BY  By Ines Roth
WC  31 words
PD  8 February 2022
SN  The Pell Mercury
LA  English

LP
{FIRST}

TD
{SECOND}

NS  gdis : Disasters

AN  Document PELM000020220208ei2800001

HD  {LONG}
BY  Tom Okafor
PD  13 May 2022
SN  Dunmere Echo

TD
{THIRD}

AN  Document DUNE000020220513ei5d00002
"""

LABELLED = f"""____________________________________________________________

Document 1 of 2

{SHORT}

Author: Ines Roth

Publication info: The Pell Mercury ; Pell [Pell]. 08 Feb 2022: 2.

ProQuest document link

Full text: {FIRST}

{SECOND}

Subject: Ferries; Accidents

Title: {SHORT}

Publication title: The Pell Mercury; Pell

Publication date: Feb 8, 2022

ProQuest document ID: 2600000001

Database: Newsstream
____________________________________________________________

Document 2 of 2

{LONG}

Author: Tom Okafor

Publication info: Dunmere Echo ; Dunmere [Dunmere]. 13 May 2022: n/a.

Full text: {THIRD}

Copyright: Copyright Dunmere Media May 13, 2022
"""


@pytest.mark.parametrize(
    "text",
    [COVER + ENDED, ENDED, NUMBERED, CLOSED, CODED, LABELLED],
    ids=["covered", "ended", "numbered", "closed", "coded", "labelled"],
)
def test_each_article_has_its_own_facts(text: str) -> None:
    assert rows(text) == EXPECTED


def test_lines_without_blank_ones_between_as_in_a_pdf() -> None:
    first, last = LONG.split(" and ")
    lines = COVER + ENDED.replace("\n\n", "\n").replace(LONG, f"{first}\nand {last}")
    flat = [(t, d, p, a, " ".join(text.split())) for t, d, p, a, text in rows(lines)]
    assert flat == [(t, d, p, a, " ".join(text.split())) for t, d, p, a, text in EXPECTED]


GERMAN = """Dokument 1 von 2

Bote von Au
27. Februar 2012 Montag 9:50 PM GMT+1

Der Fluss steigt wieder

AUTOR: Anna Mertens

RUBRIK: LOKALES

LÄNGE: 128 Wörter

HIGHLIGHT: Der Pegel steht bei vier Metern.

Der Fluss ist am Montag um einen Meter gestiegen, teilte das Amt in Au mit.

UPDATE: 28. Februar 2012

SPRACHE: GERMAN; DEUTSCH

ZEITUNGS-CODE: bote

Copyright 2012 Bote von Au
Alle Rechte vorbehalten

Dokument 2 von 2

Bote von Au
28. Februar 2012

Der Fluss sinkt

Der Pegel ist in der Nacht zum Dienstag um zwei Meter gefallen, teilte das Amt mit.
"""

FRENCH = """Document 1 de 1

La Voix de Rive

4 mars 2021

Le pont rouvre vendredi

Auteur: René Dolé

LONGUEUR: 120 mots

Le pont de Rive rouvre vendredi après neuf mois de travaux, a annoncé la mairie.

Tous droits réservés
"""

SPANISH = """Noticia del puente

El Correo de Vega

4 de marzo de 2021

Copyright 2021 El Correo de Vega

Longitud: 120 palabras

Autor: Lucía Peña

Cuerpo

El puente de Vega abre el viernes tras nueve meses de obras, dijo el alcalde.

Fecha de carga: 5 de marzo de 2021

Fin del documento
"""


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            GERMAN,
            [
                ("Der Fluss steigt wieder", "2012-02-27", "Bote von Au", "Anna Mertens"),
                ("Der Fluss sinkt", "2012-02-28", "Bote von Au", ""),
            ],
        ),
        (FRENCH, [("Le pont rouvre vendredi", "2021-03-04", "La Voix de Rive", "René Dolé")]),
        (SPANISH, [("Noticia del puente", "2021-03-04", "El Correo de Vega", "Lucía Peña")]),
    ],
)
def test_exports_in_other_languages(text: str, facts: list[tuple[str, ...]]) -> None:
    found = rows(text)
    assert [row[:4] for row in found] == facts
    assert all(row[4].count("\n\n") <= 1 and row[4].endswith(".") for row in found)


@pytest.mark.parametrize(
    "text",
    [
        f"{SHORT}\n\n{FIRST}\n\n{SECOND}",
        "It was the end of document culture, she said.\n\n3 of 4 documents were lost in the fire.",
        "",
    ],
)
def test_a_text_that_is_no_export_is_left_alone(text: str) -> None:
    assert split_export(text) == []


def test_an_article_without_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ENDED.replace(THIRD, ""), encoding="utf-8")
    skipped: list[object] = []
    articles = list(read([tmp_path / "a.txt"], on_skip=skipped.append))
    assert [article.title for article in articles] == [SHORT]
    assert len(skipped) == 1


def read_one(path: Path) -> tuple[list[Article], list[Note]]:
    notes: list[Note] = []
    skipped: list[object] = []
    articles = list(read([path], on_skip=skipped.append, on_note=notes.append))
    assert skipped == []
    return articles, notes


def test_word_rtf_and_html_exports(tmp_path: Path) -> None:
    document = docx.Document()
    for line in (COVER + ENDED).split("\n"):
        style = "Heading 1" if line in (SHORT, LONG) else None
        document.add_paragraph(line, style=style)
    document.save(str(tmp_path / "a.docx"))
    lines = (COVER + ENDED).replace("\n", "\\par\n")
    (tmp_path / "b.rtf").write_text(f"{{\\rtf1\\ansi {lines}}}", encoding="ascii")
    blocks = "".join(f"<div>{line}</div>" for line in CLOSED.split("\n"))
    page = f"<html><head><title>Database</title></head><body>{blocks}</body></html>"
    (tmp_path / "c.html").write_text(page, encoding="utf-8")
    for name in ("a.docx", "b.rtf", "c.html"):
        articles, notes = read_one(tmp_path / name)
        found = [(a.title, a.date, a.publisher, a.author, a.text) for a in articles]
        assert found == EXPECTED, name
        assert notes == []


# A page of ProQuest: nothing stands between the articles, and each holds a page of its own.
UNMARKED = """<html><head><title>Export</title></head><body>
<table><tr><td></td><td>All documents are reproduced with permission.</td></tr></table>
<p>Email 1 of 1</p>{0}{1}</body></html>"""
UNMARKED_ONE = """<div><p>{title}</p><p><strong>Author:  </strong>{author}</p>
<p><strong>Publication info:  </strong>{paper} ; Pell. [Pell]08 May 2010: AA.2.</p>
<p><a href="https://db.example/{n}">Document link</a></p>
<p><strong>Abstract:  </strong><body></p><p>{short}</p><p></body></p>
<p><strong>Full text: </strong><Text><html><head><title></title></head>
<body>{text}</body></html></Text></p>
<p><strong>Subject: </strong>Ferries; Ports</p><p><strong>Pages: </strong>AA.2</p>
<p><strong>Publication date: </strong>{date}</p><p><strong>Publisher: </strong>Media LLC</p>
<p><strong>Language of publication: </strong>English</p>
<p><strong>ProQuest document ID: </strong>{n}</p>
<p><strong>Document URL: </strong><a>https://db.example/{n}</a></p>
<p><strong>Database: </strong>Dailies</p></div>"""


def unmarked() -> str:
    ones = [
        UNMARKED_ONE.format(
            title=title,
            author=author,
            paper=paper,
            date=date,
            short=f"Short: {title}.",
            text="".join(f"<p>{line}</p>" for line in text.split("\n\n")),
            n=2514000 + number,
        )
        for number, ((title, _, paper, author, text), date) in enumerate(
            zip(EXPECTED, ("Feb 8, 2022", "May 13, 2022"), strict=True)
        )
    ]
    return UNMARKED.format(*ones)


def test_articles_with_nothing_between_them_end_with_their_labels(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(unmarked(), encoding="utf-8")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "noreply@db.example", "Your research"
    mail["Date"] = "Sun, 5 Jul 2020 01:02:03 -0400"
    mail.set_content(unmarked(), subtype="html")
    (tmp_path / "b.eml").write_bytes(mail.as_bytes())
    for name in ("a.html", "b.eml"):
        articles, _ = read_one(tmp_path / name)
        found = [(a.title, a.date, a.publisher, a.author, a.text) for a in articles]
        assert found == [(*facts, f"Short: {facts[0]}.\n\n{text}") for *facts, text in EXPECTED]
        assert articles[1].url == "https://db.example/2514001"


def test_the_codes_of_integrum() -> None:
    text = "Report 12.05.2021\n\n1. МОСТ ЗАКРЫТ Вести; 09.02.1994\n\n" + "\n".join(
        f"^ИС: {paper}\n^РБ: МОНИТОР\n^НР: 6\n^ДТ: {date}\n^АВ: {author},\n^ЗГ: {title}\n\n{body}\n"
        for title, date, paper, author, body in (
            ("МОСТ ЗАКРЫТ", "09.02.1994", "Вести", "Хмель Анна", "Мост закрыт, сообщила мэрия."),
            ("МУЗЕЙ ОТКРЫТ", "02.02.1994", "Вести", "Белов Юрий", "Музей открыт, сообщил он."),
        )
    )
    assert rows(text) == [
        ("МОСТ ЗАКРЫТ", "1994-02-09", "Вести", "Хмель Анна", "Мост закрыт, сообщила мэрия."),
        ("МУЗЕЙ ОТКРЫТ", "1994-02-02", "Вести", "Белов Юрий", "Музей открыт, сообщил он."),
    ]


@pytest.mark.parametrize("edition", ["Edition 1;\nScotland", "Final Edition", "Ausgabe 2"])
def test_an_edition_below_the_date_is_no_headline(edition: str) -> None:
    text = NUMBERED.replace("May 13, 2022 Friday", f"May 13, 2022 Friday\n{edition}")
    assert edition in text
    assert rows(text) == EXPECTED


def test_what_looks_like_several_articles_is_pointed_out(tmp_path: Path) -> None:
    piece = "By Ola {}\n\n" + "The river rose again on Monday, the office said. " * 4
    text = "\n\n".join(piece.format(name) for name in ("Quist", "Brandt", "Lund", "Holm"))
    document = docx.Document()
    for paragraph in text.split("\n\n"):
        document.add_paragraph(paragraph)
    document.save(str(tmp_path / "a.docx"))
    articles, (note,) = read_one(tmp_path / "a.docx")
    assert len(articles) == 1
    assert note.text.startswith("looks like several articles but was read as one")
    assert count_openings(FIRST) == 1


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("BYLINE: Ola Quist", "author", "Ola Quist"),
        ("LÄNGE: 12 Wörter", "head", "12 Wörter"),
        ("Texte intégral : Il pleut.", "text", "Il pleut."),
        ("ZEITUNGS-CODE: abc", "foot", "abc"),
        ("Body", "text", ""),
        ("PD  4 March 2021", "date", "4 March 2021"),
        ("He said: we will see.", "", "we will see."),
        ("https://example.org/a", "", ""),
        (f"LONDON: {FIRST}", "", FIRST),
    ],
)
def test_labels(line: str, field: str, value: str) -> None:
    assert label_of(line) == (field, value)


@pytest.mark.parametrize(
    ("line", "small"),
    [
        ("412 words", True),
        ("1.285 Wörter", True),
        ("© 2021 The Post", True),
        ("English", True),
        ("HEMB", True),
        ("Pg. 4", True),
        ("Four words are enough", False),
        ("Copyrights matter", False),
    ],
)
def test_small_print(line: str, small: bool) -> None:
    assert is_small_print(line) is small
