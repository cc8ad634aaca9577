"""Exports of more databases, each in the form that its maker gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
import pytest

from rag.sources import read
from rag.sources.exports.split import split_export

if TYPE_CHECKING:
    from pathlib import Path

TITLE, NEXT = "Heron colony doubles at Varn", "Lock gates of Dell replaced"
FIRST = "The heron colony at Varn has doubled in four years, the wardens said on Monday."
SECOND = "Forty nests were counted."
THIRD = (
    "The lock gates of Dell were replaced on Thursday after ninety years, the canal office said."
)
EXPECTED = [
    (TITLE, "2024-03-05", "The Varn Mail", "Ida Holt", f"{FIRST}\n\n{SECOND}"),
    (NEXT, "2024-03-07", "Dell Echo", "Per Moe", THIRD),
]

SECTIONED = f"""Local News
{TITLE}
Ida Holt
31 words
5 March 2024
The Varn Mail
VARM
A3
English
Copyright 2024 Varn Media

{FIRST}

{SECOND}

Document VARM000020240305ek3500001

{NEXT}
Per Moe
15 words
7 March 2024
Dell Echo
DELE
English

{THIRD}

Document DELE000020240307ek3700002
"""

DETAILED = f"""Document 1 of 2

{TITLE}

Author: Ida Holt. The Varn Mail; Varn [Varn]05 Mar 2024: A.3.

FULL TEXT

{FIRST}

{SECOND}

DETAILS

Subject:
Herons; Birds

Publication title:
The Varn Mail; Varn

Publication date:
Mar 5, 2024

Database:
Newsstream

Document 2 of 2

{NEXT}

Author: Per Moe

Publication info: Dell Echo ; Dell [Dell]. 07 Mar 2024.

FULL TEXT

{THIRD}

DETAILS

Publication title:
Dell Echo

Database:
Newsstream

Contact us at: https://db.example/contact
"""

FRENCH = f"""The Varn Mail
Région, mardi 5 mars 2024, p. 3

{TITLE}

Ida Holt

{FIRST}

{SECOND}

© 2024 The Varn Mail. Tous droits réservés.
Numéro de document : news·20240305·VAM·0001

Nom de la source
Dell Echo
Type de source
Presse • Journaux
Provenance
Dell, Norvège

Jeudi 7 mars 2024
Dell Echo • p. 1 • 15 mots

{NEXT}
Per Moe

{THIRD}

© 2024 Dell Echo. Tous droits réservés. Le présent document est protégé par les lois.
Certificat émis le 8 mars 2024 à Varn à des fins de visualisation personnelle et temporaire.
news·20240307·DEL·0002
"""

GERMAN = f"""Dokument 1 von 2

{TITLE}

The Varn Mail, 05.03.2024, S. 3 / Lokales

Von Ida Holt

{FIRST}

{SECOND}

Quelle: The Varn Mail vom 05.03.2024, Seite 3
Dokumentnummer: vam-05032024-art-1

Dauerhafte Adresse des Dokuments:
https://db.example/VAM__vam-05032024-art-1

Alle Rechte vorbehalten: (c) The Varn Mail

Dokument 2 von 2

{NEXT}

Dell Echo, 07.03.2024, S. 1

Von Per Moe

{THIRD}

Quelle: Dell Echo vom 07.03.2024, Seite 1
"""

NORDIC = f"""Utskrift fra databasen

{TITLE}
The Varn Mail 05.03.2024
{NEXT}
Dell Echo 07.03.2024
==============================
{TITLE}
The Varn Mail. 05.03.2024. Side: 3. Publisert på trykk.
Av Ida Holt

{FIRST}

{SECOND}

© The Varn Mail

Alle artikler er beskyttet av lov om opphavsrett til åndsverk.

Se webartikkelen på http://ret.example/abc
==============================
{NEXT}
Dell Echo. 07.03.2024 08:15. Publisert på nett.
Av Per Moe

{THIRD}

© Dell Echo
"""

PIPED = f"""{TITLE}
March 5, 2024 | Varn Mail, The (VT)
Author: Ida Holt | Section: Local News | Page: A3
31 Words
OpenURL Link

{FIRST}

{SECOND}

CITATION (APA STYLE)
Holt, I. (2024, March 5). Heron colony doubles. Available from: https://db.example/x.

{NEXT}
March 7, 2024 | Dell Echo (VT)
Author: Per Moe | Section: News

{THIRD}

