"""Files of the rarer formats are built here from one invented story, and read back."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import docx
import matplotlib as mpl
import pytest
from PIL import Image, ImageDraw, ImageFont

from rag.sources import read
from rag.sources.documents import ocr
from rag.sources.documents.ocr import Box, page_text, spaced
from rag.sources.feeds.wiki import plain_wiki
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "Glass bridge of Tarn reopens"
FIRST = "The glass bridge of Tarn reopened on Monday after new panes were laid, its keeper said."
SECOND = "Crossing it costs two crowns, and school classes go free until the end of the summer."
TEXT = f"{FIRST}\n\n{SECOND}"


def take(*paths: Path) -> tuple[list[Article], list[Skipped], list[Note]]:
    skipped: list[Skipped] = []
    notes: list[Note] = []
    return list(read(paths, on_skip=skipped.append, on_note=notes.append)), skipped, notes


def one(path: Path) -> Article:
    (article,), skipped, _notes = take(path)
    assert skipped == []
    return article


def facts(article: Article) -> tuple[str, str, str | None, str | None, str | None]:
    return article.title, article.text, article.date, article.publisher, article.author


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# Documents


RTF = (
    rf"{{\rtf1\ansi\ansicpg1252{{\info{{\title {TITLE}}}{{\author Ola Br\'fcck}}}}"
    rf"{FIRST}\par\par {SECOND}\par}}"
)


@pytest.mark.parametrize("name", ["a.rtf", "a.txt", "a", "a.xyz"])
def test_rtf_under_any_name(tmp_path: Path, name: str) -> None:
    article = one(write(tmp_path / name, RTF))
    assert facts(article) == (TITLE, TEXT, None, None, "Ola Brück")


def test_headings_with_a_byline_or_a_date_below_open_articles(tmp_path: Path) -> None:
    document = docx.Document()
    for title, author in (("Herons return", "Ida Holt"), ("Lock gates replaced", "Per Moe")):
        document.add_paragraph(title, style="Heading 1")
        document.add_paragraph(f"By {author}")
        document.add_paragraph("5 March 2024")
        document.add_paragraph("What happened", style="Heading 2")
        document.add_paragraph(f"{title}, the office said on Monday, after ninety years.")
    document.save(str(tmp_path / "a.docx"))
    found = list(read([tmp_path / "a.docx"]))
    assert [(a.title, a.author, a.date) for a in found] == [
        ("Herons return", "Ida Holt", "2024-03-05"),
        ("Lock gates replaced", "Per Moe", "2024-03-05"),
    ]
    assert all(a.text.startswith("What happened\n\n") for a in found)


def test_odt(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentText
    from odf.text import H, P

    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text=TITLE))
    for paragraph in (FIRST, SECOND):
        document.text.addElement(P(text=paragraph))
    document.save(str(tmp_path / "a.odt"))
    assert facts(one(tmp_path / "a.odt"))[:2] == (TITLE, TEXT)
    (_none, skipped, _notes) = take(write(tmp_path / "b.odt", b"PK\x03\x04 cut"))
    assert skipped[0].reason.startswith("is not a readable OpenDocument text")


CONTAINER = '<container><rootfiles><rootfile full-path="x/book.opf"/></rootfiles></container>'
BOOK = """<package xmlns="http://www.idpf.org/2007/opf"><metadata
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Tarn Post</dc:title>
<dc:date>2024-05-06</dc:date><dc:language>en-GB</dc:language></metadata>
<manifest><item id="n" href="nav.xhtml" properties="nav"/><item id="c" href="cover.xhtml"/>
<item id="a" href="a%201.xhtml"/><item id="b" href="b.xhtml"/></manifest>
<spine><itemref idref="n"/><itemref idref="c"/><itemref idref="b"/><itemref idref="a"/></spine>
</package>"""


def test_epub_has_an_article_per_chapter(tmp_path: Path) -> None:
    chapter = f"<html><head><title>x</title></head><body><h1>{TITLE}</h1><p>{FIRST}</p>"
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "x/book.opf": BOOK,
        "x/cover.xhtml": "<html><body><p>The Tarn Post</p></body></html>",
        "x/a 1.xhtml": f"{chapter}<p>{SECOND}</p></body></html>",
        "x/b.xhtml": f"<html><body><h2>Ice</h2><p>{SECOND} {SECOND}</p></body></html>",
    }
    path = write(tmp_path / "post.epub", zipped(members))
    articles, skipped, notes = take(path)
    assert skipped == []
    assert [article.title for article in articles] == ["Ice", TITLE]
    assert facts(articles[1]) == (TITLE, TEXT, "2024-05-06", "The Tarn Post", None)
    assert articles[1].source == f"{path}!x/a 1.xhtml"
    assert notes == [Note(str(path), "has 1 pages without an article, such as covers and contents")]


def scan(lines: list[str], *, size: int = 34) -> bytes:
    """Return a PDF whose one page is a picture of the lines."""
    font = ImageFont.truetype(f"{mpl.get_data_path()}/fonts/ttf/DejaVuSerif.ttf", size)
    picture = Image.new("L", (1500, 90 + 2 * size * len(lines)), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((60, 40 + 2 * size * number), line, font=font, fill=0)
    out = io.BytesIO()
    picture.save(out, "PDF")
    return out.getvalue()


def test_scan_without_the_extra_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda _name: None)
    articles, (skipped,), _notes = take(write(tmp_path / "a.pdf", scan([FIRST])))
    assert articles == []
    assert "pip install 'dateline-rag[ocr]'" in skipped.reason


@pytest.mark.models
def test_scan_is_recognised(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr_onnxruntime")
    lines = ["Glass bridge reopens", "", "The keeper of Tarn laid new panes on Monday,", "he said."]
    (article,), skipped, (note,) = take(write(tmp_path / "a.pdf", scan(lines)))
    assert skipped == []
    assert article.title.replace(" ", "") == "Glassbridgereopens"
    assert article.text.split() == "The keeper of Tarn laid new panes on Monday, he said.".split()
    assert note.text.startswith("holds pictures of pages")


def test_a_wide_gap_between_recognised_letters_is_a_space() -> None:
    places = [(0.0, 10.0), (10.0, 20.0), (27.0, 37.0), (38.0, 48.0), (54.0, 58.0)]
    assert spaced("itis.", places) == "it is."


def test_recognised_boxes_become_lines_and_paragraphs() -> None:
    boxes = [
        Box(300, 102, 118, "reopens"),
        Box(10, 100, 120, "The bridge"),
        Box(10, 130, 150, "on Monday."),
        Box(10, 200, 220, "It is cold."),
    ]
    assert page_text(boxes) == "The bridge reopens\non Monday.\n\nIt is cold."


# Mail


MAIL = f"""Return-Path: <post@tarn.example>
From: The Tarn Post <post@tarn.example>
To: reader@home.example
Subject: =?utf-8?q?Br=C3=BCcke_reopens?=
Date: Mon, 06 May 2024 23:30:00 -0500
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset="utf-8"

