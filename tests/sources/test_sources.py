"""Every format is built here from invented stories, read back, and compared exactly."""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import http.server
import io
import json
import os
import threading
import zipfile
from contextvars import ContextVar
from typing import TYPE_CHECKING

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pypdf
import pytest

from rag.errors import SourceError
from rag.sources import read
from rag.sources.dates import parse_date
from rag.sources.documents.markdown import plain_markdown
from rag.sources.feeds import syndicated
from rag.sources.files import handle
from rag.sources.files.encoding import decode
from rag.sources.tables import objects
from rag.sources.text import clean
from rag.sources.web import fetch, reach
from rag.types import Article, ReadLimits, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = "Island Ferry Returns to Service"
FIRST = (
    "The ferry between Port Ellery and the outer islands sailed again on Monday after nine "
    "months in dry dock, the harbour office said."
)
SECOND = "Engineers replaced both engines and rebuilt the car deck, work that had been put off."
THIRD = "The first crossing carried 212 passengers, among them a bakery’s whole night shift."
TEXT = f"{FIRST}\n\n{SECOND}"
ROW = {
    "id": "ellery-4711-a1",
    "headline": TITLE,
    "body": TEXT,
    "published_at": "2021/05/03",
    "link": "https://www.ellery.example/ferry",
    "source": "Ellery Courier",
    "authors": ["Jane Doe", "Omar Said"],
    "lang": "en-GB",
}


def story(source: str, **changes: str | None) -> Article:
    """Return the article that `ROW` describes, as read from `source`."""
    record = {
        "title": TITLE,
        "text": TEXT,
        "id": "ellery-4711-a1",
        "date": "2021-05-03",
        "url": "https://www.ellery.example/ferry",
        "publisher": "Ellery Courier",
        "author": "Jane Doe, Omar Said",
        "language": "en",
    }
    return Article(**{**record, **changes}, source=source)


def bare(source: str, **changes: str | None) -> Article:
    return Article(**{"title": TITLE, "text": TEXT, **changes}, source=source)


def take(*paths: Path | str, **options: dict[str, str]) -> tuple[list[Article], list[Skipped]]:
    skipped: list[Skipped] = []
    return list(read(paths, on_skip=skipped.append, **options)), skipped


def hold_to(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    """Read within these limits, as the worker does."""
    held = ReadLimits(**limits)
    found: ContextVar[ReadLimits] = ContextVar("limits", default=held)
    for module in (handle, fetch):
        monkeypatch.setattr(module, "LIMITS", found)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


PAGE = f"""<!DOCTYPE html><html lang="en-US"><head><title>{TITLE} | Ellery Courier</title>
<meta property="og:site_name" content="Ellery Courier"><meta property="og:title" content="Other">
<link rel="canonical" href="https://www.ellery.example/ferry">
<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite"}}, {{"@type": "NewsArticle",
"headline": "{TITLE}", "datePublished": "2021-05-03T23:10:00-05:00",
"author": [{{"@type": "Person", "name": "Jane Doe"}}, {{"name": "Omar Said"}}],
"publisher": {{"@type": "Organization", "name": "Ellery Courier"}}}}]}}</script></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>{TITLE}</h1><p>{FIRST}</p>
<div>Advertisement</div><p>{SECOND}</p></article>
<footer>© 2024 Ellery Courier. All rights reserved.</footer></body></html>"""

RSS = f"""<?xml version="1.0"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Ellery Courier</title>
<language>en-gb</language>
<item><title>{TITLE}</title><link>https://www.ellery.example/ferry</link>
<pubDate>Mon, 03 May 2021 08:00:00 +0100</pubDate><guid>7</guid>
<content:encoded><![CDATA[<p>{FIRST}</p><figure><img src="x.jpg"></figure><p>{SECOND}</p>]]>
</content:encoded></item>
<item><title>No &amp;amp; text</title><link>https://www.ellery.example/none</link></item>
</channel></rss>"""

ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Ellery Courier</title>
<entry><title>{TITLE}</title><id>urn:7</id>
<link href="https://www.ellery.example/ferry"/>
<updated>2021-05-03T08:00:00Z</updated><author><name>Jane Doe</name></author>
<summary type="html">&lt;p&gt;{FIRST}&lt;/p&gt;
&lt;p&gt;{SECOND}&lt;/p&gt;</summary></entry></feed>"""


def pdf(*pages: list[str], title: str = "") -> bytes:
    """Write a PDF with one text line under the other, in a standard font."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(pages)))),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Title(%s)>>" % title.encode(),
    ]
    for number, lines in enumerate(pages):
        shown = b" ".join(b"(%s) Tj 0 -14 Td" % line.encode("cp1252") for line in lines)
        stream = b"BT /F1 10 Tf 50 780 Td %s ET" % shown
        content = b"/Contents %d 0 R" % (6 + 2 * number)
        font = b"/Resources<</Font<</F1 3 0 R>>>>/MediaBox[0 0 595 842]"
        objects.append(b"<</Type/Page/Parent 2 0 R%s%s>>" % (font, content))
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj%s\nendobj\n" % (number, body))
    table = out.tell()
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries))
    out.write(b"trailer<</Size %d/Root 1 0 R/Info 4 0 R>>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF" % table)
    return out.getvalue()


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def locked(archive: bytes) -> bytes:
    """Set the bit that marks members as encrypted, in both of their headers."""
    data = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    return bytes(data)


