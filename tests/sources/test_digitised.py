"""Scanned papers, corpora and subtitles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.sources import read

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Article

ALTO = """<?xml version="1.0"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Layout><Page>
<TextBlock><TextLine><String CONTENT="The"/><SP/><String CONTENT="rope-" SUBS_TYPE="HypPart1"
SUBS_CONTENT="ropewalk"/></TextLine><TextLine><String CONTENT="walk" SUBS_TYPE="HypPart2"
SUBS_CONTENT="ropewalk"/><SP/><String CONTENT="opened."/></TextLine></TextBlock>
<TextBlock><TextLine><String CONTENT="It"/><String CONTENT="rained."/></TextLine></TextBlock>
</Page></Layout></alto>"""
TEI = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><titleStmt>
<title>Ropes</title><author>Ida Holt</author></titleStmt><publicationStmt>
<publisher>Lund Post</publisher><date when="1887-03-04">Friday last</date></publicationStmt>
</teiHeader><text><body><div><head>Of ropes</head><p>The <hi>ropewalk</hi>
opened.</p></div></body></text></TEI>"""
GIGAWORD = """<DOC id="AFP_ENG_20240304.0001" type="story">
<HEADLINE>\nRopes\n</HEADLINE>\n<TEXT>\n<P>\nThe ropewalk opened.\n</P>\n</TEXT>\n</DOC>
<DOC id="AFP_ENG_20240305.0002" type="story">
<HEADLINE>\nHerons\n</HEADLINE>\n<TEXT>\n<P>\nThe herons nest.\n</P>\n</TEXT>\n</DOC>
"""
SUBTITLES = {
    "a.srt": "1\n00:00:01,000 --> 00:00:04,000\nThe <i>ropewalk</i>\nopened on Sunday.\n\n"
    "2\n00:00:04,000 --> 00:00:05,500\n>> Was it full?\n",
    "a.vtt": "WEBVTT - news\n\nNOTE not said\n\n00:01.000 --> 00:04.000 align:start\n"
    "<v Anna>The ropewalk\n\nc2\n00:04.000 --> 00:05.000\nopened on Sunday.\n\n"
    "00:05.000 --> 00:06.000\n&gt;&gt; Was it full?\n",
}


def found_in(path: Path, content: str) -> list[Article]:
    path.write_text(content, encoding="utf-8")
    return list(read([path]))


def test_words_of_a_scanned_page_are_whole(tmp_path: Path) -> None:
    [article] = found_in(tmp_path / "1887-03-04_p1.xml", ALTO)
    assert article.text == "The ropewalk opened.\n\nIt rained."


def test_a_text_in_tei(tmp_path: Path) -> None:
    [article] = found_in(tmp_path / "a.xml", TEI)
    assert (article.title, article.date, article.author) == ("Ropes", "1887-03-04", "Ida Holt")
    assert (article.publisher, article.text) == ("Lund Post", "Of ropes\n\nThe ropewalk opened.")


def test_the_date_in_the_id_of_a_corpus(tmp_path: Path) -> None:
    articles = found_in(tmp_path / "a.sgm", GIGAWORD)
    assert [(a.title, a.date) for a in articles] == [
        ("Ropes", "2024-03-04"),
        ("Herons", "2024-03-05"),
    ]


@pytest.mark.parametrize("name", SUBTITLES)
def test_subtitles_are_what_is_said(tmp_path: Path, name: str) -> None:
    [article] = found_in(tmp_path / name, SUBTITLES[name])
    assert article.text == "The ropewalk opened on Sunday.\n\nWas it full?"