Open this mail in a browser.
--b1
Content-Type: text/html; charset="utf-8"

<html><body><p>{FIRST}</p><p>{SECOND}</p></body></html>
--b1--
"""


@pytest.mark.parametrize("name", ["a.eml", "a.txt", "no-suffix"])
def test_mail_under_any_name(tmp_path: Path, name: str) -> None:
    found = facts(one(write(tmp_path / name, MAIL)))
    assert found == ("Brücke reopens", TEXT, "2024-05-06", "The Tarn Post", None)


def test_mailbox(tmp_path: Path) -> None:
    second = f"From: b@c.example\nTo: d@e.example\nSubject: Ice\n\n{SECOND}\n\n>From here on.\n"
    stamp = "From post@tarn.example Mon May  6 23:30:00 2024\n"
    path = write(tmp_path / "box", f"{stamp}{MAIL}\n{stamp}{second}")
    articles, skipped, _notes = take(path)
    assert skipped == []
    assert [a.source for a in articles] == [f"{path}#1", f"{path}#2"]
    assert facts(articles[1]) == ("Ice", f"{SECOND}\n\nFrom here on.", None, "c.example", None)


def test_what_is_attached_to_a_mail_is_read(tmp_path: Path) -> None:
    attached = MAIL.replace("--b1--", f"""--b1
Content-Type: application/rtf
Content-Disposition: attachment; filename="story.rtf"

{RTF}
--b1
Content-Type: image/png
Content-Disposition: attachment; filename="logo.png"

x
--b1--""").replace("multipart/alternative", "multipart/mixed")  # fmt: skip
    path = write(tmp_path / "a.eml", attached)
    articles, skipped, _notes = take(path)
    assert skipped == []
    assert [article.source for article in articles] == [str(path), f"{path}!story.rtf"]
    assert articles[1].title == TITLE


# Saved pages and web archives


PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>{TITLE}</title></head>
<body><article><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p></article></body></html>"""


def test_mhtml(tmp_path: Path) -> None:
    content = f"""From: <Saved by Blink>
Snapshot-Content-Location: https://tarn.example/bridge
Subject: Glass
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="b2"

--b2
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: https://tarn.example/bridge

{PAGE.replace("=", "=3D")}
--b2
Content-Type: image/png
Content-Location: https://tarn.example/x.png

x
--b2--
"""
    article = one(write(tmp_path / "a.mhtml", content))
    assert (article.title, article.text) == (TITLE, TEXT)
    assert (article.url, article.publisher) == ("https://tarn.example/bridge", "tarn.example")