# Plain text and Markdown


def test_text_dump_gives_each_article_its_own_source(tmp_path: Path) -> None:
    two = f"{TITLE}\n\n{TEXT}\n\n\n\nBridge Waits for Steel\n\nPublished: 4 May 2021\n\n{THIRD}\n"
    path = write(tmp_path / "dump.txt", two)
    second = Article("Bridge Waits for Steel", THIRD, date="2021-05-04", source=f"{path}#2")
    assert take(path) == ([bare(f"{path}#1"), second], [])


def test_single_text_keeps_the_path_as_source(tmp_path: Path) -> None:
    path = write(tmp_path / "one.txt", f"{TITLE}\r\n\r\n{FIRST}\r\n\r\n{SECOND}")
    assert take(path) == ([bare(str(path))], [])


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    front = f"title: {TITLE}\ndate: 2021-05-03\nauthor: Jane Doe\nlang: en\nid: 7\n"
    body = f"**The ferry** between{FIRST[17:]}\n\n![deck](d.png)\n\n> {SECOND}"
    path = write(tmp_path / "a.md", f"---\n{front}---\n{body}\n")
    expected = bare(str(path), date="2021-05-03", author="Jane Doe", language="en", id="7")
    assert take(path) == ([expected], [])


def test_markdown_title_from_its_first_heading(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", f"# {TITLE}\n\n{FIRST}\n\n{SECOND}")
    assert take(path) == ([bare(str(path))], [])


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("## A heading ##\ntext", "A heading\n\ntext"),
        ("one\ntwo", "one two"),
        ("see [the *docs*](http://a.example/x_(y)) now", "see the docs now"),
        ("a **b** __c__ _d_ `e` snake_case_name 2*3*4", "a b c d e snake_case_name 2*3*4"),
        ("![alt](a.png) text ![x][1]\n\n[1]: http://a.example", "text"),
        ("- one\n- two\n  more", "- one\n- two more"),
        ("a\n\n---\n\nb &amp; c <br> <!-- no --> d", "a\n\nb & c   d"),
        (r"\*not emphasis\*", "*not emphasis*"),
    ],
)
def test_plain_markdown(markdown: str, plain: str) -> None:
    assert clean(plain_markdown(markdown)) == clean(plain)