CITATION (APA STYLE)
Moe, P. (2024, March 7). Lock gates. Available from: https://db.example/y.
"""

DASHED = f"""{TITLE}
Varn Mail, The (VT) - March 5, 2024
Author: Ida Holt
Section: Local News
Readability: 9-12 grade level

{FIRST}

{SECOND}

Record Number: 1234567890ABC
Copyright (c) 2024 The Varn Mail
{NEXT}
Dell Echo (VT) - March 7, 2024
Author: Per Moe
Page: 1

{THIRD}

Record Number: 1234567890ABD
"""

CITED = f"""{TITLE}
Author: Ida Holt
Date: Mar. 5, 2024
From: The Varn Mail(Varn, Norway)
Length: 31 words
Full Text:
{FIRST}

{SECOND}

Copyright: COPYRIGHT 2024 Varn Media
http://www.varn.example/
Source Citation (MLA 9th Edition)
Holt, Ida. "Heron colony doubles at Varn." The Varn Mail, 5 Mar. 2024. Accessed 8 Mar. 2024.
Gale Document Number: GALE|A700000001

{NEXT}
Author: Per Moe
Date: Mar. 7, 2024
From: Dell Echo(Dell, Norway)
Full Text:
{THIRD}

Source Citation (MLA 9th Edition)
Moe, Per. "Lock gates of Dell replaced." Dell Echo, 7 Mar. 2024. Accessed 8 Mar. 2024.
Gale Document Number: GALE|A700000002
"""

RECORDS = f"""Record: 1
Title:\t{TITLE}
Authors:\tIda Holt
Source:\tThe Varn Mail. 03/05/2024, p3. 1p.
Full Text Word Count:\t31
Accession Number:\t6FP0000000001
Database:\tPapers Plus

{FIRST}

{SECOND}

Copyright of The Varn Mail is the property of Varn Media and may not be copied or emailed.

Record: 2
Title:\t{NEXT}
Authors:\tPer Moe
Source:\tDell Echo. 03/07/2024, p1. 1p.
Database:\tPapers Plus

