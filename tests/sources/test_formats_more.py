"""Pages, mails, books and tables as other programs leave them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from tests.fakes.taking import take

if TYPE_CHECKING:
    from pathlib import Path


TITLE, NEXT = "Heron colony doubles at Varn", "Lock gates of Dell replaced"
TEXT = "The heron colony at Varn has doubled in four years, the wardens said on Monday."
OTHER = "The lock gates of Dell were replaced on Thursday after ninety years, the office said."


LAID_OUT = f"""<html><body><div style="display:none">What the inbox shows of it</div><table>
<tr><td><a href="x">View in browser</a></td></tr><tr><td><h2>{TITLE}</h2><p>{TEXT}</p></td></tr>
<tr><td>Varn Mail</td></tr><tr><td>{OTHER}</td></tr>
<tr><td>You are receiving this email because you signed up.</td></tr>
<tr><td><a href="x">Unsubscribe</a> | <a href="y">Manage preferences</a></td></tr></table>"""


def test_a_mail_laid_out_in_a_table_is_read_whole_and_without_its_frame(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["To"] = "Varn Mail <a@varn.example>", TITLE, "b@b.example"
    mail["Date"], mail["Message-ID"] = "Tue, 05 Mar 2024 06:00:00 +0100", "<1@varn.example>"
    mail.set_content("View this email in your browser")
    mail.add_alternative(LAID_OUT, subtype="html")
    (article,), _, _ = take(tmp_path / "a.eml", mail.as_bytes())
    assert article.text == f"{TEXT}\n\nVarn Mail\n\n{OTHER}"


def test_a_mail_saved_from_outlook_as_text(tmp_path: Path) -> None:
    head = (
        "From:\tVarn Mail <a@varn.example>\nSent:\tTuesday, March 5, 2024 6:00 AM\nTo:\tb@b.example"
    )
    foot = "Unsubscribe https://varn.example/x\n"
    (article,), _, _ = take(tmp_path / "a.txt", f"{head}\nSubject:\t{TITLE}\n\n{TEXT}\n\n{foot}")
    assert (article.title, article.date, article.text) == (TITLE, "2024-03-05", TEXT)


def _book(*chapters: str) -> bytes:
    ids = range(len(chapters))
    items = "".join(f'<item id="c{n}" href="{n}.html"/>' for n in ids)
    order = "".join(f'<itemref idref="c{n}"/>' for n in ids)
    package = f"<package><metadata/><manifest>{items}</manifest><spine>{order}</spine></package>"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as book:
        book.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
        )
        book.writestr("b.opf", package)
        for number, chapter in enumerate(chapters):
            book.writestr(f"{number}.html", f"<html><body>{chapter}</body></html>")
    return data.getvalue()


def test_what_calibre_puts_around_an_article_goes(tmp_path: Path) -> None:
    bar = '<div class="calibre_navbar">| <a>Next</a> | <a>Section menu</a> |</div>'
    told = (
        '<p>This article was downloaded by calibre from <a href="https://varn.example/1">x</a></p>'
    )
    chapter = f"{bar}<h2>{TITLE}</h2><p>{TEXT}</p><p>{OTHER}</p><hr/>{told}{bar}"
    (article,), _, _ = take(tmp_path / "a.epub", _book(chapter))
    assert article.text == f"{TEXT}\n\n{OTHER}"
    assert article.url == "https://varn.example/1"


POST = "<item><title>{}</title><link>https://varn.example/{}</link><content:encoded><![CDATA[{}]]></content:encoded><wp:status>{}</wp:status></item>"
BLOG = f"""<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Varn Mail</title>
{POST.format(TITLE, 1, f"<p>{TEXT}</p>[caption id='x']<img/> A heron[/caption]", "publish")}
{POST.format(NEXT, 2, f"<p>{OTHER}</p>", "draft")}</channel></rss>"""


def test_of_an_export_of_a_blog_only_what_was_published_is_read(tmp_path: Path) -> None:
    (article,), (skipped,), _ = take(tmp_path / "a.xml", BLOG)
    assert (article.title, article.text) == (TITLE, TEXT)
    assert skipped.reason == "is not published: its status is 'draft'"


def test_the_byline_of_nitf_is_the_person_and_not_the_position(tmp_path: Path) -> None:
    head = f"<hedline><hl1>{TITLE}</hl1></hedline><byline>By <person>Ida Holt</person>"
    body = f"<body.content><p>{TEXT} <person>Per Moe</person> counted.</p></body.content>"
    story = f"<nitf><body><body.head>{head}<byttl>Staff writer</byttl></byline></body.head>{body}"
    (article,), _, _ = take(tmp_path / "a.xml", f"{story}</body></nitf>")
    assert article.author == "Ida Holt"


def test_a_web_archive_is_read_without_its_indexes(tmp_path: Path) -> None:
    page = f"<html><head><title>{TITLE}</title></head><body><p>{TEXT}</p></body></html>".encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    record = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://varn.example/1\r\n"
        "WARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2024-03-05T10:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    ).encode()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/a.warc.gz", gzip.compress(record + answer + b"\r\n\r\n"))
        archive.writestr("indexes/index.cdx", "x")
        archive.writestr("pages/pages.jsonl", json.dumps({"title": TITLE, "text": OTHER}))
    (article,), skipped, _ = take(tmp_path / "a.wacz", data.getvalue())
    assert (article.text, skipped) == (TEXT, [])


def test_a_front_page_of_headlines_is_no_article(tmp_path: Path) -> None:
    links = "".join(
        f"<li><a href='/{n}'>{TITLE} for the {n}th time in a row</a></li>" for n in range(30)
    )
    articles, (skipped,), _ = take(
        tmp_path / "a.html", f"<html><body><ul>{links}</ul></body></html>"
    )
    assert articles == []
    assert "no paragraph of running text" in skipped.reason


ROWS = [("title", "text", "date"), (TITLE, TEXT, "2024-03-05"), (NEXT, OTHER, "2024-03-07")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xls", "\n".join(map("\t".join, ROWS))),
        ("a.dat", "\n".join(map("|".join, ROWS))),
        ("a.xls", "<html><table>" + "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS
        ) + "</table></html>"),
    ],
    ids=["tabs", "bars", "a page"],
)  # fmt: skip
def test_a_table_by_the_name_of_something_else(tmp_path: Path, name: str, content: str) -> None:
    articles, skipped, _ = take(tmp_path / name, content)
    assert [(a.title, a.text, a.date) for a in articles] == ROWS[1:]
    assert skipped == []


def test_a_table_within_a_story_is_part_of_it(tmp_path: Path) -> None:
    rows = f"<tr><td>5 March</td><td>{OTHER}</td></tr>" * 2
    table = f"<table><tr><th>Title</th><th>Text</th></tr>{rows}</table>"
    story = f"<h1>{TITLE}</h1>" + f"<p>{TEXT} {TEXT} {TEXT}</p>" * 3
    (article,), _, _ = take(tmp_path / "a.html", f"<html><body>{story}{table}</body></html>")
    assert article.title == TITLE


def test_paragraphs_that_end_in_no_mark_make_a_page(tmp_path: Path) -> None:
    body = "เรือข้ามฟากหยุดให้บริการเมื่อวันจันทร์หลังพบรอยแตกที่ตัวเรือสำนักงานท่าเรือกล่าว"
    page = f"<html><body><h1>เรือข้ามฟากหยุด</h1><p>{body}</p><p>{body[9:]}</p></body></html>"
    (article,), _, _ = take(tmp_path / "a.html", page)
    assert body in article.text


def test_a_piece_of_a_page_by_the_name_of_a_text(tmp_path: Path) -> None:
    piece = f"<div class='x'><h1>{TITLE}</h1><p>{TEXT}</p><p>{OTHER}</p></div>"
    (article,), _, _ = take(tmp_path / "a.txt", piece)
    assert (article.title, article.text) == (TITLE, f"{TEXT}\n\n{OTHER}")


def test_the_author_that_a_page_marks(tmp_path: Path) -> None:
    body = f"<h1>{TITLE}</h1><span itemprop='author'>By Ida Holt</span><p>{TEXT}</p><p>{OTHER}</p>"
    (article,), _, _ = take(tmp_path / "a.html", f"<html><body>{body}</body></html>")
    assert article.author == "Ida Holt"