def test_broken_front_matter_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", f"---\ntitle: a: b: [\n---\n{TEXT}")
    articles, (skipped,) = take(path)
    assert articles == []
    assert skipped.reason.startswith("has front matter that is not YAML")


# Web pages


def test_html_page(tmp_path: Path) -> None:
    path = write(tmp_path / "ferry.html", PAGE)
    assert take(path) == ([story(str(path), id=None)], [])


def test_html_from_meta_tags_alone(tmp_path: Path) -> None:
    head = (
        f'<meta property="og:title" content="{TITLE}"><meta name="author" content="Jane Doe">'
        '<meta property="article:published_time" content="2021-05-03T10:00:00Z">'
        '<meta property="og:url" content="https://www.ellery.example/ferry">'
    )
    page = f"<html><head>{head}</head><body><article><p>{FIRST}</p><p>{SECOND}</p></article></body>"
    path = write(tmp_path / "ferry.htm", page)
    expected = story(
        str(path), id=None, author="Jane Doe", publisher="ellery.example", language=None
    )
    assert take(path) == ([expected], [])


def test_html_in_an_old_encoding(tmp_path: Path) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="windows-1251">').replace("sailed", "Паром")
    path = write(tmp_path / "a.html", page.encode("cp1251", errors="ignore"))
    (article,), skipped = take(path)
    assert skipped == []
    assert article.text.startswith("The ferry between Port Ellery and the outer islands Паром")


@pytest.mark.parametrize("body", ["", "<html></html>", "<html><body><a>Home</a><a>News</a></body>"])
def test_html_without_article(tmp_path: Path, body: str) -> None:
    articles, (skipped,) = take(write(tmp_path / "a.html", body))
    assert articles == []
    assert skipped.reason.startswith("has no article text")


# Documents


def test_pdf(tmp_path: Path) -> None:
    lines = [
        ["Ellery Courier 3", TITLE, "The ferry between Port Ellery and the outer islands sailed",
         "again on Monday after nine months in dry dock, the har-", "bour office said."],
        ["Ellery Courier 4", "Engineers replaced both engines and rebuilt the car", "2"],
        ["Ellery Courier 5", "deck, work that had been put off.", "3"],
    ]  # fmt: skip
    path = write(tmp_path / "a.pdf", pdf(*lines))
    assert take(path) == ([bare(str(path))], [])


def test_pdf_title_from_its_metadata(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", pdf([SECOND], title=TITLE))
    assert take(path) == ([bare(str(path), text=SECOND)], [])


def test_pdf_that_cannot_be_read(tmp_path: Path) -> None:
    cut = write(tmp_path / "cut.pdf", pdf([SECOND])[:200])
    image = write(tmp_path / "image.pdf", pdf([]))
    writer = pypdf.PdfWriter(io.BytesIO(pdf([SECOND])))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    articles, skipped = take(cut, image, tmp_path / "locked.pdf")
    assert articles == []
    assert [skip.reason.split(" (")[0].split(":")[0] for skip in skipped] == [
        "is not a readable PDF",
        "has no article text",
        "is protected by a password; save a copy without one",
    ]


def test_docx(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.author = "Jane Doe"
    document.add_heading(TITLE, level=0)
    document.add_paragraph(FIRST)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Crossings", "14"
    document.add_paragraph(SECOND)
    document.save(path := tmp_path / "a.docx")
    (article,), skipped = take(path)
    assert skipped == []
    assert (article.title, article.author) == (TITLE, "Jane Doe")
    assert article.text == f"{FIRST}\n\nCrossings | 14\n\n{SECOND}"


def test_docx_title_from_properties_or_first_paragraph(tmp_path: Path) -> None:
    for name, declared in (("a.docx", TITLE), ("b.docx", "")):
        document = docx.Document()
        document.core_properties.title = declared
        for paragraph in ([] if declared else [TITLE]) + [FIRST, SECOND]:
            document.add_paragraph(paragraph)
        document.save(tmp_path / name)
    articles, skipped = take(tmp_path)
    assert [(article.title, article.text) for article in articles] == [(TITLE, TEXT)] * 2
    assert skipped == []


def test_broken_docx(tmp_path: Path) -> None:
    articles, skipped = take(
        write(tmp_path / "a.docx", b"PK\x03\x04 no more"),
        write(tmp_path / "b.docx", zipped({"word/other.xml": "<a/>"})),
    )
    assert articles == []
    assert all(skip.reason.startswith("is not a readable Word document") for skip in skipped)


# Tables


def csv_text(rows: list[list[str]], delimiter: str) -> str:
    quoted = ([f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows)
    return "\r\n".join(map(delimiter.join, quoted))


def as_cells() -> list[list[str]]:
    row = {**ROW, "authors": "Jane Doe, Omar Said"}
    return [list(row), list(row.values())]


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("a.json", json.dumps(ROW), ""),
        ("a.json", json.dumps([ROW]), "#1"),
        ("a.json", json.dumps({"status": "ok", "articles": [ROW]}), "#1"),
        ("a.json", json.dumps(ROW) + "\n" + json.dumps(ROW), "#1"),
        ("a.jsonl", json.dumps(ROW) + "\n", "#1"),
        ("a.ndjson", "\ufeff" + json.dumps(ROW), "#1"),
        ("a.csv", csv_text(as_cells(), ","), "#1"),
        ("a.csv", csv_text(as_cells(), ";"), "#1"),
        ("a.tsv", csv_text(as_cells(), "\t"), "#1"),
        ("a.csv", csv_text(as_cells(), ",").encode("utf-16"), "#1"),
        ("noext", json.dumps(ROW), ""),
    ],
)
def test_table_with_well_known_names(
    tmp_path: Path, name: str, content: str | bytes, number: str
) -> None:
    path = write(tmp_path / name, content)
    articles, skipped = take(path)
    assert articles[0] == story(f"{path}{number}")
    assert skipped == []


def test_parquet(tmp_path: Path) -> None:
    moment = dt.datetime(2021, 5, 3, 10, tzinfo=dt.UTC)
    row = {**ROW, "published_at": moment, "unused": 1}
    schema = pa.Table.from_pylist([row]).schema
    place = schema.get_field_index("published_at")
    schema = schema.set(place, pa.field("published_at", pa.timestamp("ns", tz="UTC")))
    table = pa.Table.from_pylist([row] * 600, schema=schema)
    pq.write_table(table, path := tmp_path / "a.parquet")
    articles, skipped = take(path)
    assert skipped == []
    assert articles == [story(f"{path}#{number}") for number in range(1, 601)]


def test_columns_are_mapped(tmp_path: Path) -> None:
    row = {"kop": TITLE, "inhoud": TEXT, "title": "no", "date": "2021-05-03"}
    path = write(tmp_path / "a.jsonl", json.dumps(row))
    articles, skipped = take(path, columns={"title": "kop", "text": "inhoud"})
    assert (articles, skipped) == ([bare(f"{path}#1", date="2021-05-03")], [])


def test_missing_column_is_one_error_that_lists_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"foo,bar\n{TITLE},words\n{TITLE},words")
    _, unmapped = take(path)
    articles, mapped = take(path, columns={"text": "body"})
    assert articles == []
    assert unmapped == [
        Skipped(
            str(path),
            "has no text column; name one, as in text=foo. Its columns are: foo, bar",
        )
    ]
    assert mapped == [
        Skipped(str(path), "has no column 'body' for text; its columns are: foo, bar")
    ]


@pytest.mark.parametrize("columns", [{"headline": "title"}, {"title": ""}])
def test_wrong_mapping_is_refused_at_once(columns: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="title"):
        read([], columns=columns)


def test_lone_path_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="list of paths"):
        read(str(tmp_path))