{THIRD}
"""

MAKERS = {
    "section above the headline": SECTIONED,
    "details below": DETAILED,
    "French": FRENCH,
    "German": GERMAN,
    "Nordic": NORDIC,
    "piped": PIPED,
    "dashed": DASHED,
    "cited": CITED,
    "records": RECORDS,
}


@pytest.mark.parametrize("maker", MAKERS)
def test_each_article_has_its_own_facts_and_nothing_else(maker: str) -> None:
    found = [article for article in split_export(MAKERS[maker]) if article]
    assert [(a.title, a.date, a.publisher, a.author, a.text) for a in found] == EXPECTED


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_in_a_word_document(tmp_path: Path, maker: str) -> None:
    document = docx.Document()
    for line in MAKERS[maker].split("\n"):
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    found = list(read([tmp_path / "a.docx"]))
    assert [(a.title, a.date, a.publisher, a.author, a.text) for a in found] == EXPECTED


def test_codes_in_the_cells_of_a_table(tmp_path: Path) -> None:
    rows = [("SE", "Local"), ("HD", TITLE), ("BY", "By Ida Holt"), ("PD", "5 March 2024")]
    rows += [("SN", "The Varn Mail"), ("LP", f"<p>{FIRST}</p>"), ("TD", f"<p>{SECOND}</p>")]
    rows += [("NS", "gbird : Birds"), ("AN", "Document VARM000020240305ek3500001")]
    cells = "".join(f"<tr><td><b>{code}</b></td><td>{value}</td></tr>" for code, value in rows)
    page = f"<html><body><table>{cells}</table></body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (article,) = read([tmp_path / "a.html"])
    facts = (article.title, article.date, article.publisher, article.author, article.text)
    assert facts == EXPECTED[0]


IN_JAPANESE = ["織野の渡船、6週間運休", "カビで休校、樽尾の小学校"]
TEXTS = [
    "港湾局は月曜日、船体に亀裂が見つかったと発表した。",
    "県は木曜日、カビが見つかったと発表した。",
]


@pytest.mark.parametrize(
    ("line", "paper"),
    [
        ("2024年03月{}日　朝刊　1社会　031　00067文字", None),
        ("2024/03/{}  織野経済新聞  夕刊  35ページ  有  67文字", "織野経済新聞"),
        ("2024.03.{}　東京朝刊　社会　35頁　（全67字）", None),
    ],
)
def test_papers_of_japan(tmp_path: Path, line: str, paper: str | None) -> None:
    pieces = zip(IN_JAPANESE, ("04", "07"), TEXTS, strict=True)
    text = "\n\n".join(f"{title}\n{line.format(day)}\n\n　{body}\n" for title, day, body in pieces)
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    found = list(read([tmp_path / "a.txt"]))
    assert [(a.title, a.text) for a in found] == list(zip(IN_JAPANESE, TEXTS, strict=True))
    assert [(a.date, a.publisher) for a in found] == [("2024-03-04", paper), ("2024-03-07", paper)]


def test_papers_of_hong_kong_and_codes_in_chinese(tmp_path: Path) -> None:
    body = "港務局週一說，渡輪停止服務六個星期。"
    lines = "渡輪停運六周\n\n奧林日報\nA03 | 要聞 | 2024-03-05"
    piped = f"{lines}\n\n{body}\n\n文章編號: 202403050300001\n"
    closed = (
        "渡輪停運六周\n王明\n67 字\n2024 年 3 月 5 日\n奧林日報\nORRW\n繁體中文\n"
        "(c) 2024 奧林日報\n\n"
        f"{body}\n\n文件 ORRW000020240305ek3500001\n"
    )
    for text in (piped, closed):
        (tmp_path / "a.txt").write_text(text, encoding="utf-8")
        (article,) = read([tmp_path / "a.txt"])
        facts = (article.title, article.date, article.publisher, article.text)
        assert facts == ("渡輪停運六周", "2024-03-05", "奧林日報", body)


@pytest.mark.parametrize("maker", ["Nordic", "details below"])
@pytest.mark.parametrize("line", ["© Photo by Per Moe", "Details"])
def test_text_below_a_credit_or_a_heading_is_kept(maker: str, line: str) -> None:
    more = "The wardens told this paper that the oaks of Varn would stand for years to come. " * 6
    text = MAKERS[maker].replace(SECOND, f"{SECOND}\n\n{line}\n\n{more.strip()}", 1)
    first, second = split_export(text)
    texts = [article.text if article else "" for article in (first, second)]
    assert texts[0].endswith("for years to come.")
    assert texts[1] == THIRD


@pytest.mark.parametrize(
    "text",
    [
        "The herons came back.\nThey nest - March 5, 2024 was the day - in the old oaks of Varn.",
        f"{TITLE}\n\n{FIRST}\n\nWhat happened\nMarch 5, 2024 | Herons counted\n\n{SECOND}",
        f"{TITLE}\n\n{FIRST}\n\n2023年03月04日の朝刊でも伝えたとおり、鳥は多い。\n\n{SECOND}",
        "Herons of Varn\nDell, 05.03.2024, a Tuesday\n\nForty nests were counted, she said.",
    ],
)
def test_lines_with_a_date_alone_make_no_export(text: str) -> None:
    assert split_export(text) == []


_BODY = f"{FIRST}\n\n{SECOND}\n"
PRESSREADER = {
    "copied": f"{TITLE}\n\nThe Varn Mail · 5 Mar 2024 · 3 · By Ida Holt\n\n{_BODY}",
    "above": f"The Varn Mail\n2024-03-05\n{TITLE}\nBy Ida Holt\n\n{_BODY}",
    "around": f"The Varn Mail\n\n{TITLE}\n\n2024-03-05 - News - Ida Holt\n\n{_BODY}",
    "printed": f"PressReader - The Varn Mail: 2024-03-05 - {TITLE}\n\n{TITLE}\n"
    f"2024-03-05 - Ida Holt\n\n{_BODY}\nPressReader.com +1 604 278 4604\n"
    "ORIGINAL COPY · ORIGINAL COPY\nCOPYRIGHT AND PROTECTED BY APPLICABLE LAW\n",
}


@pytest.mark.parametrize("text", PRESSREADER.values(), ids=PRESSREADER)
def test_pressreader(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    [found] = read([path])
    assert (found.title, found.date, found.publisher, found.author, found.text) == EXPECTED[0]


def test_pressreader_names_the_article_below(tmp_path: Path) -> None:
    labels = "Section:NEWS\nAuthor:Ida Holt\nStart Page:3\nEnd Page:4"
    path = tmp_path / "a.txt"
    path.write_text(
        f"{TITLE}\n\n{FIRST}\n\n{SECOND}\n\nArticle Name:{TITLE}\n"
        f"Publication:The Varn Mail\n{labels}\n",
        encoding="utf-8",
    )
    [found] = read([path])
    assert (found.title, found.publisher, found.author) == (TITLE, "The Varn Mail", "Ida Holt")
    assert found.text == f"{FIRST}\n\n{SECOND}"