def warc() -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    answers = [
        ("https://tarn.example/bridge", "200 OK", "text/html; charset=utf-8", PAGE),
        ("https://tarn.example/x.css", "200 OK", "text/css", "p {}"),
        ("https://tarn.example/old", "404 Not Found", "text/html", PAGE),
        ("https://tarn.example/menu", "200 OK", "text/html", "<html><p>Home</p></html>"),
    ]
    for url, status, kind, body in answers:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.0")
        stream = io.BytesIO(body.encode())
        record = writer.create_warc_record(url, "response", payload=stream, http_headers=headers)
        writer.write_record(record)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.warc.gz", warc()),
        ("a.warc", gzip.decompress(warc())),
        ("a.wacz", zipped({"datapackage.json": "{}", "archive/data.warc.gz": warc()})),
    ],
)
def test_web_archives(tmp_path: Path, name: str, content: bytes) -> None:
    articles, skipped, (note,) = take(write(tmp_path / name, content))
    assert [(a.title, a.text, a.url) for a in articles] == [
        (TITLE, TEXT, "https://tarn.example/bridge")
    ]
    assert [skip.source.rpartition("!")[2] for skip in skipped] == ["https://tarn.example/menu"]
    assert note.text == "has 2 records that are not pages: 1 text/css, 1 of status 404"


def test_the_parts_of_a_saved_page_are_no_files_of_their_own(tmp_path: Path) -> None:
    members = {
        "Glass bridge.html": PAGE,
        "Glass bridge_files/style.css": "p {}",
        "Glass bridge_files/frame.html": "<html><p>Buy now</p></html>",
        "Other.htm": PAGE,
        "Other-Dateien/x.js": "x",
        "notes/ice.txt": f"Ice\n\n{SECOND}",
    }
    for name, content in members.items():
        write(tmp_path / "folder" / name, content)
    write(tmp_path / "all.zip", zipped(members))
    for path in (tmp_path / "folder", tmp_path / "all.zip"):
        articles, skipped, _notes = take(path)
        assert skipped == []
        assert [article.title for article in articles] == [TITLE, TITLE, "Ice"]


# Workbooks


def test_xlsx(tmp_path: Path) -> None:
    import datetime as dt

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "News"
    sheet.append(["Export of 6 May 2024"])
    sheet.append(["Headline", "Published", "Body", "Source"])
    sheet.append([TITLE, dt.datetime(2024, 5, 6, 8, 0), TEXT, "The Tarn Post"])
    sheet.append(["Nothing", None, None, None])
    book.create_sheet("Legend").append(["colour", "meaning"])
    book.save(tmp_path / "a.xlsx")
    (article,), (skipped,), (note,) = take(tmp_path / "a.xlsx")
    assert facts(article) == (TITLE, TEXT, "2024-05-06", "The Tarn Post", None)
    assert skipped.source.endswith("a.xlsx!News#2")
    assert note.text == "has 1 sheets without articles"


# XML


NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf.dtd"><nitf><head><title>x</title>
<docdata><date.issue norm="20240506T100000Z"/></docdata><pubdata name="The Tarn Post"/></head>
<body><body.head><hedline><hl1>{TITLE}</hl1></hedline><byline>By Ola Quist</byline></body.head>
<body.content><block><p>{FIRST}</p><p>{SECOND}</p></block></body.content></body></nitf>"""

G2 = f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" xml:lang="en">
<itemMeta><versionCreated>2024-05-06T10:00:00Z</versionCreated>
<provider literal="The Tarn Post"/></itemMeta><contentMeta><headline>{TITLE}</headline>
<by>By Ola Quist</by></contentMeta><contentSet><inlineXML><html
xmlns="http://www.w3.org/1999/xhtml"><body><p>{FIRST}</p><p>{SECOND}</p></body></html></inlineXML>
</contentSet></newsItem>"""

NEWSML = f"""<NewsML><NewsItem><Identification><NewsIdentifier/></Identification>
<NewsManagement><FirstCreated>20240506T100000Z</FirstCreated></NewsManagement>
<NewsComponent><NewsLines><HeadLine>{TITLE}</HeadLine><ByLine>By Ola Quist</ByLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="The Tarn Post"/></Provider>
</AdministrativeMetadata><ContentItem><DataContent><p>{FIRST}</p><p>{SECOND}</p></DataContent>
</ContentItem></NewsComponent></NewsItem></NewsML>"""