def test_rows_without_text_are_counted_after_twenty(tmp_path: Path) -> None:
    rows = [ROW, *[{**ROW, "body": " "}] * 133, ROW]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    articles, skipped = take(path)
    assert [article.source for article in articles] == [f"{path}#1", f"{path}#135"]
    assert skipped[0] == Skipped(f"{path}#2", "row 2 has no text in column 'body'")
    assert skipped[20:] == [Skipped(str(path), "and 113 more rows without text", count=113)]


def test_the_paragraphs_of_a_question_set_make_an_article(tmp_path: Path) -> None:
    paragraphs = [{"context": "It rained.", "qas": []}, {"context": "It froze."}, {"x": 1}]
    data = {"version": "1.1", "data": [{"title": "Weather", "paragraphs": paragraphs}]}
    (article,), skipped = take(write(tmp_path / "dev.json", json.dumps(data)))
    assert skipped == []
    assert (article.title, article.text) == ("Weather", "It rained.\n\nIt froze.")


def test_bad_json_line_costs_only_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", f"{json.dumps(ROW)}\n{{oops\n[1]\n{json.dumps(ROW)}\n")
    articles, skipped = take(path)
    assert [article.source for article in articles] == [f"{path}#1", f"{path}#4"]
    assert [skip.source for skip in skipped] == [f"{path}#2", f"{path}#3"]
    assert skipped[0].reason.startswith("row 2 is not JSON (Expecting property name")
    assert skipped[1].reason == "row 3 is not a JSON object but a list"


def test_line_that_is_not_utf8_is_read_all_the_same(tmp_path: Path) -> None:
    cells = [as_cells()[0], as_cells()[1], [c.replace("nine", "neun für") for c in as_cells()[1]]]
    lines = csv_text(cells, ",").encode("cp1252")
    articles, skipped = take(write(tmp_path / "a.csv", lines))
    assert "neun für" in articles[1].text
    assert skipped == []


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (f"<p>{FIRST}</p>\n<p>{SECOND}<br/></p><script>x()</script>", TEXT),
        (f"&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;{SECOND}&lt;/p&gt;", TEXT),
        (PAGE, TEXT),
        ("AT&amp;T &#8217;s 3 < 4 and ?a=1&copy=2", "AT&T ’s 3 < 4 and ?a=1&copy=2"),
        ([FIRST, SECOND], TEXT),
        (f"one<br>two {FIRST}", f"one\ntwo {FIRST}"),
    ],
)
def test_markup_in_a_text_column(tmp_path: Path, cell: str, text: str) -> None:
    path = write(tmp_path / "a.jsonl", json.dumps({**ROW, "body": cell}))
    assert take(path) == ([story(f"{path}#1", text=text)], [])


def test_nested_values_and_missing_publisher(tmp_path: Path) -> None:
    row = {**ROW, "source": {"id": None, "name": "Ellery &amp; Vell"}, "authors": [{"name": "A"}]}
    rows = [row, {**ROW, "source": None}, {**ROW, "link": "javascript:x()", "source": ""}]
    path = write(tmp_path / "a.json", json.dumps(rows))
    assert take(path)[0] == [
        story(f"{path}#1", publisher="Ellery & Vell", author="A"),
        story(f"{path}#2", publisher="ellery.example"),
        story(f"{path}#3", publisher=None, url=None),
    ]


# Feeds


def test_feed_files(tmp_path: Path) -> None:
    rss, atom = write(tmp_path / "a.rss", RSS), write(tmp_path / "b.xml", ATOM)
    articles, skipped = take(tmp_path)
    assert articles == [
        story(f"{rss}#1", id=None, author=None),
        story(f"{atom}#1", id=None, author="Jane Doe", language=None),
    ]
    reason = "has no article text; its page may: https://www.ellery.example/none"
    assert skipped == [Skipped(f"{rss}#2", reason)]


def test_an_entry_of_a_feed_without_text_and_page(tmp_path: Path) -> None:
    bare = "<rss version='2.0'><channel><item><title>Rain</title></item></channel></rss>"
    path = write(tmp_path / "a.rss", bare)
    assert take(path) == ([], [Skipped(f"{path}#1", "has no article text")])


def test_xml_that_is_no_feed(tmp_path: Path) -> None:
    articles, (skipped,) = take(write(tmp_path / "a.xml", "<?xml version='1.0'?><books></books>"))
    assert articles == []
    assert skipped.reason.startswith("holds <books> and no articles by known names")


# Archives and folders


def test_gzip_and_zip(tmp_path: Path) -> None:
    line = json.dumps(ROW).encode()
    packed = write(tmp_path / "a.jsonl.gz", gzip.compress(line))
    members = {
        "in/ferry.html": PAGE,
        "in/.hidden.txt": "x",
        "__MACOSX/in/ferry.html": "x",
        "rows.jsonl.gz": gzip.compress(line),
        "more.zip": zipped({"b.txt": f"{TITLE}\n\n{TEXT}"}),
        "logo.png": b"\x89PNG",
    }
    outer = write(tmp_path / "b.zip", zipped(members))
    articles, (skipped,) = take(tmp_path)
    assert articles == [
        story(f"{packed}#1"),
        story(f"{outer}!in/ferry.html", id=None),
        bare(f"{outer}!more.zip!b.txt"),
        story(f"{outer}!rows.jsonl.gz#1"),
    ]
    assert skipped.source == str(outer)
    assert skipped.reason.startswith("skipped files of other types: 1 .png; supported are txt,")