RECORDS = f"""<?xml version="1.0" encoding="utf-8"?><reply xmlns="http://db.example/2"><articles
count="1"><article><headline><paragraph><hlt>Glass</hlt> bridge of Tarn reopens</paragraph>
</headline><leadParagraph><paragraph>{FIRST}</paragraph></leadParagraph><tailParagraphs>
<paragraph>{SECOND}</paragraph></tailParagraphs><publicationDate><dateTime>2024-05-06T01:00:00Z
</dateTime></publicationDate><sourceName>The Tarn Post</sourceName><byline>By Ola Quist</byline>
</article></articles></reply>"""

SGML = f"""<!DOCTYPE lewis SYSTEM "lewis.dtd">
<REUTERS NEWID="1"><DATE> 6-MAY-2024 10:00:00.00</DATE><TEXT>&#2;<TITLE>{TITLE}</TITLE>
<AUTHOR>By Ola Quist</AUTHOR><BODY>{FIRST} AT&T too.&#3;</BODY></TEXT></REUTERS>
<REUTERS NEWID="2"><DATE> 7-MAY-2024</DATE><TEXT><TITLE>ICE</TITLE><BODY>{SECOND}</BODY></TEXT>
</REUTERS>"""


@pytest.mark.parametrize("content", [NITF, G2, NEWSML, RECORDS])
@pytest.mark.parametrize("name", ["a.xml", "a.txt"])
def test_news_in_xml(tmp_path: Path, name: str, content: str) -> None:
    found = facts(one(write(tmp_path / name, content)))
    assert found == (TITLE, TEXT, "2024-05-06", "The Tarn Post", "Ola Quist")


def test_sgml_collection(tmp_path: Path) -> None:
    articles, skipped, _notes = take(write(tmp_path / "a.sgm", SGML))
    assert skipped == []
    assert facts(articles[0]) == (TITLE, f"{FIRST} AT&T too.", "2024-05-06", None, "Ola Quist")
    assert facts(articles[1])[:3] == ("ICE", SECOND, "2024-05-07")


def test_wiki_dump(tmp_path: Path) -> None:
    page = (
        "<page><title>{}</title><ns>{}</ns><revision><timestamp>2024-06-01T10:00:00Z</timestamp>"
        "<text>{}</text></revision></page>"
    )
    story = (
        f"{{{{date|May 6, 2024}}}} The [[w:Tarn|glass bridge]] reopened.\n\n{SECOND}\n== Sources =="
    )
    dump = (
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/"><siteinfo><sitename>Tarnwiki'
        f"</sitename></siteinfo>{page.format(TITLE, 0, story)}{page.format('Talk:x', 1, 'no')}"
        f"{page.format('Old', 0, '#REDIRECT [[x]]')}</mediawiki>"
    )
    (article,), skipped, (note,) = take(write(tmp_path / "a.xml", dump))
    text = f"The glass bridge reopened.\n\n{SECOND}"
    assert facts(article) == (TITLE, text, "2024-05-06", "Tarnwiki", None)
    assert skipped == []
    assert note.text == "has 2 pages that are redirects or not articles"


def test_wiki_markup_is_taken_out() -> None:
    markup = "'''Ice''' [[File:x.png|thumb|A cap]] holds.<ref>x</ref> {| x\n| a\n|} See [[b|c]]."
    assert plain_wiki(markup) == "Ice  holds.  See c."


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (
            '<opml><body><outline text="A"><outline xmlUrl="https://a.example/f"/>'
            '<outline xmlUrl="https://b.example/f"/></outline></body></opml>',
            2,
        ),
        (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
            "<loc>https://a.example/f</loc></url></urlset>",
            1,
        ),
    ],
)
def test_lists_of_addresses_are_named_and_not_fetched(
    tmp_path: Path, content: str, count: int
) -> None:
    articles, (skipped,), _notes = take(write(tmp_path / "a.xml", content))
    assert articles == []
    assert skipped.count == count
    assert f"lists {count} address" in skipped.reason
    assert "https://a.example/f" in skipped.reason


def test_json_feed(tmp_path: Path) -> None:
    item = {
        "id": "https://tarn.example/bridge",
        "url": "https://tarn.example/bridge",
        "title": TITLE,
        "content_html": f"<p>{FIRST}</p><p>{SECOND}</p>",
        "date_published": "2024-05-06T10:00:00Z",
        "authors": [{"name": "Ola Quist", "url": "https://x.example"}],
    }
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Tarn Post",
        "home_page_url": "https://tarn.example",
        "description": "News of Tarn",
        "items": [item],
    }
    found = facts(one(write(tmp_path / "a.json", json.dumps(feed))))
    assert found == (TITLE, TEXT, "2024-05-06", "The Tarn Post", "Ola Quist")


def test_old_office_file_says_what_to_do(tmp_path: Path) -> None:
    articles, (skipped,), _notes = take(
        write(tmp_path / "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    )
    assert articles == []
    assert "save it as docx" in skipped.reason