def test_parquet_in_an_archive(tmp_path: Path) -> None:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([ROW]), out)
    outer = write(tmp_path / "b.zip", zipped({"a.parquet": out.getvalue()}))
    packed = write(tmp_path / "c.parquet.gz", gzip.compress(out.getvalue()))
    assert take(tmp_path) == ([story(f"{outer}!a.parquet#1"), story(f"{packed}#1")], [])


def test_encrypted_zip(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", locked(zipped({"a.txt": TEXT, "b.txt": TEXT})))
    reason = "2 of its 2 files need a password; unpack it and give those"
    assert take(path) == ([], [Skipped(str(path), reason, count=2)])


@pytest.mark.parametrize("name", ["bomb.txt.gz", "bomb.zip"])
def test_bomb_is_not_unpacked(tmp_path: Path, name: str) -> None:
    bomb = b"0" * 2**25
    data = gzip.compress(bomb) if name.endswith("gz") else zipped({"a.txt": bomb})
    articles, (skipped,) = take(write(tmp_path / name, data))
    assert articles == []
    assert "may be a zip bomb" in skipped.reason


def test_what_archives_unpack_to_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_to(monkeypatch, unpacked_mb=4)
    random = os.urandom(3_000_000).hex()[:3_000_000]
    flat = write(tmp_path / "a.zip", zipped({"a.txt": random, "b.txt": random}))
    nested = write(tmp_path / "b.zip", zipped({"c.zip": zipped({"a.txt": random})}))
    packed = write(tmp_path / "c.txt.gz", gzip.compress(random.encode() * 2))
    _, skipped = take(tmp_path)
    assert [skip.source for skip in skipped] == [str(flat), f"{nested}!c.zip", str(packed)]
    assert all("more than is safe" in skip.reason for skip in skipped)


def test_archives_nest_only_so_deep(tmp_path: Path) -> None:
    data: bytes = TEXT.encode()
    for name in ("a.txt", "b.zip", "c.zip", "d.zip"):
        data = zipped({name: data})
    articles, (skipped,) = take(write(tmp_path / "e.zip", data))
    assert articles == []
    assert "archives within archives" in skipped.reason


def test_document_too_large_to_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_to(monkeypatch, document_mb=1)
    articles, (skipped,) = take(write(tmp_path / "a.txt", TEXT * (1 + 2**20 // len(TEXT))))
    assert articles == []
    assert "is larger than 1 MB" in skipped.reason
    assert "raise reading.document_mb" in skipped.reason


def test_folder_is_walked_in_order(tmp_path: Path) -> None:
    text = f"{TITLE}\n\n{TEXT}"
    names = ["b/two.txt", "a.txt", "c.txt", "b/one.txt", ".git/x.txt", "b/.x.txt", "no.such"]
    for name in names:
        write(tmp_path / name, text)
    write(tmp_path / "d.jpg", b"\xff\xd8")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    articles, (skipped,) = take(tmp_path)
    expected = ["a.txt", "b/one.txt", "b/two.txt", "c.txt"]
    assert [article.source for article in articles] == [str(tmp_path / name) for name in expected]
    assert skipped.source == str(tmp_path)
    assert skipped.reason.startswith("skipped files of other types: 1 .jpg, 1 .such; supp")


def test_bad_files_never_stop_the_good_neighbour(tmp_path: Path) -> None:
    packed = gzip.compress(os.urandom(2000).hex().encode())
    bad = {
        "a-cut.txt.gz": packed[:500],
        "b-bad.jsonl.gz": packed[:200] + bytes(400) + packed[600:],
        "c-none.csv.gz": b"not gzip",
        "d.zip": b"PK\x03\x04 cut",
        "e.parquet": b"PAR1 no table PAR1",
        "f.json": "{",
        "g.json": "[1, 2",
        "h.csv": "",
        "i.txt": " \n",
        "j.json": '{"a": 1}',
        "k.json": '{"a": [{}], "b": [{}]}',
        "l": b"\x00\x01binary",
    }
    for name, content in bad.items():
        write(tmp_path / name, content)
    good = write(tmp_path / "z.txt", f"{TITLE}\n\n{TEXT}")
    articles, skipped = take(tmp_path)
    assert articles == [bare(str(good))]
    assert [skip.source for skip in skipped] == [str(tmp_path / name) for name in bad]
    reasons = [skip.reason for skip in skipped]
    starts = ["is cut short", "is damaged", "is damaged", "is damaged", "is not a readable Parquet"]
    starts += [
        "is not JSON",
        "is not JSON",
        "is empty",
        "has no article text",
        "has no article text: it holds no words",
    ]
    starts += ["has no article text: it holds no words", "is not text"]
    assert [r[: len(s)] for r, s in zip(reasons, starts, strict=True)] == starts


@pytest.mark.parametrize("path", ["/no/such/file.txt", "ftp://a.example/x", "file:///etc/passwd"])
def test_path_that_leads_nowhere(path: str) -> None:
    articles, (skipped,) = take(path)
    assert articles == []
    assert skipped.source == path


def test_skips_are_logged_without_a_listener(caplog: pytest.LogCaptureFixture) -> None:
    assert list(read(["/no/such/file.txt"])) == []
    assert "/no/such/file.txt: no such file or folder" in caplog.text


def test_reading_is_lazy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path / "a.jsonl", "\n".join([json.dumps(ROW)] * 1000))
    seen: list[int] = []
    parse = objects.json.loads
    monkeypatch.setattr(objects.json, "loads", lambda line: seen.append(1) or parse(line))
    assert next(read([first])).source == f"{first}#1"
    assert len(seen) <= 100


def test_suffix_that_lies(tmp_path: Path) -> None:
    page = write(tmp_path / "a.txt", PAGE)
    paper = write(tmp_path / "b.html", pdf([SECOND], title=TITLE))
    assert take(tmp_path) == ([story(str(page), id=None), bare(str(paper), text=SECOND)], [])


# The web


class _Site(http.server.BaseHTTPRequestHandler):
    """Answers from a dictionary of path to status, type and body."""

    answers: dict[str, tuple[int, str, bytes]] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        status, kind, body = self.answers.get(self.path, (404, "text/html", b"<p>none</p>"))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(reach, "is_public", lambda address: True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    serve = functools.partial(server.serve_forever, poll_interval=0.01)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def answer(path: str, body: str | bytes, *, kind: str = "text/html", status: int = 200) -> None:
    _Site.answers[path] = (status, kind, body.encode() if isinstance(body, str) else body)


def test_page_from_the_web(site: str) -> None:
    answer("/ferry", PAGE)
    answer("/moved", b"", kind="/ferry", status=302)
    assert take(f"{site}/ferry", f"{site}/moved") == (
        [story(f"{site}/ferry", id=None), story(f"{site}/moved", id=None)],
        [],
    )


def test_page_that_names_neither_address_nor_publisher(site: str) -> None:
    answer("/plain", f"<html><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p></html>")
    expected = bare(f"{site}/plain", url=f"{site}/plain", publisher="127.0.0.1")
    assert take(f"{site}/plain") == ([expected], [])


def test_a_page_of_a_feed_has_what_only_the_feed_says(site: str) -> None:
    plain, own = f"{site}/plain", f"{site}/ferry"
    answer("/plain", f"<html><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p></html>")
    answer("/ferry", PAGE)
    said = "<pubDate>Fri, 07 Jun 2019 10:00:00 GMT</pubDate><author>Ann Borg</author>"
    items = "".join(f"<item><link>{link}</link>{said}</item>" for link in (plain, own))
    feed = f"<rss version='2.0'><channel><title>Adria Gazette</title>{items}</channel></rss>"
    answer("/feed", feed, kind="text/xml; charset=utf-8")
    facts = {"date": "2019-06-07", "author": "Ann Borg", "publisher": "Adria Gazette"}
    # A page that tells all that itself keeps it.
    expected = [bare(plain, url=plain, **facts), story(own, id=None)]
    assert take(f"{site}/feed") == (expected, [])


def test_feed_from_the_web(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syndicated, "FULL_LENGTH", len(TEXT))
    feed = RSS.replace("https://www.ellery.example/none", f"{site}/ferry")
    told = f"<item><link>{site}/told</link><description>Told in short.</description></item>"
    lost = f"<item><title>Lost</title><link>{site}/lost</link></item>{told}</channel>"
    gone = "the server answered 404 Not Found; open the address in a browser"
    answer("/feed", feed.replace("</channel>", lost), kind="text/xml; charset=utf-8")
    answer("/ferry", PAGE)
    assert take(f"{site}/feed") == (
        [story(f"{site}/feed#1", id=None, author=None), story(f"{site}/ferry", id=None)],
        [
            Skipped(f"{site}/lost", gone),
            Skipped(f"{site}/told", f"{gone}; the extract in the feed is not kept instead"),
        ],
    )


def test_other_kinds_from_the_web(site: str) -> None:
    answer("/rows.jsonl", json.dumps(ROW), kind="application/octet-stream")
    answer("/rows", json.dumps([ROW]), kind="application/json")
    answer("/paper", pdf([SECOND], title=TITLE), kind="application/pdf")
    answer("/note.txt", f"{TITLE}\n\n{TEXT}", kind="text/plain")
    paths = [f"{site}/{name}" for name in ("rows.jsonl", "rows", "paper", "note.txt")]
    articles, skipped = take(*paths)
    assert skipped == []
    assert articles == [
        story(f"{paths[0]}#1"),
        story(f"{paths[1]}#1"),
        bare(paths[2], text=SECOND),
        bare(paths[3]),
    ]


def test_addresses_that_fail(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_to(monkeypatch, address_mb=1)
    answer("/large", b"x" * (2**20 + 1))
    answer("/local", b"", kind="file:///etc/passwd", status=302)
    answer("/loop", b"", kind="/loop", status=302)
    bad = [f"{site}/none", f"{site}/large", f"{site}/local", f"{site}/loop"]
    bad += ["http://127.0.0.1:1/"]
    answer("/ferry", PAGE)
    articles, skipped = take(*bad, f"{site}/ferry")
    assert articles == [story(f"{site}/ferry", id=None)]
    assert [skip.source for skip in skipped] == bad
    starts = [
        "the server answered 404 Not Found",
        "is larger than 1 MB",
        "is not, or does not lead to,",
    ]
    starts += ["the server redirects endlessly", "could not be fetched"]
    assert [s.reason[: len(t)] for s, t in zip(skipped, starts, strict=True)] == starts


# Text and dates


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\xa0\t b \u2003c", "a b c"),
        ("a\u200bb\ufeff\u202ec\u2069\u00ad\U000e0041d", "abcd"),
        ("cafe\u0301\x00\x07", "café"),
        ("a \n \n\n\n\n b", "a\n\nb"),
        ("می\u200cخواهم x\u200dy", "می\u200cخواهم xy"),
        ("\ud800bad\x0cpage", "bad\npage"),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == expected
    assert clean(expected) == expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("für".encode(), "für"),
        ("für".encode("utf-8-sig"), "für"),
        ("für".encode("utf-16"), "für"),
        (("Поезд опоздал на два часа, сообщили на вокзале. " * 5).encode("cp1251"),
         "Поезд опоздал на два часа, сообщили на вокзале. " * 5),
    ],
)  # fmt: skip
def test_decode(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2025-01-03", "2025-01-03"),
        ("2025/01/03", "2025-01-03"),
        ("2025-01-03T23:30:00-05:00", "2025-01-03"),
        ("Fri, 03 Jan 2025 23:30:00 -0500", "2025-01-03"),
        ("January 5, 2024", "2024-01-05"),
        ("Jan. 5, 2024 at 3:04 p.m. ET", "2024-01-05"),
        ("Published: 3rd of May 2021", "2021-05-03"),
        ("20250103", "2025-01-03"),
        (1704412800, "2024-01-05"),
        ("1704412800000", "2024-01-05"),
        (dt.date(2021, 5, 3), "2021-05-03"),
        (dt.datetime(2021, 5, 3, 23, tzinfo=dt.UTC), "2021-05-03"),
        ("03/04/2021", "2021-03-04"),
        ("13/04/2021", "2021-04-13"),
        ("03.04.2021", "2021-04-03"),
        *((partial, None) for partial in ("2021", 2021, "May 2021", "3 May", "Monday", "10:30")),
        *((wrong, None) for wrong in ("2024-02-30", "soon", "", None, True, float("nan"), "1e9")),
    ],
)
def test_parse_date(value: object, date: str | None) -> None:
    assert parse_date(value) == date
